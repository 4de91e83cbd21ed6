{#- A column of the division that region_joins() found; null where it found none. At most one of its three joins has
    a row, so the columns never mix two divisions.
    In: division_code, province, city, district, level or is_urban. Example: {{ region_value('province') }} as province -#}
{% macro region_value(column) -%}
    coalesce(whole_region.{{ column }}, cut_region.{{ column }}, upper_region.{{ column }})
{%- endmacro %}

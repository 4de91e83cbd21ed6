{#- Whether two groups of accounts state different things: each states something, and neither end of what one states is
    an end of what the other does. In: aliases of the groups, name of the columns first_<name> and last_<name>. -#}
{% macro differs(one, other, name) -%}
    coalesce(
        {{ one }}.first_{{ name }} not in ({{ other }}.first_{{ name }}, {{ other }}.last_{{ name }})
        and {{ one }}.last_{{ name }} not in ({{ other }}.first_{{ name }}, {{ other }}.last_{{ name }}),
        false
    )
{%- endmacro %}

{#- Whole months from one time to another by the calendar; 31 January to 1 February is one. -#}
{% macro calendar_months(earlier, later) -%}
    (
        (extract(year from {{ later }}) - extract(year from {{ earlier }})) * 12
        + extract(month from {{ later }}) - extract(month from {{ earlier }})
    )
{%- endmacro %}

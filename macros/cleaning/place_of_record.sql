{#- Where a record lives as one value, since its parts belong together: code|province|city|district|is_urban.
    Out: text, null where the province is unknown. -#}
{% macro place_of_record() -%}
    division_code || '|' || province || '|' || coalesce(city, '') || '|' || coalesce(district, '')
    || '|' || case when is_urban then 'true' when not is_urban then 'false' else '' end
{%- endmacro %}

{#- In how many places two Chinese names have different signs; the first four count. Functions that count edits count
    bytes on one engine and characters on the other. -#}
{% macro differing_signs(name_1, name_2) -%}
    (
        {%- for place in range(1, 5) %}
        case when substr({{ name_1 }}, {{ place }}, 1) <> substr({{ name_2 }}, {{ place }}, 1) then 1 else 0 end
        {{- ' +' if not loop.last }}
        {%- endfor %}
    )
{%- endmacro %}

{#- A value of the golden record as people read it: places without code, their parts joined by dashes.
    In: columns of the attribute and its value (place_of_record). Out: text. -#}
{% macro readable_value(attribute, value) -%}
    case
        when {{ attribute }} = 'region'
            then concat_ws(
                '-', split_part({{ value }}, '|', 2), nullif(split_part({{ value }}, '|', 3), ''),
                nullif(split_part({{ value }}, '|', 4), '')
            )
        else {{ value }}
    end
{%- endmacro %}

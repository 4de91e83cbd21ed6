{#- Every run of digits in a text, as it stands and with what people write between the digits of one number taken away,
    with blanks and without. In: a text that normalized_text gave. Out: a list of texts, with empty ones among them. -#}
{% macro numbers_in(text) -%}
    {%- set runs = [] -%}
    {%- for between in ['\u200c\u200d', '.()\u200c\u200d-', ' .()\u200c\u200d-'] -%}
        {%- do runs.append(regexp_replace_all(regexp_remove(text, '[' ~ between ~ ']'), '[^0-9]+', ';')) -%}
    {%- endfor -%}
    split({{ runs | join(" || ';' || ") }}, ';')
{%- endmacro %}

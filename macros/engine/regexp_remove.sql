{#- The text without any match of the pattern. -#}
{% macro regexp_remove(text, pattern) -%}
    {{ regexp_replace_all(text, pattern, '') }}
{%- endmacro %}

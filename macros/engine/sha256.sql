{#- SHA-256 of the text's UTF-8 bytes as 64 lower-case hex digits; null for null. The functions' names differ. -#}
{% macro sha256(text) -%}
    {{ return(adapter.dispatch('sha256', 'customer360')(text)) }}
{%- endmacro %}

{% macro default__sha256(text) -%}
    sha256({{ text }})
{%- endmacro %}

{% macro spark__sha256(text) -%}
    sha2({{ text }}, 256)
{%- endmacro %}

{#- Whether any part of the text matches the pattern; null for a null text.
    The functions bear different names. -#}
{% macro regexp_like(text, pattern) -%}
    {{ return(adapter.dispatch('regexp_like', 'customer360')(text, pattern)) }}
{%- endmacro %}

{% macro default__regexp_like(text, pattern) -%}
    regexp_matches({{ text }}, {{ pattern_literal(pattern) }})
{%- endmacro %}

{% macro spark__regexp_like(text, pattern) -%}
    regexp_like({{ text }}, {{ pattern_literal(pattern) }})
{%- endmacro %}

{#- The text with every match of the pattern replaced by what the pattern's groups hold: $1 to $9 in
    the replacement, '' for a group that took no part. DuckDB counts groups behind a backslash, and
    replaces the first match only unless told. -#}
{% macro regexp_rewrite(text, pattern, replacement) -%}
    {{ return(adapter.dispatch('regexp_rewrite', 'customer360')(text, pattern, replacement)) }}
{%- endmacro %}

{% macro default__regexp_rewrite(text, pattern, replacement) -%}
    {%- set groups = dbt.escape_single_quotes(replacement) | replace('$', '\\') -%}
    regexp_replace(
        {{ text }}, {{ pattern_literal(pattern) }}, {{ dbt.string_literal(groups) }}, 'g'
    )
{%- endmacro %}

{% macro spark__regexp_rewrite(text, pattern, replacement) -%}
    {%- set groups = dbt.escape_single_quotes(replacement) -%}
    regexp_replace(
        {{ text }}, {{ pattern_literal(pattern) }}, {{ dbt.string_literal(groups) }}
    )
{%- endmacro %}

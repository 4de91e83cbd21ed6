{#- The text with every match of the pattern replaced. The replacement is taken as it stands: `$1` is no group.
    DuckDB replaces the first match only unless told; Spark reads $ and backslash in a replacement. -#}
{% macro regexp_replace_all(text, pattern, replacement) -%}
    {{ return(adapter.dispatch('regexp_replace_all', 'customer360')(text, pattern, replacement)) }}
{%- endmacro %}

{% macro default__regexp_replace_all(text, pattern, replacement) -%}
    regexp_replace({{ text }}, {{ pattern_literal(pattern) }}, {{ dbt.string_literal(dbt.escape_single_quotes(replacement)) }}, 'g')
{%- endmacro %}

{% macro spark__regexp_replace_all(text, pattern, replacement) -%}
    regexp_replace({{ text }}, {{ pattern_literal(pattern) }}, {{ dbt.string_literal(dbt.escape_single_quotes(replacement) | replace('$', '\\\\$')) }})
{%- endmacro %}

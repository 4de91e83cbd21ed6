{#- One row as the text of a JSON object, keys in the given order, nulls kept. Values: text, whole numbers, decimals,
    booleans, dates, timestamps of whole seconds. Spark drops nulls and writes T into timestamps unless told. -#}
{% macro json_row(pairs) -%}
    {{ return(adapter.dispatch('json_row', 'customer360')(pairs)) }}
{%- endmacro %}

{% macro default__json_row(pairs) -%}
    cast(json_object({% for name, expression in pairs %}{{ dbt.string_literal(name) }}, {{ expression }}{{ ', ' if not loop.last }}{% endfor %}) as varchar)
{%- endmacro %}

{% macro spark__json_row(pairs) -%}
    to_json(
        named_struct({% for name, expression in pairs %}{{ dbt.string_literal(name) }}, {{ expression }}{{ ', ' if not loop.last }}{% endfor %}),
        map('ignoreNullFields', 'false', 'timestampNTZFormat', 'yyyy-MM-dd HH:mm:ss')
    )
{%- endmacro %}

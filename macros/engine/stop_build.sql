{#- Stops the build with a message where it is worked out: the one line of the model's error. For seeds that people write,
    behind a condition. In: an expression of the message, which reads a column (of constants an engine may work out
    the error before it looks at the condition). -#}
{% macro stop_build(message) -%}
    {{ return(adapter.dispatch('stop_build', 'customer360')(message)) }}
{%- endmacro %}

{% macro default__stop_build(message) -%}
    error({{ message }})
{%- endmacro %}

{% macro spark__stop_build(message) -%}
    raise_error({{ message }})
{%- endmacro %}

{#- A timestamp as a whole number that orders as it does: microseconds since 1970. In: a timestamp. Out: bigint; null
    stays null. -#}
{% macro timestamp_to_microseconds(timestamp) -%}
    {{ return(adapter.dispatch('timestamp_to_microseconds', 'customer360')(timestamp)) }}
{%- endmacro %}

{% macro default__timestamp_to_microseconds(timestamp) -%}
    epoch_us({{ timestamp }})
{%- endmacro %}

{% macro spark__timestamp_to_microseconds(timestamp) -%}
    unix_micros({{ timestamp }})
{%- endmacro %}

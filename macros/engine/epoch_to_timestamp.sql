{#- Seconds since 1970 (fractions allowed) as a naive timestamp in UTC; null outside the years 1 to
    9999, where engines fail or overflow. -#}
{% macro epoch_to_timestamp(seconds) -%}
    case
        when {{ seconds }} between -62135596800 and 253402300799
            then {{ microseconds_to_timestamp(
                "cast(round(cast(" ~ seconds ~ " as double) * 1000000) as bigint)"
            ) }}
    end
{%- endmacro %}

{#- Spark's own functions give a zoned timestamp that depends on the session's time zone, so
    microseconds are added to the naive epoch there. -#}
{% macro microseconds_to_timestamp(microseconds) -%}
    {{ return(adapter.dispatch('microseconds_to_timestamp', 'customer360')(microseconds)) }}
{%- endmacro %}

{% macro default__microseconds_to_timestamp(microseconds) -%}
    make_timestamp({{ microseconds }})
{%- endmacro %}

{% macro spark__microseconds_to_timestamp(microseconds) -%}
    timestampadd(microsecond, {{ microseconds }}, timestamp_ntz '1970-01-01 00:00:00')
{%- endmacro %}

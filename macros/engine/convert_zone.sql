{#- A naive local timestamp of one time zone as the naive local timestamp of another; zones are SQL expressions that
    give IANA names. Null for a null timestamp or zone; an unknown zone is an error, so check names first.
    A local time that the clock skips in spring is read an hour later; one that it shows twice in autumn is read as
    the second. Spark would take the first: there the offset of the next day is tried, and kept if it leads back. -#}
{% macro convert_zone(timestamp, from_zone, to_zone) -%}
    {{ return(adapter.dispatch('convert_zone', 'customer360')(timestamp, from_zone, to_zone)) }}
{%- endmacro %}

{% macro default__convert_zone(timestamp, from_zone, to_zone) -%}
    (({{ timestamp }} at time zone {{ from_zone }}) at time zone {{ to_zone }})
{%- endmacro %}

{% macro spark__convert_zone(timestamp, from_zone, to_zone) -%}
    {%- set first = "convert_timezone(" ~ from_zone ~ ", 'UTC', " ~ timestamp ~ ")" -%}
    {%- set second = "timestampadd(day, -1, convert_timezone(" ~ from_zone ~ ", 'UTC', timestampadd(day, 1, " ~ timestamp ~ ")))" -%}
    {%- if from_zone == "'UTC'" -%}
        convert_timezone({{ from_zone }}, {{ to_zone }}, {{ timestamp }})
    {%- else -%}
        convert_timezone('UTC', {{ to_zone }}, case
            when convert_timezone('UTC', {{ from_zone }}, {{ second }}) = {{ timestamp }} then {{ second }}
            else {{ first }}
        end)
    {%- endif -%}
{%- endmacro %}

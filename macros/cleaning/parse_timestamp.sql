{#- A time in whatever notation: 2023-05-10 08:30:00, 2023/5/10 8:30, 20230510, 20230510083000,
    2023年5月10日 8时30分, ISO 8601 with a zone, seconds or milliseconds since 1970, serial days of a spreadsheet.
    In: a column of clean text. Out: a timestamp without zone, local where the text names no zone and UTC where it
    does (time_zone_of says which); null where it is no possible time between 1900 and 2100. -#}
{% macro parse_timestamp(column) -%}
    {%- set clock = '^([0-9]{4})[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})[日号]?(?:[T ]*([0-9]{1,2})[:时点]([0-9]{1,2})(?:[:分]([0-9]{1,2}(?:[.][0-9]+)?)?)?秒?)?(?: ?(?:Z|UTC|GMT|[+-](?:0[0-9]|1[0-4]):?(?:[0-5][0-9])?))?$' -%}
    {%- set digits = '^((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})(?:[T ]?([0-9]{2}):?([0-9]{2}):?([0-9]{2})?)?$' -%}
    case
        when {{ column }} like '____-__-__ __:__:__' or {{ column }} like '____-__-__'
            then {{ plausible_time("try_cast(" ~ column ~ " as timestamp)") }}
        when {{ regexp_like(column, digits) }}
            then {{ plausible_time(timestamp_of_parts(column, digits)) }}
        when {{ regexp_like(column, '^[0-9]{9,10}([.][0-9]+)?$') }}
            then {{ plausible_time(epoch_to_timestamp("try_cast(" ~ column ~ " as double)")) }}
        when {{ regexp_like(column, '^[0-9]{12,13}$') }}
            then {{ plausible_time(epoch_to_timestamp("try_cast(" ~ column ~ " as double) / 1000")) }}
        -- Day 1 of a spreadsheet is 1900-01-01 of a calendar with a 29 February 1900; 25569 is 1970-01-01.
        when {{ regexp_like(column, '^[1-7][0-9]{4}([.][0-9]+)?$') }}
            then {{ plausible_time(epoch_to_timestamp("round((try_cast(" ~ column ~ " as double) - 25569) * 86400)")) }}
        when {{ regexp_like(column, clock) }}
            then {{ plausible_time(add_minutes(timestamp_of_parts(column, clock), "-" ~ zone_offset_minutes(column))) }}
    end
{%- endmacro %}

{#- 'UTC' where a text names its own zone or counts from 1970, else null: the local time of channel, shop or store. -#}
{% macro time_zone_of(column) -%}
    case
        when {{ column }} like '____-__-__ __:__:__' or {{ column }} like '____-__-__' then null
        when {{ regexp_like(column, '^[0-9]{9,10}([.][0-9]+)?$') }}
            -- Twelve digits from 19 or 20 on are a day with hour and minute.
            or {{ regexp_like(column, '^([0-9]{13}|(1[0-8]|2[1-9]|[3-9][0-9])[0-9]{10})$') }}
            or {{ regexp_like(column, zone_suffix()) }}
            then 'UTC'
    end
{%- endmacro %}

{% macro zone_suffix() -%}
    [0-9]:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]+)?)? ?(Z|UTC|GMT|[+-][0-9]{2}:?(?:[0-9]{2})?)$
{%- endmacro %}

{#- Minutes by which the zone that a text names is ahead of UTC; 0 where it names none. -#}
{% macro zone_offset_minutes(column) -%}
    {%- set zone = regexp_group(column, zone_suffix(), 1) -%}
    coalesce(
        case when left({{ zone }}, 1) = '-' then -1 else 1 end * (
            try_cast(nullif(substr({{ zone }}, 2, 2), '') as int) * 60
            + coalesce(try_cast(nullif(right(replace({{ zone }}, ':', ''), 2), substr({{ zone }}, 2)) as int), 0)
        ), 0
    )
{%- endmacro %}

{#- The timestamp of a pattern whose groups are year, month, day, hour, minute, second; the last three may be ''. -#}
{% macro timestamp_of_parts(column, pattern) -%}
    try_cast(
        {{ regexp_group(column, pattern, 1) }} || '-' || lpad({{ regexp_group(column, pattern, 2) }}, 2, '0')
        || '-' || lpad({{ regexp_group(column, pattern, 3) }}, 2, '0')
        || ' ' || lpad({{ regexp_group(column, pattern, 4) }}, 2, '0')
        || ':' || lpad({{ regexp_group(column, pattern, 5) }}, 2, '0')
        || ':' || lpad(left({{ regexp_group(column, pattern, 6) }}, 2), 2, '0') as timestamp
    )
{%- endmacro %}

{% macro plausible_time(timestamp) -%}
    case when year({{ timestamp }}) between 1900 and 2100 then {{ timestamp }} end
{%- endmacro %}

{#- parse_timestamp, brought to one local time zone where the text names its own. -#}
{% macro parse_local_timestamp(column, zone) -%}
    case
        when {{ time_zone_of(column) }} = 'UTC' then {{ convert_zone(parse_timestamp(column), "'UTC'", zone) }}
        else {{ parse_timestamp(column) }}
    end
{%- endmacro %}

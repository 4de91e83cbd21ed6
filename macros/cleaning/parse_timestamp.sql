{#- A time in whatever notation: 2023-05-10 08:30:00, 2023/5/10 8:30, 20230510, 20230510083000,
    2023年5月10日 8时30分, ISO 8601 with a zone, seconds or milliseconds since 1970, serial days of a
    spreadsheet. In: a column of clean text. Out: a timestamp without zone, local where the text
    names no zone and UTC where it does (time_zone_of says which); null where it is no possible time
    of the years 1900 to 2100, as written. -#}
{% macro parse_timestamp(column) -%}
    {{ parse_local_timestamp(column, "'UTC'") }}
{%- endmacro %}

{#- parse_timestamp, brought to one local time zone where the text names its own. -#}
{% macro parse_local_timestamp(column, zone) -%}
    {%- set digits = '^((?:19|20)[0-9]{2})([0-9]{2})([0-9]{2})'
        ~ '(?:[T ]?([0-9]{2}):?([0-9]{2}):?([0-9]{2})?)?$' -%}
    {%- set clock = '^((?:19|20)[0-9]{2}|2100)[-/.年]([0-9]{1,2})[-/.月]([0-9]{1,2})[日号]?'
        ~ '(?:[T ]*([0-9]{1,2})[:时点]([0-9]{1,2})(?:[:分](?:([0-9]{1,2})(?:[.][0-9]+)?)?)?秒?)?'
        ~ '(?: ?(?:Z|UTC|GMT|[+-](?:0[0-9]|1[0-4]):?(?:[0-5][0-9])?))?$' -%}
    {%- set number = "try_cast(" ~ column ~ " as double)" -%}
    {%- set clock_in_utc = add_minutes(
        timestamp_of_parts(column, clock), "-" ~ zone_offset_minutes(column)
    ) -%}
    case
        when {{ regexp_like(column, iso_pattern()) }} then try_cast({{ column }} as timestamp)
        when {{ regexp_like(column, digits) }} then {{ timestamp_of_parts(column, digits) }}
        when {{ regexp_like(column, clock) }}
            then case
                when {{ regexp_like(column, zone_suffix()) }}
                    then {{ utc_to_zone(clock_in_utc, zone) }}
                else {{ timestamp_of_parts(column, clock) }}
            end
        -- Nothing is later than 2100: 4133980800 seconds, or day 73416, is the first of 2101.
        when {{ regexp_like(column, seconds_pattern()) }} and {{ number }} < 4133980800
            then {{ utc_to_zone(timestamp_of_seconds(number), zone) }}
        when {{ regexp_like(column, milliseconds_pattern()) }} and {{ number }} < 4133980800000
            then {{ utc_to_zone(timestamp_of_seconds(number ~ " / 1000"), zone) }}
        -- Day 1 of a spreadsheet is 1900-01-01 of a calendar with a 29 February 1900; 25569 is
        -- 1970-01-01.
        when {{ regexp_like(column, '^[1-7][0-9]{4}([.][0-9]+)?$') }} and {{ number }} < 73416
            then {{ timestamp_of_seconds("round((" ~ number ~ " - 25569) * 86400)") }}
    end
{%- endmacro %}

{#- 'UTC' where a text names its own zone or counts from 1970, else null: the local time of channel,
    shop or store. -#}
{% macro time_zone_of(column) -%}
    case
        when {{ regexp_like(column, iso_pattern()) }} then null
        when {{ regexp_like(column, seconds_pattern()) }}
            or {{ regexp_like(column, milliseconds_pattern()) }}
            or {{ regexp_like(column, zone_suffix()) }}
            then 'UTC'
    end
{%- endmacro %}

{#- Most values, which both engines read as they stand. -#}
{% macro iso_pattern() -%}
    ^((19|20)[0-9]{2}|2100)-[0-9]{2}-[0-9]{2}([T ][0-9]{2}:[0-9]{2}:[0-9]{2})?$
{%- endmacro %}

{% macro seconds_pattern() -%}
    ^[0-9]{9,10}([.][0-9]+)?$
{%- endmacro %}

{#- Twelve digits from 19 or 20 on are a day with hour and minute. -#}
{% macro milliseconds_pattern() -%}
    ^([0-9]{13}|(0[0-9]|1[0-8]|2[1-9]|[3-9][0-9])[0-9]{10})$
{%- endmacro %}

{% macro zone_suffix() -%}
    [0-9]:[0-9]{2}(?::[0-9]{2}(?:[.][0-9]+)?)? ?(Z|UTC|GMT|[+-][0-9]{2}:?(?:[0-9]{2})?)$
{%- endmacro %}

{#- Minutes by which the zone that a text names is ahead of UTC; 0 where it names none. -#}
{% macro zone_offset_minutes(column) -%}
    {%- set offset = "replace(" ~ regexp_group(
        column, ':[0-9]{2}(?:[.][0-9]+)? ?([+-][0-9]{2}:?(?:[0-9]{2})?)$', 1
    ) ~ ", ':', '')" -%}
    coalesce(
        60 * try_cast(left({{ offset }}, 3) as int)
        + coalesce(try_cast(left({{ offset }}, 1) || substr({{ offset }}, 4) as int), 0), 0
    )
{%- endmacro %}

{#- The timestamp of a pattern whose groups are year, month, day, hour, minute, second; the last or
    the last three may be ''. -#}
{% macro timestamp_of_parts(column, pattern) -%}
    try_cast(trim(
        trailing ' :' from {{ regexp_rewrite(column, pattern, '$1-$2-$3 $4:$5:$6') }}
    ) as timestamp)
{%- endmacro %}

{#- epoch_to_timestamp for numbers that are known to be in its range. -#}
{% macro timestamp_of_seconds(seconds) -%}
    {{ microseconds_to_timestamp("cast(round(1000000 * (" ~ seconds ~ ")) as bigint)") }}
{%- endmacro %}

{% macro utc_to_zone(timestamp, zone) -%}
    {{ timestamp if zone == "'UTC'" else convert_zone(timestamp, "'UTC'", zone) }}
{%- endmacro %}

{#- Whether a time lies before the one that it must follow; false where either is unknown, and where the other lies in
    the future, which is a finding of its own. A time told as a day is some time of that day. In: two columns of
    timestamps; where they have a `_zone` beside them, the channel, whose time zone holds where that is null. -#}
{% macro is_before(later, earlier, channel=none) -%}
    {%- set late = time_in_business_zone(later, channel) if channel else later -%}
    {%- set early = time_in_business_zone(earlier, channel) if channel else earlier -%}
    coalesce(
        {{ late }} < {{ early }}
        and (
            cast({{ late }} as date) < cast({{ early }} as date)
            or {{ later }} <> cast(cast({{ later }} as date) as timestamp)
            {%- if channel %}
            or {{ later }}_zone is not null
            {%- endif %}
        )
        and not {{ is_future(earlier) }},
        false
    )
{%- endmacro %}

{% macro time_in_business_zone(column, channel) -%}
    {{ to_business_time(column, "coalesce(" ~ column ~ "_zone, " ~ channel_timezone(channel) ~ ")") }}
{%- endmacro %}

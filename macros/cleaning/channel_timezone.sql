{#- The time zone in which a channel's extracts state local times: var channel_timezones by 'channel' or by
    'channel:scope', the scope being `platform.shop_id`; else var business_timezone.
    In: the channel, an expression of the scope or none. Out: SQL text. -#}
{% macro channel_timezone(channel, scope=none) -%}
    {%- set zones = var('channel_timezones') -%}
    {%- set channel_zone = zones.get(channel, var('business_timezone')) -%}
    {%- set scoped = {} -%}
    {%- if scope -%}
        {%- for key, zone in zones.items() if key.startswith(channel ~ ':') -%}
            {%- do scoped.update({key.split(':', 1)[1]: zone}) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- if scoped -%}
    case {{ scope }}
        {%- for key, zone in scoped.items() %} when '{{ key }}' then '{{ zone }}'{% endfor %} else '{{ channel_zone }}'
    end
    {%- else -%}
    '{{ channel_zone }}'
    {%- endif -%}
{%- endmacro %}

{#- A local time of some zone in the time zone of the marts, var business_timezone. Most need no conversion. -#}
{% macro to_business_time(timestamp, zone) -%}
    case
        when {{ zone }} = '{{ var("business_timezone") }}' then {{ timestamp }}
        else {{ convert_zone(timestamp, zone, "'" ~ var("business_timezone") ~ "'") }}
    end
{%- endmacro %}

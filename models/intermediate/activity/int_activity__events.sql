{{ config(materialized='view') }}

-- What happens on the web, in the app and in the mini program, in the time zone of the marts; what
-- is dated in the future does not count. An event without a session stands alone.
{% set time_zone = channel_timezone('web') -%}

with web_events as (

    select * from {{ ref('stg_web__events') }}

),

timed as (

    select
        *,
        {{ to_business_time(
            'event_at', "coalesce(event_at_zone, " ~ time_zone ~ ")"
        ) }} as business_event_at
    from web_events

),

events as (

    select
        event_id,
        -- One number of a session may come from several devices; no part holds the separator.
        case
            when session_id is null then 'e' || chr(31) || event_id
            else 's' || chr(31) || coalesce(device_id, '') || chr(31) || session_id
        end as session_key,
        device_id,
        session_id,
        account_id,
        platform,
        event_name,
        page,
        sku,
        'shop:' || order_id as order_id,
        utm_source,
        utm_medium,
        utm_campaign,
        business_event_at as event_at
    from timed
    where not {{ is_future('business_event_at') }}

)

select * from events

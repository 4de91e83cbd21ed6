{{ config(materialized='view') }}

with base as (

    select * from {{ ref('base_web__events') }}

),

kept as (

    select
        event_id,
        event_at,
        event_at_zone,
        device_id,
        account_id,
        session_id,
        platform,
        event_name,
        page,
        sku,
        order_id,
        utm_source,
        utm_medium,
        utm_campaign
    from base
    where rejection is null and duplicate_rank = 1 and not is_deleted

)

select * from kept

{{ config(materialized='view') }}

with base as (

    select * from {{ ref('base_marketing__campaigns') }}

),

kept as (

    select
        campaign_id,
        campaign_name,
        touch_channel,
        offer_type,
        started_at,
        ended_at,
        cost_amount
    from base
    where rejection is null and duplicate_rank = 1 and not is_deleted

)

select * from kept

{{ config(materialized='view') }}

-- Campaigns as they are planned: one may begin after the extracts were taken.
with marketing_campaigns as (

    select * from {{ ref('stg_marketing__campaigns') }}

),

campaigns as (

    select
        campaign_id,
        campaign_name,
        touch_channel,
        offer_type,
        started_at,
        ended_at,
        cost_amount
    from marketing_campaigns

)

select * from campaigns

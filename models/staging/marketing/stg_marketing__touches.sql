{{ config(materialized='view') }}

with base as (

    select * from {{ ref('base_marketing__touches') }}

),

kept as (

    select
        touch_id,
        campaign_id,
        account_id,
        member_no,
        mobile_kind,
        mobile,
        telephone,
        variant,
        touched_at,
        touched_at_zone,
        opened_at,
        opened_at_zone,
        clicked_at,
        clicked_at_zone
    from base
    where rejection is null and duplicate_rank = 1 and not is_deleted

)

select * from kept

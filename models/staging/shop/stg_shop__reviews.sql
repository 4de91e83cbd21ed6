{{ config(materialized='view') }}

with base as (

    select * from {{ ref('base_shop__reviews') }}

),

kept as (

    select
        review_id,
        order_id,
        sku,
        rating,
        text,
        reviewed_at,
        reviewed_at_zone
    from base
    where rejection is null and duplicate_rank = 1 and not is_deleted

)

select * from kept

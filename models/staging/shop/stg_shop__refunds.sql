{{ config(materialized='view') }}

with base as (

    select * from {{ ref('base_shop__refunds') }}

),

kept as (

    select
        refund_id,
        order_id,
        line_no,
        quantity,
        refund_type,
        return_channel,
        amount,
        reason,
        refunded_at,
        refunded_at_zone
    from base
    where rejection is null and duplicate_rank = 1 and not is_deleted

)

select * from kept

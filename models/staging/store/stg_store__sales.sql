{{ config(materialized='view') }}

with base as (

    select * from {{ ref('base_store__sales') }}

),

kept as (

    select
        receipt_no,
        member_no,
        mobile_kind,
        mobile,
        telephone,
        store_id,
        staff_id,
        sold_at,
        sold_at_zone,
        amount,
        discount_amount,
        payment_method,
        promotion_id,
        is_return,
        original_order_id
    from base
    where rejection is null and duplicate_rank = 1 and not is_deleted

)

select * from kept

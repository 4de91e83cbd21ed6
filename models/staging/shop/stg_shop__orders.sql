{{ config(materialized='view') }}

with base as (

    select * from {{ ref('base_shop__orders') }}

),

kept as (

    select
        order_id,
        platform,
        shop_id,
        account_id,
        parent_order_id,
        ordered_at,
        ordered_at_zone,
        paid_at,
        paid_at_zone,
        status,
        payment_method,
        goods_amount,
        discount_amount,
        freight_amount,
        paid_amount,
        promotion_id,
        fulfilment,
        receiver_name,
        receiver_division_code,
        receiver_province,
        receiver_city,
        receiver_district,
        receiver_mobile_hash,
        receiver_address_hash
    from base
    where rejection is null and duplicate_rank = 1 and not is_deleted

)

select * from kept

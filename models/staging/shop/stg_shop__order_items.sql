{{ config(materialized='view') }}

with base as (

    select * from {{ ref('base_shop__order_items') }}

),

kept as (

    select
        order_id,
        line_no,
        sku,
        quantity,
        unit_price,
        line_amount
    from base
    where rejection is null and duplicate_rank = 1 and not is_deleted

)

select * from kept

{{ config(materialized='view') }}

with base as (

    select * from {{ ref('base_shop__products') }}

),

kept as (

    select
        sku,
        product_name,
        category,
        subcategory,
        unit_cost
    from base
    where rejection is null and duplicate_rank = 1 and not is_deleted

)

select * from kept

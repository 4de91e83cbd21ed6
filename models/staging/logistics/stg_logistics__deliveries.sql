{{ config(materialized='view') }}

with base as (

    select * from {{ ref('base_logistics__deliveries') }}

),

kept as (

    select
        order_id,
        carrier,
        shipped_at,
        shipped_at_zone,
        delivered_at,
        delivered_at_zone,
        delivered_division_code,
        delivered_province,
        delivered_city,
        delivered_district,
        status
    from base
    where rejection is null and duplicate_rank = 1 and not is_deleted

)

select * from kept

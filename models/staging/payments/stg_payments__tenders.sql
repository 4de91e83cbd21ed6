{{ config(materialized='view') }}

with base as (

    select * from {{ ref('base_payments__tenders') }}

),

kept as (

    select
        channel,
        order_id,
        tender_no,
        tender_type,
        amount,
        paid_at,
        paid_at_zone
    from base
    where rejection is null and duplicate_rank = 1 and not is_deleted

)

select * from kept

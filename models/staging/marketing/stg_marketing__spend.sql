{{ config(materialized='view') }}

with base as (

    select * from {{ ref('base_marketing__spend') }}

),

kept as (

    select
        row_key as part_key,
        spend_key,
        spent_on,
        utm_source,
        utm_medium,
        cost_amount
    from base
    where rejection is null and duplicate_rank = 1 and not is_deleted

)

select * from kept

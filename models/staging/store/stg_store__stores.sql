{{ config(materialized='view') }}

with base as (

    select * from {{ ref('base_store__stores') }}

),

kept as (

    select
        store_id,
        store_name,
        division_code,
        province,
        city,
        district,
        is_urban,
        brand,
        legal_entity,
        timezone
    from base
    where rejection is null and duplicate_rank = 1 and not is_deleted

)

select * from kept

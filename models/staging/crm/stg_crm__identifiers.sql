{{ config(materialized='view') }}

with base as (

    select * from {{ ref('base_crm__identifiers') }}

),

kept as (

    select
        record_id,
        channel,
        record_key,
        identifier_type,
        scope,
        value,
        verified_at,
        ended_at
    from base
    where rejection is null and duplicate_rank = 1 and not is_deleted

)

select * from kept

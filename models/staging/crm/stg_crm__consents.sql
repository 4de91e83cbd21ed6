{{ config(materialized='view') }}

with base as (

    select * from {{ ref('base_crm__consents') }}

),

kept as (

    select
        record_id,
        channel,
        record_key,
        purpose,
        contact_channel,
        is_granted,
        changed_at,
        policy_version,
        is_separate,
        guardian_key
    from base
    where rejection is null and duplicate_rank = 1 and not is_deleted

)

select * from kept

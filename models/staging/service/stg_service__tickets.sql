{{ config(materialized='view') }}

with base as (

    select * from {{ ref('base_service__tickets') }}

),

kept as (

    select
        ticket_id,
        account_id,
        member_no,
        contact_name,
        contact_mobile_kind,
        contact_mobile,
        contact_telephone,
        contact_email,
        contact_method,
        opened_at,
        opened_at_zone,
        resolved_at,
        resolved_at_zone,
        category,
        text,
        satisfaction
    from base
    where rejection is null and duplicate_rank = 1 and not is_deleted

)

select * from kept

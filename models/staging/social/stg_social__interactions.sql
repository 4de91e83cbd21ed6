{{ config(materialized='view') }}

with base as (

    select * from {{ ref('base_social__interactions') }}

),

kept as (

    select
        interaction_id,
        openid,
        interaction_type,
        content_type,
        text,
        happened_at,
        happened_at_zone
    from base
    where rejection is null and duplicate_rank = 1 and not is_deleted

)

select * from kept

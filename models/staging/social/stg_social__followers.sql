{{ config(materialized='view') }}

with base as (

    select * from {{ ref('base_social__followers') }}

),

kept as (

    select
        record_id,
        openid,
        app_id,
        unionid,
        nickname,
        mobile_kind,
        mobile_masked,
        mobile,
        telephone,
        gender,
        division_code,
        province,
        city,
        district,
        is_urban,
        followed_at,
        updated_at,
        _source_file,
        _source_row
    from base
    where rejection is null and duplicate_rank = 1 and not is_deleted

)

select * from kept

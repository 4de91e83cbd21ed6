{{ config(materialized='view') }}

with base as (

    select * from {{ ref('base_shop__accounts') }}

),

kept as (

    select
        record_id,
        platform,
        shop_id,
        account_id,
        nickname,
        real_name,
        mobile_kind,
        mobile_masked,
        mobile,
        telephone,
        is_mobile_verified,
        email,
        unionid,
        gender,
        division_code,
        province,
        city,
        district,
        is_urban,
        brand,
        legal_entity,
        register_channel,
        registered_at,
        updated_at,
        _source_file,
        _source_row
    from base
    where rejection is null and duplicate_rank = 1 and not is_deleted

)

select * from kept

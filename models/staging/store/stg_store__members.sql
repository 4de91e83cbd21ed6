{{ config(materialized='view') }}

with base as (

    select * from {{ ref('base_store__members') }}

),

kept as (

    select
        record_id,
        member_no,
        brand,
        legal_entity,
        name,
        mobile_kind,
        mobile_masked,
        mobile,
        telephone,
        is_mobile_verified,
        national_id,
        unionid,
        gender,
        birth_date,
        age,
        income_band,
        household_size,
        member_level,
        store_id,
        registered_at,
        updated_at,
        _source_file,
        _source_row
    from base
    where rejection is null and duplicate_rank = 1 and not is_deleted

)

select * from kept

{{ config(materialized='view') }}

with base as (

    select * from {{ ref('base_crm__customers') }}

),

kept as (

    select
        record_id,
        customer_no,
        name,
        gender,
        birth_date,
        age,
        national_id,
        mobile_kind,
        mobile_masked,
        mobile,
        telephone,
        is_mobile_verified,
        email,
        division_code,
        province,
        city,
        district,
        is_urban,
        address,
        occupation,
        education,
        company_name,
        member_level,
        brand,
        legal_entity,
        acquisition_source,
        referrer_no,
        account_status,
        is_employee,
        registered_at,
        updated_at,
        _source_file,
        _source_row
    from base
    where rejection is null and duplicate_rank = 1 and not is_deleted

)

select * from kept

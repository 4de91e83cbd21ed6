{{ config(materialized='view') }}

with base as (

    select * from {{ ref('base_registry__companies') }}

),

kept as (

    select
        company_key,
        company_name,
        credit_code,
        industry,
        n_employees,
        division_code,
        province,
        city,
        district,
        is_urban,
        _source_file,
        _source_row
    from base
    where rejection is null and duplicate_rank = 1 and not is_deleted

)

select * from kept

-- The companies of the register.
with registry_companies as (

    select * from {{ ref('stg_registry__companies') }}

),

companies as (

    select
        company_key,
        credit_code,
        company_name,
        industry,
        {{ company_size_band('n_employees') }} as company_size_band,
        _source_file,
        _source_row
    from registry_companies

)

select * from companies

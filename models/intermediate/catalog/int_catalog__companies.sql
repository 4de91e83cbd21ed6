-- Companies of the register by name; of several of one name only what all of them share is known.
with registry_companies as (

    select * from {{ ref('stg_registry__companies') }}

),

named as (

    select
        {{ company_key('company_name') }} as company_name_key,
        industry,
        {{ company_size_band('n_employees') }} as company_size_band
    from registry_companies

),

companies as (

    select
        company_name_key,
        count(*) as n_companies,
        case when min(industry) = max(industry) then min(industry) end as industry,
        case
            when min(company_size_band) = max(company_size_band) then min(company_size_band)
        end as company_size_band
    from named
    where company_name_key is not null
    group by company_name_key

)

select * from companies

-- The company that an account names or is: by its credit code where one is known, else by its name.
with records as (

    select * from {{ ref('int_identity__records') }}

),

crm_customers as (

    select * from {{ ref('stg_crm__customers') }}

),

identifiers as (

    select * from {{ ref('stg_crm__identifiers') }}

),

company_names as (

    select * from {{ ref('int_profile__company_names') }}

),

companies as (

    select * from {{ ref('int_catalog__companies') }}

),

credit_codes as (

    select
        record_id,
        min(value) as credit_code,
        count(distinct value) as n_codes
    from identifiers
    where identifier_type = 'credit_code' and ended_at is null
    group by record_id

),

stated_names as (

    select
        record_id,
        company_name
    from crm_customers
    where company_name is not null

),

own_names as (

    select
        records.record_id,
        records.name as company_name
    from records
    inner join company_names
        on company_names.company_name = records.name and company_names.is_company

),

account_ids as (

    select record_id from stated_names
    union
    select record_id from own_names
    union
    select record_id from credit_codes

),

accounts as (

    select
        account_ids.record_id,
        -- A company that states another as its own belongs to that.
        coalesce(
            stated_names.company_name, own_names.company_name, companies.company_name
        ) as company_name,
        own_names.record_id is not null as is_company,
        credit_codes.credit_code,
        coalesce(credit_codes.n_codes, 0) as n_codes
    from account_ids
    inner join records on records.record_id = account_ids.record_id
    left join stated_names on stated_names.record_id = account_ids.record_id
    left join own_names on own_names.record_id = account_ids.record_id
    left join credit_codes on credit_codes.record_id = account_ids.record_id
    left join companies
        on companies.credit_code = credit_codes.credit_code and credit_codes.n_codes = 1

),

matched as (

    select
        accounts.record_id,
        accounts.company_name,
        accounts.is_company,
        case
            when accounts.n_codes > 1 then 'several_credit_codes'
            when by_code.company_key is not null then 'credit_code'
            when by_name.credit_code <> accounts.credit_code then 'credit_code_differs'
            else coalesce(company_names.company_match, 'not_in_register')
        end as company_match,
        case
            when accounts.n_codes > 1 then null
            when by_code.company_key is not null then by_code.company_key
            when by_name.credit_code <> accounts.credit_code then null
            else by_name.company_key
        end as company_key
    from accounts
    left join company_names on company_names.company_name = accounts.company_name
    left join companies as by_name on by_name.company_key = company_names.company_key
    left join companies as by_code on by_code.credit_code = accounts.credit_code

)

select * from matched

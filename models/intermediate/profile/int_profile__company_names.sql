-- Which names are companies', and which company of the register each is.
with crm_customers as (

    select * from {{ ref('stg_crm__customers') }}

),

shop_accounts as (

    select * from {{ ref('stg_shop__accounts') }}

),

store_members as (

    select * from {{ ref('stg_store__members') }}

),

companies as (

    select * from {{ ref('int_catalog__companies') }}

),

company_suffixes as (

    select * from {{ ref('company_suffixes') }}

),

attribute_overrides as (

    select * from {{ ref('attribute_overrides') }}

),

written as (

    select
        name as company_name,
        false as is_stated_company
    from crm_customers

    union all

    select
        company_name,
        true as is_stated_company
    from crm_customers

    union all

    select
        real_name as company_name,
        false as is_stated_company
    from shop_accounts

    union all

    select
        name as company_name,
        false as is_stated_company
    from store_members

    union all

    select
        value as company_name,
        attribute = 'company_name' as is_stated_company
    from attribute_overrides
    where attribute in ('name', 'company_name')

    union all

    select
        company_name,
        true as is_stated_company
    from companies

),

distinct_names as (

    select
        company_name,
        bool_or(is_stated_company) as is_stated_company
    from written
    where company_name is not null
    group by company_name

),

-- The last sign is compared by itself, so that names meet only the endings that they can have.
longest_suffixes as (

    select
        distinct_names.company_name,
        company_suffixes.suffix,
        company_suffixes.legal_form
    from distinct_names
    inner join company_suffixes
        on
            right(company_suffixes.suffix, 1) = right(lower(distinct_names.company_name), 1)
            and {{ has_suffix('distinct_names.company_name', 'company_suffixes.suffix') }}
    qualify row_number() over (
        partition by distinct_names.company_name
        order by length(company_suffixes.suffix) desc, company_suffixes.suffix asc
    ) = 1

),

keyed as (

    select
        distinct_names.company_name,
        distinct_names.is_stated_company,
        longest_suffixes.suffix is not null as has_company_suffix,
        -- 公司 alone tells that it is a company and not of which form.
        nullif(longest_suffixes.legal_form, 'company') as legal_form,
        {{ company_key('distinct_names.company_name') }} as name_key,
        case
            when longest_suffixes.legal_form is null
                then {{ company_key('distinct_names.company_name') }}
            else {{ company_key(
                "left(lower(distinct_names.company_name),"
                ~ " length(lower(distinct_names.company_name))"
                ~ " - length(longest_suffixes.suffix))"
            ) }}
        end as short_key
    from distinct_names
    left join longest_suffixes on longest_suffixes.company_name = distinct_names.company_name

),

registered as (

    select
        companies.company_key,
        keyed.name_key,
        keyed.short_key,
        keyed.legal_form
    from companies
    inner join keyed on keyed.company_name = companies.company_name

),

registered_names as (

    select
        name_key,
        min(company_key) as company_key,
        count(*) as n_companies
    from registered
    where name_key is not null
    group by name_key

),

known as (

    select
        keyed.company_name,
        keyed.short_key,
        keyed.legal_form,
        keyed.has_company_suffix or registered_names.name_key is not null as is_company,
        registered_names.company_key,
        coalesce(registered_names.n_companies, 0) as n_companies
    from keyed
    left join registered_names on registered_names.name_key = keyed.name_key
    where
        keyed.is_stated_company
        or keyed.has_company_suffix
        or registered_names.name_key is not null

),

-- 宏达贸易 and 宏达贸易有限公司 are written for one another, 有限公司 and 股份有限公司 are not.
short_matches as (

    select
        known.company_name,
        min(registered.company_key) as company_key,
        count(*) as n_companies
    from known
    inner join registered
        on
            registered.short_key = known.short_key
            and coalesce(registered.legal_form = known.legal_form, true)
    where known.n_companies = 0
    group by known.company_name

),

matched as (

    select
        known.company_name,
        known.is_company,
        case
            when known.n_companies = 1 then known.company_key
            when short_matches.n_companies = 1 then short_matches.company_key
        end as company_key,
        case
            when known.n_companies = 1 then 'name'
            when known.n_companies > 1 or short_matches.n_companies > 1 then 'several_companies'
            when short_matches.n_companies = 1 then 'name_without_legal_form'
            else 'not_in_register'
        end as company_match
    from known
    left join short_matches on short_matches.company_name = known.company_name

)

select * from matched

-- The winning attributes side by side.
with attributes as (

    select * from {{ ref('int_profile__attributes') }}

),

records as (

    select * from {{ ref('int_identity__records') }}

),

crosswalk as (

    select * from {{ ref('int_identity__crosswalk') }}

),

account_companies as (

    select * from {{ ref('int_profile__account_companies') }}

),

company_names as (

    select * from {{ ref('int_profile__company_names') }}

),

companies as (

    select * from {{ ref('int_catalog__companies') }}

),

survey_responses as (

    select * from {{ ref('int_activity__survey_responses') }}

),

wide as (

    select
        customer_id,
        max(attribute_value) filter (where attribute = 'name') as name,
        max(attribute_value) filter (where attribute = 'gender') as gender,
        cast(max(attribute_value) filter (where attribute = 'birth_date') as date) as birth_date,
        cast(max(attribute_value) filter (where attribute = 'age') as int) as stated_age,
        cast(max(observed_at) filter (where attribute = 'age') as date) as age_stated_on,
        max(attribute_value) filter (where attribute = 'mobile') as mobile_masked,
        max(attribute_value) filter (where attribute = 'email') as email_masked,
        max(attribute_value) filter (where attribute = 'province') as province,
        max(attribute_value) filter (where attribute = 'city') as city,
        max(attribute_value) filter (where attribute = 'district') as district,
        cast(max(attribute_value) filter (where attribute = 'is_urban') as boolean) as is_urban,
        max(attribute_value) filter (where attribute = 'occupation') as occupation,
        max(attribute_value) filter (where attribute = 'education') as education,
        max(attribute_value) filter (where attribute = 'income_band') as income_band,
        max(attribute_value) filter (where attribute = 'company_name') as company_name,
        max(attribute_value) filter (where attribute = 'member_level') as member_level,
        max(attribute_value) filter (where attribute = 'account_status') as account_status,
        max(attribute_value) filter (where attribute = 'home_store_id') as home_store_id,
        max(attribute_value) filter (
            where attribute = 'acquisition_channel'
        ) as acquisition_channel,
        cast(
            max(attribute_value) filter (where attribute = 'registered_at') as timestamp
        ) as registered_at,
        max(record_id) filter (where attribute = 'name') as name_record_id,
        max(record_id) filter (where attribute = 'company_name') as company_record_id,
        bool_or(origin = 'override') filter (where attribute = 'name') as is_written_name,
        bool_or(origin = 'override') filter (
            where attribute = 'company_name'
        ) as is_written_company_name,
        {{ list_distinct_sorted('case when has_conflict then attribute end') }}
            as conflicting_attributes
    from attributes
    group by customer_id

),

record_totals as (

    select
        crosswalk.customer_id,
        min(coalesce(records.registered_at, records.updated_at)) as first_record_at,
        max(records.updated_at) as last_record_at,
        {{ list_distinct_sorted('records.brand') }} as brands,
        {{ list_distinct_sorted('records.legal_entity') }} as legal_entities,
        {{ list_distinct_sorted('crosswalk.channel') }} as channels,
        count(*) as n_records,
        max(records.id_birth_date) as id_birth_date,
        max(records.id_gender) as id_gender,
        max(records.birth_date) as latest_stated_birth_date,
        min(records.birth_date) as earliest_stated_birth_date,
        max(nullif(records.gender, 'unknown')) as greatest_stated_gender,
        min(nullif(records.gender, 'unknown')) as least_stated_gender
    from crosswalk
    inner join records on records.record_id = crosswalk.record_id
    group by crosswalk.customer_id

),

-- What a reviewer wrote is no account's: it is looked up by itself.
customer_companies as (

    select
        wide.customer_id,
        case
            when wide.is_written_name then coalesce(written_names.is_company, false)
            else coalesce(name_accounts.is_company, false)
        end as is_company,
        case
            when wide.is_written_company_name
                then coalesce(written_companies.company_match, 'not_in_register')
            else company_accounts.company_match
        end as company_match,
        case
            when wide.is_written_company_name then written_companies.company_key
            else company_accounts.company_key
        end as company_key
    from wide
    left join account_companies as name_accounts
        on name_accounts.record_id = wide.name_record_id and not wide.is_written_name
    left join company_names as written_names
        on written_names.company_name = wide.name and wide.is_written_name
    left join account_companies as company_accounts
        on
            company_accounts.record_id = wide.company_record_id
            and not wide.is_written_company_name
    left join company_names as written_companies
        on
            written_companies.company_name = wide.company_name
            and wide.is_written_company_name

),

answered_industries as (

    select
        customer_id,
        industry
    from survey_responses
    where customer_id is not null and industry is not null
    qualify row_number() over (
        partition by customer_id order by submitted_at desc nulls last, response_id asc
    ) = 1

),

assembled as (

    select
        record_totals.customer_id,
        case when customer_companies.is_company then 'company' else 'person' end as customer_type,
        wide.name,
        coalesce(wide.gender, 'unknown') as gender,
        wide.birth_date,
        wide.stated_age,
        wide.age_stated_on,
        wide.mobile_masked,
        wide.email_masked,
        wide.province,
        wide.city,
        wide.district,
        wide.is_urban,
        wide.occupation,
        wide.education,
        wide.income_band,
        wide.company_name,
        companies.credit_code as company_credit_code,
        customer_companies.company_match,
        -- The register knows better than the customer's answer.
        coalesce(companies.industry, answered_industries.industry) as industry,
        companies.industry is not null as is_registered_industry,
        companies.company_size_band,
        wide.company_record_id,
        companies.company_key,
        wide.member_level,
        wide.account_status,
        wide.home_store_id,
        wide.acquisition_channel,
        wide.registered_at,
        record_totals.first_record_at,
        record_totals.last_record_at,
        record_totals.brands,
        record_totals.legal_entities,
        record_totals.channels,
        record_totals.n_records,
        -- What was stated against what the national id says.
        case
            when
                record_totals.id_birth_date is null
                or record_totals.latest_stated_birth_date is null
                then 'unknown'
            when
                record_totals.latest_stated_birth_date = record_totals.id_birth_date
                and record_totals.earliest_stated_birth_date = record_totals.id_birth_date
                then 'agrees'
            else 'differs'
        end as age_check,
        case
            when
                record_totals.id_gender is null
                or record_totals.greatest_stated_gender is null
                then 'unknown'
            when
                record_totals.greatest_stated_gender = record_totals.id_gender
                and record_totals.least_stated_gender = record_totals.id_gender
                then 'agrees'
            else 'differs'
        end as gender_check,
        coalesce(wide.conflicting_attributes, {{ empty_text_list() }}) as conflicting_attributes
    from record_totals
    left join wide on wide.customer_id = record_totals.customer_id
    left join customer_companies on customer_companies.customer_id = record_totals.customer_id
    left join companies on companies.company_key = customer_companies.company_key
    left join answered_industries on answered_industries.customer_id = record_totals.customer_id

)

select * from assembled

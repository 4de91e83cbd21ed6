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

company_suffixes as (

    select * from {{ ref('company_suffixes') }}

),

companies as (

    select * from {{ ref('int_catalog__companies') }}

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
        max(attribute_value) filter (where attribute = 'region') as region_value,
        max(attribute_value) filter (where attribute = 'occupation') as occupation,
        max(attribute_value) filter (where attribute = 'education') as education,
        max(attribute_value) filter (where attribute = 'income_band') as income_band,
        max(attribute_value) filter (where attribute = 'company_name') as company_name,
        max(attribute_value) filter (where attribute = 'member_level') as member_level,
        max(attribute_value) filter (where attribute = 'account_status') as account_status,
        max(attribute_value) filter (where attribute = 'home_store_id') as home_store_id,
        max(attribute_value) filter (where attribute = 'acquisition_channel') as acquisition_channel
    from attributes
    group by customer_id

),

record_totals as (

    select
        crosswalk.customer_id,
        min(records.registered_at) as registered_at,
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

company_names as (

    select wide.name
    from wide
    inner join company_suffixes on {{ has_suffix('wide.name', 'company_suffixes.suffix') }}

    union

    select wide.name
    from wide
    inner join companies on companies.company_name_key = {{ company_key('wide.name') }}

),

assembled as (

    select
        record_totals.customer_id,
        case when company_names.name is not null then 'company' else 'person' end as customer_type,
        wide.name,
        coalesce(wide.gender, 'unknown') as gender,
        wide.birth_date,
        wide.stated_age,
        wide.age_stated_on,
        wide.mobile_masked,
        wide.email_masked,
        split_part(wide.region_value, '|', 2) as province,
        nullif(split_part(wide.region_value, '|', 3), '') as city,
        nullif(split_part(wide.region_value, '|', 4), '') as district,
        cast(nullif(split_part(wide.region_value, '|', 5), '') as boolean) as is_urban,
        wide.occupation,
        wide.education,
        wide.income_band,
        coalesce(wide.company_name, company_names.name) as company_name,
        companies.industry,
        companies.company_size_band,
        wide.member_level,
        wide.account_status,
        wide.home_store_id,
        wide.acquisition_channel,
        record_totals.registered_at,
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
        end as gender_check
    from record_totals
    left join wide on wide.customer_id = record_totals.customer_id
    left join company_names on company_names.name = wide.name
    left join companies
        on
            companies.company_name_key
            = {{ company_key("coalesce(wide.company_name, company_names.name)") }}

)

select * from assembled

with golden_records as (

    select * from {{ ref('int_profile__golden_records') }}

),

customer_classes as (

    select * from {{ ref('int_profile__customer_classes') }}

),

consents as (

    select * from {{ ref('int_profile__consents') }}

),

region_checks as (

    select * from {{ ref('int_profile__region_checks') }}

),

findings as (

    select * from {{ ref('int_quality__findings') }}

),

crosswalk as (

    select * from {{ ref('customer_crosswalk') }}

),

activity as (

    select * from {{ ref('int_behavior__activity') }}

),

behavior as (

    select * from {{ ref('customer_behavior') }}

),

as_of as (

    select as_of_date from {{ ref('int_activity__as_of_date') }}

),

to_verify as (

    select distinct crosswalk.customer_id
    from findings
    inner join crosswalk on crosswalk.record_id = findings.record_id
    where findings.is_to_verify

),

aged as (

    select
        *,
        -- A stated age has grown since the day on which it was stated.
        case
            when birth_date is not null
                then {{ years_between('birth_date', '(select as_of.as_of_date from as_of)') }}
            else stated_age + coalesce(
                greatest(
                    0,
                    {{ years_between('age_stated_on', '(select as_of.as_of_date from as_of)') }}
                ), 0
            )
        end as age
    from golden_records

),

assembled as (

    select
        aged.customer_id,
        aged.customer_type,
        customer_classes.customer_class,
        aged.name,
        aged.gender,
        aged.birth_date,
        cast(aged.age as int) as age,
        {{ age_band('aged.age') }} as age_band,
        aged.age < {{ var('minor_below_age') }} as is_minor,
        aged.mobile_masked,
        aged.email_masked,
        aged.province,
        aged.city,
        aged.district,
        -- Municipalities are their own province and city.
        case
            when aged.province = aged.city then aged.province || coalesce('-' || aged.district, '')
            else aged.province || coalesce('-' || aged.city, '')
        end as region,
        aged.is_urban,
        aged.occupation,
        aged.education,
        aged.income_band,
        aged.company_name,
        aged.company_credit_code,
        aged.company_match,
        aged.industry,
        aged.company_size_band,
        aged.brands,
        aged.legal_entities,
        aged.registered_at,
        aged.acquisition_channel,
        aged.channels,
        cast(aged.n_records as int) as n_records,
        aged.member_level,
        aged.account_status,
        aged.home_store_id,
        region_checks.region_check,
        aged.age_check,
        aged.gender_check,
        {{ list_length('aged.conflicting_attributes') }} > 0 as has_conflict,
        aged.conflicting_attributes,
        cast((
            case when aged.name is null then 0 else 1 end
            + case when aged.gender = 'unknown' then 0 else 1 end
            + case when aged.birth_date is null then 0 else 1 end
            + case when aged.mobile_masked is null then 0 else 1 end
            + case when aged.province is null then 0 else 1 end
            + case when aged.occupation is null then 0 else 1 end
            + case when aged.registered_at is null then 0 else 1 end
            + case when aged.acquisition_channel is null then 0 else 1 end
        ) as double) / 8 as completeness_rate,
        to_verify.customer_id is not null as is_to_verify,
        {{ empty_text_list() }} as tags,
        least(aged.first_record_at, activity.first_action_at) as first_seen_at,
        behavior.last_active_at,
        coalesce(consents.allows_personalisation, false) as allows_personalisation,
        coalesce(consents.allows_marketing, false) as allows_marketing,
        coalesce(consents.allows_sharing, false) as allows_sharing
    from aged
    inner join customer_classes on customer_classes.customer_id = aged.customer_id
    inner join region_checks on region_checks.customer_id = aged.customer_id
    inner join behavior on behavior.customer_id = aged.customer_id
    left join to_verify on to_verify.customer_id = aged.customer_id
    left join activity on activity.customer_id = aged.customer_id
    left join consents on consents.customer_id = aged.customer_id

)

select * from assembled

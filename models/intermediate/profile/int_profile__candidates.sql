-- What each account says of its customer: one row per record and attribute. Core values are
-- masked from here on.
with crm_customers as (

    select * from {{ ref('stg_crm__customers') }}

),

shop_accounts as (

    select * from {{ ref('stg_shop__accounts') }}

),

store_members as (

    select * from {{ ref('stg_store__members') }}

),

social_followers as (

    select * from {{ ref('stg_social__followers') }}

),

wecom_contacts as (

    select * from {{ ref('stg_wecom__contacts') }}

),

records as (

    select * from {{ ref('int_identity__records') }}

),

crosswalk as (

    select * from {{ ref('int_identity__crosswalk') }}

),

attribute_sources as (

    select * from {{ ref('attribute_sources') }}

),

survivorship_rules as (

    select * from {{ ref('int_profile__survivorship_rules') }}

),

attribute_overrides as (

    select * from {{ ref('int_profile__attribute_overrides') }}
    where outcome = 'applied'

),

account_companies as (

    select * from {{ ref('int_profile__account_companies') }}

),

-- 13800138000 and a shop's own number are nobody's, so they are no candidates.
unusable_values as (

    select distinct
        record_id,
        case identifier_type when 'telephone' then 'mobile' else identifier_type end as attribute,
        value_masked
    from {{ ref('int_identity__firewall') }}
    where reason in ('placeholder', 'hub_of_people', 'hub_of_records')

),

customers as (

    select
        customer_id,
        count(*) > 1 as has_several_records
    from crosswalk
    group by customer_id

),

overridden_customers as (

    select distinct customer_id
    from attribute_overrides

),

accounts as (

    select
        crosswalk.record_id,
        crosswalk.customer_id,
        records.channel,
        records.name_key,
        records.id_birth_date,
        records.id_gender,
        records.registered_at,
        records.updated_at,
        coalesce(account_companies.is_company, false) as is_company,
        customers.has_several_records or overridden_customers.customer_id is not null as has_rivals
    from crosswalk
    inner join records on records.record_id = crosswalk.record_id
    inner join customers on customers.customer_id = crosswalk.customer_id
    left join overridden_customers on overridden_customers.customer_id = crosswalk.customer_id
    left join account_companies on account_companies.record_id = crosswalk.record_id

),

stated as (

    {% for attribute, value, relation in [
        ('name', 'name', 'crm_customers'),
        ('gender', 'gender', 'crm_customers'),
        ('birth_date', 'cast(birth_date as string)', 'crm_customers'),
        ('age', 'cast(age as string)', 'crm_customers'),
        ('mobile', mask_mobile('coalesce(mobile, telephone)'), 'crm_customers'),
        ('email', mask_email('email'), 'crm_customers'),
        ('province', 'province', 'crm_customers'),
        ('city', 'city', 'crm_customers'),
        ('district', 'district', 'crm_customers'),
        ('is_urban', 'cast(is_urban as string)', 'crm_customers'),
        ('occupation', 'occupation', 'crm_customers'),
        ('education', 'education', 'crm_customers'),
        ('member_level', 'member_level', 'crm_customers'),
        ('account_status', 'account_status', 'crm_customers'),
        ('acquisition_channel', 'acquisition_source', 'crm_customers'),
        ('name', 'real_name', 'shop_accounts'),
        ('gender', 'gender', 'shop_accounts'),
        ('mobile', mask_mobile('coalesce(mobile, telephone)'), 'shop_accounts'),
        ('email', mask_email('email'), 'shop_accounts'),
        ('province', 'province', 'shop_accounts'),
        ('city', 'city', 'shop_accounts'),
        ('district', 'district', 'shop_accounts'),
        ('is_urban', 'cast(is_urban as string)', 'shop_accounts'),
        ('acquisition_channel', 'register_channel', 'shop_accounts'),
        ('name', 'name', 'store_members'),
        ('gender', 'gender', 'store_members'),
        ('birth_date', 'cast(birth_date as string)', 'store_members'),
        ('age', 'cast(age as string)', 'store_members'),
        ('mobile', mask_mobile('coalesce(mobile, telephone)'), 'store_members'),
        ('income_band', 'income_band', 'store_members'),
        ('member_level', 'member_level', 'store_members'),
        ('home_store_id', 'store_id', 'store_members'),
        ('acquisition_channel', "'store'", 'store_members'),
        ('gender', 'gender', 'social_followers'),
        ('mobile', mask_mobile('coalesce(mobile, telephone)'), 'social_followers'),
        ('province', 'province', 'social_followers'),
        ('city', 'city', 'social_followers'),
        ('district', 'district', 'social_followers'),
        ('is_urban', 'cast(is_urban as string)', 'social_followers'),
        ('acquisition_channel', "'social'", 'social_followers'),
        ('mobile', mask_mobile('coalesce(remark_mobile, remark_telephone)'), 'wecom_contacts'),
        ('acquisition_channel', "'wecom'", 'wecom_contacts'),
        ('company_name', 'company_name', 'account_companies'),
        ('registered_at', 'cast(registered_at as string)', 'records'),
    ] %}
    select
        record_id,
        '{{ attribute }}' as attribute,
        {{ value }} as attribute_value,
        -- A place is the more complete the more of its parts are known.
        {% if attribute == 'province' -%}
        case when district is not null then 1 when city is not null then 2 else 3 end
        {%- else -%}
        1
        {%- endif %} as completeness_rank
    from {{ relation }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

all_candidates as (

    select
        record_id,
        attribute,
        attribute_value,
        'stated' as origin,
        completeness_rank
    from stated
    where attribute_value is not null and not (attribute = 'gender' and attribute_value = 'unknown')

    union all

    -- A valid national id states birth date and sex better than any form.
    select
        record_id,
        'birth_date' as attribute,
        cast(id_birth_date as string) as attribute_value,
        'national_id' as origin,
        1 as completeness_rank
    from records
    where id_birth_date is not null

    union all

    select
        record_id,
        'gender' as attribute,
        id_gender as attribute_value,
        'national_id' as origin,
        1 as completeness_rank
    from records
    where id_gender is not null

    union all

    select
        record_id,
        attribute,
        attribute_value,
        'override' as origin,
        1 as completeness_rank
    from attribute_overrides
    where attribute_value is not null

),

valid_candidates as (

    select
        accounts.customer_id,
        all_candidates.attribute,
        all_candidates.attribute_value,
        -- What is equal but for the way in which it is written; of 张女士 nothing can be told.
        case
            when all_candidates.origin = 'override' or all_candidates.attribute <> 'name'
                then lower(replace(all_candidates.attribute_value, ' ', ''))
            else accounts.name_key
        end as comparable_value,
        all_candidates.record_id,
        all_candidates.origin,
        all_candidates.origin = 'override' or chosen_records.customer_id is not null as is_override,
        accounts.has_rivals
        or (all_candidates.attribute = 'birth_date' and accounts.id_birth_date is not null)
        or (all_candidates.attribute = 'gender' and accounts.id_gender is not null) as has_rivals,
        accounts.updated_at as observed_at,
        accounts.registered_at,
        -- A full name before 张女士 and before a number that stands where the name should.
        case
            when
                all_candidates.attribute = 'name'
                and all_candidates.origin = 'stated'
                and accounts.name_key is null
                then 2
            else all_candidates.completeness_rank
        end as completeness_rank,
        coalesce(attribute_sources.priority, 99) as source_priority
    from all_candidates
    inner join accounts on accounts.record_id = all_candidates.record_id
    inner join survivorship_rules on survivorship_rules.attribute = all_candidates.attribute
    left join attribute_sources
        on
            attribute_sources.attribute = all_candidates.attribute
            and attribute_sources.channel = accounts.channel
    left join unusable_values
        on
            unusable_values.record_id = all_candidates.record_id
            and unusable_values.attribute = all_candidates.attribute
            and unusable_values.value_masked = all_candidates.attribute_value
    left join attribute_overrides as chosen_records
        on
            chosen_records.winning_record_id = all_candidates.record_id
            and chosen_records.attribute = all_candidates.attribute
    where
        unusable_values.record_id is null
        -- A company has no sex; what its account states is somebody's who works there.
        and not (survivorship_rules.is_of_person and accounts.is_company)
        -- A mobile or an e-mail that stands where the name should is no name.
        and not (
            all_candidates.attribute = 'name'
            and {{ regexp_like('all_candidates.attribute_value', '[0-9]{7}|@') }}
        )

)

select * from valid_candidates

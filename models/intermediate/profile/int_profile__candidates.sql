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

-- 13800138000 and a shop's own number are nobody's, so they are no candidates.
unusable_values as (

    select distinct
        record_id,
        case identifier_type when 'telephone' then 'mobile' else identifier_type end as attribute,
        value_masked
    from {{ ref('int_identity__firewall') }}
    where reason in ('placeholder', 'hub_of_people', 'hub_of_records')

),

stated as (

    {% for attribute, value, relation in [
        ('name', 'name', 'crm_customers'),
        ('gender', 'gender', 'crm_customers'),
        ('birth_date', 'cast(birth_date as string)', 'crm_customers'),
        ('age', 'cast(age as string)', 'crm_customers'),
        ('mobile', mask_mobile('coalesce(mobile, telephone)'), 'crm_customers'),
        ('email', mask_email('email'), 'crm_customers'),
        ('region', place_of_record(), 'crm_customers'),
        ('occupation', 'occupation', 'crm_customers'),
        ('education', 'education', 'crm_customers'),
        ('company_name', 'company_name', 'crm_customers'),
        ('member_level', 'member_level', 'crm_customers'),
        ('account_status', 'account_status', 'crm_customers'),
        ('acquisition_channel', 'acquisition_source', 'crm_customers'),
        ('name', 'real_name', 'shop_accounts'),
        ('gender', 'gender', 'shop_accounts'),
        ('mobile', mask_mobile('coalesce(mobile, telephone)'), 'shop_accounts'),
        ('email', mask_email('email'), 'shop_accounts'),
        ('region', place_of_record(), 'shop_accounts'),
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
        ('region', place_of_record(), 'social_followers'),
        ('acquisition_channel', "'social'", 'social_followers'),
        ('mobile', mask_mobile('coalesce(remark_mobile, remark_telephone)'), 'wecom_contacts'),
        ('acquisition_channel', "'wecom'", 'wecom_contacts'),
    ] %}
    select
        record_id,
        '{{ attribute }}' as attribute,
        {{ value }} as attribute_value
    from {{ relation }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

-- A valid national id states birth date and sex better than any form.
derived as (

    select
        record_id,
        'birth_date' as attribute,
        cast(id_birth_date as string) as attribute_value
    from records

    union all

    select
        record_id,
        'gender' as attribute,
        id_gender as attribute_value
    from records

),

all_candidates as (

    select
        record_id,
        attribute,
        attribute_value,
        false as is_derived
    from stated
    where attribute_value is not null and not (attribute = 'gender' and attribute_value = 'unknown')

    union all

    select
        record_id,
        attribute,
        attribute_value,
        true as is_derived
    from derived
    where attribute_value is not null

),

ranked_sources as (

    select
        crosswalk.customer_id,
        all_candidates.attribute,
        all_candidates.attribute_value,
        all_candidates.record_id,
        records.updated_at as observed_at,
        -- Where a customer came from is told by the first account, not by the newest.
        case
            when all_candidates.attribute = 'acquisition_channel' then records.registered_at
        end as earliest_at,
        case
            when all_candidates.is_derived then 0
            -- A full name before 张女士 and before a number that stands where the name should.
            when
                all_candidates.attribute = 'name'
                and {{ name_key('all_candidates.attribute_value') }} is null
                then 2
            else 1
        end as completeness_rank,
        coalesce(attribute_sources.priority, 99) as source_priority,
        all_candidates.is_derived
    from all_candidates
    inner join crosswalk on crosswalk.record_id = all_candidates.record_id
    inner join records on records.record_id = all_candidates.record_id
    left join attribute_sources
        on
            attribute_sources.attribute = all_candidates.attribute
            and attribute_sources.channel = records.channel
    left join unusable_values
        on
            unusable_values.record_id = all_candidates.record_id
            and unusable_values.attribute = all_candidates.attribute
            and unusable_values.value_masked = all_candidates.attribute_value
    where
        unusable_values.record_id is null
        -- A mobile or an e-mail that stands where the name should is no name.
        and not (
            all_candidates.attribute = 'name'
            and {{ regexp_like('all_candidates.attribute_value', '[0-9]{7}|@') }}
        )

)

select * from ranked_sources

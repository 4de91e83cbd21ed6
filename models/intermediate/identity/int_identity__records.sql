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

identifier_placeholders as (

    select * from {{ ref('identifier_placeholders') }}
    where identifier_type = 'national_id'

),

account_records as (

    select
        record_id,
        'crm' as channel,
        name,
        cast(null as string) as nickname,
        cast(null as string) as remark,
        'crm' as source_key,
        province,
        city,
        email,
        gender,
        birth_date,
        national_id,
        brand,
        legal_entity,
        registered_at,
        updated_at,
        {{ channel_timezone('crm') }} as time_zone,
        _source_file as source_file,
        _source_row as source_row
    from crm_customers

    union all

    select
        record_id,
        'shop' as channel,
        real_name as name,
        nickname,
        cast(null as string) as remark,
        concat_ws('.', 'shop', platform, shop_id) as source_key,
        province,
        city,
        email,
        gender,
        cast(null as date) as birth_date,
        cast(null as string) as national_id,
        brand,
        legal_entity,
        registered_at,
        updated_at,
        {{ channel_timezone('shop', "concat_ws('.', platform, shop_id)") }} as time_zone,
        _source_file as source_file,
        _source_row as source_row
    from shop_accounts

    union all

    select
        record_id,
        'store' as channel,
        name,
        cast(null as string) as nickname,
        cast(null as string) as remark,
        concat_ws('.', 'store', brand) as source_key,
        cast(null as string) as province,
        cast(null as string) as city,
        cast(null as string) as email,
        gender,
        birth_date,
        national_id,
        brand,
        legal_entity,
        registered_at,
        updated_at,
        {{ channel_timezone('store') }} as time_zone,
        _source_file as source_file,
        _source_row as source_row
    from store_members

    union all

    select
        record_id,
        'social' as channel,
        cast(null as string) as name,
        nickname,
        cast(null as string) as remark,
        concat_ws('.', 'social', app_id) as source_key,
        province,
        city,
        cast(null as string) as email,
        gender,
        cast(null as date) as birth_date,
        cast(null as string) as national_id,
        cast(null as string) as brand,
        cast(null as string) as legal_entity,
        followed_at as registered_at,
        updated_at,
        {{ channel_timezone('social') }} as time_zone,
        _source_file as source_file,
        _source_row as source_row
    from social_followers

    union all

    select
        record_id,
        'wecom' as channel,
        cast(null as string) as name,
        cast(null as string) as nickname,
        remark,
        -- A contact of several guides is several records.
        cast(null as string) as source_key,
        cast(null as string) as province,
        cast(null as string) as city,
        cast(null as string) as email,
        cast(null as string) as gender,
        cast(null as date) as birth_date,
        cast(null as string) as national_id,
        cast(null as string) as brand,
        cast(null as string) as legal_entity,
        added_at as registered_at,
        coalesce(deleted_at, added_at) as updated_at,
        {{ channel_timezone('wecom') }} as time_zone,
        _source_file as source_file,
        _source_row as source_row
    from wecom_contacts

),

-- The sample number of the manuals is valid, and tells nobody's birthday.
sample_ids as (

    select distinct account_records.national_id as sample_id
    from account_records
    inner join identifier_placeholders
        on account_records.national_id like identifier_placeholders.pattern

),

own_ids as (

    select
        account_records.*,
        case when sample_ids.sample_id is null then account_records.national_id end as own_id
    from account_records
    left join sample_ids on sample_ids.sample_id = account_records.national_id

),

described as (

    select
        record_id,
        channel,
        name,
        {{ name_key('name') }} as name_key,
        -- What a guide notes beside a contact is no name, but 张女士 in it tells the family.
        {{ family_name_of_partial('coalesce(name, remark)') }} as family_name,
        {{ nickname_key('nickname') }} as nickname_key,
        coalesce(nickname, remark) as nickname_or_note,
        {{ noted_name('remark') }} as noted_name,
        nullif({{ handle_letters('coalesce(nickname, remark)') }}, '') as nickname_letters,
        nullif({{ handle_letters("split_part(email, '@', 1)") }}, '') as email_letters,
        {{ gender_of_title('coalesce(name, remark)') }} as title_gender,
        source_key,
        province,
        city,
        gender,
        birth_date,
        {{ national_id_birth_date('own_id') }} as id_birth_date,
        {{ national_id_gender('own_id') }} as id_gender,
        {{ national_id_area_code('own_id') }} as id_area_code,
        brand,
        legal_entity,
        -- A time in the future is a finding; nothing is dated or decided by it.
        case
            when not {{ is_future('registered_at') }}
                then {{ to_business_time('registered_at', 'time_zone') }}
        end as registered_at,
        case
            when not {{ is_future('updated_at') }}
                then {{ to_business_time('updated_at', 'time_zone') }}
        end as updated_at,
        source_file,
        source_row
    from own_ids

)

select * from described

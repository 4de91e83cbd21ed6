with crm_customers as (

    select * from {{ ref('stg_crm__customers') }}

),

shop_accounts as (

    select * from {{ ref('stg_shop__accounts') }}

),

store_members as (

    select * from {{ ref('stg_store__members') }}

),

account_records as (

    select
        record_id,
        'crm' as channel,
        name,
        gender,
        birth_date,
        national_id,
        brand,
        legal_entity,
        registered_at,
        updated_at,
        {{ channel_timezone('crm') }} as time_zone
    from crm_customers

    union all

    select
        record_id,
        'shop' as channel,
        real_name as name,
        gender,
        cast(null as date) as birth_date,
        cast(null as string) as national_id,
        brand,
        legal_entity,
        registered_at,
        updated_at,
        {{ channel_timezone('shop', "concat_ws('.', platform, shop_id)") }} as time_zone
    from shop_accounts

    union all

    select
        record_id,
        'store' as channel,
        name,
        gender,
        birth_date,
        national_id,
        brand,
        legal_entity,
        registered_at,
        updated_at,
        {{ channel_timezone('store') }} as time_zone
    from store_members

),

described as (

    select
        record_id,
        channel,
        name,
        {{ name_key('name') }} as name_key,
        {{ family_name_of_partial('name') }} as family_name,
        gender,
        birth_date,
        {{ national_id_birth_date('national_id') }} as id_birth_date,
        {{ national_id_gender('national_id') }} as id_gender,
        {{ national_id_area_code('national_id') }} as id_area_code,
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
        end as updated_at
    from account_records

)

select * from described

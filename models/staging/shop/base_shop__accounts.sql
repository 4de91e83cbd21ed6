with source as (

    select * from {{ raw('shop', 'accounts') }}

),

code_values as (

    select * from {{ ref('code_values') }}

),

region_aliases as (

    select * from {{ ref('stg_reference__region_aliases') }}

),

cleaned as (

    select
        {{ clean_text('platform') }} as platform,
        {{ clean_text('shop_id') }} as shop_id,
        {{ clean_text('account_id') }} as account_id,
        {{ clean_text('nickname') }} as nickname,
        {{ clean_text('real_name') }} as real_name,
        {{ clean_text('mobile') }} as mobile_text,
        {{ clean_text('mobile_verified') }} as mobile_verified_text,
        {{ clean_text('email') }} as email_text,
        {{ clean_text('unionid') }} as unionid,
        {{ clean_text('gender') }} as gender_text,
        {{ clean_text('region') }} as region_text,
        {{ clean_text('brand') }} as brand,
        {{ clean_text('legal_entity') }} as legal_entity,
        {{ clean_text('register_channel') }} as register_channel,
        {{ clean_text('registered_at') }} as registered_at_text,
        {{ clean_text('updated_at') }} as updated_at_text,
        {{ clean_text('is_deleted') }} as is_deleted_text,
        {{ raw_row('shop', 'accounts') }} as raw_row,
        {{ row_fingerprint([
            'platform', 'shop_id', 'account_id', 'nickname', 'real_name', 'mobile',
            'mobile_verified', 'email', 'unionid', 'gender', 'region', 'brand', 'legal_entity',
            'register_channel', 'registered_at', 'updated_at', 'is_deleted',
        ]) }} as row_fingerprint,
        _source_file,
        _source_row
    from source

),

typed as (

    select
        cleaned.*,
        {{ telephone_kind('mobile_text') }} as mobile_kind,
        {{ masked_mobile('mobile_text') }} as mobile_masked,
        {{ normalize_mobile('mobile_text') }} as mobile,
        {{ normalize_telephone('mobile_text') }} as telephone,
        {{ parse_boolean('mobile_verified_text') }} as is_mobile_verified,
        {{ normalize_email('email_text') }} as email,
        genders.code as gender,
        {{ region_value('division_code') }} as division_code,
        {{ region_value('province') }} as province,
        {{ region_value('city') }} as city,
        {{ region_value('district') }} as district,
        {{ region_value('is_urban') }} as is_urban,
        {{ parse_local_timestamp(
            'registered_at_text', channel_timezone('shop', "concat_ws('.', platform, shop_id)")
        ) }} as registered_at,
        {{ parse_local_timestamp(
            'updated_at_text', channel_timezone('shop', "concat_ws('.', platform, shop_id)")
        ) }} as updated_at,
        coalesce({{ parse_boolean('is_deleted_text') }}, false) as is_deleted
    from cleaned
    left join code_values as genders
        on genders.code_list = 'gender' and genders.raw_value = lower(cleaned.gender_text)
    {{ region_joins('cleaned.region_text') }}

),

checked as (

    select
        *,
        {{ rejection('account_id', 'missing_key', 'account_id is null') }} as rejection,
        {{ list_of_present([
            finding('mobile', 'invalid_mobile', "mobile_kind = 'invalid'", mask_any('mobile_text')),
            finding(
                'mobile', 'spreadsheet_mobile', "mobile_kind = 'spreadsheet'",
                mask_any('mobile_text')
            ),
            finding(
                'mobile_verified', 'invalid_boolean',
                "mobile_verified_text is not null and is_mobile_verified is null",
                'mobile_verified_text'
            ),
            finding(
                'email', 'invalid_email', "email_text is not null and email is null",
                mask_any('email_text')
            ),
            finding(
                'gender', 'unknown_code', "gender_text is not null and gender is null",
                'gender_text'
            ),
            finding(
                'region', 'unknown_region', "region_text is not null and division_code is null",
                region_without_street('region_text')
            ),
            finding(
                'registered_at', 'invalid_time',
                "registered_at_text is not null and registered_at is null",
                'registered_at_text'
            ),
            finding(
                'registered_at', 'future_time', is_future('registered_at'),
                'registered_at_text'
            ),
            finding(
                'updated_at', 'invalid_time', "updated_at_text is not null and updated_at is null",
                'updated_at_text'
            ),
            finding('updated_at', 'future_time', is_future('updated_at'), 'updated_at_text'),
            finding(
                'is_deleted', 'invalid_boolean',
                "is_deleted_text is not null and " ~ parse_boolean('is_deleted_text') ~ " is null",
                'is_deleted_text'
            ),
        ]) }} as findings
    from typed

),

ranked as (

    select
        {{ record_id('shop', ['platform', 'shop_id', 'account_id']) }} as record_id,
        platform,
        shop_id,
        account_id,
        nickname,
        real_name,
        mobile_kind,
        mobile_masked,
        mobile,
        telephone,
        is_mobile_verified,
        email,
        unionid,
        gender,
        division_code,
        province,
        city,
        district,
        is_urban,
        brand,
        legal_entity,
        register_channel,
        registered_at,
        updated_at,
        is_deleted,
        concat_ws('.', platform, shop_id, account_id) as row_key,
        rejection,
        findings,
        row_number() over (
            partition by rejection is null, platform, shop_id, account_id
            order by
                -- A deletion often comes without a time; it is the last word then.
                case when is_deleted and updated_at is null then 0 else 1 end asc,
                updated_at desc nulls last,
                _source_file desc nulls last,
                row_fingerprint asc,
                _source_row asc nulls last
        ) as duplicate_rank,
        count(*) over (
            partition by rejection is null, platform, shop_id, account_id
        ) as n_rows_of_key,
        raw_row,
        _source_file,
        _source_row
    from checked

),

traced as (

    select
        record_id,
        platform,
        shop_id,
        account_id,
        nickname,
        real_name,
        mobile_kind,
        mobile_masked,
        mobile,
        telephone,
        is_mobile_verified,
        email,
        unionid,
        gender,
        division_code,
        province,
        city,
        district,
        is_urban,
        brand,
        legal_entity,
        register_channel,
        registered_at,
        updated_at,
        is_deleted,
        row_key,
        rejection,
        findings,
        duplicate_rank,
        n_rows_of_key,
        -- Only the quality models read it, and only of rows with an issue.
        case
            when rejection is not null or n_rows_of_key > 1 or {{ list_length('findings') }} > 0
                then raw_row
        end as raw_row,
        _source_file,
        _source_row
    from ranked

)

select * from traced

with source as (

    select * from {{ raw('social', 'followers') }}

),

code_values as (

    select * from {{ ref('code_values') }}

),

region_aliases as (

    select * from {{ ref('stg_reference__region_aliases') }}

),

cleaned as (

    select
        {{ clean_text('openid') }} as openid,
        {{ clean_text('app_id') }} as app_id,
        {{ clean_text('unionid') }} as unionid,
        {{ clean_text('nickname') }} as nickname,
        {{ clean_text('mobile') }} as mobile_text,
        {{ clean_text('gender') }} as gender_text,
        {{ clean_text('region') }} as region_text,
        {{ clean_text('followed_at') }} as followed_at_text,
        {{ clean_text('updated_at') }} as updated_at_text,
        {{ clean_text('is_deleted') }} as is_deleted_text,
        {{ raw_row('social', 'followers') }} as raw_row,
        {{ row_fingerprint([
            'openid', 'app_id', 'unionid', 'nickname', 'mobile', 'gender', 'region',
            'followed_at', 'updated_at', 'is_deleted',
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
        genders.code as gender,
        {{ region_value('division_code') }} as division_code,
        {{ region_value('province') }} as province,
        {{ region_value('city') }} as city,
        {{ region_value('district') }} as district,
        {{ region_value('is_urban') }} as is_urban,
        {{ parse_local_timestamp('followed_at_text', channel_timezone('social')) }} as followed_at,
        {{ parse_local_timestamp('updated_at_text', channel_timezone('social')) }} as updated_at,
        coalesce({{ parse_boolean('is_deleted_text') }}, false) as is_deleted
    from cleaned
    left join code_values as genders
        on
            genders.code_list = 'gender'
            and genders.raw_value = lower(cleaned.gender_text)
    {{ region_joins('cleaned.region_text') }}

),

checked as (

    select
        *,
        {{ rejection('openid', 'missing_key', 'openid is null') }} as rejection,
        {{ list_of_present([
            finding('mobile', 'invalid_mobile', "mobile_kind = 'invalid'", mask_any('mobile_text')),
            finding(
                'mobile', 'spreadsheet_mobile', "mobile_kind = 'spreadsheet'",
                mask_any('mobile_text')
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
                'followed_at', 'invalid_time',
                "followed_at_text is not null and followed_at is null",
                'followed_at_text'
            ),
            finding('followed_at', 'future_time', is_future('followed_at'), 'followed_at_text'),
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
        {{ record_id('social', ['app_id', 'openid']) }} as record_id,
        openid,
        app_id,
        unionid,
        nickname,
        mobile_kind,
        mobile_masked,
        mobile,
        telephone,
        gender,
        division_code,
        province,
        city,
        district,
        is_urban,
        followed_at,
        updated_at,
        is_deleted,
        concat_ws('.', app_id, openid) as row_key,
        rejection,
        findings,
        row_number() over (
            partition by rejection is null, app_id, openid
            order by
                -- A deletion often comes without a time; it is the last word then.
                case when is_deleted and updated_at is null then 0 else 1 end asc,
                updated_at desc nulls last,
                _source_file desc nulls last,
                row_fingerprint asc,
                _source_row asc nulls last
        ) as duplicate_rank,
        count(*) over (partition by rejection is null, app_id, openid) as n_rows_of_key,
        raw_row,
        _source_file,
        _source_row
    from checked

),

traced as (

    select
        record_id,
        openid,
        app_id,
        unionid,
        nickname,
        mobile_kind,
        mobile_masked,
        mobile,
        telephone,
        gender,
        division_code,
        province,
        city,
        district,
        is_urban,
        followed_at,
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

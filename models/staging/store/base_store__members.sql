with source as (

    select * from {{ raw('store', 'members') }}

),

code_values as (

    select * from {{ ref('code_values') }}

),

cleaned as (

    select
        {{ clean_text('member_no') }} as member_no,
        {{ clean_text('brand') }} as brand,
        {{ clean_text('legal_entity') }} as legal_entity,
        {{ clean_text('name') }} as name,
        {{ clean_text('mobile') }} as mobile_text,
        {{ clean_text('mobile_verified') }} as mobile_verified_text,
        {{ clean_text('id_card_no') }} as id_card_no_text,
        {{ clean_text('unionid') }} as unionid,
        {{ clean_text('gender') }} as gender_text,
        {{ clean_text('birth_date') }} as birth_date_text,
        {{ clean_text('age') }} as age_text,
        {{ clean_text('income_band') }} as income_band,
        {{ clean_text('household_size') }} as household_size,
        {{ clean_text('member_level') }} as member_level,
        {{ clean_text('store_id') }} as store_id,
        {{ clean_text('joined_at') }} as joined_at_text,
        {{ clean_text('updated_at') }} as updated_at_text,
        {{ clean_text('is_deleted') }} as is_deleted_text,
        {{ raw_row('store', 'members') }} as raw_row,
        {{ row_fingerprint([
            'member_no', 'brand', 'legal_entity', 'name', 'mobile', 'mobile_verified',
            'id_card_no', 'unionid', 'gender', 'birth_date', 'age', 'income_band',
            'household_size', 'member_level', 'store_id', 'joined_at', 'updated_at',
            'is_deleted',
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
        {{ normalize_national_id('id_card_no_text') }} as national_id,
        genders.code as gender,
        {{ parse_birth_date('birth_date_text') }} as birth_date,
        {{ parse_age('age_text') }} as age,
        {{ parse_local_timestamp('joined_at_text', channel_timezone('store')) }} as registered_at,
        {{ parse_local_timestamp('updated_at_text', channel_timezone('store')) }} as updated_at,
        coalesce({{ parse_boolean('is_deleted_text') }}, false) as is_deleted
    from cleaned
    left join code_values as genders
        on genders.code_list = 'gender' and genders.raw_value = lower(cleaned.gender_text)

),

checked as (

    select
        *,
        {{ rejection('member_no', 'missing_key', 'member_no is null') }} as rejection,
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
                'id_card_no', 'invalid_national_id',
                "id_card_no_text is not null and national_id is null",
                mask_any('id_card_no_text')
            ),
            finding(
                'gender', 'unknown_code', "gender_text is not null and gender is null",
                'gender_text'
            ),
            finding(
                'birth_date', 'invalid_birth_date',
                "birth_date_text is not null and birth_date is null",
                'birth_date_text'
            ),
            finding('age', 'invalid_age', "age_text is not null and age is null", 'age_text'),
            finding(
                'joined_at', 'invalid_time', "joined_at_text is not null and registered_at is null",
                'joined_at_text'
            ),
            finding('joined_at', 'future_time', is_future('registered_at'), 'joined_at_text'),
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
        {{ record_id('store', ['brand', 'member_no']) }} as record_id,
        member_no,
        brand,
        legal_entity,
        name,
        mobile_kind,
        mobile_masked,
        mobile,
        telephone,
        is_mobile_verified,
        national_id,
        unionid,
        gender,
        birth_date,
        age,
        income_band,
        household_size,
        member_level,
        store_id,
        registered_at,
        updated_at,
        is_deleted,
        concat_ws('.', brand, member_no) as row_key,
        rejection,
        findings,
        row_number() over (
            partition by rejection is null, brand, member_no
            order by
                -- A deletion often comes without a time; it is the last word then.
                case when is_deleted and updated_at is null then 0 else 1 end asc,
                updated_at desc nulls last,
                _source_file desc nulls last,
                row_fingerprint asc,
                _source_row asc nulls last
        ) as duplicate_rank,
        count(*) over (partition by rejection is null, brand, member_no) as n_rows_of_key,
        raw_row,
        _source_file,
        _source_row
    from checked

),

traced as (

    select
        record_id,
        member_no,
        brand,
        legal_entity,
        name,
        mobile_kind,
        mobile_masked,
        mobile,
        telephone,
        is_mobile_verified,
        national_id,
        unionid,
        gender,
        birth_date,
        age,
        income_band,
        household_size,
        member_level,
        store_id,
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

with source as (

    select * from {{ raw('crm', 'customers') }}

),

code_values as (

    select * from {{ ref('code_values') }}

),

region_aliases as (

    select * from {{ ref('stg_reference__region_aliases') }}

),

cleaned as (

    select
        {{ clean_text('customer_no') }} as customer_no,
        {{ clean_text('name') }} as name,
        {{ clean_text('gender') }} as gender_text,
        {{ clean_text('birth_date') }} as birth_date_text,
        {{ clean_text('age') }} as age_text,
        {{ clean_text('id_card_no') }} as id_card_no_text,
        {{ clean_text('mobile') }} as mobile_text,
        {{ clean_text('mobile_verified') }} as mobile_verified_text,
        {{ clean_text('email') }} as email_text,
        {{ clean_text('region') }} as region_text,
        {{ clean_text('address') }} as address,
        {{ clean_text('occupation') }} as occupation,
        {{ clean_text('education') }} as education_text,
        {{ clean_text('company_name') }} as company_name,
        {{ clean_text('member_level') }} as member_level,
        {{ clean_text('brand') }} as brand,
        {{ clean_text('legal_entity') }} as legal_entity,
        {{ clean_text('source') }} as acquisition_source,
        {{ clean_text('referrer_no') }} as referrer_no,
        {{ clean_text('account_status') }} as account_status_text,
        {{ clean_text('is_employee') }} as is_employee_text,
        {{ clean_text('registered_at') }} as registered_at_text,
        {{ clean_text('updated_at') }} as updated_at_text,
        {{ clean_text('is_deleted') }} as is_deleted_text,
        {{ raw_row('crm', 'customers') }} as raw_row,
        {{ row_fingerprint([
            'customer_no', 'name', 'gender', 'birth_date', 'age', 'id_card_no', 'mobile',
            'mobile_verified', 'email', 'region', 'address', 'occupation', 'education',
            'company_name', 'member_level', 'brand', 'legal_entity', 'source', 'referrer_no',
            'account_status', 'is_employee', 'registered_at', 'updated_at', 'is_deleted',
        ]) }} as row_fingerprint,
        _source_file,
        _source_row
    from source

),

typed as (

    select
        cleaned.*,
        genders.code as gender,
        {{ parse_birth_date('birth_date_text') }} as birth_date,
        {{ parse_age('age_text') }} as age,
        {{ normalize_national_id('id_card_no_text') }} as national_id,
        {{ telephone_kind('mobile_text') }} as mobile_kind,
        {{ masked_mobile('mobile_text') }} as mobile_masked,
        {{ normalize_mobile('mobile_text') }} as mobile,
        {{ normalize_telephone('mobile_text') }} as telephone,
        {{ parse_boolean('mobile_verified_text') }} as is_mobile_verified,
        {{ normalize_email('email_text') }} as email,
        {{ region_value('division_code') }} as division_code,
        {{ region_value('province') }} as province,
        {{ region_value('city') }} as city,
        {{ region_value('district') }} as district,
        {{ region_value('is_urban') }} as is_urban,
        educations.code as education,
        account_statuses.code as account_status,
        {{ parse_boolean('is_employee_text') }} as is_employee,
        {{ parse_local_timestamp('registered_at_text', channel_timezone('crm')) }} as registered_at,
        {{ parse_local_timestamp('updated_at_text', channel_timezone('crm')) }} as updated_at,
        coalesce({{ parse_boolean('is_deleted_text') }}, false) as is_deleted
    from cleaned
    left join code_values as genders
        on genders.code_list = 'gender' and genders.raw_value = lower(cleaned.gender_text)
    {{ region_joins('cleaned.region_text') }}
    left join code_values as educations
        on
            educations.code_list = 'education'
            and educations.raw_value = lower(cleaned.education_text)
    left join code_values as account_statuses
        on
            account_statuses.code_list = 'account_status'
            and account_statuses.raw_value = lower(cleaned.account_status_text)

),

checked as (

    select
        *,
        {{ rejection('customer_no', 'missing_key', 'customer_no is null') }} as rejection,
        {{ list_of_present([
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
                'id_card_no', 'invalid_national_id',
                "id_card_no_text is not null and national_id is null",
                mask_any('id_card_no_text')
            ),
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
                'region', 'unknown_region', "region_text is not null and division_code is null",
                region_without_street('region_text')
            ),
            finding(
                'education', 'unknown_code', "education_text is not null and education is null",
                'education_text'
            ),
            finding(
                'account_status', 'unknown_code',
                "account_status_text is not null and account_status is null",
                'account_status_text'
            ),
            finding(
                'is_employee', 'invalid_boolean',
                "is_employee_text is not null and is_employee is null",
                'is_employee_text'
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
        {{ record_id('crm', ['customer_no']) }} as record_id,
        customer_no,
        name,
        gender,
        birth_date,
        age,
        national_id,
        mobile_kind,
        mobile_masked,
        mobile,
        telephone,
        is_mobile_verified,
        email,
        division_code,
        province,
        city,
        district,
        is_urban,
        address,
        occupation,
        education,
        company_name,
        member_level,
        brand,
        legal_entity,
        acquisition_source,
        referrer_no,
        account_status,
        is_employee,
        registered_at,
        updated_at,
        is_deleted,
        customer_no as row_key,
        rejection,
        findings,
        row_number() over (
            partition by rejection is null, customer_no
            order by
                -- A deletion often comes without a time; it is the last word then.
                case when is_deleted and updated_at is null then 0 else 1 end asc,
                updated_at desc nulls last,
                _source_file desc nulls last,
                row_fingerprint asc,
                _source_row asc nulls last
        ) as duplicate_rank,
        count(*) over (partition by rejection is null, customer_no) as n_rows_of_key,
        raw_row,
        _source_file,
        _source_row
    from checked

),

traced as (

    select
        record_id,
        customer_no,
        name,
        gender,
        birth_date,
        age,
        national_id,
        mobile_kind,
        mobile_masked,
        mobile,
        telephone,
        is_mobile_verified,
        email,
        division_code,
        province,
        city,
        district,
        is_urban,
        address,
        occupation,
        education,
        company_name,
        member_level,
        brand,
        legal_entity,
        acquisition_source,
        referrer_no,
        account_status,
        is_employee,
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

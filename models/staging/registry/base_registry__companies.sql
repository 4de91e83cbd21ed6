with source as (

    select * from {{ raw('registry', 'companies') }}

),

region_aliases as (

    select * from {{ ref('stg_reference__region_aliases') }}

),

cleaned as (

    select
        {{ clean_text('company_name') }} as company_name,
        {{ clean_text('credit_code') }} as credit_code_text,
        {{ clean_text('industry') }} as industry,
        {{ clean_text('n_employees') }} as n_employees_text,
        {{ clean_text('region') }} as region_text,
        {{ clean_text('is_deleted') }} as is_deleted_text,
        {{ raw_row('registry', 'companies') }} as raw_row,
        {{ row_fingerprint([
            'company_name', 'credit_code', 'industry', 'n_employees', 'region', 'is_deleted',
        ]) }} as row_fingerprint,
        _source_file,
        _source_row
    from source

),

typed as (

    select
        cleaned.*,
        {{ normalize_credit_code('credit_code_text') }} as credit_code,
        {{ parse_whole_number('n_employees_text', 0, 99999999, '人|名') }} as n_employees,
        {{ region_value('division_code') }} as division_code,
        {{ region_value('province') }} as province,
        {{ region_value('city') }} as city,
        {{ region_value('district') }} as district,
        {{ region_value('is_urban') }} as is_urban,
        coalesce({{ parse_boolean('is_deleted_text') }}, false) as is_deleted
    from cleaned
    {{ region_joins('cleaned.region_text') }}

),

checked as (

    select
        *,
        coalesce(credit_code, company_name) as company_key,
        {{ rejection(
            'company_name', 'missing_key', 'credit_code is null and company_name is null'
        ) }} as rejection,
        {{ list_of_present([
            finding(
                'credit_code', 'invalid_credit_code',
                "credit_code_text is not null and credit_code is null",
                'credit_code_text'
            ),
            finding(
                'n_employees', 'invalid_number',
                "n_employees_text is not null and n_employees is null",
                'n_employees_text'
            ),
            finding(
                'region', 'unknown_region', "region_text is not null and division_code is null",
                region_without_street('region_text')
            ),
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
        company_key,
        company_name,
        credit_code,
        industry,
        n_employees,
        division_code,
        province,
        city,
        district,
        is_urban,
        is_deleted,
        company_key as row_key,
        rejection,
        findings,
        row_number() over (
            partition by rejection is null, company_key
            order by
                _source_file desc nulls last,
                case when is_deleted then 0 else 1 end asc,
                row_fingerprint asc,
                _source_row asc nulls last
        ) as duplicate_rank,
        count(*) over (partition by rejection is null, company_key) as n_rows_of_key,
        raw_row,
        _source_file,
        _source_row
    from checked

),

traced as (

    select
        company_key,
        company_name,
        credit_code,
        industry,
        n_employees,
        division_code,
        province,
        city,
        district,
        is_urban,
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

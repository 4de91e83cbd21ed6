with source as (

    select * from {{ raw('store', 'stores') }}

),

region_aliases as (

    select * from {{ ref('stg_reference__region_aliases') }}

),

cleaned as (

    select
        {{ clean_text('store_id') }} as store_id,
        {{ clean_text('store_name') }} as store_name,
        {{ clean_text('region') }} as region_text,
        {{ clean_text('brand') }} as brand,
        {{ clean_text('legal_entity') }} as legal_entity,
        {{ clean_text('timezone') }} as timezone,
        {{ clean_text('is_deleted') }} as is_deleted_text,
        {{ raw_row('store', 'stores') }} as raw_row,
        {{ row_fingerprint([
            'store_id', 'store_name', 'region', 'brand', 'legal_entity', 'timezone',
            'is_deleted',
        ]) }} as row_fingerprint,
        _source_file,
        _source_row
    from source

),

typed as (

    select
        cleaned.*,
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
        {{ rejection('store_id', 'missing_key', 'store_id is null') }} as rejection,
        {{ list_of_present([
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
        store_id,
        store_name,
        division_code,
        province,
        city,
        district,
        is_urban,
        brand,
        legal_entity,
        timezone,
        is_deleted,
        store_id as row_key,
        rejection,
        findings,
        row_number() over (
            partition by rejection is null, store_id
            order by
                _source_file desc nulls last,
                case when is_deleted then 0 else 1 end asc,
                row_fingerprint asc,
                _source_row asc nulls last
        ) as duplicate_rank,
        count(*) over (partition by rejection is null, store_id) as n_rows_of_key,
        raw_row,
        _source_file,
        _source_row
    from checked

),

traced as (

    select
        store_id,
        store_name,
        division_code,
        province,
        city,
        district,
        is_urban,
        brand,
        legal_entity,
        timezone,
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

with source as (

    select * from {{ raw('survey', 'responses') }}

),

cleaned as (

    select
        {{ clean_text('response_id') }} as response_id,
        {{ clean_text('method') }} as method,
        {{ clean_text('mobile') }} as mobile_text,
        {{ clean_text('email') }} as email_text,
        {{ clean_text('submitted_at') }} as submitted_at_text,
        {{ clean_text('nps') }} as nps_text,
        {{ clean_text('price_sensitivity') }} as price_sensitivity,
        {{ clean_text('preferred_feature') }} as preferred_feature,
        {{ clean_text('preferred_delivery') }} as preferred_delivery,
        {{ clean_text('expected_response') }} as expected_response,
        {{ clean_text('brand_awareness') }} as brand_awareness,
        {{ clean_text('industry') }} as industry,
        {{ clean_text('text') }} as text,
        {{ clean_text('is_deleted') }} as is_deleted_text,
        {{ raw_row('survey', 'responses') }} as raw_row,
        {{ row_fingerprint([
            'response_id', 'method', 'mobile', 'email', 'submitted_at', 'nps',
            'price_sensitivity', 'preferred_feature', 'preferred_delivery', 'expected_response',
            'brand_awareness', 'industry', 'text', 'is_deleted',
        ]) }} as row_fingerprint,
        _source_file,
        _source_row
    from source

),

typed as (

    select
        cleaned.*,
        {{ telephone_kind('mobile_text') }} as mobile_kind,
        {{ normalize_mobile('mobile_text') }} as mobile,
        {{ normalize_telephone('mobile_text') }} as telephone,
        {{ normalize_email('email_text') }} as email,
        {{ parse_timestamp('submitted_at_text') }} as submitted_at,
        {{ time_zone_of('submitted_at_text') }} as submitted_at_zone,
        {{ parse_whole_number('nps_text', 0, 10, '分') }} as nps,
        coalesce({{ parse_boolean('is_deleted_text') }}, false) as is_deleted
    from cleaned

),

checked as (

    select
        *,
        {{ rejection('response_id', 'missing_key', 'response_id is null') }} as rejection,
        {{ list_of_present([
            finding('mobile', 'invalid_mobile', "mobile_kind = 'invalid'", mask_any('mobile_text')),
            finding(
                'mobile', 'spreadsheet_mobile', "mobile_kind = 'spreadsheet'",
                mask_any('mobile_text')
            ),
            finding(
                'email', 'invalid_email', "email_text is not null and email is null",
                mask_any('email_text')
            ),
            finding(
                'submitted_at', 'invalid_time',
                "submitted_at_text is not null and submitted_at is null",
                'submitted_at_text'
            ),
            finding('submitted_at', 'future_time', is_future('submitted_at'), 'submitted_at_text'),
            finding(
                'nps', 'score_out_of_range', "nps_text is not null and nps is null",
                'nps_text'
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
        response_id,
        method,
        mobile_kind,
        mobile,
        telephone,
        email,
        submitted_at,
        submitted_at_zone,
        nps,
        price_sensitivity,
        preferred_feature,
        preferred_delivery,
        expected_response,
        brand_awareness,
        industry,
        text,
        is_deleted,
        response_id as row_key,
        rejection,
        findings,
        row_number() over (
            partition by rejection is null, response_id
            order by
                _source_file desc nulls last,
                case when is_deleted then 0 else 1 end asc,
                submitted_at desc nulls last,
                row_fingerprint asc,
                _source_row asc nulls last
        ) as duplicate_rank,
        count(*) over (partition by rejection is null, response_id) as n_rows_of_key,
        raw_row,
        _source_file,
        _source_row
    from checked

),

traced as (

    select
        response_id,
        method,
        mobile_kind,
        mobile,
        telephone,
        email,
        submitted_at,
        submitted_at_zone,
        nps,
        price_sensitivity,
        preferred_feature,
        preferred_delivery,
        expected_response,
        brand_awareness,
        industry,
        text,
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

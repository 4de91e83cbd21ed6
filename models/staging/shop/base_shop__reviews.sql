with source as (

    select * from {{ raw('shop', 'reviews') }}

),

cleaned as (

    select
        {{ clean_text('review_id') }} as review_id,
        {{ clean_text('order_id') }} as order_id,
        {{ clean_text('sku') }} as sku,
        {{ clean_text('rating') }} as rating_text,
        {{ clean_text('text') }} as text,
        {{ clean_text('reviewed_at') }} as reviewed_at_text,
        {{ clean_text('is_deleted') }} as is_deleted_text,
        {{ raw_row('shop', 'reviews') }} as raw_row,
        {{ row_fingerprint([
            'review_id', 'order_id', 'sku', 'rating', 'text', 'reviewed_at', 'is_deleted',
        ]) }} as row_fingerprint,
        _source_file,
        _source_row
    from source

),

typed as (

    select
        cleaned.*,
        {{ parse_whole_number('rating_text', 1, 5, '分|星') }} as rating,
        {{ parse_timestamp('reviewed_at_text') }} as reviewed_at,
        {{ time_zone_of('reviewed_at_text') }} as reviewed_at_zone,
        coalesce({{ parse_boolean('is_deleted_text') }}, false) as is_deleted
    from cleaned

),

checked as (

    select
        *,
        {{ rejection('review_id', 'missing_key', 'review_id is null') }} as rejection,
        {{ list_of_present([
            finding(
                'rating', 'score_out_of_range', "rating_text is not null and rating is null",
                'rating_text'
            ),
            finding(
                'reviewed_at', 'invalid_time',
                "reviewed_at_text is not null and reviewed_at is null",
                'reviewed_at_text'
            ),
            finding('reviewed_at', 'future_time', is_future('reviewed_at'), 'reviewed_at_text'),
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
        review_id,
        order_id,
        sku,
        rating,
        text,
        reviewed_at,
        reviewed_at_zone,
        is_deleted,
        review_id as row_key,
        rejection,
        findings,
        row_number() over (
            partition by rejection is null, review_id
            order by
                _source_file desc nulls last,
                case when is_deleted then 0 else 1 end asc,
                reviewed_at desc nulls last,
                row_fingerprint asc,
                _source_row asc nulls last
        ) as duplicate_rank,
        count(*) over (partition by rejection is null, review_id) as n_rows_of_key,
        raw_row,
        _source_file,
        _source_row
    from checked

),

traced as (

    select
        review_id,
        order_id,
        sku,
        rating,
        text,
        reviewed_at,
        reviewed_at_zone,
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

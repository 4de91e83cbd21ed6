with source as (

    select * from {{ ranked_rows(
        'social', 'interactions',
        to_clean=['interaction_id', 'is_deleted', 'happened_at'],
        key=['interaction_id_text'],
        columns=[
            'interaction_id', 'openid', 'interaction_type', 'content_type', 'text', 'happened_at',
            'is_deleted',
        ],
        newest_first=[
            '_source_file desc nulls last',
            'case when ' ~ parse_boolean('is_deleted_text') ~ ' then 0 else 1 end asc',
            parse_timestamp('happened_at_text') ~ ' desc nulls last',
        ]
    ) }}

),

code_values as (

    select * from {{ ref('code_values') }}

),

cleaned as (

    select
        {{ clean_text('interaction_id') }} as interaction_id,
        {{ clean_text('openid') }} as openid,
        {{ clean_text('interaction_type') }} as interaction_type_text,
        {{ clean_text('content_type') }} as content_type_text,
        {{ clean_text('text') }} as text,
        {{ clean_text('happened_at') }} as happened_at_text,
        {{ clean_text('is_deleted') }} as is_deleted_text,
        {{ row_values('source') }} as raw_values,
        duplicate_rank,
        n_rows_of_key,
        _source_file,
        _source_row
    from source

),

typed as (

    select
        cleaned.*,
        interaction_types.code as interaction_type,
        content_types.code as content_type,
        {{ parse_timestamp('happened_at_text') }} as happened_at,
        {{ time_zone_of('happened_at_text') }} as happened_at_zone,
        coalesce({{ parse_boolean('is_deleted_text') }}, false) as is_deleted
    from cleaned
    left join code_values as interaction_types
        on
            interaction_types.code_list = 'interaction_type'
            and interaction_types.raw_value = lower(cleaned.interaction_type_text)
    left join code_values as content_types
        on
            content_types.code_list = 'content_type'
            and content_types.raw_value = lower(cleaned.content_type_text)

),

checked as (

    select
        *,
        {{ rejection('interaction_id', 'missing_key', 'interaction_id is null') }} as rejection,
        {{ list_of_present([
            finding(
                'interaction_type', 'unknown_code',
                "interaction_type_text is not null and interaction_type is null",
                'interaction_type_text'
            ),
            finding(
                'content_type', 'unknown_code',
                "content_type_text is not null and content_type is null",
                'content_type_text'
            ),
            finding(
                'happened_at', 'invalid_time',
                "happened_at_text is not null and happened_at is null",
                'happened_at_text'
            ),
            finding('happened_at', 'future_time', is_future('happened_at'), 'happened_at_text'),
            finding(
                'is_deleted', 'invalid_boolean',
                "is_deleted_text is not null and " ~ parse_boolean('is_deleted_text') ~ " is null",
                'is_deleted_text'
            ),
        ]) }} as findings
    from typed

),

traced as (

    select
        interaction_id,
        openid,
        interaction_type,
        content_type,
        text,
        happened_at,
        happened_at_zone,
        is_deleted,
        interaction_id as row_key,
        rejection,
        findings,
        duplicate_rank,
        n_rows_of_key,
        -- Only the quality models read it, and only of rows with an issue.
        case
            when rejection is not null or n_rows_of_key > 1 or {{ list_length('findings') }} > 0
                then {{ raw_row('social', 'interactions', 'raw_values') }}
        end as raw_row,
        _source_file,
        _source_row
    from checked

)

select * from traced

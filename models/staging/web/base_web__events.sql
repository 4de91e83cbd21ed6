with source as (

    select * from {{ ranked_rows(
        'web', 'events',
        to_clean=['event_id', 'is_deleted', 'event_at'],
        key=['event_id_text'],
        columns=[
            'event_id', 'event_at', 'device_id', 'account_id', 'session_id', 'platform',
            'event_name', 'page', 'sku', 'order_id', 'utm_source', 'utm_medium', 'utm_campaign',
            'is_deleted',
        ],
        newest_first=[
            '_source_file desc nulls last',
            'case when ' ~ parse_boolean('is_deleted_text') ~ ' then 0 else 1 end asc',
            parse_timestamp('event_at_text') ~ ' desc nulls last',
        ]
    ) }}

),

code_values as (

    select * from {{ ref('code_values') }}

),

cleaned as (

    select
        {{ clean_text('event_id') }} as event_id,
        {{ clean_text('event_at') }} as event_at_text,
        {{ clean_text('device_id') }} as device_id,
        {{ clean_text('account_id') }} as account_id,
        {{ clean_text('session_id') }} as session_id,
        {{ clean_text('platform') }} as platform_text,
        {{ clean_text('event_name') }} as event_name_text,
        {{ clean_text('page') }} as page,
        {{ clean_text('sku') }} as sku,
        {{ clean_text('order_id') }} as order_id,
        lower({{ clean_text('utm_source') }}) as utm_source,
        lower({{ clean_text('utm_medium') }}) as utm_medium,
        {{ clean_text('utm_campaign') }} as utm_campaign,
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
        {{ parse_timestamp('event_at_text') }} as event_at,
        {{ time_zone_of('event_at_text') }} as event_at_zone,
        platforms.code as platform,
        event_names.code as event_name,
        coalesce({{ parse_boolean('is_deleted_text') }}, false) as is_deleted
    from cleaned
    left join code_values as platforms
        on
            platforms.code_list = 'web_platform'
            and platforms.raw_value = lower(cleaned.platform_text)
    left join code_values as event_names
        on
            event_names.code_list = 'event_name'
            and event_names.raw_value = lower(cleaned.event_name_text)

),

checked as (

    select
        *,
        {{ rejection('event_id', 'missing_key', 'event_id is null') }} as rejection,
        {{ list_of_present([
            finding(
                'event_at', 'invalid_time', "event_at_text is not null and event_at is null",
                'event_at_text'
            ),
            finding('event_at', 'future_time', is_future('event_at'), 'event_at_text'),
            finding(
                'platform', 'unknown_code', "platform_text is not null and platform is null",
                'platform_text'
            ),
            finding(
                'event_name', 'unknown_code',
                "event_name_text is not null and event_name is null",
                'event_name_text'
            ),
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
        event_id,
        event_at,
        event_at_zone,
        device_id,
        account_id,
        session_id,
        platform,
        event_name,
        page,
        sku,
        order_id,
        utm_source,
        utm_medium,
        utm_campaign,
        is_deleted,
        event_id as row_key,
        rejection,
        findings,
        duplicate_rank,
        n_rows_of_key,
        -- Only the quality models read it, and only of rows with an issue.
        case
            when rejection is not null or n_rows_of_key > 1 or {{ list_length('findings') }} > 0
                then {{ raw_row('web', 'events', 'raw_values') }}
        end as raw_row,
        _source_file,
        _source_row
    from checked

)

select * from traced

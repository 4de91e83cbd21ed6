-- Millions of rows, of which few are repeated or in doubt: repeated ones are found by their key
-- first, so that only they are ranked, and the rest passes through without being kept in memory.
with code_values as (

    select * from {{ ref('code_values') }}

),

keyed as {{ not_materialized() }} (

    select
        source.*,
        {{ clean_text('event_id') }} as event_id_text
    from {{ raw('web', 'events') }} as source

),

repeated_keys as (

    select
        event_id_text,
        count(*) as n_rows
    from keyed
    where event_id_text is not null
    group by event_id_text
    having count(*) > 1

),

repeated_rows as (

    select
        keyed.*,
        repeated_keys.n_rows as n_rows_of_key,
        {{ clean_text('event_at') }} as event_at_to_rank,
        {{ clean_text('is_deleted') }} as is_deleted_to_rank
    from keyed
    inner join repeated_keys on repeated_keys.event_id_text = keyed.event_id_text

),

ranked as (

    select
        *,
        row_number() over (
            partition by event_id_text
            order by
                _source_file desc nulls last,
                case when {{ parse_boolean('is_deleted_to_rank') }} then 0 else 1 end asc,
                {{ parse_timestamp('event_at_to_rank') }} desc nulls last,
                {{ row_fingerprint([
                    'event_id', 'event_at', 'device_id', 'account_id', 'session_id', 'platform',
                    'event_name', 'page', 'sku', 'order_id', 'utm_source', 'utm_medium',
                    'utm_campaign', 'is_deleted',
                ]) }} asc,
                _source_row asc nulls last
        ) as duplicate_rank
    from repeated_rows

    union all

    select
        keyed.*,
        1 as n_rows_of_key,
        cast(null as string) as event_at_to_rank,
        cast(null as string) as is_deleted_to_rank,
        1 as duplicate_rank
    from keyed
    left join repeated_keys on repeated_keys.event_id_text = keyed.event_id_text
    where repeated_keys.event_id_text is null

),

cleaned as (

    select
        *,
        {{ clean_text('event_at') }} as event_at_text,
        {{ clean_text('device_id') }} as device_id_text,
        {{ clean_text('account_id') }} as account_id_text,
        {{ clean_text('session_id') }} as session_id_text,
        {{ clean_text('platform') }} as platform_text,
        {{ clean_text('event_name') }} as event_name_text,
        {{ clean_text('page') }} as page_text,
        {{ clean_text('sku') }} as sku_text,
        {{ clean_text('order_id') }} as order_id_text,
        {{ clean_text('utm_source') }} as utm_source_text,
        {{ clean_text('utm_medium') }} as utm_medium_text,
        {{ clean_text('utm_campaign') }} as utm_campaign_text,
        {{ clean_text('is_deleted') }} as is_deleted_text
    from ranked

),

typed as (

    select
        cleaned.*,
        {{ parse_timestamp('event_at_text') }} as event_at_time,
        {{ time_zone_of('event_at_text') }} as event_at_zone,
        platforms.code as platform_code,
        event_names.code as event_name_code,
        {{ parse_boolean('is_deleted_text') }} as is_deleted_flag
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
        {{ rejection('event_id', 'missing_key', 'event_id_text is null') }} as rejection,
        {{ list_of_present([
            finding(
                'event_at', 'invalid_time', "event_at_text is not null and event_at_time is null",
                'event_at_text'
            ),
            finding('event_at', 'future_time', is_future('event_at_time'), 'event_at_text'),
            finding(
                'platform', 'unknown_code', "platform_text is not null and platform_code is null",
                'platform_text'
            ),
            finding(
                'event_name', 'unknown_code',
                "event_name_text is not null and event_name_code is null",
                'event_name_text'
            ),
            finding(
                'is_deleted', 'invalid_boolean',
                "is_deleted_text is not null and is_deleted_flag is null",
                'is_deleted_text'
            ),
        ]) }} as findings
    from typed

),

traced as (

    select
        event_id_text as event_id,
        event_at_time as event_at,
        event_at_zone,
        device_id_text as device_id,
        account_id_text as account_id,
        session_id_text as session_id,
        platform_code as platform,
        event_name_code as event_name,
        page_text as page,
        sku_text as sku,
        order_id_text as order_id,
        lower(utm_source_text) as utm_source,
        lower(utm_medium_text) as utm_medium,
        utm_campaign_text as utm_campaign,
        coalesce(is_deleted_flag, false) as is_deleted,
        event_id_text as row_key,
        rejection,
        findings,
        duplicate_rank,
        n_rows_of_key,
        -- Only the quality models read it, and only of rows with an issue.
        case
            when rejection is not null or n_rows_of_key > 1 or {{ list_length('findings') }} > 0
                then {{ raw_row('web', 'events') }}
        end as raw_row,
        _source_file,
        _source_row
    from checked

)

select * from traced

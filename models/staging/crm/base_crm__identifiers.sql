with source as (

    select * from {{ raw('crm', 'identifiers') }}

),

known_types as (

    select
        identifier_type as known_type,
        validity_rule
    from {{ ref('identifier_types') }}

),

cleaned as (

    select
        {{ clean_text('channel') }} as channel,
        {{ clean_text('record_key') }} as record_key,
        lower({{ clean_text('identifier_type') }}) as identifier_type,
        {{ clean_text('scope') }} as scope,
        {{ clean_text('value') }} as value_text,
        {{ clean_text('verified_at') }} as verified_at_text,
        {{ clean_text('ended_at') }} as ended_at_text,
        {{ clean_text('is_deleted') }} as is_deleted_text,
        {{ raw_row('crm', 'identifiers') }} as raw_row,
        {{ row_fingerprint([
            'channel', 'record_key', 'identifier_type', 'scope', 'value', 'verified_at',
            'ended_at', 'is_deleted',
        ]) }} as row_fingerprint,
        _source_file,
        _source_row
    from source

),

typed as (

    select
        cleaned.*,
        {{ normalize_identifier('known_types.validity_rule', 'value_text') }} as value,
        {{ parse_local_timestamp('verified_at_text', channel_timezone('crm')) }} as verified_at,
        {{ parse_local_timestamp('ended_at_text', channel_timezone('crm')) }} as ended_at,
        coalesce({{ parse_boolean('is_deleted_text') }}, false) as is_deleted,
        known_types.known_type is not null as is_known_type
    from cleaned
    left join known_types on known_types.known_type = cleaned.identifier_type

),

checked as (

    select
        *,
        coalesce(
            {{ rejection('channel', 'missing_key', 'channel is null') }},
            {{ rejection('record_key', 'missing_key', 'record_key is null') }},
            {{ rejection('identifier_type', 'missing_key', 'identifier_type is null') }},
            {{ rejection('value', 'missing_key', 'value is null') }},
            {{ rejection('identifier_type', 'unknown_identifier_type', 'not is_known_type') }}
        ) as rejection,
        {{ list_of_present([
            finding(
                'value', 'invalid_identifier', "value_text is not null and value is null",
                mask_any('value_text')
            ),
            finding(
                'verified_at', 'invalid_time',
                "verified_at_text is not null and verified_at is null",
                'verified_at_text'
            ),
            finding('verified_at', 'future_time', is_future('verified_at'), 'verified_at_text'),
            finding(
                'ended_at', 'invalid_time', "ended_at_text is not null and ended_at is null",
                'ended_at_text'
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
        channel || ':' || record_key as record_id,
        channel,
        record_key,
        identifier_type,
        scope,
        value,
        verified_at,
        ended_at,
        is_deleted,
        concat_ws(
            '.', channel, record_key, identifier_type, scope, left({{ keyed_hash('value') }}, 12)
        ) as row_key,
        rejection,
        findings,
        row_number() over (
            partition by rejection is null, channel, record_key, identifier_type, scope, value
            order by
                ended_at desc nulls last,
                verified_at desc nulls last,
                _source_file desc nulls last,
                row_fingerprint asc,
                _source_row asc nulls last
        ) as duplicate_rank,
        count(*) over (
            partition by rejection is null, channel, record_key, identifier_type, scope, value
        ) as n_rows_of_key,
        raw_row,
        _source_file,
        _source_row
    from checked

),

traced as (

    select
        record_id,
        channel,
        record_key,
        identifier_type,
        scope,
        value,
        verified_at,
        ended_at,
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

with source as (

    select * from {{ raw('crm', 'consents') }}

),

code_values as (

    select * from {{ ref('code_values') }}

),

cleaned as (

    select
        {{ clean_text('channel') }} as channel,
        {{ clean_text('record_key') }} as record_key,
        {{ clean_text('purpose') }} as purpose_text,
        {{ clean_text('contact_channel') }} as contact_channel,
        {{ clean_text('granted') }} as granted_text,
        {{ clean_text('changed_at') }} as changed_at_text,
        {{ clean_text('policy_version') }} as policy_version,
        {{ clean_text('is_separate') }} as is_separate_text,
        {{ clean_text('guardian_key') }} as guardian_key,
        {{ clean_text('is_deleted') }} as is_deleted_text,
        {{ raw_row('crm', 'consents') }} as raw_row,
        {{ row_fingerprint([
            'channel', 'record_key', 'purpose', 'contact_channel', 'granted', 'changed_at',
            'policy_version', 'is_separate', 'guardian_key', 'is_deleted',
        ]) }} as row_fingerprint,
        _source_file,
        _source_row
    from source

),

typed as (

    select
        cleaned.*,
        purposes.code as purpose,
        {{ parse_boolean('granted_text') }} as is_granted,
        {{ parse_local_timestamp('changed_at_text', channel_timezone('crm')) }} as changed_at,
        {{ parse_boolean('is_separate_text') }} as is_separate,
        coalesce({{ parse_boolean('is_deleted_text') }}, false) as is_deleted
    from cleaned
    left join code_values as purposes
        on
            purposes.code_list = 'consent_purpose'
            and purposes.raw_value = lower(cleaned.purpose_text)

),

checked as (

    select
        *,
        coalesce(
            {{ rejection('channel', 'missing_key', 'channel is null') }},
            {{ rejection('record_key', 'missing_key', 'record_key is null') }},
            {{ rejection('purpose', 'missing_key', 'purpose_text is null') }},
            {{ rejection('purpose', 'unknown_purpose', 'purpose is null') }}
        ) as rejection,
        {{ list_of_present([
            finding(
                'purpose', 'unknown_code', "purpose_text is not null and purpose is null",
                'purpose_text'
            ),
            finding(
                'granted', 'invalid_boolean', "granted_text is not null and is_granted is null",
                'granted_text'
            ),
            finding(
                'changed_at', 'invalid_time', "changed_at_text is not null and changed_at is null",
                'changed_at_text'
            ),
            finding('changed_at', 'future_time', is_future('changed_at'), 'changed_at_text'),
            finding(
                'is_separate', 'invalid_boolean',
                "is_separate_text is not null and is_separate is null",
                'is_separate_text'
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
        purpose,
        contact_channel,
        is_granted,
        changed_at,
        policy_version,
        is_separate,
        guardian_key,
        is_deleted,
        concat_ws(
            '.', channel, record_key, purpose, contact_channel, cast(changed_at as string)
        ) as row_key,
        rejection,
        findings,
        row_number() over (
            partition by
                rejection is null, channel, record_key, purpose, contact_channel, changed_at
            order by
                is_granted asc nulls last,
                _source_file desc nulls last,
                row_fingerprint asc,
                _source_row asc nulls last
        ) as duplicate_rank,
        count(*) over (
            partition by
                rejection is null, channel, record_key, purpose, contact_channel, changed_at
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
        purpose,
        contact_channel,
        is_granted,
        changed_at,
        policy_version,
        is_separate,
        guardian_key,
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

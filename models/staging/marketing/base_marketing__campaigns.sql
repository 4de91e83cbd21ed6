with source as (

    select * from {{ raw('marketing', 'campaigns') }}

),

cleaned as (

    select
        {{ clean_text('campaign_id') }} as campaign_id,
        {{ clean_text('campaign_name') }} as campaign_name,
        {{ clean_text('touch_channel') }} as touch_channel,
        {{ clean_text('offer_type') }} as offer_type,
        {{ clean_text('started_at') }} as started_at_text,
        {{ clean_text('ended_at') }} as ended_at_text,
        {{ clean_text('cost_amount') }} as cost_amount_text,
        {{ clean_text('is_deleted') }} as is_deleted_text,
        {{ raw_row('marketing', 'campaigns') }} as raw_row,
        {{ row_fingerprint([
            'campaign_id', 'campaign_name', 'touch_channel', 'offer_type', 'started_at',
            'ended_at', 'cost_amount', 'is_deleted',
        ]) }} as row_fingerprint,
        _source_file,
        _source_row
    from source

),

typed as (

    select
        cleaned.*,
        {{ parse_local_timestamp('started_at_text', channel_timezone('marketing')) }} as started_at,
        {{ parse_local_timestamp('ended_at_text', channel_timezone('marketing')) }} as ended_at,
        {{ parse_money('cost_amount_text') }} as cost_amount,
        coalesce({{ parse_boolean('is_deleted_text') }}, false) as is_deleted
    from cleaned

),

checked as (

    select
        *,
        {{ rejection('campaign_id', 'missing_key', 'campaign_id is null') }} as rejection,
        {{ list_of_present([
            finding(
                'started_at', 'invalid_time', "started_at_text is not null and started_at is null",
                'started_at_text'
            ),
            finding(
                'ended_at', 'invalid_time', "ended_at_text is not null and ended_at is null",
                'ended_at_text'
            ),
            finding(
                'ended_at', 'time_order', "cast(ended_at as date) < cast(started_at as date)",
                'ended_at_text'
            ),
            finding(
                'cost_amount', 'invalid_amount',
                "cost_amount_text is not null and cost_amount is null",
                'cost_amount_text'
            ),
            finding('cost_amount', 'negative_amount', "cost_amount < 0", 'cost_amount_text'),
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
        campaign_id,
        campaign_name,
        touch_channel,
        offer_type,
        started_at,
        ended_at,
        cost_amount,
        is_deleted,
        campaign_id as row_key,
        rejection,
        findings,
        row_number() over (
            partition by rejection is null, campaign_id
            order by
                _source_file desc nulls last,
                case when is_deleted then 0 else 1 end asc,
                started_at desc nulls last,
                row_fingerprint asc,
                _source_row asc nulls last
        ) as duplicate_rank,
        count(*) over (partition by rejection is null, campaign_id) as n_rows_of_key,
        raw_row,
        _source_file,
        _source_row
    from checked

),

traced as (

    select
        campaign_id,
        campaign_name,
        touch_channel,
        offer_type,
        started_at,
        ended_at,
        cost_amount,
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

with source as (

    select * from {{ raw('shop', 'refunds') }}

),

code_values as (

    select * from {{ ref('code_values') }}

),

cleaned as (

    select
        {{ clean_text('refund_id') }} as refund_id,
        {{ clean_text('order_id') }} as order_id,
        {{ clean_text('line_no') }} as line_no,
        {{ clean_text('quantity') }} as quantity_text,
        {{ clean_text('refund_type') }} as refund_type_text,
        {{ clean_text('return_channel') }} as return_channel,
        {{ clean_text('amount') }} as amount_text,
        {{ clean_text('reason') }} as reason,
        {{ clean_text('refunded_at') }} as refunded_at_text,
        {{ clean_text('is_deleted') }} as is_deleted_text,
        {{ raw_row('shop', 'refunds') }} as raw_row,
        {{ row_fingerprint([
            'refund_id', 'order_id', 'line_no', 'quantity', 'refund_type', 'return_channel',
            'amount', 'reason', 'refunded_at', 'is_deleted',
        ]) }} as row_fingerprint,
        _source_file,
        _source_row
    from source

),

typed as (

    select
        cleaned.*,
        {{ parse_number('quantity_text') }} as quantity,
        refund_types.code as refund_type,
        {{ parse_money('amount_text') }} as amount,
        {{ parse_timestamp('refunded_at_text') }} as refunded_at,
        {{ time_zone_of('refunded_at_text') }} as refunded_at_zone,
        coalesce({{ parse_boolean('is_deleted_text') }}, false) as is_deleted
    from cleaned
    left join code_values as refund_types
        on
            refund_types.code_list = 'refund_type'
            and refund_types.raw_value = lower(cleaned.refund_type_text)

),

checked as (

    select
        *,
        coalesce(
            {{ rejection('refund_id', 'missing_key', 'refund_id is null') }},
            {{ rejection('order_id', 'missing_key', 'order_id is null') }}
        ) as rejection,
        {{ list_of_present([
            finding(
                'quantity', 'invalid_number', "quantity_text is not null and quantity is null",
                'quantity_text'
            ),
            finding('quantity', 'negative_quantity', "quantity < 0", 'quantity_text'),
            finding(
                'refund_type', 'unknown_code',
                "refund_type_text is not null and refund_type is null",
                'refund_type_text'
            ),
            finding(
                'amount', 'invalid_amount', "amount_text is not null and amount is null",
                'amount_text'
            ),
            finding('amount', 'negative_amount', "amount < 0", 'amount_text'),
            finding(
                'refunded_at', 'invalid_time',
                "refunded_at_text is not null and refunded_at is null",
                'refunded_at_text'
            ),
            finding('refunded_at', 'future_time', is_future('refunded_at'), 'refunded_at_text'),
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
        refund_id,
        order_id,
        line_no,
        quantity,
        refund_type,
        return_channel,
        amount,
        reason,
        refunded_at,
        refunded_at_zone,
        is_deleted,
        refund_id as row_key,
        rejection,
        findings,
        row_number() over (
            partition by rejection is null, refund_id
            order by
                _source_file desc nulls last,
                case when is_deleted then 0 else 1 end asc,
                refunded_at desc nulls last,
                row_fingerprint asc,
                _source_row asc nulls last
        ) as duplicate_rank,
        count(*) over (partition by rejection is null, refund_id) as n_rows_of_key,
        raw_row,
        _source_file,
        _source_row
    from checked

),

traced as (

    select
        refund_id,
        order_id,
        line_no,
        quantity,
        refund_type,
        return_channel,
        amount,
        reason,
        refunded_at,
        refunded_at_zone,
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

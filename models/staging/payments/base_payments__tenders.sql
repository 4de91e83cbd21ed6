with source as (

    select * from {{ ranked_rows(
        'payments', 'tenders',
        to_clean=['channel', 'order_id', 'tender_no', 'is_deleted', 'paid_at'],
        key=['channel_text', 'order_id_text', 'tender_no_text'],
        columns=[
            'channel', 'order_id', 'tender_no', 'tender_type', 'amount', 'paid_at', 'is_deleted',
        ],
        newest_first=[
            '_source_file desc nulls last',
            'case when ' ~ parse_boolean('is_deleted_text') ~ ' then 0 else 1 end asc',
            parse_timestamp('paid_at_text') ~ ' desc nulls last',
        ]
    ) }}

),

code_values as (

    select * from {{ ref('code_values') }}

),

cleaned as (

    select
        {{ clean_text('channel') }} as channel,
        {{ clean_text('order_id') }} as order_id,
        {{ clean_text('tender_no') }} as tender_no,
        {{ clean_text('tender_type') }} as tender_type_text,
        {{ clean_text('amount') }} as amount_text,
        {{ clean_text('paid_at') }} as paid_at_text,
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
        tender_types.code as tender_type,
        {{ parse_money('amount_text') }} as amount,
        {{ parse_timestamp('paid_at_text') }} as paid_at,
        {{ time_zone_of('paid_at_text') }} as paid_at_zone,
        coalesce({{ parse_boolean('is_deleted_text') }}, false) as is_deleted
    from cleaned
    left join code_values as tender_types
        on
            tender_types.code_list = 'tender_type'
            and tender_types.raw_value = lower(cleaned.tender_type_text)

),

checked as (

    select
        *,
        coalesce(
            {{ rejection('channel', 'missing_key', 'channel is null') }},
            {{ rejection('order_id', 'missing_key', 'order_id is null') }},
            {{ rejection('tender_no', 'missing_key', 'tender_no is null') }}
        ) as rejection,
        {{ list_of_present([
            finding(
                'tender_type', 'unknown_code',
                "tender_type_text is not null and tender_type is null",
                'tender_type_text'
            ),
            finding(
                'amount', 'invalid_amount', "amount_text is not null and amount is null",
                'amount_text'
            ),
            finding(
                'paid_at', 'invalid_time', "paid_at_text is not null and paid_at is null",
                'paid_at_text'
            ),
            finding('paid_at', 'future_time', is_future('paid_at'), 'paid_at_text'),
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
        channel,
        order_id,
        tender_no,
        tender_type,
        amount,
        paid_at,
        paid_at_zone,
        is_deleted,
        concat_ws('.', channel, order_id, tender_no) as row_key,
        rejection,
        findings,
        duplicate_rank,
        n_rows_of_key,
        -- Only the quality models read it, and only of rows with an issue.
        case
            when rejection is not null or n_rows_of_key > 1 or {{ list_length('findings') }} > 0
                then {{ raw_row('payments', 'tenders', 'raw_values') }}
        end as raw_row,
        _source_file,
        _source_row
    from checked

)

select * from traced

with source as (

    select * from {{ ranked_rows(
        'store', 'sale_items',
        to_clean=['receipt_no', 'line_no', 'is_deleted'],
        key=['receipt_no_text', 'line_no_text'],
        columns=[
            'receipt_no', 'line_no', 'sku', 'quantity', 'unit_price', 'line_amount', 'is_deleted',
        ],
        newest_first=[
            '_source_file desc nulls last',
            'case when ' ~ parse_boolean('is_deleted_text') ~ ' then 0 else 1 end asc',
        ]
    ) }}

),

cleaned as (

    select
        {{ clean_text('receipt_no') }} as receipt_no,
        {{ clean_text('line_no') }} as line_no,
        {{ clean_text('sku') }} as sku,
        {{ clean_text('quantity') }} as quantity_text,
        {{ clean_text('unit_price') }} as unit_price_text,
        {{ clean_text('line_amount') }} as line_amount_text,
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
        {{ parse_number('quantity_text') }} as quantity,
        {{ parse_money('unit_price_text') }} as unit_price,
        {{ parse_money('line_amount_text') }} as line_amount,
        coalesce({{ parse_boolean('is_deleted_text') }}, false) as is_deleted
    from cleaned

),

checked as (

    select
        *,
        coalesce(
            {{ rejection('receipt_no', 'missing_key', 'receipt_no is null') }},
            {{ rejection('line_no', 'missing_key', 'line_no is null') }}
        ) as rejection,
        {{ list_of_present([
            finding(
                'quantity', 'invalid_number', "quantity_text is not null and quantity is null",
                'quantity_text'
            ),
            finding(
                'unit_price', 'invalid_amount',
                "unit_price_text is not null and unit_price is null",
                'unit_price_text'
            ),
            finding('unit_price', 'negative_amount', "unit_price < 0", 'unit_price_text'),
            finding(
                'line_amount', 'invalid_amount',
                "line_amount_text is not null and line_amount is null",
                'line_amount_text'
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
        receipt_no,
        line_no,
        sku,
        quantity,
        unit_price,
        line_amount,
        is_deleted,
        concat_ws('.', receipt_no, line_no) as row_key,
        rejection,
        findings,
        duplicate_rank,
        n_rows_of_key,
        -- Only the quality models read it, and only of rows with an issue.
        case
            when rejection is not null or n_rows_of_key > 1 or {{ list_length('findings') }} > 0
                then {{ raw_row('store', 'sale_items', 'raw_values') }}
        end as raw_row,
        _source_file,
        _source_row
    from checked

)

select * from traced

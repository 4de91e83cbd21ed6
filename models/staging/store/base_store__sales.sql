with source as (

    select * from {{ ranked_rows(
        'store', 'sales',
        to_clean=['receipt_no', 'is_deleted', 'sold_at'],
        key=['receipt_no_text'],
        columns=[
            'receipt_no', 'member_no', 'mobile', 'store_id', 'staff_id', 'sold_at', 'amount',
            'discount_amount', 'payment_method', 'promotion_id', 'is_return', 'original_order_id',
            'is_deleted',
        ],
        newest_first=[
            '_source_file desc nulls last',
            'case when ' ~ parse_boolean('is_deleted_text') ~ ' then 0 else 1 end asc',
            parse_timestamp('sold_at_text') ~ ' desc nulls last',
        ]
    ) }}

),

code_values as (

    select * from {{ ref('code_values') }}

),

cleaned as (

    select
        {{ clean_text('receipt_no') }} as receipt_no,
        {{ clean_text('member_no') }} as member_no,
        {{ clean_text('mobile') }} as mobile_text,
        {{ clean_text('store_id') }} as store_id,
        {{ clean_text('staff_id') }} as staff_id,
        {{ clean_text('sold_at') }} as sold_at_text,
        {{ clean_text('amount') }} as amount_text,
        {{ clean_text('discount_amount') }} as discount_amount_text,
        {{ clean_text('payment_method') }} as payment_method_text,
        {{ clean_text('promotion_id') }} as promotion_id,
        {{ clean_text('is_return') }} as is_return_text,
        {{ clean_text('original_order_id') }} as original_order_id,
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
        {{ telephone_kind('mobile_text') }} as mobile_kind,
        {{ normalize_mobile('mobile_text') }} as mobile,
        {{ normalize_telephone('mobile_text') }} as telephone,
        {{ parse_timestamp('sold_at_text') }} as sold_at,
        {{ time_zone_of('sold_at_text') }} as sold_at_zone,
        {{ parse_money('amount_text') }} as amount,
        {{ parse_money('discount_amount_text') }} as discount_amount,
        payment_methods.code as payment_method,
        {{ parse_boolean('is_return_text') }} as is_return,
        coalesce({{ parse_boolean('is_deleted_text') }}, false) as is_deleted
    from cleaned
    left join code_values as payment_methods
        on
            payment_methods.code_list = 'payment_method'
            and payment_methods.raw_value = lower(cleaned.payment_method_text)

),

checked as (

    select
        *,
        {{ rejection('receipt_no', 'missing_key', 'receipt_no is null') }} as rejection,
        {{ list_of_present([
            finding('mobile', 'invalid_mobile', "mobile_kind = 'invalid'", mask_any('mobile_text')),
            finding(
                'mobile', 'spreadsheet_mobile', "mobile_kind = 'spreadsheet'",
                mask_any('mobile_text')
            ),
            finding(
                'sold_at', 'invalid_time', "sold_at_text is not null and sold_at is null",
                'sold_at_text'
            ),
            finding('sold_at', 'future_time', is_future('sold_at'), 'sold_at_text'),
            finding(
                'amount', 'invalid_amount', "amount_text is not null and amount is null",
                'amount_text'
            ),
            finding(
                'amount', 'negative_amount', "amount < 0 and not coalesce(is_return, false)",
                'amount_text'
            ),
            finding(
                'discount_amount', 'invalid_amount',
                "discount_amount_text is not null and discount_amount is null",
                'discount_amount_text'
            ),
            finding(
                'discount_amount', 'negative_amount', "discount_amount < 0",
                'discount_amount_text'
            ),
            finding(
                'payment_method', 'unknown_code',
                "payment_method_text is not null and payment_method is null",
                'payment_method_text'
            ),
            finding(
                'is_return', 'invalid_boolean', "is_return_text is not null and is_return is null",
                'is_return_text'
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
        member_no,
        mobile_kind,
        mobile,
        telephone,
        store_id,
        staff_id,
        sold_at,
        sold_at_zone,
        amount,
        discount_amount,
        payment_method,
        promotion_id,
        is_return,
        original_order_id,
        is_deleted,
        receipt_no as row_key,
        rejection,
        findings,
        duplicate_rank,
        n_rows_of_key,
        -- Only the quality models read it, and only of rows with an issue.
        case
            when rejection is not null or n_rows_of_key > 1 or {{ list_length('findings') }} > 0
                then {{ raw_row('store', 'sales', 'raw_values') }}
        end as raw_row,
        _source_file,
        _source_row
    from checked

)

select * from traced

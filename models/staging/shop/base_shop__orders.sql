with source as (

    -- Told twice at the same moment, an order is at the later step of its life.
    select * from {{ ranked_rows(
        'shop', 'orders',
        to_clean=['order_id', 'is_deleted', 'paid_at', 'ordered_at', 'status'],
        key=['order_id_text'],
        columns=[
            'order_id', 'platform', 'shop_id', 'account_id', 'parent_order_id', 'ordered_at',
            'paid_at', 'status', 'payment_method', 'goods_amount', 'discount_amount',
            'freight_amount', 'paid_amount', 'promotion_id', 'fulfilment', 'receiver_name',
            'receiver_mobile', 'receiver_region', 'receiver_address', 'is_deleted',
        ],
        newest_first=[
            '_source_file desc nulls last',
            'case when ' ~ parse_boolean('is_deleted_text') ~ ' then 0 else 1 end asc',
            parse_timestamp('paid_at_text') ~ ' desc nulls last',
            parse_timestamp('ordered_at_text') ~ ' desc nulls last',
            "case statuses.code when 'returned' then 1 when 'cancelled' then 2"
            ~ " when 'completed' then 3 when 'shipped' then 4 when 'paid' then 5 else 6 end asc",
        ],
        joins='left join ' ~ ref('code_values') ~ ' as statuses'
        ~ " on statuses.code_list = 'order_status'"
        ~ ' and statuses.raw_value = lower(repeated_rows.status_text)'
    ) }}

),

code_values as (

    select * from {{ ref('code_values') }}

),

region_aliases as (

    select * from {{ ref('stg_reference__region_aliases') }}

),

cleaned as (

    select
        {{ clean_text('order_id') }} as order_id,
        {{ clean_text('platform') }} as platform,
        {{ clean_text('shop_id') }} as shop_id,
        {{ clean_text('account_id') }} as account_id,
        {{ clean_text('parent_order_id') }} as parent_order_id,
        {{ clean_text('ordered_at') }} as ordered_at_text,
        {{ clean_text('paid_at') }} as paid_at_text,
        {{ clean_text('status') }} as status_text,
        {{ clean_text('payment_method') }} as payment_method_text,
        {{ clean_text('goods_amount') }} as goods_amount_text,
        {{ clean_text('discount_amount') }} as discount_amount_text,
        {{ clean_text('freight_amount') }} as freight_amount_text,
        {{ clean_text('paid_amount') }} as paid_amount_text,
        {{ clean_text('promotion_id') }} as promotion_id,
        {{ clean_text('fulfilment') }} as fulfilment,
        {{ clean_text('receiver_name') }} as receiver_name,
        {{ clean_text('receiver_mobile') }} as receiver_mobile_text,
        {{ clean_text('receiver_region') }} as receiver_region_text,
        {{ clean_text('receiver_address') }} as receiver_address_text,
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
        {{ parse_timestamp('ordered_at_text') }} as ordered_at,
        {{ time_zone_of('ordered_at_text') }} as ordered_at_zone,
        {{ parse_timestamp('paid_at_text') }} as paid_at,
        {{ time_zone_of('paid_at_text') }} as paid_at_zone,
        statuses.code as status,
        payment_methods.code as payment_method,
        {{ parse_money('goods_amount_text') }} as goods_amount,
        {{ parse_money('discount_amount_text') }} as discount_amount,
        {{ parse_money('freight_amount_text') }} as freight_amount,
        {{ parse_money('paid_amount_text') }} as paid_amount,
        {{ region_value('division_code') }} as receiver_division_code,
        {{ region_value('province') }} as receiver_province,
        {{ region_value('city') }} as receiver_city,
        {{ region_value('district') }} as receiver_district,
        {{ keyed_hash(normalize_mobile('receiver_mobile_text')) }} as receiver_mobile_hash,
        -- However the address is punctuated; street and number alone exist in many cities, and a
        -- pick-up station is everybody's.
        case
            when not {{ regexp_like(
                'lower(receiver_address_text)', var('pickup_station_words') | join('|')
            ) }}
                then {{ keyed_hash(
                    region_value('city') ~ " || '|' || "
                    ~ regexp_remove("lower(receiver_address_text)", "[ ,;.#/()，；。、-]")
                ) }}
        end as receiver_address_hash,
        coalesce({{ parse_boolean('is_deleted_text') }}, false) as is_deleted
    from cleaned
    left join code_values as statuses
        on statuses.code_list = 'order_status' and statuses.raw_value = lower(cleaned.status_text)
    left join code_values as payment_methods
        on
            payment_methods.code_list = 'payment_method'
            and payment_methods.raw_value = lower(cleaned.payment_method_text)
    {{ region_joins('cleaned.receiver_region_text') }}

),

checked as (

    select
        *,
        {{ rejection('order_id', 'missing_key', 'order_id is null') }} as rejection,
        {{ list_of_present([
            finding(
                'ordered_at', 'invalid_time', "ordered_at_text is not null and ordered_at is null",
                'ordered_at_text'
            ),
            finding('ordered_at', 'future_time', is_future('ordered_at'), 'ordered_at_text'),
            finding(
                'paid_at', 'invalid_time', "paid_at_text is not null and paid_at is null",
                'paid_at_text'
            ),
            finding('paid_at', 'future_time', is_future('paid_at'), 'paid_at_text'),
            finding(
                'status', 'unknown_code', "status_text is not null and status is null",
                'status_text'
            ),
            finding(
                'payment_method', 'unknown_code',
                "payment_method_text is not null and payment_method is null",
                'payment_method_text'
            ),
            finding(
                'goods_amount', 'invalid_amount',
                "goods_amount_text is not null and goods_amount is null",
                'goods_amount_text'
            ),
            finding('goods_amount', 'negative_amount', "goods_amount < 0", 'goods_amount_text'),
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
                'freight_amount', 'invalid_amount',
                "freight_amount_text is not null and freight_amount is null",
                'freight_amount_text'
            ),
            finding(
                'freight_amount', 'negative_amount', "freight_amount < 0",
                'freight_amount_text'
            ),
            finding(
                'paid_amount', 'invalid_amount',
                "paid_amount_text is not null and paid_amount is null",
                'paid_amount_text'
            ),
            finding('paid_amount', 'negative_amount', "paid_amount < 0", 'paid_amount_text'),
            finding(
                'receiver_region', 'unknown_region',
                "receiver_region_text is not null and receiver_division_code is null",
                region_without_street('receiver_region_text')
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
        order_id,
        platform,
        shop_id,
        account_id,
        parent_order_id,
        ordered_at,
        ordered_at_zone,
        paid_at,
        paid_at_zone,
        status,
        payment_method,
        goods_amount,
        discount_amount,
        freight_amount,
        paid_amount,
        promotion_id,
        fulfilment,
        receiver_name,
        receiver_division_code,
        receiver_province,
        receiver_city,
        receiver_district,
        receiver_mobile_hash,
        receiver_address_hash,
        is_deleted,
        order_id as row_key,
        rejection,
        findings,
        duplicate_rank,
        n_rows_of_key,
        -- Only the quality models read it, and only of rows with an issue.
        case
            when rejection is not null or n_rows_of_key > 1 or {{ list_length('findings') }} > 0
                then {{ raw_row('shop', 'orders', 'raw_values') }}
        end as raw_row,
        _source_file,
        _source_row
    from checked

)

select * from traced

-- Orders of the shops and receipts of the stores in one shape, times in the time zone of the
-- marts.
{% set shop_time_zone = channel_timezone(
    'shop', "concat_ws('.', shop_orders.platform, shop_orders.shop_id)"
) -%}
{% set store_time_zone = channel_timezone('store') -%}

with shop_orders as (

    select * from {{ ref('stg_shop__orders') }}

),

store_sales as (

    select * from {{ ref('stg_store__sales') }}

),

stores as (

    select * from {{ ref('int_catalog__stores') }}

),

store_members as (

    select * from {{ ref('stg_store__members') }}

),

shop_accounts as (

    select * from {{ ref('stg_shop__accounts') }}

),

till_cards as (

    select * from {{ ref('int_activity__till_cards') }}

),

-- A receipt names a member without the brand: the brand of its store tells; where store or member
-- has none, the only member of that number.
members_by_number as (

    select
        member_no,
        min(record_id) as record_id,
        min(brand) as brand
    from store_members
    group by member_no
    having count(*) = 1

),

shop_in_one_shape as (

    select
        'shop:' || shop_orders.order_id as order_id,
        'shop' as channel,
        shop_accounts.record_id,
        shop_orders.account_id is not null
        and shop_accounts.record_id is null as has_unknown_account,
        false as has_till_card,
        shop_orders.platform,
        shop_orders.shop_id,
        cast(null as string) as store_id,
        cast(null as string) as staff_id,
        shop_accounts.brand,
        shop_accounts.legal_entity,
        'shop:' || shop_orders.parent_order_id as parent_order_id,
        {{ to_business_time(
            'shop_orders.ordered_at', "coalesce(shop_orders.ordered_at_zone, "
            ~ shop_time_zone ~ ")"
        ) }} as ordered_at,
        {{ to_business_time(
            'shop_orders.paid_at', "coalesce(shop_orders.paid_at_zone, "
            ~ shop_time_zone ~ ")"
        ) }} as paid_at,
        shop_orders.status,
        false as is_return,
        cast(null as string) as original_order_id,
        shop_orders.goods_amount,
        shop_orders.discount_amount,
        shop_orders.freight_amount,
        shop_orders.paid_amount,
        shop_orders.payment_method,
        shop_orders.promotion_id,
        shop_orders.receiver_province,
        shop_orders.receiver_city
    from shop_orders
    left join shop_accounts
        on
            shop_accounts.account_id = shop_orders.account_id
            and shop_accounts.platform is not distinct from shop_orders.platform
            and shop_accounts.shop_id is not distinct from shop_orders.shop_id

),

store_in_one_shape as (

    select
        'store:' || store_sales.receipt_no as order_id,
        'store' as channel,
        case
            when till_cards.member_no is null
                then coalesce(members.record_id, members_by_number.record_id)
        end as record_id,
        store_sales.member_no is not null
        and till_cards.member_no is null
        and coalesce(members.record_id, members_by_number.record_id) is null as has_unknown_account,
        till_cards.member_no is not null as has_till_card,
        cast(null as string) as platform,
        cast(null as string) as shop_id,
        store_sales.store_id,
        store_sales.staff_id,
        stores.brand,
        stores.legal_entity,
        cast(null as string) as parent_order_id,
        {{ to_business_time(
            'store_sales.sold_at',
            "coalesce(store_sales.sold_at_zone, stores.time_zone, " ~ store_time_zone ~ ")"
        ) }} as ordered_at,
        {{ to_business_time(
            'store_sales.sold_at',
            "coalesce(store_sales.sold_at_zone, stores.time_zone, " ~ store_time_zone ~ ")"
        ) }} as paid_at,
        case
            when coalesce(store_sales.is_return, false) then 'returned' else 'completed'
        end as status,
        coalesce(store_sales.is_return, false) as is_return,
        store_sales.original_order_id,
        cast(
            store_sales.amount + coalesce(store_sales.discount_amount, 0) as decimal(18, 2)
        ) as goods_amount,
        store_sales.discount_amount,
        cast(0 as decimal(18, 2)) as freight_amount,
        store_sales.amount as paid_amount,
        store_sales.payment_method,
        store_sales.promotion_id,
        cast(null as string) as receiver_province,
        cast(null as string) as receiver_city
    from store_sales
    left join stores on stores.store_id = store_sales.store_id
    left join store_members as members
        on
            members.member_no = store_sales.member_no
            and members.brand is not distinct from stores.brand
    left join members_by_number
        on
            members_by_number.member_no = store_sales.member_no
            and (stores.brand is null or members_by_number.brand is null)
    left join till_cards
        on
            till_cards.member_no = store_sales.member_no
            and till_cards.brand is not distinct from stores.brand

),

all_orders as (

    select * from shop_in_one_shape
    union all
    select * from store_in_one_shape

),

-- An order whose own time cannot be read happened when it was paid.
dated as (

    select
        order_id,
        channel,
        record_id,
        has_unknown_account,
        has_till_card,
        platform,
        shop_id,
        store_id,
        staff_id,
        brand,
        legal_entity,
        parent_order_id,
        coalesce(ordered_at, paid_at) as ordered_at,
        cast(coalesce(ordered_at, paid_at) as date) as ordered_on,
        paid_at,
        status,
        is_return,
        original_order_id,
        goods_amount,
        discount_amount,
        freight_amount,
        paid_amount,
        payment_method,
        promotion_id,
        receiver_province,
        receiver_city
    from all_orders

)

select * from dated

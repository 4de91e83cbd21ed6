-- What the rules of customer classes measure. Orders through test accounts, unpaid, cancelled and
-- future ones say nothing of a customer.
{% set measures = {
    'accounts_per_customer': ['test_account_rate', 'n_employee_accounts'],
    'purchases_per_customer': ['n_orders', 'median_items_per_order', 'orders_per_month'],
    'receivers_per_customer': ['n_receivers', 'receivers_per_order'],
    'refunds_per_customer': ['n_refund_only_orders', 'refund_only_rate'],
    'shops_per_customer': ['max_accounts_per_shop'],
    'coupons_per_customer': ['n_coupon_sharers'],
} -%}

with account_flags as (

    select * from {{ ref('int_profile__account_flags') }}

),

shop_accounts as (

    select * from {{ ref('stg_shop__accounts') }}

),

orders as (

    select * from {{ ref('int_activity__orders') }}

),

order_customers as (

    select * from {{ ref('int_activity__order_customers') }}

),

order_lines as (

    select * from {{ ref('int_activity__order_lines') }}

),

shop_orders as (

    select * from {{ ref('stg_shop__orders') }}

),

shop_refunds as (

    select * from {{ ref('stg_shop__refunds') }}

),

deliveries as (

    select * from {{ ref('stg_logistics__deliveries') }}

),

purchases as (

    select
        orders.order_id,
        orders.channel,
        orders.platform,
        orders.shop_id,
        orders.record_id,
        orders.ordered_at,
        orders.ordered_on,
        orders.paid_amount,
        orders.promotion_id,
        order_customers.customer_id
    from orders
    inner join order_customers on order_customers.order_id = orders.order_id
    left join account_flags on account_flags.record_id = orders.record_id
    where
        order_customers.customer_id <> 'anonymous'
        and not orders.is_return
        and coalesce(orders.status, '') not in ('unpaid', 'cancelled')
        and not {{ is_future('orders.ordered_at') }}
        and not coalesce(account_flags.is_test, false)

),

accounts_per_customer as (

    select
        customer_id,
        sum(case when is_test then 1e0 else 0e0 end) / count(*) as test_account_rate,
        sum(case when is_employee then 1 else 0 end) as n_employee_accounts
    from account_flags
    group by customer_id

),

items_per_order as (

    select
        order_id,
        sum(quantity) as n_items
    from order_lines
    group by order_id

),

purchases_per_customer as (

    select
        purchases.customer_id,
        count(*) as n_orders,
        percentile_cont(0.5) within group (
            order by cast(items_per_order.n_items as double)
        ) as median_items_per_order,
        -- A month at least, so that one busy day is no busy year.
        count(*) / greatest(
            {{ days_between('min(purchases.ordered_on)', 'max(purchases.ordered_on)') }} / 30e0, 1e0
        ) as orders_per_month
    from purchases
    left join items_per_order on items_per_order.order_id = purchases.order_id
    group by purchases.customer_id

),

sent_purchases as (

    select
        purchases.order_id,
        purchases.customer_id,
        purchases.platform,
        purchases.shop_id,
        purchases.record_id,
        purchases.ordered_at,
        purchases.promotion_id,
        purchases.paid_amount,
        shop_orders.order_id as shop_order_id,
        shop_orders.receiver_mobile_hash,
        shop_orders.receiver_address_hash,
        coalesce(
            shop_orders.receiver_address_hash, shop_orders.receiver_mobile_hash
        ) as receiver_hash
    from purchases
    inner join shop_orders on 'shop:' || shop_orders.order_id = purchases.order_id

),

receivers_per_customer as (

    select
        customer_id,
        count(distinct receiver_hash) as n_receivers,
        count(distinct receiver_hash) * 1e0 / count(*) as receivers_per_order
    from sent_purchases
    where receiver_hash is not null
    group by customer_id

),

-- Money back for what was delivered and stayed with the customer.
kept_and_refunded as (

    select
        order_id,
        sum(abs(amount)) as refund_amount
    from shop_refunds
    where refund_type = 'refund'
    group by order_id

),

refunds_per_customer as (

    select
        sent_purchases.customer_id,
        sum(
            case
                when 2 * kept_and_refunded.refund_amount >= sent_purchases.paid_amount then 1 else 0
            end
        ) as n_refund_only_orders,
        sum(
            case
                when 2 * kept_and_refunded.refund_amount >= sent_purchases.paid_amount then 1e0
                else 0e0
            end
        ) / count(*) as refund_only_rate
    from sent_purchases
    inner join deliveries
        on
            deliveries.order_id = sent_purchases.shop_order_id
            and deliveries.delivered_at is not null
    left join kept_and_refunded on kept_and_refunded.order_id = sent_purchases.shop_order_id
    group by sent_purchases.customer_id

),

accounts_per_shop as (

    select
        account_flags.customer_id,
        shop_accounts.platform,
        shop_accounts.shop_id,
        count(*) as n_accounts
    from account_flags
    inner join shop_accounts on shop_accounts.record_id = account_flags.record_id
    where not account_flags.is_test
    group by account_flags.customer_id, shop_accounts.platform, shop_accounts.shop_id

),

shops_per_customer as (

    select
        customer_id,
        max(n_accounts) as max_accounts_per_shop
    from accounts_per_shop
    group by customer_id

),

first_purchases as (

    select
        customer_id,
        platform,
        shop_id,
        promotion_id,
        receiver_mobile_hash,
        receiver_address_hash
    from sent_purchases
    where record_id is not null
    qualify row_number() over (
        partition by record_id order by ordered_at asc nulls last, order_id asc
    ) = 1

),

-- A receiver is a mobile or an address.
first_coupons as (

    select
        customer_id,
        platform,
        shop_id,
        receiver_mobile_hash as receiver_hash
    from first_purchases
    where promotion_id is not null and receiver_mobile_hash is not null

    union all

    select
        customer_id,
        platform,
        shop_id,
        receiver_address_hash as receiver_hash
    from first_purchases
    where promotion_id is not null and receiver_address_hash is not null

),

coupon_rings as (

    select
        receiver_hash,
        platform,
        shop_id,
        count(*) as n_accounts
    from first_coupons
    group by receiver_hash, platform, shop_id

),

coupons_per_customer as (

    select
        first_coupons.customer_id,
        max(coupon_rings.n_accounts) as n_coupon_sharers
    from first_coupons
    inner join coupon_rings
        on
            coupon_rings.receiver_hash = first_coupons.receiver_hash
            and coupon_rings.platform is not distinct from first_coupons.platform
            and coupon_rings.shop_id is not distinct from first_coupons.shop_id
    group by first_coupons.customer_id

),

measured as (

    {% for relation, names in measures.items() %}
    {% for name in names %}
    select
        customer_id,
        '{{ name }}' as measure,
        cast({{ name }} as double) as value
    from {{ relation }}
    where {{ name }} is not null
    {{ 'union all' if not loop.last }}
    {% endfor %}
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select * from measured

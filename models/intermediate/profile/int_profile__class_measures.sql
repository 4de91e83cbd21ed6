-- What the rules of customer classes measure. Orders through test accounts, unpaid, cancelled and
-- future ones say nothing of a customer; the parts of a split order are one purchase.
{% set measures = {
    'accounts_per_customer': ['test_account_rate', 'n_employee_accounts'],
    'kinds_of_customer': ['is_company'],
    'purchases_per_customer': ['n_orders', 'median_items_per_order', 'orders_per_month'],
    'receivers_per_customer': ['n_receivers', 'receivers_per_order'],
    'refunds_per_customer': ['n_refund_only_orders', 'refund_only_rate'],
    'shops_per_customer': ['max_accounts_per_shop'],
    'coupons_per_customer': ['n_coupon_sharers'],
} -%}

with golden_records as (

    select * from {{ ref('int_profile__golden_records') }}

),

account_flags as (

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
        coalesce(orders.parent_order_id, orders.order_id) as purchase_id,
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

kinds_of_customer as (

    select
        customer_id,
        case when customer_type = 'company' then 1 else 0 end as is_company
    from golden_records

),

items_per_order as (

    select
        order_id,
        sum(quantity) as n_items
    from order_lines
    group by order_id

),

whole_purchases as (

    select
        purchases.customer_id,
        purchases.purchase_id,
        min(purchases.ordered_on) as ordered_on,
        sum(items_per_order.n_items) as n_items
    from purchases
    left join items_per_order on items_per_order.order_id = purchases.order_id
    group by purchases.customer_id, purchases.purchase_id

),

purchases_per_customer as (

    select
        customer_id,
        count(*) as n_orders,
        percentile_cont(0.5) within group (
            order by cast(n_items as double)
        ) as median_items_per_order,
        -- A month at least, so that one busy day is no busy year.
        count(*) / greatest(
            {{ days_between('min(ordered_on)', 'max(ordered_on)') }} / 30e0, 1e0
        ) as orders_per_month
    from whole_purchases
    group by customer_id

),

sent_purchases as (

    select
        purchases.order_id,
        purchases.purchase_id,
        purchases.customer_id,
        purchases.platform,
        purchases.shop_id,
        purchases.record_id,
        purchases.ordered_at,
        purchases.ordered_on,
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
        count(distinct receiver_hash) * 1e0
        / count(distinct purchase_id) as receivers_per_order
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

delivered_orders as (

    select distinct order_id
    from deliveries
    where delivered_at is not null

),

delivered_purchases as (

    select
        sent_purchases.customer_id,
        sent_purchases.purchase_id,
        2 * sum(kept_and_refunded.refund_amount)
        >= sum(sent_purchases.paid_amount) as is_refund_only
    from sent_purchases
    inner join delivered_orders on delivered_orders.order_id = sent_purchases.shop_order_id
    left join kept_and_refunded on kept_and_refunded.order_id = sent_purchases.shop_order_id
    group by sent_purchases.customer_id, sent_purchases.purchase_id

),

refunds_per_customer as (

    select
        customer_id,
        sum(case when is_refund_only then 1 else 0 end) as n_refund_only_orders,
        sum(case when is_refund_only then 1e0 else 0e0 end) / count(*) as refund_only_rate
    from delivered_purchases
    group by customer_id

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

-- A receiver is a mobile or an address.
receivers as (

    select
        order_id,
        record_id,
        receiver_mobile_hash as receiver_hash
    from sent_purchases
    where record_id is not null and receiver_mobile_hash is not null

    union all

    select
        order_id,
        record_id,
        receiver_address_hash as receiver_hash
    from sent_purchases
    where record_id is not null and receiver_address_hash is not null

),

-- Pick-up stations, dormitories and offices receive for everybody and prove nothing.
receivers_of_few as (

    select receiver_hash
    from receivers
    group by receiver_hash
    having count(distinct record_id) <= {{ var('receiver_max_accounts') }}

),

first_purchases as (

    select
        order_id,
        customer_id,
        platform,
        shop_id,
        promotion_id,
        {{ days_between("date '1970-01-01'", 'ordered_on') }} as day_number
    from sent_purchases
    where record_id is not null
    qualify row_number() over (
        partition by record_id order by ordered_at asc nulls last, order_id asc
    ) = 1

),

first_coupons as (

    select
        first_purchases.customer_id,
        first_purchases.platform,
        first_purchases.shop_id,
        first_purchases.day_number,
        receivers.receiver_hash
    from first_purchases
    inner join receivers on receivers.order_id = first_purchases.order_id
    inner join receivers_of_few on receivers_of_few.receiver_hash = receivers.receiver_hash
    where first_purchases.promotion_id is not null and first_purchases.day_number is not null

),

coupon_windows as (

    select
        customer_id,
        platform,
        shop_id,
        day_number,
        receiver_hash,
        count(*) over (
            partition by receiver_hash, platform, shop_id
            order by day_number
            range between current row and {{ var('coupon_ring_days') }} following
        ) as n_accounts
    from first_coupons

),

-- Of all windows that hold the account's own coupon the fullest.
coupon_rings as (

    select
        customer_id,
        max(n_accounts) over (
            partition by receiver_hash, platform, shop_id
            order by day_number
            range between {{ var('coupon_ring_days') }} preceding and current row
        ) as n_accounts
    from coupon_windows

),

coupons_per_customer as (

    select
        customer_id,
        max(n_accounts) as n_coupon_sharers
    from coupon_rings
    group by customer_id

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

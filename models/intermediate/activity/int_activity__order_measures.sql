-- What the rules of exclusion measure; null where it is not known. Receivers are compared by keyed
-- hashes of mobile and address.
{% set logistics_time_zone = channel_timezone('logistics') -%}

with orders as (

    select * from {{ ref('int_activity__orders') }}

),

order_customers as (

    select * from {{ ref('int_activity__order_customers') }}

),

return_receipts as (

    select * from {{ ref('int_activity__return_receipts') }}

),

order_lines as (

    select * from {{ ref('int_activity__order_lines') }}

),

shop_orders as (

    select * from {{ ref('stg_shop__orders') }}

),

deliveries as (

    select * from {{ ref('stg_logistics__deliveries') }}

),

records as (

    select * from {{ ref('int_identity__records') }}

),

account_flags as (

    select * from {{ ref('int_profile__account_flags') }}

),

customer_classes as (

    select * from {{ ref('int_profile__customer_classes') }}

),

fulfilments as (

    select * from {{ ref('code_values') }}
    where code_list = 'fulfilment'

),

parcels as (

    select
        deliveries.order_id,
        case
            when not {{ is_future('deliveries.shipped_at') }}
                then {{ to_business_time(
                    'deliveries.shipped_at',
                    "coalesce(deliveries.shipped_at_zone, " ~ logistics_time_zone ~ ")"
                ) }}
        end as shipped_at,
        case
            when not {{ is_future('deliveries.delivered_at') }}
                then {{ to_business_time(
                    'deliveries.delivered_at',
                    "coalesce(deliveries.delivered_at_zone, " ~ logistics_time_zone ~ ")"
                ) }}
        end as delivered_at,
        deliveries.delivered_province <> shop_orders.receiver_province
        or deliveries.delivered_city <> shop_orders.receiver_city as is_elsewhere
    from deliveries
    inner join shop_orders on shop_orders.order_id = deliveries.order_id

),

-- Of an order in several parcels the fastest tells; it went elsewhere only if all of them did.
parcels_per_order as (

    select
        order_id,
        min({{ minutes_between('shipped_at', 'delivered_at') }}) as minutes_in_transit,
        case
            when bool_and(coalesce(is_elsewhere, false)) then 1
            when bool_or(not is_elsewhere) then 0
        end as is_delivered_elsewhere
    from parcels
    group by order_id

),

sent as (

    select
        orders.order_id,
        orders.record_id,
        orders.platform,
        orders.shop_id,
        orders.ordered_on,
        {{ days_between('records.registered_at', 'orders.ordered_on') }} as account_age_days,
        shop_orders.receiver_mobile_hash,
        shop_orders.receiver_address_hash,
        coalesce(
            orders.status in ('completed', 'returned') and fulfilments.code = 'delivery', false
        ) as wants_parcel,
        parcels_per_order.order_id is not null as has_parcel,
        parcels_per_order.minutes_in_transit,
        parcels_per_order.is_delivered_elsewhere,
        coalesce(orders.status, '') not in ('unpaid', 'cancelled')
        and not {{ is_future('orders.ordered_at') }}
        and not coalesce(account_flags.is_test, false) as is_purchase
    from orders
    inner join shop_orders on 'shop:' || shop_orders.order_id = orders.order_id
    left join records on records.record_id = orders.record_id
    left join account_flags on account_flags.record_id = orders.record_id
    left join fulfilments on fulfilments.raw_value = lower(shop_orders.fulfilment)
    left join parcels_per_order on parcels_per_order.order_id = shop_orders.order_id

),

parcels_per_shop as (

    select
        platform,
        shop_id,
        sum(case when has_parcel then 1e0 else 0e0 end) / count(*) as parcel_coverage_rate
    from sent
    where wants_parcel
    group by platform, shop_id

),

-- A receiver is a mobile or an address; only those of several accounts can hide a ring, and only
-- purchases make one.
receivers as (

    select
        order_id,
        record_id,
        ordered_on,
        account_age_days,
        receiver_mobile_hash as receiver_hash
    from sent
    where is_purchase and receiver_mobile_hash is not null and record_id is not null

    union all

    select
        order_id,
        record_id,
        ordered_on,
        account_age_days,
        receiver_address_hash as receiver_hash
    from sent
    where is_purchase and receiver_address_hash is not null and record_id is not null

),

shared_receivers as (

    select
        receiver_hash,
        ordered_on
    from receivers
    group by receiver_hash, ordered_on
    having min(record_id) <> max(record_id)

),

sent_products as (

    select distinct
        receivers.receiver_hash,
        receivers.ordered_on,
        receivers.order_id,
        receivers.record_id,
        receivers.account_age_days,
        order_lines.sku
    from receivers
    inner join shared_receivers
        on
            shared_receivers.receiver_hash = receivers.receiver_hash
            and shared_receivers.ordered_on = receivers.ordered_on
    inner join order_lines on order_lines.order_id = receivers.order_id

),

groups_of_orders as (

    select
        receiver_hash,
        ordered_on,
        sku,
        count(distinct record_id) as n_accounts,
        percentile_cont(0.5) within group (
            order by cast(account_age_days as double)
        ) as median_account_age_days
    from sent_products
    group by receiver_hash, ordered_on, sku

),

largest_groups as (

    select
        sent_products.order_id,
        groups_of_orders.n_accounts,
        groups_of_orders.median_account_age_days
    from sent_products
    inner join groups_of_orders
        on
            groups_of_orders.receiver_hash = sent_products.receiver_hash
            and groups_of_orders.ordered_on = sent_products.ordered_on
            and groups_of_orders.sku = sent_products.sku
    qualify row_number() over (
        partition by sent_products.order_id
        order by
            groups_of_orders.n_accounts desc,
            groups_of_orders.median_account_age_days asc nulls last,
            sent_products.sku asc,
            sent_products.receiver_hash asc
    ) = 1

),

measured as (

    select
        orders.order_id,
        case when account_flags.is_test then 1 else 0 end as is_test_account,
        -- An order through an account is judged by that account: it may be a real one.
        case
            when orders.record_id is null and customer_classes.customer_class = 'test' then 1 else 0
        end as is_test_customer,
        case when {{ is_future('orders.ordered_at') }} then 1 else 0 end as is_future,
        case when orders.status = 'unpaid' then 1 else 0 end as is_unpaid,
        case when orders.status = 'cancelled' then 1 else 0 end as is_cancelled,
        case
            when orders.is_return and return_receipts.original_order_id is null then 1 else 0
        end as is_return_receipt,
        largest_groups.n_accounts as n_accounts_to_receiver,
        largest_groups.median_account_age_days,
        sent.account_age_days,
        sent.minutes_in_transit,
        case
            when sent.wants_parcel then case when sent.has_parcel then 1 else 0 end
        end as n_parcels,
        parcels_per_shop.parcel_coverage_rate,
        sent.is_delivered_elsewhere
    from orders
    inner join order_customers on order_customers.order_id = orders.order_id
    left join account_flags on account_flags.record_id = orders.record_id
    left join customer_classes on customer_classes.customer_id = order_customers.customer_id
    left join return_receipts on return_receipts.order_id = orders.order_id
    left join sent on sent.order_id = orders.order_id
    left join largest_groups on largest_groups.order_id = orders.order_id
    left join parcels_per_shop
        on
            parcels_per_shop.platform is not distinct from sent.platform
            and parcels_per_shop.shop_id is not distinct from sent.shop_id
            and sent.wants_parcel

)

select * from measured

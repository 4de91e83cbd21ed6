-- Guards the join of orders to customers: segments and anonymous orders together are the counted
-- transactions, in orders and in money.
with counted as (

    select
        customer_id,
        coalesce(parent_order_id, order_id) as purchase_id,
        net_amount
    from {{ ref('customer_transactions') }}
    where
        is_counted
        and (
            ordered_on is null
            or ordered_on
            <= (select as_of.as_of_date from {{ ref('int_activity__as_of_date') }} as as_of)
        )

),

expected as (

    select
        count(distinct customer_id || '|' || purchase_id) as n_orders,
        coalesce(sum(net_amount), 0) as amount
    from counted

),

anonymous as (

    select
        count(distinct purchase_id) as n_orders,
        coalesce(sum(net_amount), 0) as amount
    from counted
    where customer_id = 'anonymous'

),

segments as (

    select
        coalesce(sum(frequency), 0) as n_orders,
        coalesce(sum(monetary_amount), 0) as amount
    from {{ ref('rfm_segments') }}

)

select
    expected.n_orders,
    expected.amount,
    anonymous.n_orders as n_anonymous_orders,
    anonymous.amount as anonymous_amount,
    segments.n_orders as n_segment_orders,
    segments.amount as segment_amount
from expected
cross join anonymous
cross join segments
where
    expected.n_orders <> anonymous.n_orders + segments.n_orders
    or expected.amount <> anonymous.amount + segments.amount

-- Guards against two truths: behaviour and segments count the same purchases up to as_of_date.
with behavior as (

    select
        customer_id,
        n_orders
    from {{ ref('customer_behavior') }}

),

segments as (

    select
        customer_id,
        frequency
    from {{ ref('rfm_segments') }}

),

later_orders as (

    select distinct customer_id
    from {{ ref('customer_transactions') }}
    where
        is_counted
        and ordered_on
        > (select as_of.as_of_date from {{ ref('int_activity__as_of_date') }} as as_of)

)

select
    behavior.customer_id,
    behavior.n_orders,
    segments.frequency
from behavior
left join segments on segments.customer_id = behavior.customer_id
left join later_orders on later_orders.customer_id = behavior.customer_id
where
    later_orders.customer_id is null
    and behavior.n_orders <> coalesce(segments.frequency, 0)

with orders as (

    select * from {{ ref('int_activity__orders') }}

),

order_customers as (

    select * from {{ ref('int_activity__order_customers') }}

),

return_receipts as (

    select * from {{ ref('int_activity__return_receipts') }}

),

refunds as (

    select * from {{ ref('int_activity__refunds') }}

),

lines as (

    select * from {{ ref('int_activity__order_lines') }}

),

order_categories as (

    select * from {{ ref('int_activity__order_categories') }}

),

tenders as (

    select * from {{ ref('int_activity__tenders') }}

),

order_exclusions as (

    select * from {{ ref('int_activity__order_exclusions') }}

),

refunds_per_order as (

    select
        order_id,
        sum(refund_amount) as refund_amount
    from refunds
    group by order_id

),

returned_quantities as (

    select
        order_id,
        line_no,
        sum(returned_quantity) as returned_quantity
    from refunds
    where returned_quantity is not null and line_no is not null
    group by order_id, line_no

),

stored_value_per_order as (

    select
        order_id,
        sum(amount) as stored_value_amount
    from tenders
    where tender_type = 'stored_value'
    group by order_id

),

-- The cost of what the customer kept, in whole fen line by line, so that the order of the lines
-- does not show in the sum; null as soon as one line has none.
lines_per_order as (

    select
        lines.order_id,
        cast(round(sum(lines.quantity)) as bigint) as n_items,
        case
            when count(lines.cost_amount) = count(*)
                then sum(cast(
                    lines.cost_amount * (
                        1 - case
                            when lines.quantity > 0
                                then cast(least(
                                    coalesce(returned_quantities.returned_quantity, 0),
                                    lines.quantity
                                ) as double) / cast(lines.quantity as double)
                            else 0
                        end
                    ) as decimal(18, 2)
                ))
        end as kept_cost_amount
    from lines
    left join returned_quantities
        on
            returned_quantities.order_id = lines.order_id
            and returned_quantities.line_no = lines.line_no
    group by lines.order_id

),

-- A return receipt that names its order is part of that order; one that names none stands for
-- itself.
own_rows as (

    select
        orders.*,
        order_customers.customer_id,
        order_exclusions.exclusion_reason
    from orders
    inner join order_customers on order_customers.order_id = orders.order_id
    left join return_receipts on return_receipts.order_id = orders.order_id
    left join order_exclusions on order_exclusions.order_id = orders.order_id
    where return_receipts.original_order_id is null

),

-- Parts of a split order are one purchase: they share its number.
purchases as (

    select
        customer_id,
        coalesce(parent_order_id, order_id) as purchase_id,
        min(ordered_at) as purchased_at
    from own_rows
    where exclusion_reason is null and customer_id <> 'anonymous'
    group by customer_id, coalesce(parent_order_id, order_id)

),

numbered_purchases as (

    select
        customer_id,
        purchase_id,
        row_number() over (
            partition by customer_id order by purchased_at asc nulls last, purchase_id asc
        ) as order_number,
        {{ days_between(
            "cast(lag(purchased_at) over (partition by customer_id "
            ~ "order by purchased_at asc nulls last, purchase_id asc) as date)",
            "cast(purchased_at as date)"
        ) }} as days_since_previous_order
    from purchases

),

transactions as (

    select
        own_rows.order_id,
        own_rows.customer_id,
        own_rows.channel,
        own_rows.platform,
        own_rows.shop_id,
        own_rows.store_id,
        own_rows.staff_id,
        own_rows.brand,
        own_rows.legal_entity,
        own_rows.parent_order_id,
        own_rows.ordered_at,
        own_rows.ordered_on,
        own_rows.paid_at,
        own_rows.status,
        own_rows.exclusion_reason is null as is_counted,
        own_rows.exclusion_reason,
        own_rows.goods_amount,
        own_rows.discount_amount,
        own_rows.freight_amount,
        own_rows.paid_amount,
        cast(coalesce(refunds_per_order.refund_amount, 0) as decimal(18, 2)) as refund_amount,
        cast(
            coalesce(own_rows.paid_amount, 0) - coalesce(refunds_per_order.refund_amount, 0)
            as decimal(18, 2)
        ) as net_amount,
        cast(
            coalesce(stored_value_per_order.stored_value_amount, 0) as decimal(18, 2)
        ) as stored_value_amount,
        cast(
            own_rows.paid_amount
            - coalesce(refunds_per_order.refund_amount, 0)
            - coalesce(own_rows.freight_amount, 0)
            - lines_per_order.kept_cost_amount as decimal(18, 2)
        ) as margin_amount,
        coalesce(lines_per_order.n_items, 0) as n_items,
        order_categories.main_category,
        own_rows.payment_method,
        own_rows.promotion_id,
        own_rows.promotion_id is not null as is_promotion,
        {{ iso_weekday('own_rows.ordered_on') }} in (6, 7) as is_weekend,
        cast(hour(own_rows.ordered_at) as int) as hour_of_day,
        cast(numbered_purchases.order_number as int) as order_number,
        cast(numbered_purchases.days_since_previous_order as int) as days_since_previous_order
    from own_rows
    left join refunds_per_order on refunds_per_order.order_id = own_rows.order_id
    left join stored_value_per_order on stored_value_per_order.order_id = own_rows.order_id
    left join lines_per_order on lines_per_order.order_id = own_rows.order_id
    left join order_categories on order_categories.order_id = own_rows.order_id
    left join numbered_purchases
        on
            numbered_purchases.customer_id = own_rows.customer_id
            and numbered_purchases.purchase_id
            = coalesce(own_rows.parent_order_id, own_rows.order_id)
            and own_rows.exclusion_reason is null

)

select * from transactions

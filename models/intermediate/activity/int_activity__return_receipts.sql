-- Receipts of returns and the order that each gives back: its own id, else a receipt, else a shop
-- order of that number.
with orders as (

    select * from {{ ref('int_activity__orders') }}

),

returns as (

    select
        order_id,
        original_order_id,
        paid_amount,
        ordered_at
    from orders
    where is_return

),

sales as (

    select order_id
    from orders
    where not is_return

),

resolved as (

    select
        returns.order_id,
        coalesce(same_id.order_id, receipts.order_id, shop_orders.order_id) as original_order_id,
        abs(returns.paid_amount) as refund_amount,
        returns.ordered_at as refunded_at
    from returns
    left join sales as same_id on same_id.order_id = returns.original_order_id
    left join sales as receipts on receipts.order_id = 'store:' || returns.original_order_id
    left join sales as shop_orders on shop_orders.order_id = 'shop:' || returns.original_order_id

)

select * from resolved

-- Guards the way of every yuan: what the raw rows say was paid is in the mart, in a return
-- receipt that became a refund, or in a row that was dropped as a duplicate, rejected or deleted.
with raw_texts as (

    select {{ clean_text('paid_amount') }} as amount_text
    from {{ raw('shop', 'orders') }} as shop_orders
    union all
    select {{ clean_text('amount') }} as amount_text
    from {{ raw('store', 'sales') }} as store_sales

),

raw_money as (

    select coalesce(sum({{ parse_money('amount_text') }}), 0) as amount
    from raw_texts

),

left_out as (

    select coalesce(sum(paid_amount), 0) as amount
    from {{ ref('base_shop__orders') }}
    where rejection is not null or duplicate_rank > 1 or is_deleted
    union all
    select coalesce(sum(amount), 0) as amount
    from {{ ref('base_store__sales') }}
    where rejection is not null or duplicate_rank > 1 or is_deleted

),

folded_returns as (

    select coalesce(sum(orders.paid_amount), 0) as amount
    from {{ ref('int_activity__return_receipts') }} as return_receipts
    inner join {{ ref('int_activity__orders') }} as orders
        on orders.order_id = return_receipts.order_id
    where return_receipts.original_order_id is not null

),

transactions as (

    select coalesce(sum(paid_amount), 0) as amount
    from {{ ref('customer_transactions') }}

),

compared as (

    select
        (select raw_money.amount from raw_money) as in_raw,
        (select sum(left_out.amount) from left_out) as left_out,
        (select folded_returns.amount from folded_returns) as in_folded_returns,
        (select transactions.amount from transactions) as in_transactions

)

select *
from compared
where in_raw <> left_out + in_folded_returns + in_transactions

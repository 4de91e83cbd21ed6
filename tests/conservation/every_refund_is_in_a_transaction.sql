-- Guards the refunds: their sum stands in the transactions, save those whose order is in no
-- extract.
with refunds as (

    select coalesce(sum(refunds.refund_amount), 0) as amount
    from {{ ref('int_activity__refunds') }} as refunds
    inner join {{ ref('int_activity__orders') }} as orders on orders.order_id = refunds.order_id

),

transactions as (

    select coalesce(sum(refund_amount), 0) as amount
    from {{ ref('customer_transactions') }}

)

select
    refunds.amount as in_refunds,
    transactions.amount as in_transactions
from refunds
cross join transactions
where refunds.amount <> transactions.amount

with transactions as (

    select * from {{ ref('customer_transactions') }}

),

lines as (

    select * from {{ ref('int_activity__order_lines') }}

),

refunds as (

    select * from {{ ref('int_activity__refunds') }}

),

refunds_per_line as (

    select
        order_id,
        line_no,
        sum(refund_amount) as refund_amount
    from refunds
    where line_no is not null
    group by order_id, line_no

),

transaction_lines as (

    select
        lines.order_id,
        lines.line_no,
        transactions.customer_id,
        transactions.ordered_on,
        lines.sku,
        lines.product_name,
        lines.category,
        lines.subcategory,
        lines.quantity,
        lines.unit_price,
        lines.line_amount,
        cast(coalesce(refunds_per_line.refund_amount, 0) as decimal(18, 2)) as refund_amount,
        lines.cost_amount
    from lines
    inner join transactions on transactions.order_id = lines.order_id
    left join refunds_per_line
        on refunds_per_line.order_id = lines.order_id and refunds_per_line.line_no = lines.line_no

)

select * from transaction_lines

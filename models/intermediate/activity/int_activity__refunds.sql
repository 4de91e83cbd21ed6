-- What was given back for an order, by the shop or over a store's counter; line_no where one line
-- is meant.
with shop_refunds as (

    select * from {{ ref('stg_shop__refunds') }}

),

return_receipts as (

    select * from {{ ref('int_activity__return_receipts') }}

),

lines as (

    select * from {{ ref('int_activity__order_lines') }}

),

-- A return receipt names products, not lines: the first line of the original order with that
-- product.
first_line_of_product as (

    select
        order_id,
        sku,
        min(line_no) as line_no
    from lines
    group by order_id, sku

),

returned_lines as (

    select
        return_receipts.order_id as return_order_id,
        return_receipts.original_order_id,
        first_line_of_product.line_no,
        sum(abs(lines.quantity)) as quantity,
        sum(abs(lines.line_amount)) as line_refund_amount
    from return_receipts
    inner join lines on lines.order_id = return_receipts.order_id
    inner join first_line_of_product
        on
            first_line_of_product.order_id = return_receipts.original_order_id
            and first_line_of_product.sku = lines.sku
    group by
        return_receipts.order_id,
        return_receipts.original_order_id,
        first_line_of_product.line_no

),

returned_totals as (

    select
        return_order_id,
        sum(line_refund_amount) as line_refund_amount
    from returned_lines
    group by return_order_id

),

all_refunds as (

    select
        'shop:' || refund_id as refund_id,
        'shop:' || order_id as order_id,
        line_no,
        case
            when refund_type in ('return', 'exchange') then abs(quantity)
        end as returned_quantity,
        -- Some shops export refunds as negative sums.
        abs(amount) as refund_amount
    from shop_refunds

    union all

    select
        return_order_id as refund_id,
        original_order_id as order_id,
        line_no,
        quantity as returned_quantity,
        cast(line_refund_amount as decimal(18, 2)) as refund_amount
    from returned_lines

    union all

    -- What the receipt's lines do not explain, so that a receipt's whole sum is refunded once.
    select
        return_receipts.order_id as refund_id,
        return_receipts.original_order_id as order_id,
        cast(null as string) as line_no,
        cast(null as decimal(18, 3)) as returned_quantity,
        cast(
            return_receipts.refund_amount - coalesce(returned_totals.line_refund_amount, 0)
            as decimal(18, 2)
        ) as refund_amount
    from return_receipts
    left join returned_totals on returned_totals.return_order_id = return_receipts.order_id
    where
        return_receipts.original_order_id is not null
        and return_receipts.refund_amount <> coalesce(returned_totals.line_refund_amount, 0)

)

select * from all_refunds

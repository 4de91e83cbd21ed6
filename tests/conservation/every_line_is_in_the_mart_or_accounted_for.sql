-- Guards the lines: each is in the mart, or belongs to a return that became a refund, or its
-- order is in no extract.
with lines as (

    select * from {{ ref('int_activity__order_lines') }}

),

folded_returns as (

    select lines.order_id
    from lines
    inner join {{ ref('int_activity__return_receipts') }} as return_receipts
        on return_receipts.order_id = lines.order_id
    where return_receipts.original_order_id is not null

),

without_order as (

    select record_key
    from {{ ref('quality_findings') }}
    where rule = 'unknown_order' and entity in ('order_items', 'sale_items')

),

counts as (

    select
        (select count(*) from lines) as n_lines,
        (select count(*) from {{ ref('customer_transaction_lines') }}) as n_in_mart,
        (select count(*) from folded_returns) as n_in_folded_returns,
        (select count(*) from without_order) as n_without_order

)

select *
from counts
where n_lines <> n_in_mart + n_in_folded_returns + n_without_order

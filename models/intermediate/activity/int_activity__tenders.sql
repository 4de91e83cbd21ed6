-- How orders and receipts were paid, piece by piece, under the order's id of all channels.
with payment_tenders as (

    select * from {{ ref('stg_payments__tenders') }}

),

tenders as (

    select
        channel || ':' || order_id as order_id,
        tender_no,
        tender_type,
        amount
    from payment_tenders

)

select * from tenders

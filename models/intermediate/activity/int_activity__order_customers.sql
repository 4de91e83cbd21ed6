-- Whose order it is: its account's customer; a receipt without one goes where its mention went.
with orders as (

    select * from {{ ref('int_activity__orders') }}

),

crosswalk as (

    select * from {{ ref('int_identity__crosswalk') }}

),

sales as (

    select
        'store:' || {{ raw_key('mention_id') }} as order_id,
        customer_id,
        attached_by
    from {{ ref('int_activity__mentions') }}
    where kind = 'sale'

),

attached as (

    select
        orders.order_id,
        coalesce(crosswalk.customer_id, sales.customer_id, 'anonymous') as customer_id,
        case
            when crosswalk.customer_id is not null then 'account'
            when sales.customer_id is not null then sales.attached_by
            else 'none'
        end as attached_by
    from orders
    left join crosswalk on crosswalk.record_id = orders.record_id
    left join sales on sales.order_id = orders.order_id

)

select * from attached

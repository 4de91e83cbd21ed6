-- Whose order it is: by the account, else by a mobile on the receipt that exactly one customer
-- holds, else nobody's. Where the mobile of a receipt is a foreign or fixed number, it is a
-- telephone.
with orders as (

    select * from {{ ref('int_activity__orders') }}

),

store_sales as (

    select * from {{ ref('stg_store__sales') }}

),

crosswalk as (

    select * from {{ ref('int_identity__crosswalk') }}

),

firewall as (

    select * from {{ ref('int_identity__firewall') }}

),

single_holders as (

    select
        firewall.identifier_hash,
        min(crosswalk.customer_id) as customer_id
    from firewall
    inner join crosswalk on crosswalk.record_id = firewall.record_id
    where
        firewall.reason not in (
            'placeholder', 'hub_of_records', 'hub_of_people', 'type_never_links'
        )
    group by firewall.identifier_hash
    having count(distinct crosswalk.customer_id) = 1

),

mentions as (

    select
        'store:' || store_sales.receipt_no as order_id,
        {{ keyed_hash(
            "case when store_sales.mobile is null then 'telephone|' else 'mobile|' end"
            ~ (
                "" if var('merge_across_legal_entities')
                else " || '@' || coalesce(orders.legal_entity, '')"
            )
            ~ " || '|' || coalesce(store_sales.mobile, store_sales.telephone)"
        ) }} as identifier_hash
    from store_sales
    inner join orders on orders.order_id = 'store:' || store_sales.receipt_no
    where
        coalesce(store_sales.mobile, store_sales.telephone) is not null
        and orders.record_id is null

),

attached as (

    select
        orders.order_id,
        coalesce(crosswalk.customer_id, single_holders.customer_id, 'anonymous') as customer_id,
        case
            when crosswalk.customer_id is not null then 'account'
            when single_holders.customer_id is not null then 'mobile'
            else 'none'
        end as attached_by
    from orders
    left join crosswalk on crosswalk.record_id = orders.record_id
    left join mentions on mentions.order_id = orders.order_id
    left join single_holders on single_holders.identifier_hash = mentions.identifier_hash

)

select * from attached

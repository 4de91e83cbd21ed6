-- Every raw row that carries money, kept or left out, with the day and the place under which a
-- console shows it: what was paid by the day of payment, what was given back by the day on which it
-- was. Orders find day and place here and not in the activity models, so that the transactions are
-- laid beside figures that they did not make.
with shop_orders as (

    select * from {{ ref('base_shop__orders') }}

),

store_sales as (

    select * from {{ ref('base_store__sales') }}

),

shop_refunds as (

    select * from {{ ref('base_shop__refunds') }}

),

payment_tenders as (

    select * from {{ ref('base_payments__tenders') }}

),

shop_accounts as (

    select * from {{ ref('stg_shop__accounts') }}

),

stores as (

    select * from {{ ref('int_catalog__stores') }}

),

orders as (

    select * from {{ ref('int_activity__orders') }}

),

shop_order_rows as (

    select
        'sale' as document_kind,
        'shop:' || shop_orders.order_id as document_id,
        'paid' as measure,
        'shop' as channel,
        shop_orders.platform,
        shop_orders.shop_id,
        cast(null as string) as store_id,
        shop_accounts.brand,
        shop_accounts.legal_entity,
        cast(null as string) as store_zone,
        shop_orders.paid_at as booked_at,
        shop_orders.paid_at_zone as booked_at_zone,
        shop_orders.ordered_at,
        shop_orders.ordered_at_zone,
        shop_orders.status,
        -- Money moved: an order may be cancelled before it is paid, or after.
        coalesce(shop_orders.status, '') <> 'unpaid'
        and (coalesce(shop_orders.status, '') <> 'cancelled' or shop_orders.paid_at is not null)
            as was_paid,
        cast(null as string) as order_id,
        cast(null as date) as order_booked_on,
        cast(null as string) as tender_type,
        shop_orders.goods_amount as gross_amount,
        shop_orders.paid_amount as amount,
        shop_orders.row_key,
        shop_orders.rejection,
        shop_orders.is_deleted,
        shop_orders.duplicate_rank,
        shop_orders.n_rows_of_key
    from shop_orders
    left join shop_accounts
        on
            shop_accounts.account_id = shop_orders.account_id
            and shop_accounts.platform is not distinct from shop_orders.platform
            and shop_accounts.shop_id is not distinct from shop_orders.shop_id

),

store_sale_rows as (

    select
        case when coalesce(store_sales.is_return, false) then 'return' else 'sale' end
            as document_kind,
        'store:' || store_sales.receipt_no as document_id,
        case when coalesce(store_sales.is_return, false) then 'refunded' else 'paid' end as measure,
        'store' as channel,
        cast(null as string) as platform,
        cast(null as string) as shop_id,
        store_sales.store_id,
        stores.brand,
        stores.legal_entity,
        stores.time_zone as store_zone,
        store_sales.sold_at as booked_at,
        store_sales.sold_at_zone as booked_at_zone,
        store_sales.sold_at as ordered_at,
        store_sales.sold_at_zone as ordered_at_zone,
        cast(null as string) as status,
        true as was_paid,
        cast(null as string) as order_id,
        cast(null as date) as order_booked_on,
        cast(null as string) as tender_type,
        case
            when not coalesce(store_sales.is_return, false)
                then cast(
                    store_sales.amount + coalesce(store_sales.discount_amount, 0)
                    as decimal(18, 2)
                )
        end as gross_amount,
        -- A return is a negative receipt and a positive refund.
        case
            when coalesce(store_sales.is_return, false) then -store_sales.amount
            else store_sales.amount
        end as amount,
        store_sales.row_key,
        store_sales.rejection,
        store_sales.is_deleted,
        store_sales.duplicate_rank,
        store_sales.n_rows_of_key
    from store_sales
    left join stores on stores.store_id = store_sales.store_id

),

-- A refund and a tender have the place of their order.
shop_refund_rows as (

    select
        'refund' as document_kind,
        'shop:' || shop_refunds.refund_id as document_id,
        'refunded' as measure,
        'shop' as channel,
        orders.platform,
        orders.shop_id,
        orders.store_id,
        orders.brand,
        orders.legal_entity,
        cast(null as string) as store_zone,
        shop_refunds.refunded_at as booked_at,
        shop_refunds.refunded_at_zone as booked_at_zone,
        cast(null as timestamp) as ordered_at,
        cast(null as string) as ordered_at_zone,
        cast(null as string) as status,
        true as was_paid,
        orders.order_id,
        cast(coalesce(orders.paid_at, orders.ordered_at) as date) as order_booked_on,
        cast(null as string) as tender_type,
        cast(null as decimal(18, 2)) as gross_amount,
        shop_refunds.amount,
        shop_refunds.row_key,
        shop_refunds.rejection,
        shop_refunds.is_deleted,
        shop_refunds.duplicate_rank,
        shop_refunds.n_rows_of_key
    from shop_refunds
    left join orders on orders.order_id = 'shop:' || shop_refunds.order_id

),

payment_tender_rows as (

    select
        'tender' as document_kind,
        payment_tenders.row_key as document_id,
        case when coalesce(orders.is_return, false) then 'refunded' else 'paid' end as measure,
        payment_tenders.channel,
        orders.platform,
        orders.shop_id,
        orders.store_id,
        orders.brand,
        orders.legal_entity,
        stores.time_zone as store_zone,
        payment_tenders.paid_at as booked_at,
        payment_tenders.paid_at_zone as booked_at_zone,
        cast(null as timestamp) as ordered_at,
        cast(null as string) as ordered_at_zone,
        cast(null as string) as status,
        true as was_paid,
        orders.order_id,
        cast(coalesce(orders.paid_at, orders.ordered_at) as date) as order_booked_on,
        payment_tenders.tender_type,
        cast(null as decimal(18, 2)) as gross_amount,
        case
            when coalesce(orders.is_return, false) then -payment_tenders.amount
            else payment_tenders.amount
        end as amount,
        payment_tenders.row_key,
        payment_tenders.rejection,
        payment_tenders.is_deleted,
        payment_tenders.duplicate_rank,
        payment_tenders.n_rows_of_key
    from payment_tenders
    left join orders
        on orders.order_id = payment_tenders.channel || ':' || payment_tenders.order_id
    left join stores on stores.store_id = orders.store_id

),

all_rows as (

    select * from shop_order_rows
    union all
    select * from store_sale_rows
    union all
    select * from shop_refund_rows
    union all
    select * from payment_tender_rows

),

zoned as (

    select
        *,
        coalesce(
            store_zone,
            case channel
                when 'store' then {{ channel_timezone('store') }}
                else {{ channel_timezone('shop', "concat_ws('.', platform, shop_id)") }}
            end
        ) as local_zone
    from all_rows

),

timed as (

    select
        *,
        {{ to_business_time('booked_at', 'coalesce(booked_at_zone, local_zone)') }}
            as business_booked_at,
        {{ to_business_time('ordered_at', 'coalesce(ordered_at_zone, local_zone)') }}
            as business_ordered_at
    from zoned

),

-- An order without a time of payment, or of its own, has the other one.
dated as (

    select
        *,
        cast(coalesce(business_booked_at, business_ordered_at) as date) as booked_on,
        cast(
            case
                when document_kind in ('sale', 'return')
                    then coalesce(business_ordered_at, business_booked_at)
            end as date
        ) as ordered_on
    from timed

),

-- The rows to which others of their key gave way.
kept_of_several as (

    select *
    from dated
    where rejection is null and duplicate_rank = 1 and n_rows_of_key > 1

),

judged as (

    select
        dated.document_kind,
        dated.document_id,
        dated.measure,
        dated.booked_on,
        dated.channel,
        dated.platform,
        dated.shop_id,
        dated.store_id,
        dated.brand,
        dated.legal_entity,
        dated.ordered_on,
        dated.status,
        dated.was_paid,
        dated.order_id,
        dated.order_booked_on,
        dated.tender_type,
        dated.gross_amount,
        dated.amount,
        case
            when dated.rejection is not null then 'rejected'
            when kept_of_several.document_id is not null then 'duplicate'
            when dated.duplicate_rank > 1 then 'older_version'
            when dated.is_deleted then 'deleted'
        end as left_out_reason
    from dated
    left join kept_of_several
        on
            kept_of_several.document_kind = dated.document_kind
            and kept_of_several.document_id = dated.document_id
            and kept_of_several.booked_on is not distinct from dated.booked_on
            and kept_of_several.ordered_on is not distinct from dated.ordered_on
            and kept_of_several.platform is not distinct from dated.platform
            and kept_of_several.shop_id is not distinct from dated.shop_id
            and kept_of_several.store_id is not distinct from dated.store_id
            and kept_of_several.brand is not distinct from dated.brand
            and kept_of_several.gross_amount is not distinct from dated.gross_amount
            and kept_of_several.amount is not distinct from dated.amount
            and dated.duplicate_rank > 1

)

select * from judged

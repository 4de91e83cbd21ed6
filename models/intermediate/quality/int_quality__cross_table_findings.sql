-- What only shows when tables are laid side by side.
with orders as (

    select * from {{ ref('int_activity__orders') }}

),

lines as (

    select * from {{ ref('int_activity__order_lines') }}

),

refunds as (

    select * from {{ ref('stg_shop__refunds') }}

),

tenders as (

    select * from {{ ref('stg_payments__tenders') }}

),

order_tenders as (

    select * from {{ ref('int_activity__tenders') }}

),

order_refunds as (

    select * from {{ ref('int_activity__refunds') }}

),

deliveries as (

    select * from {{ ref('stg_logistics__deliveries') }}

),

reviews as (

    select * from {{ ref('stg_shop__reviews') }}

),

touches as (

    select * from {{ ref('stg_marketing__touches') }}

),

campaigns as (

    select * from {{ ref('stg_marketing__campaigns') }}

),

stores as (

    select * from {{ ref('int_catalog__stores') }}

),

records as (

    select * from {{ ref('int_identity__records') }}

),

consents as (

    select * from {{ ref('stg_crm__consents') }}

),

identifiers as (

    select * from {{ ref('stg_crm__identifiers') }}

),

as_of_date as (

    select * from {{ ref('int_activity__as_of_date') }}

),

amount_outliers as (

    select * from {{ ref('int_quality__amount_outliers') }}

),

unknown_accounts as (

    select
        channel,
        case channel when 'shop' then 'orders' else 'sales' end as entity,
        {{ raw_key('order_id') }} as record_key,
        cast(null as string) as record_id,
        case channel when 'shop' then 'account_id' else 'member_no' end as column_name,
        'unknown_account' as rule,
        '' as value_masked
    from orders
    where has_unknown_account

),

-- A refusal or an identifier that reaches nobody must be seen.
consents_without_account as (

    select distinct
        'crm' as channel,
        'consents' as entity,
        consents.channel || '.' || consents.record_key as record_key,
        cast(null as string) as record_id,
        'record_key' as column_name,
        'unknown_account' as rule,
        '' as value_masked
    from consents
    left join records on records.record_id = consents.record_id
    where records.record_id is null

),

identifiers_without_account as (

    select distinct
        'crm' as channel,
        'identifiers' as entity,
        identifiers.channel || '.' || identifiers.record_key as record_key,
        cast(null as string) as record_id,
        'record_key' as column_name,
        'unknown_account' as rule,
        '' as value_masked
    from identifiers
    left join records on records.record_id = identifiers.record_id
    where records.record_id is null

),

sales_of_unknown_stores as (

    select
        'store' as channel,
        'sales' as entity,
        {{ raw_key('orders.order_id') }} as record_key,
        cast(null as string) as record_id,
        'store_id' as column_name,
        'unknown_store' as rule,
        orders.store_id as value_masked
    from orders
    left join stores on stores.store_id = orders.store_id
    where orders.store_id is not null and stores.store_id is null

),

zero_amounts as (

    select
        channel,
        'sales' as entity,
        {{ raw_key('order_id') }} as record_key,
        cast(null as string) as record_id,
        'amount' as column_name,
        'zero_amount' as rule,
        cast(paid_amount as string) as value_masked
    from orders
    where channel = 'store' and not is_return and paid_amount = 0

),

-- Only where every sum is known, since a missing one is no difference, and where something was
-- paid.
differing_paid_amounts as (

    select
        channel,
        'orders' as entity,
        {{ raw_key('order_id') }} as record_key,
        cast(null as string) as record_id,
        'paid_amount' as column_name,
        'paid_amount_differs' as rule,
        cast(paid_amount as string) || ' <> '
        || cast(goods_amount - discount_amount + freight_amount as string) as value_masked
    from orders
    where
        channel = 'shop'
        and coalesce(status, '') not in ('unpaid', 'cancelled')
        and paid_amount <> goods_amount - discount_amount + freight_amount

),

tenders_per_order as (

    select
        order_id,
        sum(amount) as amount
    from order_tenders
    group by order_id

),

-- An order without tenders is no finding: an unpaid one has none, nor has a channel that delivers
-- none.
differing_tenders as (

    select
        orders.channel,
        case orders.channel when 'shop' then 'orders' else 'sales' end as entity,
        {{ raw_key('orders.order_id') }} as record_key,
        cast(null as string) as record_id,
        case orders.channel when 'shop' then 'paid_amount' else 'amount' end as column_name,
        'tenders_differ' as rule,
        cast(orders.paid_amount as string) || ' <> '
        || cast(tenders_per_order.amount as string) as value_masked
    from orders
    inner join tenders_per_order on tenders_per_order.order_id = orders.order_id
    where tenders_per_order.amount <> orders.paid_amount

),

refunds_per_order as (

    select
        order_id,
        sum(refund_amount) as amount
    from order_refunds
    group by order_id

),

refunds_above_paid as (

    select
        orders.channel,
        case orders.channel when 'shop' then 'orders' else 'sales' end as entity,
        {{ raw_key('orders.order_id') }} as record_key,
        cast(null as string) as record_id,
        case orders.channel when 'shop' then 'paid_amount' else 'amount' end as column_name,
        'refund_above_paid' as rule,
        cast(orders.paid_amount as string) || ' < '
        || cast(refunds_per_order.amount as string) as value_masked
    from orders
    inner join refunds_per_order on refunds_per_order.order_id = orders.order_id
    where refunds_per_order.amount > orders.paid_amount

),

lines_without_order as (

    select
        split_part(lines.order_id, ':', 1) as channel,
        case split_part(lines.order_id, ':', 1)
            when 'shop' then 'order_items' else 'sale_items'
        end as entity,
        {{ raw_key('lines.order_id') }} || '.' || lines.line_no as record_key,
        cast(null as string) as record_id,
        case split_part(lines.order_id, ':', 1)
            when 'shop' then 'order_id' else 'receipt_no'
        end as column_name,
        'unknown_order' as rule,
        '' as value_masked
    from lines
    left join orders on orders.order_id = lines.order_id
    where orders.order_id is null

),

refunds_without_order as (

    select
        'shop' as channel,
        'refunds' as entity,
        refunds.refund_id as record_key,
        cast(null as string) as record_id,
        'order_id' as column_name,
        'unknown_order' as rule,
        refunds.order_id as value_masked
    from refunds
    left join orders on orders.order_id = 'shop:' || refunds.order_id
    where orders.order_id is null

),

tenders_without_order as (

    select
        'payments' as channel,
        'tenders' as entity,
        concat_ws('.', tenders.channel, tenders.order_id, tenders.tender_no) as record_key,
        cast(null as string) as record_id,
        'order_id' as column_name,
        'unknown_order' as rule,
        tenders.order_id as value_masked
    from tenders
    left join orders on orders.order_id = tenders.channel || ':' || tenders.order_id
    where orders.order_id is null

),

deliveries_without_order as (

    -- In however many parcels.
    select distinct
        'logistics' as channel,
        'deliveries' as entity,
        deliveries.order_id as record_key,
        cast(null as string) as record_id,
        'order_id' as column_name,
        'unknown_order' as rule,
        deliveries.order_id as value_masked
    from deliveries
    left join orders on orders.order_id = 'shop:' || deliveries.order_id
    where orders.order_id is null

),

reviews_without_order as (

    select
        'shop' as channel,
        'reviews' as entity,
        reviews.review_id as record_key,
        cast(null as string) as record_id,
        'order_id' as column_name,
        'unknown_order' as rule,
        reviews.order_id as value_masked
    from reviews
    left join orders on orders.order_id = 'shop:' || reviews.order_id
    where orders.order_id is null

),

touches_without_campaign as (

    select
        'marketing' as channel,
        'touches' as entity,
        touches.touch_id as record_key,
        cast(null as string) as record_id,
        'campaign_id' as column_name,
        'unknown_campaign' as rule,
        touches.campaign_id as value_masked
    from touches
    left join campaigns on campaigns.campaign_id = touches.campaign_id
    where campaigns.campaign_id is null

),

unknown_products as (

    select
        split_part(order_id, ':', 1) as channel,
        case split_part(order_id, ':', 1)
            when 'shop' then 'order_items' else 'sale_items'
        end as entity,
        {{ raw_key('order_id') }} || '.' || line_no as record_key,
        cast(null as string) as record_id,
        'sku' as column_name,
        'unknown_product' as rule,
        coalesce(sku, '') as value_masked
    from lines
    where not is_known_product

),

unknown_time_zones as (

    select
        'store' as channel,
        'stores' as entity,
        store_id as record_key,
        cast(null as string) as record_id,
        'timezone' as column_name,
        'unknown_time_zone' as rule,
        '' as value_masked
    from stores
    where has_unknown_time_zone

),

differing_birth_dates as (

    select
        channel,
        case channel when 'crm' then 'customers' else 'members' end as entity,
        substr(record_id, length(channel) + 2) as record_key,
        record_id,
        'birth_date' as column_name,
        'birth_date_differs' as rule,
        cast(birth_date as string) as value_masked
    from records
    where birth_date <> id_birth_date

),

differing_genders as (

    select
        channel,
        case channel when 'crm' then 'customers' else 'members' end as entity,
        substr(record_id, length(channel) + 2) as record_key,
        record_id,
        'gender' as column_name,
        'gender_differs' as rule,
        gender as value_masked
    from records
    where gender <> 'unknown' and gender <> id_gender

),

unknown_day_of_extraction as (

    select
        'all' as channel,
        '_extract.json' as entity,
        cast(null as string) as record_key,
        cast(null as string) as record_id,
        'extracted_on' as column_name,
        'extracted_on_unknown' as rule,
        '' as value_masked
    from as_of_date
    where extracted_on is null

),

all_findings as (

    {% for relation in [
        'unknown_accounts', 'consents_without_account', 'identifiers_without_account',
        'sales_of_unknown_stores', 'zero_amounts', 'differing_paid_amounts', 'differing_tenders',
        'refunds_above_paid', 'lines_without_order', 'refunds_without_order',
        'tenders_without_order', 'deliveries_without_order', 'reviews_without_order',
        'touches_without_campaign', 'unknown_products', 'unknown_time_zones',
        'differing_birth_dates', 'differing_genders', 'unknown_day_of_extraction',
        'amount_outliers',
    ] %}
    select * from {{ relation }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select * from all_findings

-- Sums that contradict what they are made of, and, where nothing tells, sums (of lines the price of
-- a piece) far from others of their channel and category, by the median of the logarithm and the
-- median absolute deviation, which outliers themselves do not move (Iglewicz, Hoaglin: How to
-- Detect and Handle Outliers, 1993). What is found stays and counts.
with orders as (

    select * from {{ ref('int_activity__orders') }}

),

lines as (

    select * from {{ ref('int_activity__order_lines') }}

),

order_categories as (

    select * from {{ ref('int_activity__order_categories') }}

),

lines_per_order as (

    select
        order_id,
        sum(abs(cast(line_amount as double))) as expected_amount
    from lines
    group by order_id

),

-- What a piece of a product usually costs, where enough were sold.
usual_prices as (

    select
        sku,
        percentile_cont(0.5) within group (
            order by abs(cast(line_amount as double) / cast(quantity as double))
        ) as usual_price
    from lines
    where line_amount <> 0 and quantity <> 0 and sku is not null
    group by sku
    having count(*) >= {{ var('outlier_min_prices') }}

),

amounts as (

    select
        orders.channel,
        case orders.channel when 'shop' then 'orders' else 'sales' end as entity,
        {{ raw_key('orders.order_id') }} as record_key,
        case orders.channel when 'shop' then 'paid_amount' else 'amount' end as column_name,
        coalesce(order_categories.main_category, '') as category,
        orders.paid_amount as amount,
        cast(
            orders.paid_amount - coalesce(orders.freight_amount, 0) as double
        ) as compared_amount,
        nullif(lines_per_order.expected_amount, 0) as expected_amount,
        -- Discounts take much away; nothing adds as much.
        cast(0 as double) as least_amount,
        cast(orders.paid_amount as double) as amount_of_one
    from orders
    left join lines_per_order on lines_per_order.order_id = orders.order_id
    left join order_categories on order_categories.order_id = orders.order_id

    union all

    select
        split_part(lines.order_id, ':', 1) as channel,
        case split_part(lines.order_id, ':', 1)
            when 'shop' then 'order_items' else 'sale_items'
        end as entity,
        {{ raw_key('lines.order_id') }} || '.' || lines.line_no as record_key,
        'line_amount' as column_name,
        coalesce(lines.category, '') as category,
        lines.line_amount as amount,
        cast(lines.line_amount as double) as compared_amount,
        nullif(
            abs(cast(lines.quantity as double)) * usual_prices.usual_price, 0
        ) as expected_amount,
        abs(cast(lines.quantity as double))
        * usual_prices.usual_price / {{ var('outlier_factor') }} as least_amount,
        cast(lines.line_amount as double)
        / coalesce(nullif(cast(lines.quantity as double), 0), 1) as amount_of_one
    from lines
    left join usual_prices on usual_prices.sku = lines.sku

),

contradictions as (

    select
        channel,
        entity,
        record_key,
        column_name,
        amount
    from amounts
    where
        amount <> 0
        and (
            abs(compared_amount) > {{ var('outlier_factor') }} * expected_amount
            or abs(compared_amount) < least_amount
        )

),

logarithms as (

    select
        *,
        ln(amount_of_one) as log_amount
    from amounts
    where amount_of_one > 0 and expected_amount is null

),

medians as (

    select
        entity,
        category,
        count(*) as n_amounts,
        percentile_cont(0.5) within group (order by log_amount) as median_log
    from logarithms
    group by entity, category

),

deviations as (

    select
        logarithms.*,
        medians.n_amounts,
        abs(logarithms.log_amount - medians.median_log) as deviation
    from logarithms
    inner join medians
        on medians.entity = logarithms.entity and medians.category = logarithms.category

),

-- 1.4826 makes the median absolute deviation a standard deviation where values are normal; where
-- half of all sums are the same, a tenth of the median is the least deviation that says anything.
spreads as (

    select
        entity,
        category,
        greatest(
            1.4826 * percentile_cont(0.5) within group (order by deviation), 0.1
        ) as spread
    from deviations
    group by entity, category

),

strangers as (

    select
        deviations.channel,
        deviations.entity,
        deviations.record_key,
        deviations.column_name,
        deviations.amount
    from deviations
    inner join spreads
        on spreads.entity = deviations.entity and spreads.category = deviations.category
    where
        deviations.n_amounts >= {{ var('outlier_min_amounts') }}
        and deviations.deviation > {{ var('outlier_deviations') }} * spreads.spread

),

all_outliers as (

    select * from contradictions
    union all
    select * from strangers

),

outliers as (

    select
        channel,
        entity,
        record_key,
        cast(null as string) as record_id,
        column_name,
        'outlier_amount' as rule,
        cast(amount as string) as value_masked
    from all_outliers

)

select * from outliers

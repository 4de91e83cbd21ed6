-- Sums far from others of their channel and category, by the median of the logarithm and the
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

amounts as (

    select
        orders.channel,
        case orders.channel when 'shop' then 'orders' else 'sales' end as entity,
        {{ raw_key('orders.order_id') }} as record_key,
        case orders.channel when 'shop' then 'paid_amount' else 'amount' end as column_name,
        coalesce(order_categories.main_category, '') as category,
        orders.paid_amount as amount
    from orders
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
        lines.line_amount as amount
    from lines

),

logarithms as (

    select
        *,
        ln(cast(amount as double)) as log_amount
    from amounts
    where amount > 0

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

outliers as (

    select
        deviations.channel,
        deviations.entity,
        deviations.record_key,
        cast(null as string) as record_id,
        deviations.column_name,
        'outlier_amount' as rule,
        cast(deviations.amount as string) as value_masked
    from deviations
    inner join spreads
        on spreads.entity = deviations.entity and spreads.category = deviations.category
    where
        deviations.n_amounts >= {{ var('outlier_min_amounts') }}
        and deviations.deviation > {{ var('outlier_deviations') }} * spreads.spread

)

select * from outliers

-- Lines whose money lies far from others of their channel and category, by the median of the logarithm and the median
-- absolute deviation, which outliers themselves do not move (Iglewicz, Hoaglin: How to Detect and Handle Outliers, 1993).
-- The lines stay and count.
with lines as (

    select * from {{ ref('int_activity__order_lines') }}

),

logarithms as (

    select
        order_id,
        line_no,
        split_part(order_id, ':', 1) as channel,
        coalesce(category, '') as category,
        line_amount,
        ln(cast(line_amount as double)) as log_amount
    from lines
    where line_amount > 0

),

medians as (

    select
        channel,
        category,
        count(*) as n_lines,
        percentile_cont(0.5) within group (order by log_amount) as median_log
    from logarithms
    group by channel, category

),

deviations as (

    select
        logarithms.order_id,
        logarithms.line_no,
        logarithms.channel,
        logarithms.category,
        logarithms.line_amount,
        medians.n_lines,
        abs(logarithms.log_amount - medians.median_log) as deviation
    from logarithms
    inner join medians
        on medians.channel = logarithms.channel and medians.category = logarithms.category

),

-- 1.4826 makes the median absolute deviation a standard deviation where values are normal; where half of all lines
-- cost the same, a tenth of the median is the least deviation that says anything.
spreads as (

    select
        channel,
        category,
        greatest(1.4826 * percentile_cont(0.5) within group (order by deviation), 0.1) as spread
    from deviations
    group by channel, category

),

outliers as (

    select
        deviations.channel,
        case deviations.channel when 'shop' then 'order_items' else 'sale_items' end as entity,
        {{ raw_key('deviations.order_id') }} || '.' || deviations.line_no as record_key,
        cast(null as string) as record_id,
        'line_amount' as column_name,
        'outlier_amount' as rule,
        cast(deviations.line_amount as string) as value_masked
    from deviations
    inner join spreads
        on spreads.channel = deviations.channel and spreads.category = deviations.category
    where
        deviations.n_lines >= {{ var('outlier_min_lines') }}
        and deviations.deviation > {{ var('outlier_deviations') }} * spreads.spread

)

select * from outliers

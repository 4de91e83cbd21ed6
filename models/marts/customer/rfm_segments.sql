with transactions as (

    select * from {{ ref('customer_transactions') }}
    where is_counted and customer_id <> 'anonymous'

),

as_of as (

    select as_of_date from {{ ref('int_activity__as_of_date') }}

),

-- An order without a readable day counts too: its money is known, its place in time is not.
transactions_up_to_the_day as (

    select
        transactions.customer_id,
        transactions.ordered_on,
        coalesce(transactions.parent_order_id, transactions.order_id) as purchase_id,
        transactions.net_amount
    from transactions
    where
        transactions.ordered_on is null
        or transactions.ordered_on <= (select as_of.as_of_date from as_of)

),

totals_per_customer as (

    select
        customer_id,
        min(ordered_on) as first_ordered_on,
        max(ordered_on) as last_ordered_on,
        count(distinct purchase_id) as frequency,
        sum(net_amount) as monetary_amount
    from transactions_up_to_the_day
    group by customer_id

),

aged as (

    select
        customer_id,
        {{ days_between(
            'first_ordered_on', '(select as_of.as_of_date from as_of)'
        ) }} as days_since_first_order,
        {{ days_between(
            'last_ordered_on', '(select as_of.as_of_date from as_of)'
        ) }} as recency_days,
        frequency,
        monetary_amount,
        (select as_of.as_of_date from as_of) as as_of_date
    from totals_per_customer

),

-- Ties are decided in quintile(), not by row order; an unknown recency scores as the worst.
scored as (

    select
        *,
        {{ quintile('recency_days desc nulls first') }} as r_score,
        {{ quintile('frequency asc nulls first') }} as f_score,
        {{ quintile('monetary_amount asc nulls first') }} as m_score
    from aged

),

weighted as (

    select
        *,
        25.0 * (
            {{ var('rfm_weights').recency }} * (r_score - 1)
            + {{ var('rfm_weights').frequency }} * (f_score - 1)
            + {{ var('rfm_weights').monetary }} * (m_score - 1)
        ) as rfm_score
    from scored

),

segmented as (

    select
        customer_id,
        cast(recency_days as int) as recency_days,
        cast(frequency as int) as frequency,
        cast(monetary_amount as decimal(18, 2)) as monetary_amount,
        cast(r_score as int) as r_score,
        cast(f_score as int) as f_score,
        cast(m_score as int) as m_score,
        cast(rfm_score as double) as rfm_score,
        case
            when rfm_score >= {{ var('rfm_tiers').high }} then 'high'
            when rfm_score >= {{ var('rfm_tiers').mid }} then 'mid'
            else 'low'
        end as value_tier,
        case when m_score >= {{ var('rfm_high_score') }} then '重要' else '一般' end
        || case
            when
                r_score >= {{ var('rfm_high_score') }}
                and f_score >= {{ var('rfm_high_score') }}
                then '价值客户'
            when r_score >= {{ var('rfm_high_score') }} then '发展客户'
            when f_score >= {{ var('rfm_high_score') }} then '保持客户'
            else '挽留客户'
        end as segment,
        case
            when days_since_first_order <= {{ var('lifecycle_days').new }} then 'new'
            when recency_days <= {{ var('lifecycle_days').active }} then 'active'
            when recency_days <= {{ var('lifecycle_days').at_risk }} then 'at_risk'
            when recency_days <= {{ var('lifecycle_days').dormant }} then 'dormant'
            else 'lost'
        end as lifecycle,
        as_of_date
    from weighted

)

select * from segmented

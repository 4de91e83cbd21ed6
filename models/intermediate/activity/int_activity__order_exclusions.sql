-- Which orders do not count, and why: the first reason whose rule holds.
{% set measures = [
    'is_test_account', 'is_test_customer', 'is_future', 'is_unpaid', 'is_cancelled',
    'is_return_receipt', 'n_accounts_to_receiver', 'median_account_age_days', 'account_age_days',
    'minutes_in_transit', 'n_parcels', 'parcel_coverage_rate', 'is_delivered_elsewhere',
] -%}

with order_measures as (

    select * from {{ ref('int_activity__order_measures') }}

),

exclusion_rules as (

    select * from {{ ref('exclusion_rules') }}
    where is_enabled

),

conditions as (

    select
        rule_code,
        reason,
        priority,
        measure,
        comparison,
        threshold,
        count(*) over (partition by rule_code) as n_conditions
    from exclusion_rules

),

-- Few conditions beside many orders: each looks up its measure where it stands, which spares a row
-- per order and measure.
compared as (

    select
        order_measures.order_id,
        conditions.rule_code,
        conditions.reason,
        conditions.priority,
        conditions.comparison,
        conditions.threshold,
        conditions.n_conditions,
        case conditions.measure
            {% for measure in measures %}
            when '{{ measure }}' then cast(order_measures.{{ measure }} as double)
            {% endfor %}
        end as value
    from order_measures
    cross join conditions

),

met_rules as (

    select
        order_id,
        rule_code,
        reason,
        priority
    from compared
    where {{ condition_holds('value', 'comparison', 'threshold') }}
    group by order_id, rule_code, reason, priority, n_conditions
    having count(*) = n_conditions

),

excluded as (

    select
        order_id,
        reason as exclusion_reason,
        rule_code
    from met_rules
    qualify row_number() over (
        partition by order_id order by priority asc, rule_code asc
    ) = 1

)

select * from excluded

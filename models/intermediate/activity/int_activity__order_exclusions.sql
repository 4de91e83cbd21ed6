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

measured as (

    {% for measure in measures %}
    select
        order_id,
        '{{ measure }}' as measure,
        cast({{ measure }} as double) as value
    from order_measures
    where {{ measure }} is not null
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

conditions_per_rule as (

    select
        rule_code,
        count(*) as n_conditions
    from exclusion_rules
    group by rule_code

),

met_rules as (

    select
        measured.order_id,
        exclusion_rules.rule_code,
        exclusion_rules.reason,
        exclusion_rules.priority,
        count(*) as n_conditions
    from measured
    inner join exclusion_rules on exclusion_rules.measure = measured.measure
    where {{ condition_holds(
        'measured.value', 'exclusion_rules.comparison', 'exclusion_rules.threshold'
    ) }}
    group by
        measured.order_id,
        exclusion_rules.rule_code,
        exclusion_rules.reason,
        exclusion_rules.priority

),

excluded as (

    select
        met_rules.order_id,
        met_rules.reason as exclusion_reason,
        met_rules.rule_code
    from met_rules
    inner join conditions_per_rule
        on
            conditions_per_rule.rule_code = met_rules.rule_code
            and conditions_per_rule.n_conditions = met_rules.n_conditions
    qualify row_number() over (
        partition by met_rules.order_id
        order by met_rules.priority asc, met_rules.rule_code asc
    ) = 1

)

select * from excluded

-- Consumers and those who are none, by the first rule that holds; a flag, never a deletion.
with account_flags as (

    select * from {{ ref('int_profile__account_flags') }}

),

class_measures as (

    select * from {{ ref('int_profile__class_measures') }}

),

class_rules as (

    select * from {{ ref('class_rules') }}
    where is_enabled

),

conditions_per_rule as (

    select
        rule_code,
        count(*) as n_conditions
    from class_rules
    group by rule_code

),

met_conditions as (

    select
        class_measures.customer_id,
        class_rules.rule_code,
        class_rules.customer_class,
        class_rules.priority
    from class_measures
    inner join class_rules on class_rules.measure = class_measures.measure
    where {{ condition_holds(
        'class_measures.value', 'class_rules.comparison', 'class_rules.threshold'
    ) }}

),

met_rules as (

    select
        customer_id,
        rule_code,
        customer_class,
        priority,
        count(*) as n_conditions
    from met_conditions
    group by customer_id, rule_code, customer_class, priority

),

first_rules as (

    select
        met_rules.customer_id,
        met_rules.customer_class,
        met_rules.rule_code
    from met_rules
    inner join conditions_per_rule
        on
            conditions_per_rule.rule_code = met_rules.rule_code
            and conditions_per_rule.n_conditions = met_rules.n_conditions
    qualify row_number() over (
        partition by met_rules.customer_id
        order by met_rules.priority asc, met_rules.rule_code asc
    ) = 1

),

customers as (

    select distinct customer_id
    from account_flags

),

classified as (

    select
        customers.customer_id,
        coalesce(first_rules.customer_class, 'consumer') as customer_class,
        first_rules.rule_code
    from customers
    left join first_rules on first_rules.customer_id = customers.customer_id

)

select * from classified

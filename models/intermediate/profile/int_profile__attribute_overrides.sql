-- What a reviewer decided of single attributes (seed attribute_overrides), each for the customer to
-- whom its account belongs now, after a check that every decision can be carried out.
with attribute_overrides as (

    select * from {{ ref('attribute_overrides') }}

),

survivorship_rules as (

    select * from {{ ref('int_profile__survivorship_rules') }}

),

crosswalk as (

    select * from {{ ref('int_identity__crosswalk') }}

),

judged as (

    select
        row_number() over (
            order by
                attribute_overrides.decided_at asc nulls last,
                attribute_overrides.record_id asc nulls last,
                attribute_overrides.attribute asc nulls last,
                attribute_overrides.value asc nulls last,
                attribute_overrides.winning_record_id asc nulls last,
                attribute_overrides.decided_by asc nulls last,
                attribute_overrides.reason asc nulls last
        ) as override_no,
        attribute_overrides.record_id,
        attribute_overrides.attribute,
        attribute_overrides.value as attribute_value,
        attribute_overrides.winning_record_id,
        attribute_overrides.reason,
        attribute_overrides.decided_by,
        attribute_overrides.decided_at,
        owners.customer_id,
        coalesce(winners.customer_id = owners.customer_id, true) as is_of_customer,
        case
            when attribute_overrides.record_id is null then 'record_id is missing'
            when owners.customer_id is null then 'there is no such account'
            when survivorship_rules.attribute is null
                then 'the golden record has no such attribute'
            when
                (attribute_overrides.value is null)
                = (attribute_overrides.winning_record_id is null)
                then 'either value or winning_record_id must be given'
            when
                attribute_overrides.value is not null
                and (
                    survivorship_rules.is_core
                    or attribute_overrides.value <> {{ mask_embedded('attribute_overrides.value') }}
                )
                then
                    'a core value must not stand in a file: leave value empty and give the account'
                    || ' that states it as winning_record_id'
            when
                attribute_overrides.winning_record_id is not null and winners.customer_id is null
                then 'there is no account ' || {{ mask_embedded(
                    'attribute_overrides.winning_record_id'
                ) }}
            when
                attribute_overrides.value is not null
                and case survivorship_rules.value_type
                    when 'date' then try_cast(attribute_overrides.value as date) is null
                    when 'int' then try_cast(attribute_overrides.value as int) is null
                    when 'timestamp' then try_cast(attribute_overrides.value as timestamp) is null
                    when 'boolean' then attribute_overrides.value not in ('true', 'false')
                    else false
                end
                then 'the value is no ' || survivorship_rules.value_type
            when attribute_overrides.reason is null then 'reason is missing'
            when attribute_overrides.decided_by is null then 'decided_by is missing'
            when try_cast(attribute_overrides.decided_at as timestamp) is null
                then 'decided_at is no time such as 2024-01-31 09:30:00'
        end as problem
    from attribute_overrides
    left join crosswalk as owners on owners.record_id = attribute_overrides.record_id
    left join crosswalk as winners on winners.record_id = attribute_overrides.winning_record_id
    left join survivorship_rules
        on survivorship_rules.attribute = attribute_overrides.attribute

),

-- Spark takes no masked text into an aggregate unless a step before has made it.
described_problems as (

    select
        override_no,
        'the row of record_id ' || coalesce({{ mask_embedded('record_id') }}, 'null')
        || ' and attribute ' || coalesce({{ mask_embedded('attribute') }}, 'null')
        || ': ' || problem as description
    from judged
    where problem is not null

),

all_problems as (

    select {{ text_agg('description', '; ', 'override_no asc nulls last') }} as problem_list
    from described_problems

),

checked as (

    select
        judged.override_no,
        case
            when all_problems.problem_list is not null
                then {{ stop_build(
                    "'seeds/reference/attribute_overrides.csv: ' || all_problems.problem_list"
                ) }}
            else judged.customer_id
        end as customer_id,
        judged.attribute,
        judged.attribute_value,
        judged.record_id,
        judged.winning_record_id,
        -- The newest decision holds; a value of somebody else is nobody's here.
        case
            when not judged.is_of_customer then 'winner_is_another_customer'
            when
                row_number() over (
                    partition by judged.customer_id, judged.attribute, judged.is_of_customer
                    order by judged.override_no desc
                ) > 1
                then 'superseded'
            else 'applied'
        end as outcome,
        judged.reason,
        judged.decided_by,
        judged.decided_at
    from judged
    cross join all_problems

)

select * from checked

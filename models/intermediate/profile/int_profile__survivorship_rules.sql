-- The rules of seed survivorship_rules, after a check that every attribute of the golden record has
-- some and that each can be followed: a rule that is misspelt would be left out without a word.
{% set numbers = range(1, 6) -%}
with survivorship_rules as (

    select * from {{ ref('survivorship_rules') }}

),

attribute_sources as (

    select * from {{ ref('attribute_sources') }}

),

known_attributes as (

    {% for attribute in golden_attributes() %}
    select '{{ attribute }}' as attribute
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

stated_rules as (

    {% for number in numbers %}
    select
        attribute,
        rule_{{ number }} as rule_name
    from survivorship_rules
    where rule_{{ number }} is not null
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

problems as (

    select known_attributes.attribute || ' has no row' as problem
    from known_attributes
    left join survivorship_rules on survivorship_rules.attribute = known_attributes.attribute
    where survivorship_rules.attribute is null

    union all

    select
        coalesce(survivorship_rules.attribute, 'an attribute without a name')
        || ' is no attribute of the golden record' as problem
    from survivorship_rules
    left join known_attributes on known_attributes.attribute = survivorship_rules.attribute
    where known_attributes.attribute is null

    union all

    select distinct
        attribute_sources.attribute
        || ' of attribute_sources.csv is no attribute of the golden record' as problem
    from attribute_sources
    left join known_attributes on known_attributes.attribute = attribute_sources.attribute
    where known_attributes.attribute is null

    union all

    select attribute || ' has more than one row' as problem
    from survivorship_rules
    group by attribute
    having count(*) > 1

    union all

    select
        attribute || ' names the rule ' || rule_name
        || ', which is none of '
        || '{{ survivorship_scores() | join(", ") }}' as problem
    from stated_rules
    where
        rule_name not in (
            {% for rule_name in survivorship_scores() %}
            '{{ rule_name }}',
            {% endfor %}
            ''
        )

    union all

    select attribute || ' names neither rules nor an attribute to go with' as problem
    from survivorship_rules
    where
        lock_step_with is null
        and coalesce(rule_1, rule_2, rule_3, rule_4, rule_5) is null

    union all

    select
        followers.attribute || ' goes with ' || followers.lock_step_with
        || ', and has rules of its own' as problem
    from survivorship_rules as followers
    where
        followers.lock_step_with is not null
        and coalesce(
            followers.rule_1, followers.rule_2, followers.rule_3, followers.rule_4, followers.rule_5
        ) is not null

    union all

    select
        followers.attribute || ' goes with ' || followers.lock_step_with
        || ', which has no rules of its own' as problem
    from survivorship_rules as followers
    where
        followers.lock_step_with is not null
        and not exists (
            select 1
            from survivorship_rules as leaders
            where
                leaders.attribute = followers.lock_step_with
                and leaders.lock_step_with is null
        )

    union all

    select
        attribute || ' has the type ' || coalesce(value_type, 'null')
        || ', which is none of string, int, date, timestamp, boolean' as problem
    from survivorship_rules
    where coalesce(value_type, '') not in ('string', 'int', 'date', 'timestamp', 'boolean')

),

all_problems as (

    select {{ text_agg('problem', '; ', 'problem asc nulls last') }} as problem_list
    from problems

),

checked as (

    select
        case
            when all_problems.problem_list is not null
                then {{ stop_build(
                    "'seeds/reference/survivorship_rules.csv: ' || all_problems.problem_list"
                ) }}
            else known_attributes.attribute
        end as attribute,
        survivorship_rules.lock_step_with,
        survivorship_rules.rule_1,
        survivorship_rules.rule_2,
        survivorship_rules.rule_3,
        survivorship_rules.rule_4,
        survivorship_rules.rule_5,
        survivorship_rules.value_type,
        coalesce(survivorship_rules.is_core, true) as is_core,
        coalesce(survivorship_rules.is_of_person, false) as is_of_person,
        coalesce(survivorship_rules.is_compared, false) as is_compared
    from known_attributes
    left join survivorship_rules on survivorship_rules.attribute = known_attributes.attribute
    cross join all_problems

)

select * from checked

-- The golden record, cell by cell: which candidate survived, by which rule, and which values lost.
{% set numbers = range(1, 6) -%}
with candidates as {{ not_materialized() }} (

    select * from {{ ref('int_profile__candidates') }}

),

survivorship_rules as (

    select * from {{ ref('int_profile__survivorship_rules') }}

),

-- A value that is stated once is as frequent as any other that is.
repeated_values as (

    select
        candidates.customer_id,
        candidates.attribute,
        coalesce(candidates.comparable_value, candidates.attribute_value) as repeated_value,
        count(*) as n_of_value
    from candidates
    inner join survivorship_rules on survivorship_rules.attribute = candidates.attribute
    where
        candidates.has_rivals
        and 'most_frequent' in (
            survivorship_rules.rule_1, survivorship_rules.rule_2, survivorship_rules.rule_3,
            survivorship_rules.rule_4, survivorship_rules.rule_5
        )
    group by
        candidates.customer_id, candidates.attribute,
        coalesce(candidates.comparable_value, candidates.attribute_value)
    having count(*) > 1

),

counted as (

    select
        candidates.*,
        {% for number in numbers %}
        survivorship_rules.rule_{{ number }},
        {% endfor %}
        coalesce(repeated_values.n_of_value, 1) as n_of_value
    from candidates
    inner join survivorship_rules on survivorship_rules.attribute = candidates.attribute
    left join repeated_values
        on
            repeated_values.customer_id = candidates.customer_id
            and repeated_values.attribute = candidates.attribute
            and repeated_values.repeated_value
            = coalesce(candidates.comparable_value, candidates.attribute_value)
    where candidates.has_rivals and survivorship_rules.lock_step_with is null

),

scored as (

    select
        customer_id,
        attribute,
        attribute_value,
        comparable_value,
        record_id,
        origin,
        is_override,
        {% for number in numbers %}
        {{ survivorship_score('rule_' ~ number) }} as score_{{ number }},
        {% endfor %}
        observed_at
    from counted

),

ranked as (

    select
        *,
        row_number() over survivors_first as candidate_rank,
        first_value(attribute_value) over survivors_first as winning_value,
        {% for number in numbers %}
        first_value(score_{{ number }}) over survivors_first as best_score_{{ number }},
        {% endfor %}
        first_value(is_override) over survivors_first as is_overridden
    from scored
    window
        survivors_first as (
            partition by customer_id, attribute
            order by
                is_override desc,
                {% for number in numbers %}
                score_{{ number }} asc,
                {% endfor %}
                attribute_value asc,
                record_id asc,
                origin asc
        )

),

-- Of the losing values the last to differ is the one that came nearest.
decided as (

    select
        customer_id,
        attribute,
        max(winning_value) as attribute_value,
        max(record_id) filter (where candidate_rank = 1) as record_id,
        max(origin) filter (where candidate_rank = 1) as origin,
        max(observed_at) filter (where candidate_rank = 1) as observed_at,
        bool_or(is_overridden) as is_overridden,
        max(
            case
                when attribute_value = winning_value then null
                {% for number in numbers %}
                when score_{{ number }} <> best_score_{{ number }} then {{ number }}
                {% endfor %}
                else 6
            end
        ) as deciding_rule_no,
        min(comparable_value) <> max(comparable_value) as has_other_values,
        {{ list_distinct_sorted(
            "case when attribute_value <> winning_value then attribute_value end"
        ) }} as losing_values
    from ranked
    group by customer_id, attribute

),

-- Most customers have one record, and nothing to choose from.
undisputed as {{ not_materialized() }} (

    select
        candidates.customer_id,
        candidates.attribute,
        candidates.attribute_value,
        candidates.record_id,
        candidates.origin,
        candidates.observed_at
    from candidates
    inner join survivorship_rules on survivorship_rules.attribute = candidates.attribute
    where not candidates.has_rivals and survivorship_rules.lock_step_with is null

),

leaders as (

    select
        survivorship_rules.attribute,
        decided.customer_id,
        decided.record_id
    from decided
    inner join survivorship_rules on survivorship_rules.lock_step_with = decided.attribute
    where decided.origin <> 'override'

    union all

    select
        survivorship_rules.attribute,
        undisputed.customer_id,
        undisputed.record_id
    from undisputed
    inner join survivorship_rules on survivorship_rules.lock_step_with = undisputed.attribute

),

-- What belongs to another attribute comes from the record that gave that, or from nowhere.
following as (

    select
        candidates.*,
        leaders.record_id is not null as is_of_leader
    from candidates
    inner join survivorship_rules on survivorship_rules.attribute = candidates.attribute
    left join leaders
        on
            leaders.attribute = candidates.attribute
            and leaders.customer_id = candidates.customer_id
            and leaders.record_id = candidates.record_id
    where survivorship_rules.lock_step_with is not null

),

ranked_following as (

    select
        *,
        row_number() over leader_first as candidate_rank,
        first_value(attribute_value) over leader_first as winning_value,
        first_value(is_override) over leader_first as is_overridden,
        first_value(is_override or is_of_leader) over leader_first as has_winner
    from following
    where has_rivals
    window
        leader_first as (
            partition by customer_id, attribute
            order by
                is_override desc, is_of_leader desc, attribute_value asc, record_id asc, origin asc
        )

),

followed as (

    select
        customer_id,
        attribute,
        max(winning_value) as attribute_value,
        max(record_id) filter (where candidate_rank = 1) as record_id,
        max(origin) filter (where candidate_rank = 1) as origin,
        max(observed_at) filter (where candidate_rank = 1) as observed_at,
        bool_or(is_overridden) as is_overridden,
        min(comparable_value) <> max(comparable_value) as has_other_values,
        {{ list_distinct_sorted(
            "case when attribute_value <> winning_value then attribute_value end"
        ) }} as losing_values
    from ranked_following
    where has_winner
    group by customer_id, attribute

),

all_survivors as (

    select
        customer_id,
        attribute,
        attribute_value,
        record_id,
        origin,
        observed_at,
        is_overridden,
        deciding_rule_no,
        has_other_values,
        losing_values
    from decided

    union all

    select
        customer_id,
        attribute,
        attribute_value,
        record_id,
        origin,
        observed_at,
        is_overridden,
        0 as deciding_rule_no,
        has_other_values,
        losing_values
    from followed

    union all

    select
        customer_id,
        attribute,
        attribute_value,
        record_id,
        origin,
        observed_at,
        false as is_overridden,
        cast(null as int) as deciding_rule_no,
        false as has_other_values,
        {{ empty_text_list() }} as losing_values
    from undisputed

    union all

    select
        customer_id,
        attribute,
        attribute_value,
        record_id,
        origin,
        observed_at,
        false as is_overridden,
        cast(null as int) as deciding_rule_no,
        false as has_other_values,
        {{ empty_text_list() }} as losing_values
    from following
    where not has_rivals and is_of_leader

),

explained as (

    select
        all_survivors.customer_id,
        all_survivors.attribute,
        all_survivors.attribute_value,
        all_survivors.record_id,
        all_survivors.origin,
        all_survivors.observed_at,
        case
            when all_survivors.is_overridden then 'override'
            when {{ list_length('all_survivors.losing_values') }} = 0 then 'only_value'
            else case all_survivors.deciding_rule_no
                when 0 then 'lock_step'
                {% for number in numbers %}
                when {{ number }} then survivorship_rules.rule_{{ number }}
                {% endfor %}
                else 'tiebreak'
            end
        end as survivorship_rule,
        -- A reviewer's decision settles what differs.
        coalesce(
            survivorship_rules.is_compared
            and all_survivors.has_other_values
            and not all_survivors.is_overridden,
            false
        ) as has_conflict,
        all_survivors.losing_values
    from all_survivors
    inner join survivorship_rules on survivorship_rules.attribute = all_survivors.attribute

)

select * from explained

-- The golden record, cell by cell: which candidate won, why, and which values lost.
with candidates as (

    select * from {{ ref('int_profile__candidates') }}

),

ranked as (

    select
        *,
        row_number() over (
            partition by customer_id, attribute
            order by
                completeness_rank asc,
                earliest_at asc nulls last,
                source_priority asc,
                observed_at desc nulls last,
                attribute_value asc,
                record_id asc
        ) as candidate_rank
    from candidates

),

winners as (

    select
        customer_id,
        attribute,
        attribute_value,
        record_id,
        observed_at,
        earliest_at,
        completeness_rank,
        source_priority,
        is_derived
    from ranked
    where candidate_rank = 1

),

-- What decided between the winner and the best candidate of another value.
contests as (

    select
        winners.customer_id,
        winners.attribute,
        min(candidates.completeness_rank) as best_losing_completeness_rank,
        min(candidates.earliest_at) filter (
            where candidates.completeness_rank = winners.completeness_rank
        ) as best_losing_earliest_at,
        min(candidates.source_priority) filter (
            where candidates.completeness_rank = winners.completeness_rank
        ) as best_losing_priority,
        max(candidates.observed_at) filter (
            where
            candidates.completeness_rank = winners.completeness_rank
            and candidates.source_priority = winners.source_priority
        ) as best_losing_observed_at,
        {{ list_distinct_sorted(
            readable_value('candidates.attribute', 'candidates.attribute_value')
        ) }} as losing_values
    from winners
    inner join candidates
        on
            candidates.customer_id = winners.customer_id
            and candidates.attribute = winners.attribute
            and candidates.attribute_value <> winners.attribute_value
    group by winners.customer_id, winners.attribute

),

explained as (

    select
        winners.customer_id,
        winners.attribute,
        winners.attribute_value,
        winners.record_id,
        winners.observed_at,
        case
            when winners.is_derived then 'derived_from_national_id'
            when contests.customer_id is null then 'only_value'
            when contests.best_losing_completeness_rank > winners.completeness_rank
                then 'most_complete'
            when
                coalesce(
                    winners.earliest_at < contests.best_losing_earliest_at,
                    winners.earliest_at is not null
                )
                then 'earliest'
            when contests.best_losing_priority > winners.source_priority then 'source_priority'
            when
                coalesce(
                    winners.observed_at > contests.best_losing_observed_at,
                    winners.observed_at is not null
                )
                then 'most_recent'
            else 'tiebreak'
        end as survivorship_rule,
        coalesce(contests.losing_values, {{ empty_text_list() }}) as losing_values
    from winners
    left join contests
        on contests.customer_id = winners.customer_id and contests.attribute = winners.attribute

)

select * from explained

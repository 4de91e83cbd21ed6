-- What a person has to decide, before both sides are described: may these two be one customer?
with firewall as (

    select * from {{ ref('int_identity__firewall') }}

),

crosswalk as (

    select * from {{ ref('int_identity__crosswalk') }}

),

contradictions as (

    select * from {{ ref('int_identity__contradictions') }}

),

probable_links as (

    select * from {{ ref('int_identity__probable_links') }}

),

overrides as (

    select * from {{ ref('int_identity__overrides') }}

),

review_kinds as (

    select * from {{ ref('review_kinds') }}

),

open_values as (

    select
        firewall.identifier_hash,
        firewall.record_id,
        crosswalk.customer_id,
        case firewall.reason
            when 'recycled' then 'recycled'
            when 'own_contradiction' then 'contradiction'
            else 'shared_value'
        end as kind,
        firewall.reason,
        firewall.identifier_type || ' ' || firewall.value_masked
        || case when firewall.is_verified then ' (verified)' else '' end as evidence
    from firewall
    inner join crosswalk on crosswalk.record_id = firewall.record_id
    where firewall.decision = 'review'

),

-- Whom a record on a shared value may be: each customer that the value links, not each record.
candidates as (

    select
        firewall.identifier_hash,
        crosswalk.customer_id,
        min(firewall.record_id) as record_id
    from firewall
    inner join crosswalk on crosswalk.record_id = firewall.record_id
    where
        firewall.decision = 'link'
        and firewall.identifier_hash in (select open_values.identifier_hash from open_values)
    group by firewall.identifier_hash, crosswalk.customer_id

),

-- Other evidence, a decision of a reviewer among it, has made the record one of them.
settled as (

    select
        open_values.identifier_hash,
        open_values.record_id
    from open_values
    inner join candidates
        on
            candidates.identifier_hash = open_values.identifier_hash
            and candidates.customer_id = open_values.customer_id

),

asked_of_values as (

    select
        open_values.kind,
        open_values.reason,
        open_values.record_id as record_id_1,
        candidates.record_id as record_id_2,
        open_values.customer_id as customer_id_1,
        candidates.customer_id as customer_id_2,
        open_values.evidence
    from open_values
    inner join candidates on candidates.identifier_hash = open_values.identifier_hash
    left join settled
        on
            settled.identifier_hash = open_values.identifier_hash
            and settled.record_id = open_values.record_id
    where settled.record_id is null

),

-- Who bears the values that made evidence contradict itself; what a reviewer kept apart is decided.
anchors as (

    select
        contradictions.component,
        contradictions.round_no,
        contradictions.contradiction,
        contradictions.record_id,
        crosswalk.customer_id,
        min(firewall.value_masked) as value_masked,
        row_number() over (
            partition by contradictions.component, contradictions.round_no
            order by contradictions.record_id
        ) as anchor_no
    from contradictions
    inner join crosswalk on crosswalk.record_id = contradictions.record_id
    left join firewall
        on
            firewall.record_id = contradictions.record_id
            and firewall.identifier_type = contradictions.contradiction
    where
        contradictions.outcome = 'anchor'
        and contradictions.record_id = contradictions.anchor_record_id
    group by
        contradictions.component,
        contradictions.round_no,
        contradictions.contradiction,
        contradictions.record_id,
        crosswalk.customer_id

),

asked_of_anchors as (

    select
        'contradiction' as kind,
        'several_values' as reason,
        anchors.record_id as record_id_1,
        first_anchors.record_id as record_id_2,
        anchors.customer_id as customer_id_1,
        first_anchors.customer_id as customer_id_2,
        anchors.contradiction || ' ' || coalesce(anchors.value_masked, '?') || ' against '
        || coalesce(first_anchors.value_masked, '?') as evidence
    from anchors
    inner join anchors as first_anchors
        on
            first_anchors.component = anchors.component
            and first_anchors.round_no = anchors.round_no
    where
        first_anchors.anchor_no = 1
        and anchors.anchor_no > 1
        and anchors.contradiction <> 'cannot_link'

),

tied_to_anchors as (

    select
        contradictions.reason,
        contradictions.record_id as record_id_1,
        anchors.record_id as record_id_2,
        crosswalk.customer_id as customer_id_1,
        anchors.customer_id as customer_id_2,
        contradictions.contradiction
        || coalesce(', evidence of level ' || contradictions.evidence_level, '')
        || coalesce(', step ' || contradictions.n_steps, '') as evidence,
        -- Other evidence, a decision of a reviewer among it, has made the record one of them.
        max(case when anchors.customer_id = crosswalk.customer_id then 1 else 0 end) over (
            partition by contradictions.record_id, contradictions.round_no
        ) as is_settled
    from contradictions
    inner join crosswalk on crosswalk.record_id = contradictions.record_id
    inner join anchors
        on
            anchors.component = contradictions.component
            and anchors.round_no = contradictions.round_no
    where contradictions.outcome = 'tied'

),

reviewed_links as (

    select
        probable_links.reason,
        probable_links.entity_id_1,
        probable_links.entity_id_2,
        side_1.customer_id as customer_id_1,
        side_2.customer_id as customer_id_2,
        probable_links.match_probability,
        probable_links.match_weight,
        probable_links.comparison_weights
    from probable_links
    inner join crosswalk as side_1 on side_1.record_id = probable_links.entity_id_1
    inner join crosswalk as side_2 on side_2.record_id = probable_links.entity_id_2
    where probable_links.decision = 'review'

),

reviewed_customers as (

    select customer_id_1 as customer_id
    from reviewed_links
    union
    select customer_id_2 as customer_id
    from reviewed_links

),

values_of_customers as (

    select distinct
        crosswalk.customer_id,
        firewall.identifier_hash,
        firewall.identifier_type || ' ' || firewall.value_masked as identifier
    from firewall
    inner join crosswalk on crosswalk.record_id = firewall.record_id
    inner join reviewed_customers on reviewed_customers.customer_id = crosswalk.customer_id

),

-- What compared customers have in common although the firewall lets it link nobody.
shared_values as (

    select
        reviewed_links.entity_id_1,
        reviewed_links.entity_id_2,
        {{ list_to_text(list_distinct_sorted('values_1.identifier'), ', ') }} as identifiers
    from reviewed_links
    inner join values_of_customers as values_1
        on values_1.customer_id = reviewed_links.customer_id_1
    inner join values_of_customers as values_2
        on
            values_2.customer_id = reviewed_links.customer_id_2
            and values_2.identifier_hash = values_1.identifier_hash
    group by reviewed_links.entity_id_1, reviewed_links.entity_id_2

),

asked_of_probable_links as (

    select
        'probable_match' as kind,
        reviewed_links.reason,
        reviewed_links.entity_id_1 as record_id_1,
        reviewed_links.entity_id_2 as record_id_2,
        reviewed_links.customer_id_1,
        reviewed_links.customer_id_2,
        coalesce('shared ' || shared_values.identifiers, 'no identifier shared') as evidence,
        reviewed_links.match_probability,
        reviewed_links.match_weight,
        reviewed_links.comparison_weights
    from reviewed_links
    left join shared_values
        on
            shared_values.entity_id_1 = reviewed_links.entity_id_1
            and shared_values.entity_id_2 = reviewed_links.entity_id_2

),

all_asked as (

    select
        kind,
        reason,
        record_id_1,
        record_id_2,
        customer_id_1,
        customer_id_2,
        evidence,
        cast(null as double) as match_probability,
        cast(null as double) as match_weight,
        cast(null as string) as comparison_weights
    from asked_of_values

    union all

    select
        kind,
        reason,
        record_id_1,
        record_id_2,
        customer_id_1,
        customer_id_2,
        evidence,
        cast(null as double) as match_probability,
        cast(null as double) as match_weight,
        cast(null as string) as comparison_weights
    from asked_of_anchors

    union all

    select
        'tie' as kind,
        reason,
        record_id_1,
        record_id_2,
        customer_id_1,
        customer_id_2,
        evidence,
        cast(null as double) as match_probability,
        cast(null as double) as match_weight,
        cast(null as string) as comparison_weights
    from tied_to_anchors
    where is_settled = 0

    union all

    select
        kind,
        reason,
        record_id_1,
        record_id_2,
        customer_id_1,
        customer_id_2,
        evidence,
        match_probability,
        match_weight,
        comparison_weights
    from asked_of_probable_links

),

asked as (

    select
        kind,
        reason,
        record_id_1,
        record_id_2,
        customer_id_1,
        customer_id_2,
        least(customer_id_1, customer_id_2) || '|'
        || greatest(customer_id_1, customer_id_2) as customer_pair,
        evidence,
        match_probability,
        match_weight,
        comparison_weights
    from all_asked
    where customer_id_1 <> customer_id_2

),

-- What a reviewer has kept apart is no question any more; what was united has become one customer.
answered as (

    select distinct
        least(side_1.customer_id, side_2.customer_id) || '|'
        || greatest(side_1.customer_id, side_2.customer_id) as customer_pair
    from overrides
    inner join crosswalk as side_1 on side_1.record_id = overrides.record_id_1
    inner join crosswalk as side_2 on side_2.record_id = overrides.record_id_2

),

unanswered as (

    select
        asked.kind,
        asked.reason,
        asked.record_id_1,
        asked.record_id_2,
        asked.customer_id_1,
        asked.customer_id_2,
        asked.customer_pair,
        asked.evidence,
        asked.match_probability,
        asked.match_weight,
        asked.comparison_weights,
        review_kinds.priority
    from asked
    inner join review_kinds on review_kinds.kind = asked.kind
    left join answered on answered.customer_pair = asked.customer_pair
    where answered.customer_pair is null

),

-- Two customers are asked about once, however many values and records raise the question.
ranked as (

    select
        kind,
        reason,
        record_id_1,
        record_id_2,
        customer_id_1,
        customer_id_2,
        customer_pair,
        row_number() over (
            partition by customer_pair
            order by
                priority asc,
                match_probability desc nulls last,
                record_id_1 asc,
                record_id_2 asc,
                reason asc,
                evidence asc
        ) as question_rank
    from unanswered

),

-- The best score of their entities, whatever else asks about them first.
scores as (

    select
        customer_pair,
        match_probability,
        match_weight,
        comparison_weights,
        row_number() over (
            partition by customer_pair
            order by match_probability desc, record_id_1 asc, record_id_2 asc
        ) as score_rank
    from unanswered
    where match_probability is not null

),

all_evidence as (

    select
        customer_pair,
        {{ list_distinct_sorted("evidence || ': ' || reason") }} as evidence
    from unanswered
    group by customer_pair

),

-- Of whoever may be one of very many, the first few are asked about: an answer settles the rest.
counted as (

    select
        ranked.kind,
        ranked.reason,
        ranked.record_id_1,
        ranked.record_id_2,
        ranked.customer_id_1,
        ranked.customer_id_2,
        ranked.customer_pair,
        scores.match_probability,
        scores.match_weight,
        scores.comparison_weights,
        row_number() over (
            partition by ranked.customer_id_1, ranked.kind
            order by
                scores.match_probability desc nulls last,
                ranked.record_id_2 asc,
                ranked.record_id_1 asc
        ) as candidate_no
    from ranked
    left join scores
        on
            scores.customer_pair = ranked.customer_pair
            and scores.score_rank = 1
    where ranked.question_rank = 1

),

questions as (

    select
        md5(
            least(counted.record_id_1, counted.record_id_2) || '|'
            || greatest(counted.record_id_1, counted.record_id_2)
        ) as review_id,
        counted.kind,
        counted.reason,
        counted.record_id_1,
        counted.record_id_2,
        counted.customer_id_1,
        counted.customer_id_2,
        all_evidence.evidence,
        counted.match_probability,
        counted.match_weight,
        counted.comparison_weights
    from counted
    inner join all_evidence on all_evidence.customer_pair = counted.customer_pair
    where counted.candidate_no <= {{ var('review_max_candidates') }}

)

select * from questions

with decisions as (

    select * from {{ ref('identity_overrides') }}

),

records as (

    select * from {{ ref('int_identity__records') }}

),

last_assignment as (

    select * from {{ ref('int_identity__last_assignment') }}

),

must_links as (

    select * from {{ ref('int_identity__must_links') }}

),

-- The registry remembers records that are gone: decisions on them wait for their return.
known_records as (

    select
        record_id,
        legal_entity,
        true as is_present
    from records

    union all

    select
        last_assignment.record_id,
        cast(null as string) as legal_entity,
        false as is_present
    from last_assignment
    left join records on records.record_id = last_assignment.record_id
    where records.record_id is null

),

ordered as (

    select
        decision,
        record_id_1,
        record_id_2,
        reason,
        decided_by,
        decided_at,
        row_number() over (
            order by decided_at, decision, record_id_1, record_id_2, decided_by, reason
        ) as override_no,
        count(*) over (
            partition by
                decision, least(record_id_1, record_id_2), greatest(record_id_1, record_id_2)
        ) as n_same
    from decisions

),

chains as (

    select
        must_links.component,
        {{ text_agg(
            "ordered.record_id_1 || ' and ' || ordered.record_id_2", ', ', 'ordered.override_no'
        ) }} as decided_pairs
    from ordered
    inner join must_links on must_links.node = ordered.record_id_1
    inner join records on records.record_id = ordered.record_id_2
    where ordered.decision = 'must_link'
    group by must_links.component

),

judged as (

    select
        ordered.override_no,
        ordered.decision,
        ordered.record_id_1,
        ordered.record_id_2,
        ordered.reason,
        ordered.decided_by,
        ordered.decided_at,
        coalesce(known_1.is_present and known_2.is_present, false) as is_effective,
        case
            when coalesce(ordered.decision, '') not in ('must_link', 'cannot_link')
                then 'a decision is must_link or cannot_link'
            when ordered.record_id_1 is null or ordered.record_id_2 is null
                then 'a decision names two records'
            when ordered.record_id_1 = ordered.record_id_2 then 'it names one record twice'
            when ordered.reason is null then 'its reason is missing'
            when ordered.decided_by is null then 'who decided it (decided_by) is missing'
            when ordered.decided_at is null then 'when it was decided (decided_at) is missing'
            when ordered.n_same > 1 then 'the decision stands there more than once'
            when known_1.record_id is null then 'no extract has or had ' || ordered.record_id_1
            when known_2.record_id is null then 'no extract has or had ' || ordered.record_id_2
            {%- if not var('merge_across_legal_entities') %}
            when
                ordered.decision = 'must_link'
                and coalesce(known_1.legal_entity, '') <> coalesce(known_2.legal_entity, '')
                and known_1.is_present
                and known_2.is_present
                then 'the two belong to different legal entities, and merge_across_legal_entities'
                    || ' is false'
            {%- endif %}
            when ordered.decision = 'cannot_link' and chains.component is not null
                then 'the two must be linked by the decisions on ' || chains.decided_pairs
        end as problem
    from ordered
    left join known_records as known_1 on known_1.record_id = ordered.record_id_1
    left join known_records as known_2 on known_2.record_id = ordered.record_id_2
    left join must_links as must_link_1 on must_link_1.node = ordered.record_id_1
    left join must_links as must_link_2 on must_link_2.node = ordered.record_id_2
    left join chains
        on
            chains.component = must_link_1.component
            and chains.component = must_link_2.component

)

select * from judged

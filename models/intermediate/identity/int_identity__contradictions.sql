with separations as (

    select * from {{ ref('int_identity__separations') }}

),

parts as (

    select distinct
        node as record_id,
        part as entity_id
    from separations

),

contradictions as (

    select
        separations.component,
        separations.round_no,
        split_part(separations.contradiction, '|', 1) as contradiction,
        separations.node as record_id,
        separations.outcome,
        separations.anchor as anchor_record_id,
        anchor_parts.entity_id as anchor_id,
        separations.evidence_level,
        separations.n_steps,
        separations.reason,
        separations.part as entity_id
    from separations
    left join parts as anchor_parts on anchor_parts.record_id = separations.anchor

)

select * from contradictions

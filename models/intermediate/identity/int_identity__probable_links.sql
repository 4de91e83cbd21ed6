with judged_pairs as (

    select * from {{ ref('int_identity__judged_pairs') }}

),

cluster_separations as (

    select * from {{ ref('int_identity__cluster_separations') }}

),

-- Every round tells the last part of an entity.
parts as (

    select distinct
        node as entity_id,
        part
    from cluster_separations

),

decided as (

    select
        judged_pairs.entity_id_1,
        judged_pairs.entity_id_2,
        judged_pairs.match_probability,
        judged_pairs.match_weight,
        judged_pairs.comparison_weights,
        case
            when judged_pairs.decision = 'merge' and parts_1.part <> parts_2.part then 'review'
            else judged_pairs.decision
        end as decision,
        case
            when judged_pairs.decision = 'merge' and parts_1.part <> parts_2.part
                then 'chain_contradicts'
            else judged_pairs.reason
        end as reason
    from judged_pairs
    left join parts as parts_1 on parts_1.entity_id = judged_pairs.entity_id_1
    left join parts as parts_2 on parts_2.entity_id = judged_pairs.entity_id_2

)

select * from decided

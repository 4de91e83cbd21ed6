with blocks as (

    select * from {{ ref('int_identity__blocks') }}

),

pairs as (

    select
        entities_l.entity_no as entity_no_l,
        entities_r.entity_no as entity_no_r,
        min(entities_l.blocking_rule) as blocking_rule
    from blocks as entities_l
    inner join blocks as entities_r
        on
            entities_r.blocking_rule = entities_l.blocking_rule
            and entities_r.block_key = entities_l.block_key
            and entities_r.entity_no > entities_l.entity_no
    where not entities_l.is_left_out
    group by entities_l.entity_no, entities_r.entity_no

)

select * from pairs

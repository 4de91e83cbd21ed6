-- Guards the closure, before the registry is told: records that share a link key are one customer,
-- whatever the length of the chain. Where they belong to what contradicts itself, they are so
-- unless a round of taking it apart gave them to different anchors, or left one of them out.
with link_keys as (

    select * from {{ ref('int_identity__link_keys') }}

),

assignment as (

    select * from {{ ref('int_identity__assignment') }}

),

separations as (

    select * from {{ ref('int_identity__separations') }}

),

paths as (

    select
        node,
        {{ text_agg(
            "cast(round_no as string) || ' ' || coalesce(anchor, '')", ', ', 'round_no'
        ) }} as rounds
    from separations
    group by node

)

select
    link_keys.link_key,
    paths.rounds,
    count(distinct assignment.strict_customer_id) as n_strict_customers
from link_keys
inner join assignment on assignment.record_id = link_keys.record_id
left join paths on paths.node = link_keys.record_id
group by link_keys.link_key, paths.rounds
having count(distinct assignment.strict_customer_id) > 1

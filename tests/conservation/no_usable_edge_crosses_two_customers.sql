-- Guards the closure, before the registry is told: records that share a link key are one customer,
-- whatever the length of the chain, unless what they belong to contradicts itself and was taken
-- apart.
select
    link_keys.link_key,
    count(distinct assignment.strict_customer_id) as n_strict_customers
from {{ ref('int_identity__link_keys') }} as link_keys
inner join {{ ref('int_identity__assignment') }} as assignment
    on assignment.record_id = link_keys.record_id
left join {{ ref('int_identity__separations') }} as separations
    on separations.node = link_keys.record_id
where separations.node is null
group by link_keys.link_key
having count(distinct assignment.strict_customer_id) > 1

-- Guards the closure: records that share a link key are one customer, whatever the length of the
-- chain, unless what they belong to contradicts itself and was taken apart.
select
    link_keys.link_key,
    count(distinct crosswalk.customer_id) as n_customers
from {{ ref('int_identity__link_keys') }} as link_keys
inner join {{ ref('customer_crosswalk') }} as crosswalk
    on crosswalk.record_id = link_keys.record_id
left join {{ ref('int_identity__separations') }} as separations
    on separations.node = link_keys.record_id
where separations.node is null
group by link_keys.link_key
having count(distinct crosswalk.customer_id) > 1

-- Guards the closure: records that share a link key are one customer, whatever the length of the
-- chain.
select
    firewall.link_key,
    count(distinct crosswalk.customer_id) as n_customers
from {{ ref('int_identity__firewall') }} as firewall
inner join {{ ref('customer_crosswalk') }} as crosswalk on crosswalk.record_id = firewall.record_id
where firewall.decision = 'link'
group by firewall.link_key
having count(distinct crosswalk.customer_id) > 1

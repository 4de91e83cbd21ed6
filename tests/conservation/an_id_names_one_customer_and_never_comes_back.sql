-- Guards the ids, before the registry is told: one entity, one strict id; one customer, one id,
-- which is that of one of its entities; a retired id is not given again.
with assignment as (

    select * from {{ ref('int_identity__assignment') }}

),

used_ids as (

    select * from {{ ref('int_identity__used_ids') }}

),

last_assignment as (

    select * from {{ ref('int_identity__last_assignment') }}

),

borne_ids as (

    select distinct strict_customer_id
    from last_assignment

)

select
    'several_entities' as problem,
    strict_customer_id as id
from assignment
group by strict_customer_id
having count(distinct entity_id) > 1

union all

select
    'several_ids' as problem,
    min(strict_customer_id) as id
from assignment
group by entity_id
having count(distinct strict_customer_id) > 1 or count(distinct cluster_id) > 1

union all

select
    'several_clusters' as problem,
    customer_id as id
from assignment
group by customer_id
having
    count(distinct cluster_id) > 1
    or count(*) filter (where strict_customer_id = customer_id) = 0

union all

select
    'several_customers' as problem,
    min(customer_id) as id
from assignment
group by cluster_id
having count(distinct customer_id) > 1

union all

select distinct
    'retired' as problem,
    assignment.strict_customer_id as id
from assignment
inner join used_ids on used_ids.strict_customer_id = assignment.strict_customer_id
left join borne_ids on borne_ids.strict_customer_id = assignment.strict_customer_id
where borne_ids.strict_customer_id is null

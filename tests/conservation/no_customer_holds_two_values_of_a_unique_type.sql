-- Guards the customers, before the registry is told: none holds two values of a type that a person
-- has one of, by exact evidence or with probable matches, unless a person holds the two together.
with assignment as (

    select * from {{ ref('int_identity__assignment') }}

),

firewall as (

    select * from {{ ref('int_identity__firewall') }}

),

identifier_types as (

    select * from {{ ref('identifier_types') }}

),

must_links as (

    select * from {{ ref('int_identity__must_links') }}

),

unique_values as (

    select
        assignment.customer_id,
        firewall.identifier_type,
        firewall.scope,
        firewall.identifier_hash,
        firewall.record_id
    from firewall
    inner join identifier_types on identifier_types.identifier_type = firewall.identifier_type
    inner join assignment on assignment.record_id = firewall.record_id
    where
        identifier_types.is_unique_per_person
        and firewall.decision = 'link'
        and firewall.is_current

)

select
    unique_values.customer_id,
    unique_values.identifier_type
from unique_values
left join must_links on must_links.node = unique_values.record_id
group by unique_values.customer_id, unique_values.identifier_type, unique_values.scope
having count(distinct unique_values.identifier_hash) > 1 and count(must_links.node) = 0

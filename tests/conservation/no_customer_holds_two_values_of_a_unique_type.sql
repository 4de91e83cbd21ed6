-- Guards the customers, before the registry is told: none holds two values of a type that a person
-- has one of, by exact evidence or with probable matches. Values of accounts that a decision joins
-- are one value, wherever they stand.
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
        must_links.component,
        coalesce(
            min(must_links.component) over (partition by firewall.identifier_hash),
            firewall.identifier_hash
        ) as first_component
    from firewall
    inner join identifier_types on identifier_types.identifier_type = firewall.identifier_type
    inner join assignment on assignment.record_id = firewall.record_id
    left join must_links on must_links.node = firewall.record_id
    where
        identifier_types.is_unique_per_person
        and firewall.decision = 'link'
        and firewall.is_current

),

-- Decisions on different accounts of one value join all that they name.
joined as (

    select
        customer_id,
        identifier_type,
        scope,
        identifier_hash,
        case
            when component is null then first_component
            else
                min(first_component) over (
                    partition by identifier_type, scope, component
                )
        end as joined_value
    from unique_values

),

held_values as (

    select
        customer_id,
        identifier_type,
        scope,
        min(joined_value) over (partition by identifier_hash) as held_value
    from joined

)

select
    customer_id,
    identifier_type
from held_values
group by customer_id, identifier_type, scope
having count(distinct held_value) > 1

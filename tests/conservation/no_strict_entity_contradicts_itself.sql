-- Guards strict entities: none holds two values of a type that a person has one of, unless a person
-- holds the two together, and none holds two records that a person keeps apart.
with entities as (

    select * from {{ ref('int_identity__strict_entities') }}

),

must_links as (

    select record_id_1 as record_id
    from {{ ref('int_identity__overrides') }}
    where decision = 'must_link'
    union
    select record_id_2 as record_id
    from {{ ref('int_identity__overrides') }}
    where decision = 'must_link'

),

unique_values as (

    select
        entities.entity_id,
        firewall.identifier_type,
        firewall.scope,
        firewall.identifier_hash,
        firewall.record_id
    from {{ ref('int_identity__firewall') }} as firewall
    inner join {{ ref('identifier_types') }} as identifier_types
        on
            identifier_types.identifier_type = firewall.identifier_type
            and identifier_types.is_unique_per_person
    inner join entities on entities.record_id = firewall.record_id
    where firewall.decision = 'link' and firewall.is_current

)

select
    unique_values.entity_id,
    unique_values.identifier_type as contradiction
from unique_values
left join must_links on must_links.record_id = unique_values.record_id
group by unique_values.entity_id, unique_values.identifier_type, unique_values.scope
having count(distinct unique_values.identifier_hash) > 1 and count(must_links.record_id) = 0

union all

select
    one.entity_id,
    'cannot_link' as contradiction
from {{ ref('int_identity__overrides') }} as overrides
inner join entities as one on one.record_id = overrides.record_id_1
inner join entities as other on other.record_id = overrides.record_id_2
where overrides.decision = 'cannot_link' and one.entity_id = other.entity_id

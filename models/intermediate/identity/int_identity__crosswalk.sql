with records as (

    select * from {{ ref('int_identity__records') }}

),

strict_entities as (

    select * from {{ ref('int_identity__strict_entities') }}

),

firewall as (

    select * from {{ ref('int_identity__firewall') }}

),

-- The strongest identifier that a record shares with another of its customer.
linked_keys as (

    select link_key
    from firewall
    where decision = 'link'
    group by link_key
    having count(*) > 1

),

rules as (

    select
        firewall.record_id,
        min(
            case firewall.reason when 'decisive' then '1' when 'verified' then '2' else '3' end
            || firewall.identifier_type || ':' || firewall.reason
        ) as ranked_rule
    from firewall
    inner join linked_keys on linked_keys.link_key = firewall.link_key
    group by firewall.record_id

),

entities as (

    select
        records.record_id,
        records.channel,
        strict_entities.entity_id as smallest_record_id,
        coalesce(substr(rules.ranked_rule, 2), 'single') as match_rule,
        coalesce(records.registered_at, records.updated_at) as valid_from
    from records
    inner join strict_entities on strict_entities.record_id = records.record_id
    left join rules on rules.record_id = records.record_id

),

-- Ids tell nothing of the person: docs/identity.md says how they are minted.
minted as (

    select
        record_id,
        channel,
        'C' || left(md5(smallest_record_id || '#0'), 15) as customer_id,
        smallest_record_id,
        match_rule,
        valid_from
    from entities

)

select * from minted

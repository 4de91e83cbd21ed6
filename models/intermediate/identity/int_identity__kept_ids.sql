{{ config(materialized='greedy_matching', sides=['strict_customer_id', 'entity_id']) }}

-- Which entity keeps which of the last ids. An id and an entity that share records with nobody else
-- are a pair at once; for the others `place` is the order in which they choose.
with last_assignment as (

    select * from {{ ref('int_identity__last_assignment') }}

),

used_ids as (

    select * from {{ ref('int_identity__used_ids') }}

),

strict_entities as (

    select * from {{ ref('int_identity__strict_entities') }}

),

records as (

    select * from {{ ref('int_identity__records') }}

),

firewall as (

    select * from {{ ref('int_identity__firewall') }}

),

pairs_in_common as (

    select
        last_assignment.strict_customer_id,
        strict_entities.entity_id,
        count(*) as n_records
    from last_assignment
    inner join strict_entities on strict_entities.record_id = last_assignment.record_id
    where last_assignment.strict_customer_id is not null
    group by last_assignment.strict_customer_id, strict_entities.entity_id

),

counted as (

    select
        strict_customer_id,
        entity_id,
        n_records,
        count(*) over (partition by strict_customer_id) > 1
        or count(*) over (partition by entity_id) > 1 as is_contested
    from pairs_in_common

),

-- A member account is one of the CRM or of the stores; verified, if it has a verified identifier
-- that may link.
member_pairs as (

    select distinct
        counted.strict_customer_id,
        counted.entity_id
    from counted
    inner join last_assignment
        on last_assignment.strict_customer_id = counted.strict_customer_id
    inner join strict_entities
        on
            strict_entities.record_id = last_assignment.record_id
            and strict_entities.entity_id = counted.entity_id
    inner join records on records.record_id = last_assignment.record_id
    inner join firewall on firewall.record_id = last_assignment.record_id
    where
        counted.is_contested
        and records.channel in ('crm', 'store')
        and firewall.is_verified
        and firewall.decision = 'link'

),

placed as (

    select
        counted.strict_customer_id,
        counted.entity_id,
        row_number() over (
            order by
                case when member_pairs.entity_id is null then 1 else 0 end asc,
                counted.n_records desc,
                used_ids.minted_run_no asc,
                counted.strict_customer_id asc,
                counted.entity_id asc
        ) as place
    from counted
    inner join used_ids on used_ids.strict_customer_id = counted.strict_customer_id
    left join member_pairs
        on
            member_pairs.strict_customer_id = counted.strict_customer_id
            and member_pairs.entity_id = counted.entity_id
    where counted.is_contested

),

pairs as (

    select
        strict_customer_id,
        entity_id,
        cast(null as bigint) as place
    from counted
    where not is_contested

    union all

    select
        strict_customer_id,
        entity_id,
        cast(place as bigint) as place
    from placed

)

select * from pairs

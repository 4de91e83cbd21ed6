{{ config(materialized='separated_components') }}

-- What the materialization is told of the components that hold two values of a unique type or two
-- records that a person keeps apart; all others stay as they are.
with link_keys as (

    select * from {{ ref('int_identity__link_keys') }}

),

components as (

    select * from {{ ref('int_identity__components') }}

),

firewall as (

    select * from {{ ref('int_identity__firewall') }}

),

overrides as (

    select * from {{ ref('int_identity__overrides') }}

),

identifier_types as (

    select * from {{ ref('identifier_types') }}

),

-- A value that has ended, or that links nobody, contradicts nothing.
unique_values as (

    select
        firewall.record_id,
        firewall.identifier_type || '|' || firewall.scope as value_name,
        firewall.identifier_hash as stated_value,
        cast(null as int) as override_no,
        case when identifier_types.strength = 'decisive' then 1 else 2 end as type_rank
    from firewall
    inner join identifier_types on identifier_types.identifier_type = firewall.identifier_type
    where
        identifier_types.is_unique_per_person
        and firewall.decision = 'link'
        and firewall.is_current

),

-- Two records that are to be kept apart are two values of a name of their own.
kept_apart as (

    {% for record_id in ['record_id_1', 'record_id_2'] %}
    select
        {{ record_id }} as record_id,
        'cannot_link|' || record_id_1 || '|' || record_id_2 as value_name,
        {{ record_id }} as stated_value,
        override_no,
        0 as type_rank
    from overrides
    where decision = 'cannot_link'
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

stated as (

    select
        record_id,
        value_name,
        stated_value,
        override_no,
        type_rank
    from unique_values

    union all

    select
        record_id,
        value_name,
        stated_value,
        override_no,
        type_rank
    from kept_apart

),

contradicting as (

    select components.component
    from stated
    inner join components on components.node = stated.record_id
    group by components.component, stated.value_name
    having count(distinct stated.stated_value) > 1

),

-- The smaller side of the joins that follow: they read all keys and build on the few records here.
contested_records as (

    select distinct components.node as record_id
    from components
    inner join contradicting on contradicting.component = components.component

),

-- Decisions first, in the order in which they were made; then types, the stronger ones first.
ranked as (

    select
        stated.record_id,
        stated.value_name,
        stated.stated_value,
        dense_rank() over (
            order by stated.type_rank, stated.override_no, stated.value_name
        ) as place
    from stated
    inner join contested_records on contested_records.record_id = stated.record_id

),

statements as (

    select
        link_keys.record_id as node,
        'link' as kind,
        link_keys.link_key as name,
        cast(null as string) as value,
        link_keys.evidence_level as rank
    from link_keys
    inner join contested_records on contested_records.record_id = link_keys.record_id

    union all

    select
        record_id as node,
        'unique' as kind,
        value_name as name,
        stated_value as value,
        cast(place as int) as rank
    from ranked

)

select * from statements

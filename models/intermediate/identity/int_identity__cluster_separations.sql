{{ config(materialized='separated_components') }}

-- What the materialization is told of the clusters that no chain of probable links may hold
-- together: two values of a unique type, two records that a person keeps apart, two full names that
-- are not alike, or two people by sex and year of birth.
with cluster_components as (

    select * from {{ ref('int_identity__cluster_components') }}

),

judged_pairs as (

    select * from {{ ref('int_identity__judged_pairs') }}

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

identifier_types as (

    select * from {{ ref('identifier_types') }}

),

overrides as (

    select * from {{ ref('int_identity__overrides') }}

),

name_sounds as (

    select * from {{ ref('int_identity__name_sounds') }}

),

-- Two entities of one link were judged as a pair: it takes three to hide a contradiction.
sizes as (

    select
        component,
        count(*) as n_entities
    from cluster_components
    group by component
    having count(*) > 2

),

members as (

    select
        cluster_components.component,
        strict_entities.entity_id,
        strict_entities.record_id,
        records.name_key,
        name_sounds.sound,
        coalesce(records.id_gender, nullif(records.gender, 'unknown')) as gender,
        extract(year from coalesce(records.id_birth_date, records.birth_date)) as birth_year
    from cluster_components
    inner join sizes on sizes.component = cluster_components.component
    inner join strict_entities on strict_entities.entity_id = cluster_components.node
    inner join records on records.record_id = strict_entities.record_id
    left join name_sounds on name_sounds.name_key = records.name_key

),

entities as (

    select
        component,
        entity_id,
        min(name_key) as least_name,
        max(name_key) as greatest_name,
        min(sound) as least_sound,
        max(sound) as greatest_sound,
        min(gender) as gender,
        min(birth_year) as birth_year,
        count(distinct gender) as n_genders,
        count(distinct birth_year) as n_birth_years
    from members
    group by component, entity_id

),

unique_values as (

    select distinct
        members.entity_id,
        firewall.identifier_type || '|' || firewall.scope as value_name,
        firewall.identifier_hash as stated_value,
        2 as place
    from members
    inner join firewall on firewall.record_id = members.record_id
    inner join identifier_types on identifier_types.identifier_type = firewall.identifier_type
    where
        identifier_types.is_unique_per_person
        and firewall.decision = 'link'
        and firewall.is_current

),

kept_apart as (

    select distinct
        least(members_1.entity_id, members_2.entity_id) as entity_id_1,
        greatest(members_1.entity_id, members_2.entity_id) as entity_id_2,
        1 as place
    from overrides
    inner join members as members_1 on members_1.record_id = overrides.record_id_1
    inner join members as members_2 on members_2.record_id = overrides.record_id_2
    where overrides.decision = 'cannot_link' and members_1.component = members_2.component

),

-- Chinese names that differ in sound and in more than one sign; what one entity states in several
-- ways tells nothing.
two_people as (

    select
        entities_1.entity_id as entity_id_1,
        entities_2.entity_id as entity_id_2,
        3 as place
    from entities as entities_1
    inner join entities as entities_2
        on
            entities_2.component = entities_1.component
            and entities_2.entity_id > entities_1.entity_id
    where
        (
            entities_1.least_name = entities_1.greatest_name
            and entities_2.least_name = entities_2.greatest_name
            and entities_1.least_sound <> entities_2.least_sound
            and not (
                length(entities_1.least_name) > 2
                and {{ differing_signs('entities_1.least_name', 'entities_2.least_name') }} <= 1
            )
            and entities_1.least_name not like '% %'
            and entities_2.least_name not like '% %'
        )
        or (
            entities_1.n_genders = 1
            and entities_2.n_genders = 1
            and entities_1.n_birth_years = 1
            and entities_2.n_birth_years = 1
            and entities_1.gender <> entities_2.gender
            and entities_1.birth_year <> entities_2.birth_year
        )

),

pairs_apart as (

    select
        entity_id_1,
        entity_id_2,
        place
    from kept_apart

    union all

    select
        entity_id_1,
        entity_id_2,
        place
    from two_people

),

stated as (

    select
        entity_id,
        value_name,
        stated_value,
        place
    from unique_values

    {% for entity_id in ['entity_id_1', 'entity_id_2'] %}
    union all

    select
        {{ entity_id }} as entity_id,
        'pair|' || entity_id_1 || '|' || entity_id_2 as value_name,
        {{ entity_id }} as stated_value,
        place
    from pairs_apart
    {% endfor %}

),

-- Contradictions are solved in one order, so that the answer is the same every time.
ranked as (

    select
        entity_id,
        value_name,
        stated_value,
        dense_rank() over (order by place, value_name) as place
    from stated

),

contradicting as (

    select cluster_components.component
    from ranked
    inner join cluster_components on cluster_components.node = ranked.entity_id
    group by cluster_components.component, ranked.value_name
    having count(distinct ranked.stated_value) > 1

),

contested_entities as (

    select distinct cluster_components.node as entity_id
    from cluster_components
    inner join contradicting on contradicting.component = cluster_components.component

),

-- The stronger the link, the earlier it is gone along.
links as (

    select
        entity_id_1,
        entity_id_2,
        entity_id_1 || '|' || entity_id_2 as link_key,
        case
            when match_probability >= 0.9999 then 1
            when match_probability >= 0.999 then 2
            when match_probability >= 0.99 then 3
            else 4
        end as link_level
    from judged_pairs
    where decision = 'merge'

),

statements as (

    {% for entity_id in ['entity_id_1', 'entity_id_2'] %}
    select
        links.{{ entity_id }} as node,
        'link' as kind,
        links.link_key as name,
        cast(null as string) as value,
        links.link_level as rank
    from links
    inner join contested_entities on contested_entities.entity_id = links.{{ entity_id }}

    union all
    {% endfor %}

    select
        ranked.entity_id as node,
        'unique' as kind,
        ranked.value_name as name,
        ranked.stated_value as value,
        cast(ranked.place as int) as rank
    from ranked
    inner join contested_entities on contested_entities.entity_id = ranked.entity_id

)

select * from statements

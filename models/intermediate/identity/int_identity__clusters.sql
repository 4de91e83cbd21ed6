with strict_entities as (

    select * from {{ ref('int_identity__strict_entities') }}

),

cluster_components as (

    select * from {{ ref('int_identity__cluster_components') }}

),

cluster_separations as (

    select * from {{ ref('int_identity__cluster_separations') }}

),

probable_links as (

    select * from {{ ref('int_identity__probable_links') }}

),

-- Every round tells the last part of an entity.
parts as (

    select distinct
        node as entity_id,
        part
    from cluster_separations

),

clustered as (

    select
        cluster_components.node as entity_id,
        coalesce(parts.part, cluster_components.component) as cluster_id
    from cluster_components
    left join parts on parts.entity_id = cluster_components.node

),

links as (

    {% for entity_id in ['entity_id_1', 'entity_id_2'] %}
    select
        probable_links.{{ entity_id }} as entity_id,
        probable_links.match_probability
    from probable_links
    inner join clustered as clustered_1 on clustered_1.entity_id = probable_links.entity_id_1
    inner join clustered as clustered_2 on clustered_2.entity_id = probable_links.entity_id_2
    where
        probable_links.decision = 'merge'
        and clustered_1.cluster_id = clustered_2.cluster_id
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

-- Of an entity's own links to its customer the strongest says how sure it is there.
strongest_links as (

    select
        entity_id,
        max(match_probability) as match_probability
    from links
    group by entity_id

),

clusters as (

    select
        strict_entities.record_id,
        strict_entities.entity_id,
        coalesce(clustered.cluster_id, strict_entities.entity_id) as cluster_id,
        coalesce(strongest_links.match_probability, 1e0) as match_probability
    from strict_entities
    left join clustered on clustered.entity_id = strict_entities.entity_id
    left join strongest_links on strongest_links.entity_id = strict_entities.entity_id

)

select * from clusters

with strict_entities as (

    select * from {{ ref('int_identity__strict_entities') }}

),

-- Until probable matches are there, a cluster is what exact evidence holds together.
clusters as (

    select
        record_id,
        entity_id,
        entity_id as cluster_id,
        cast(1 as double) as match_probability
    from strict_entities

)

select * from clusters

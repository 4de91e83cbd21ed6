{{ config(materialized='connected_components') }}

-- Every record of a link key to the key's smallest record: the edges grow linearly.
with link_keys as (

    select
        link_key,
        record_id
    from {{ ref('int_identity__link_keys') }}

),

hubs as (

    select
        link_key,
        min(record_id) as smallest_record_id
    from link_keys
    group by link_key
    having count(*) > 1

),

edges as (

    select
        link_keys.record_id as a,
        hubs.smallest_record_id as b
    from link_keys
    inner join hubs on hubs.link_key = link_keys.link_key

)

select * from edges

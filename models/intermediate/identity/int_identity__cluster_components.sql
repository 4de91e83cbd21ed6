{{ config(materialized='connected_components') }}

-- Entities that probable matches join, before contradictions are looked for.
with judged_pairs as (

    select * from {{ ref('int_identity__judged_pairs') }}

),

link_keys as (

    {% for entity_id in ['entity_id_1', 'entity_id_2'] %}
    select
        {{ entity_id }} as node,
        entity_id_1 || '|' || entity_id_2 as link_key
    from judged_pairs
    where decision = 'merge'
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

)

select
    node,
    link_key
from link_keys

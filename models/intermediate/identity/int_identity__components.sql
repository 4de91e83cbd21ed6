{{ config(materialized='connected_components') }}

select
    record_id as node,
    link_key
from {{ ref('int_identity__link_keys') }}

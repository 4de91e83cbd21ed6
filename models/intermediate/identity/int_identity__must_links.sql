{{ config(materialized='connected_components') }}

-- Records that people join, directly or through others; a decision on a record that is gone joins
-- nothing.
with overrides as (

    select * from {{ ref('identity_overrides') }}

),

records as (

    select * from {{ ref('int_identity__records') }}

),

must_links as (

    select
        overrides.record_id_1,
        overrides.record_id_2,
        overrides.record_id_1 || '|' || overrides.record_id_2 as link_key
    from overrides
    inner join records as record_1 on record_1.record_id = overrides.record_id_1
    inner join records as record_2 on record_2.record_id = overrides.record_id_2
    where overrides.decision = 'must_link'

),

members as (

    select
        record_id_1 as node,
        link_key
    from must_links

    union all

    select
        record_id_2 as node,
        link_key
    from must_links

)

select * from members

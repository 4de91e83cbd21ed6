with records as (

    select * from {{ ref('int_identity__records') }}

),

components as (

    select * from {{ ref('int_identity__components') }}

),

separations as (

    select * from {{ ref('int_identity__separations') }}

),

-- Every round tells the last part of a record.
parts as (

    select distinct
        node as record_id,
        part
    from separations

),

entities as (

    select
        records.record_id,
        coalesce(parts.part, components.component, records.record_id) as entity_id
    from records
    left join components on components.node = records.record_id
    left join parts on parts.record_id = records.record_id

)

select * from entities

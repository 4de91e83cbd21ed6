with records as (

    select * from {{ ref('int_identity__records') }}

),

components as (

    select * from {{ ref('int_identity__components') }}

),

entities as (

    select
        records.record_id,
        coalesce(components.component, records.record_id) as entity_id
    from records
    left join components on components.node = records.record_id

)

select * from entities

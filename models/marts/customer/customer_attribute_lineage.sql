with attributes as (

    select * from {{ ref('int_profile__attributes') }}

),

lineage as (

    select
        customer_id,
        attribute,
        {{ readable_value('attribute', 'attribute_value') }} as chosen_value,
        record_id,
        survivorship_rule as rule,
        losing_values
    from attributes

)

select * from lineage

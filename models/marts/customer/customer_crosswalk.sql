with crosswalk as (

    select * from {{ ref('int_identity__crosswalk') }}

),

-- Exact evidence is all there is until probable matches exist, so both ids are one.
current_crosswalk as (

    select
        record_id,
        channel,
        customer_id,
        customer_id as strict_customer_id,
        match_rule,
        cast(1.0 as double) as match_probability,
        valid_from
    from crosswalk

)

select * from current_crosswalk

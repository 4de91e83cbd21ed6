with crosswalk as (

    select * from {{ ref('int_identity__crosswalk') }}

),

current_crosswalk as (

    select
        record_id,
        channel,
        customer_id,
        strict_customer_id,
        match_rule,
        match_probability,
        valid_from
    from crosswalk

)

select * from current_crosswalk

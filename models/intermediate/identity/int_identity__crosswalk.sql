with assignment as (

    select * from {{ ref('int_identity__assignment') }}

),

changes as (

    select * from {{ ref('int_identity__changes') }}

),

-- A record that never changed hands is its customer's since it exists.
later_periods as (

    select
        record_id,
        valid_from
    from changes
    where previous_run_no is not null and next_run_no is null

),

crosswalk as (

    select
        assignment.record_id,
        assignment.channel,
        assignment.customer_id,
        assignment.strict_customer_id,
        assignment.match_rule,
        assignment.match_probability,
        case
            when later_periods.record_id is null then assignment.valid_from
            else later_periods.valid_from
        end as valid_from
    from assignment
    left join later_periods on later_periods.record_id = assignment.record_id

)

select * from crosswalk

with changes as (

    select * from {{ ref('int_identity__changes') }}

),

crosswalk as (

    select * from {{ ref('int_identity__crosswalk') }}

),

-- The first period of an account begins with its own dates, which may be later than what ended it.
periods as (

    select
        changes.record_id,
        changes.customer_id,
        changes.strict_customer_id,
        case
            when changes.next_run_no is null then crosswalk.valid_from
            else least(changes.valid_from, cast(changes.next_changed_on as timestamp))
        end as valid_from,
        cast(changes.next_changed_on as timestamp) as valid_to,
        changes.next_run_no is null as is_current,
        changes.run_no,
        changes.cause
    from changes
    left join crosswalk on crosswalk.record_id = changes.record_id
    where changes.customer_id is not null

)

select * from periods

with registry as (

    select * from {{ ref('int_identity__registry') }}

),

in_order as (

    select
        run_no,
        record_id,
        strict_customer_id,
        customer_id,
        changed_on,
        valid_from,
        cause,
        identifiers,
        lag(strict_customer_id) over (
            partition by record_id order by run_no
        ) as previous_strict_customer_id,
        lag(customer_id) over (partition by record_id order by run_no) as previous_customer_id,
        lag(identifiers) over (partition by record_id order by run_no) as previous_identifiers,
        lag(run_no) over (partition by record_id order by run_no) as previous_run_no,
        lead(run_no) over (partition by record_id order by run_no) as next_run_no,
        lead(changed_on) over (partition by record_id order by run_no) as next_changed_on
    from registry

),

changes as (

    select
        run_no,
        record_id,
        strict_customer_id,
        customer_id,
        changed_on,
        valid_from,
        cause,
        identifiers,
        previous_strict_customer_id,
        previous_customer_id,
        coalesce(previous_identifiers, {{ empty_text_list() }}) as previous_identifiers,
        previous_run_no,
        next_run_no,
        next_changed_on
    from in_order

)

select * from changes

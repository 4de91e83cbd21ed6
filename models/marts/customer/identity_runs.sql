{{ config(materialized='view', pre_hook="{{ create_run_log() }}") }}

-- A view, since the run that builds it is logged after its end.
with run_log as (

    select * from {{ run_log() }}

),

runs as (

    select
        run_id,
        started_at,
        run_no,
        stage,
        status,
        seconds,
        n_rows
    from run_log

)

select * from runs

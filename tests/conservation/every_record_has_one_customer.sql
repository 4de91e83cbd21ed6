-- Guards the crosswalk, before the registry is told: an account record that is lost or doubled
-- falsifies every figure.
with records as (

    select record_id from {{ ref('stg_crm__customers') }}
    union all
    select record_id from {{ ref('stg_shop__accounts') }}
    union all
    select record_id from {{ ref('stg_store__members') }}
    union all
    select record_id from {{ ref('stg_social__followers') }}
    union all
    select record_id from {{ ref('stg_wecom__contacts') }}

),

assignment as (

    select * from {{ ref('int_identity__assignment') }}

)

select
    coalesce(records.record_id, assignment.record_id) as record_id,
    count(*) as n_rows
from records
full join assignment on assignment.record_id = records.record_id
group by coalesce(records.record_id, assignment.record_id)
having count(*) <> 1 or count(records.record_id) <> 1 or count(assignment.record_id) <> 1

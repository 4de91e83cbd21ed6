-- Guards against golden records that mix two people, above all after a merge was undone: the record
-- that gave a value is one of the customer's, by the crosswalk of this build.
with lineage as (

    select * from {{ ref('customer_attribute_lineage') }}

),

crosswalk as (

    select * from {{ ref('customer_crosswalk') }}

)

select
    lineage.customer_id,
    lineage.attribute,
    lineage.record_id
from lineage
left join crosswalk
    on
        crosswalk.record_id = lineage.record_id
        and crosswalk.customer_id = lineage.customer_id
where lineage.record_id is not null and crosswalk.record_id is null

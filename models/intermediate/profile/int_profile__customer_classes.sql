-- Consumers and those who are none; a flag, never a deletion.
with crm_customers as (

    select * from {{ ref('stg_crm__customers') }}

),

crosswalk as (

    select * from {{ ref('int_identity__crosswalk') }}

),

flags_per_customer as (

    select
        crosswalk.customer_id,
        coalesce(bool_or(crm_customers.account_status = 'test'), false) as is_test,
        coalesce(bool_or(crm_customers.is_employee), false) as is_employee
    from crosswalk
    left join crm_customers on crm_customers.record_id = crosswalk.record_id
    group by crosswalk.customer_id

),

classified as (

    select
        customer_id,
        case
            when is_test then 'test'
            when is_employee then 'employee'
            else 'consumer'
        end as customer_class
    from flags_per_customer

)

select * from classified

-- What the registry said before this build.
{%- set registry = last_registry() %}
with registry as (

    {% if registry is none -%}
    select
        cast(null as int) as run_no,
        cast(null as string) as record_id,
        cast(null as string) as strict_customer_id,
        cast(null as string) as customer_id,
        cast(null as date) as changed_on
    where false
    {%- else -%}
    select * from {{ registry }}
    {%- endif %}

),

ranked as (

    select
        record_id,
        strict_customer_id,
        customer_id,
        run_no,
        changed_on,
        row_number() over (partition by record_id order by run_no desc) as place
    from registry

),

latest as (

    select
        record_id,
        strict_customer_id,
        customer_id,
        run_no,
        changed_on
    from ranked
    where place = 1

)

select * from latest

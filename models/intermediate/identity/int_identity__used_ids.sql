-- An id is minted once, from one record; retired ones stay used.
{%- set registry = last_registry() %}
with registry as (

    {% if registry is none -%}
    select
        cast(null as int) as run_no,
        cast(null as string) as record_id,
        cast(null as string) as strict_customer_id,
        cast(null as int) as generation
    where false
    {%- else -%}
    select * from {{ registry }}
    {%- endif %}

),

minted as (

    select
        strict_customer_id,
        record_id as minted_from,
        generation,
        run_no as minted_run_no
    from registry
    where generation is not null

)

select * from minted

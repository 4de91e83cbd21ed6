-- What the registry said before this build. A registry that knows none of the accounts is that of
-- others: to go on would retire every id in it.
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

records as (

    select * from {{ ref('int_identity__records') }}

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

),

known as (

    select
        count(*) as n_accounts,
        count(records.record_id) as n_known
    from latest
    left join records on records.record_id = latest.record_id
    where latest.customer_id is not null

),

last_assignment as (

    select
        latest.record_id,
        latest.strict_customer_id,
        latest.customer_id,
        latest.run_no,
        latest.changed_on
    from latest
    {% if not var('allow_other_accounts') and not flags.EMPTY -%}
    cross join known
    where
        case
            when known.n_accounts > 0 and known.n_known = 0
                then cast({{ stop_build(
                    "'The registry of customer ids in this warehouse knows '"
                    ~ " || cast(known.n_accounts as string)"
                    ~ " || ' accounts, and the extracts have none of them: build into a warehouse"
                    ~ " of their own (WAREHOUSE=), import their registry (make registry-import"
                    ~ " IN=), or set the variable allow_other_accounts where all accounts are"
                    ~ " others indeed.'"
                ) }} as boolean)
            else true
        end
    {%- endif %}

)

select * from last_assignment

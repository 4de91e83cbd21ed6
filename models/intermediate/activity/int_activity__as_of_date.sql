-- The day on which every figure is true, read as a scalar subquery: never the clock.
with orders as (

    select * from {{ ref('int_activity__orders') }}

),

events as (

    select * from {{ ref('int_activity__events') }}

),

latest_days as (

    select max(ordered_on) as latest_on
    from orders
    where not {{ is_future('ordered_at') }}

    union all

    select cast(max(event_at) as date) as latest_on
    from events

),

latest_activity as (

    select max(latest_on) as latest_on
    from latest_days

),

as_of_date as (

    select
        {% if var('as_of_date') -%}
        cast('{{ var("as_of_date") }}' as date) as as_of_date,
        {%- else -%}
        coalesce(latest_on, {{ extracted_on() }}) as as_of_date,
        {%- endif %}
        {{ extracted_on() }} as extracted_on
    from latest_activity

)

select * from as_of_date

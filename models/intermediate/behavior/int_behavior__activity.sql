-- When customers did something themselves: a visit, an order or receipt whether it counts or not,
-- an interaction, a ticket, a survey response, a review; nothing that is dated in the future.
with sessions as (

    select * from {{ ref('int_activity__sessions') }}
    where customer_id is not null

),

events as (

    select * from {{ ref('int_activity__events') }}

),

orders as (

    select * from {{ ref('int_activity__orders') }}

),

order_customers as (

    select * from {{ ref('int_activity__order_customers') }}
    where customer_id <> 'anonymous'

),

interactions as (

    select * from {{ ref('int_activity__interactions') }}

),

tickets as (

    select * from {{ ref('int_activity__tickets') }}

),

survey_responses as (

    select * from {{ ref('int_activity__survey_responses') }}

),

reviews as (

    select * from {{ ref('int_activity__reviews') }}

),

-- Most sessions are of one day and need no look at their events.
long_sessions as (

    select
        session_key,
        customer_id
    from sessions
    where cast(started_at as date) < cast(ended_at as date)

),

actions as (

    select
        customer_id,
        started_at as first_at,
        ended_at as last_at
    from sessions
    where cast(started_at as date) = cast(ended_at as date)

    union all

    select
        long_sessions.customer_id,
        events.event_at as first_at,
        events.event_at as last_at
    from events
    inner join long_sessions on long_sessions.session_key = events.session_key

    union all

    select
        order_customers.customer_id,
        orders.ordered_at as first_at,
        orders.ordered_at as last_at
    from orders
    inner join order_customers on order_customers.order_id = orders.order_id
    where not {{ is_future('orders.ordered_at') }}

    {% for relation, happened_at in [
        ('interactions', 'happened_at'),
        ('tickets', 'opened_at'),
        ('survey_responses', 'submitted_at'),
        ('reviews', 'reviewed_at'),
    ] %}
    union all

    select
        customer_id,
        {{ happened_at }} as first_at,
        {{ happened_at }} as last_at
    from {{ relation }}
    where customer_id is not null
    {% endfor %}

),

days as (

    select
        customer_id,
        cast(first_at as date) as active_on,
        min(first_at) as first_at,
        max(last_at) as last_at
    from actions
    where first_at is not null
    group by customer_id, cast(first_at as date)

),

activity as (

    select
        customer_id,
        count(*) as n_active_days,
        min(first_at) as first_action_at,
        max(last_at) as last_action_at
    from days
    group by customer_id

)

select * from activity

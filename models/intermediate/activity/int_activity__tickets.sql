-- What customers ask of the service, and complain of; what is dated in the future does not count.
{% set time_zone = channel_timezone('service') -%}

with service_tickets as (

    select * from {{ ref('stg_service__tickets') }}

),

ticket_categories as (

    select * from {{ ref('ticket_categories') }}

),

mentions as (

    select * from {{ ref('int_activity__mentions') }}
    where kind = 'ticket'

),

tickets as (

    select
        service_tickets.ticket_id,
        mentions.customer_id,
        service_tickets.category,
        coalesce(ticket_categories.is_complaint, false) as is_complaint,
        service_tickets.satisfaction,
        {{ to_business_time(
            'service_tickets.opened_at',
            "coalesce(service_tickets.opened_at_zone, " ~ time_zone ~ ")"
        ) }} as opened_at
    from service_tickets
    inner join mentions on mentions.mention_id = 'ticket:' || service_tickets.ticket_id
    left join ticket_categories on ticket_categories.code = service_tickets.category

),

opened as (

    select
        ticket_id,
        customer_id,
        category,
        is_complaint,
        satisfaction,
        opened_at
    from tickets
    where not {{ is_future('opened_at') }}

)

select * from opened

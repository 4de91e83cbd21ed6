-- Guards the way into customer_behavior: every session, view, interaction and ticket that is some
-- customer's is counted there once.
with behavior as (

    select
        coalesce(sum(n_sessions), 0) as n_sessions,
        coalesce(sum(n_page_views), 0) as n_page_views,
        coalesce(sum(n_consults), 0) as n_consults,
        coalesce(sum(n_likes + n_comments + n_shares + n_joined_groups), 0) as n_interactions,
        coalesce(sum(n_tickets), 0) as n_tickets,
        coalesce(sum(n_complaints), 0) as n_complaints
    from {{ ref('customer_behavior') }}

),

sessions as (

    select
        count(session_id) as n_sessions,
        coalesce(sum(n_page_views), 0) as n_page_views,
        coalesce(sum(n_consults), 0) as n_consults
    from {{ ref('int_activity__sessions') }}
    where customer_id is not null

),

interactions as (

    select count(*) as n_interactions
    from {{ ref('int_activity__interactions') }}
    where
        customer_id is not null
        and interaction_type in ('like', 'comment', 'share', 'join_group')

),

tickets as (

    select
        count(*) as n_tickets,
        count(*) filter (where is_complaint) as n_complaints
    from {{ ref('int_activity__tickets') }}
    where customer_id is not null

)

select
    behavior.*,
    sessions.n_sessions as n_attached_sessions,
    sessions.n_page_views as n_attached_page_views,
    sessions.n_consults as n_attached_consults,
    interactions.n_interactions as n_attached_interactions,
    tickets.n_tickets as n_attached_tickets,
    tickets.n_complaints as n_attached_complaints
from behavior
cross join sessions
cross join interactions
cross join tickets
where
    behavior.n_sessions <> sessions.n_sessions
    or behavior.n_page_views <> sessions.n_page_views
    or behavior.n_consults <> sessions.n_consults
    or behavior.n_interactions <> interactions.n_interactions
    or behavior.n_tickets <> tickets.n_tickets
    or behavior.n_complaints <> tickets.n_complaints

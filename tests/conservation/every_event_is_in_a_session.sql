-- Guards the sessions: each event that is not dated in the future is counted in one of them, and
-- by its kind where that is known.
with events as (

    select
        count(*) as n_events,
        count(event_name) as n_of_known_kind
    from {{ ref('int_activity__events') }}

),

sessions as (

    select
        coalesce(sum(n_events), 0) as n_events,
        coalesce(sum(
            n_page_views + n_product_views + n_searches + n_carts + n_checkouts
            + n_purchases + n_consults + n_likes + n_shares + n_logins
        ), 0) as n_of_known_kind
    from {{ ref('int_activity__sessions') }}

)

select
    events.n_events,
    sessions.n_events as n_in_sessions,
    events.n_of_known_kind,
    sessions.n_of_known_kind as n_of_known_kind_in_sessions
from events
cross join sessions
where
    events.n_events <> sessions.n_events
    or events.n_of_known_kind <> sessions.n_of_known_kind

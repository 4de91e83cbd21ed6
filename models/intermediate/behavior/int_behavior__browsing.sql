-- What customers look at on the web, in the app and in the mini program. What is done most often
-- is preferred; ties go to the first in the alphabet, of hours to the earlier.
with sessions as (

    select * from {{ ref('int_activity__sessions') }}
    where customer_id is not null

),

events as (

    select * from {{ ref('int_activity__events') }}

),

products as (

    select * from {{ ref('int_catalog__products') }}

),

visits as (

    select
        customer_id,
        count(session_id) as n_sessions,
        sum(n_page_views) as n_page_views,
        sum(n_product_views) as n_product_views,
        sum(n_searches) as n_searches,
        sum(n_carts) as n_carts,
        sum(n_consults) as n_consults,
        -- Whole seconds, so that the order of the sessions does not show in the mean.
        sum(session_seconds) filter (where session_id is not null) as session_seconds,
        count(session_seconds) filter (where session_id is not null) as n_timed_sessions
    from sessions
    group by customer_id

),

platform_uses as (

    select
        customer_id,
        platform,
        count(*) as n_uses
    from sessions
    where platform is not null and session_id is not null
    group by customer_id, platform

),

preferred_platforms as (

    select
        customer_id,
        platform
    from platform_uses
    qualify row_number() over (
        partition by customer_id order by n_uses desc, platform asc
    ) = 1

),

category_views as (

    select
        sessions.customer_id,
        products.category,
        count(*) as n_views
    from events
    inner join sessions on sessions.session_key = events.session_key
    inner join products on products.sku = events.sku
    where events.event_name = 'product_view' and products.category is not null
    group by sessions.customer_id, products.category

),

preferred_categories as (

    select
        customer_id,
        category
    from category_views
    qualify row_number() over (
        partition by customer_id order by n_views desc, category asc
    ) = 1

),

consult_hours as (

    select
        sessions.customer_id,
        hour(events.event_at) as consult_hour,
        count(*) as n_consults
    from events
    inner join sessions on sessions.session_key = events.session_key
    where events.event_name = 'consult' and events.event_at is not null
    group by sessions.customer_id, hour(events.event_at)

),

peak_consult_hours as (

    select
        customer_id,
        consult_hour
    from consult_hours
    qualify row_number() over (
        partition by customer_id order by n_consults desc, consult_hour asc
    ) = 1

),

browsing as (

    select
        visits.customer_id,
        visits.n_sessions,
        visits.n_page_views,
        visits.n_product_views,
        visits.n_searches,
        visits.n_carts,
        visits.n_consults,
        visits.session_seconds / (60e0 * nullif(visits.n_timed_sessions, 0)) as avg_session_minutes,
        preferred_categories.category as preferred_category_viewed,
        preferred_platforms.platform as preferred_platform,
        peak_consult_hours.consult_hour as peak_consult_hour
    from visits
    left join preferred_platforms on preferred_platforms.customer_id = visits.customer_id
    left join preferred_categories on preferred_categories.customer_id = visits.customer_id
    left join peak_consult_hours on peak_consult_hours.customer_id = visits.customer_id

)

select * from browsing

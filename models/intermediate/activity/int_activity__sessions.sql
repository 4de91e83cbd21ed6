-- Sessions and whose they are. A session in which an account shows is its customer's; one without
-- is stitched where the login before and the login after it on its device are of one account.
{% set session_seconds = seconds_between('claimed.started_at', 'claimed.ended_at') -%}

with events as (

    select * from {{ ref('int_activity__events') }}

),

account_references as (

    select * from {{ ref('int_identity__account_references') }}
    where reference_type = 'account'

),

sessions as (

    select
        session_key,
        device_id,
        session_id,
        min(platform) as platform,
        min(account_id) as first_account_id,
        max(account_id) as last_account_id,
        min(event_at) as started_at,
        max(event_at) as ended_at,
        count(*) as n_events,
        {% for event_name, column in [
            ('page_view', 'n_page_views'),
            ('product_view', 'n_product_views'),
            ('search', 'n_searches'),
            ('add_to_cart', 'n_carts'),
            ('checkout', 'n_checkouts'),
            ('purchase', 'n_purchases'),
            ('consult', 'n_consults'),
            ('like', 'n_likes'),
            ('share', 'n_shares'),
            ('login', 'n_logins'),
        ] %}
        count(*) filter (where event_name = '{{ event_name }}') as {{ column }},
        {% endfor %}
        -- The first event that names where the visitor came from: its time leads the text.
        min(
            case
                when utm_source is not null
                    then
                        coalesce(cast(event_at as string), '9') || chr(31) || utm_source
                        || chr(31) || coalesce(utm_medium, '')
                        || chr(31) || coalesce(utm_campaign, '')
            end
        ) as first_utm
    from events
    group by session_key, device_id, session_id

),

accounts_of_devices as (

    select
        device_id,
        first_account_id as account_id
    from sessions
    where device_id is not null and first_account_id is not null

    union

    select
        device_id,
        last_account_id as account_id
    from sessions
    where device_id is not null and last_account_id is not null

),

devices as (

    select
        device_id,
        count(*) as n_accounts
    from accounts_of_devices
    group by device_id

),

-- On devices with a login, how many sessions with one there have been until each session.
timeline as (

    select
        sessions.session_key,
        sessions.device_id,
        sessions.first_account_id,
        sessions.last_account_id,
        count(sessions.first_account_id) over (
            partition by sessions.device_id
            order by sessions.started_at asc, sessions.session_key asc
            rows between unbounded preceding and current row
        ) as login_number
    from sessions
    inner join devices on devices.device_id = sessions.device_id
    where
        sessions.started_at is not null
        and devices.n_accounts <= {{ var('device_max_accounts') }}

),

logins as (

    select
        device_id,
        login_number,
        first_account_id,
        last_account_id
    from timeline
    where first_account_id is not null

),

stitches as (

    select
        timeline.session_key,
        case
            when
                logins.first_account_id = logins.last_account_id
                and next_logins.first_account_id = next_logins.last_account_id
                and logins.first_account_id = next_logins.first_account_id
                then logins.first_account_id
        end as account_id
    from timeline
    inner join logins
        on
            logins.device_id = timeline.device_id
            and logins.login_number = timeline.login_number
    inner join logins as next_logins
        on
            next_logins.device_id = timeline.device_id
            and next_logins.login_number = timeline.login_number + 1
    where timeline.first_account_id is null

),

claimed as (

    select
        sessions.*,
        case
            when sessions.first_account_id is null then stitches.account_id
            when sessions.first_account_id = sessions.last_account_id
                then sessions.first_account_id
        end as account_id,
        case
            when sessions.first_account_id <> sessions.last_account_id then 'several_accounts'
            when sessions.first_account_id is not null then null
            when devices.device_id is null then 'device_without_login'
            when devices.n_accounts > {{ var('device_max_accounts') }} then 'device_hub'
            when stitches.session_key is null then 'outside_logins'
            when stitches.account_id is null then 'between_accounts'
        end as refusal
    from sessions
    left join devices on devices.device_id = sessions.device_id
    left join stitches on stitches.session_key = sessions.session_key

),

attached as (

    select
        claimed.session_key,
        claimed.session_id,
        claimed.device_id,
        claimed.platform,
        claimed.account_id,
        account_references.customer_id,
        case
            when account_references.customer_id is null then null
            when claimed.first_account_id is null then 'device'
            else 'account'
        end as attached_by,
        case
            when claimed.refusal is not null then claimed.refusal
            when account_references.reference_value is null then 'unknown_identifier'
            when account_references.customer_id is null then 'several_customers'
        end as unattached_reason,
        claimed.started_at,
        claimed.ended_at,
        -- A number that a device uses again and again tells nothing of how long a visit was.
        case
            when {{ session_seconds }} <= 3600 * {{ var('session_max_hours') }}
                then {{ session_seconds }}
        end as session_seconds,
        claimed.n_events,
        claimed.n_page_views,
        claimed.n_product_views,
        claimed.n_searches,
        claimed.n_carts,
        claimed.n_checkouts,
        claimed.n_purchases,
        claimed.n_consults,
        claimed.n_likes,
        claimed.n_shares,
        claimed.n_logins,
        split_part(claimed.first_utm, chr(31), 2) as utm_source,
        nullif(split_part(claimed.first_utm, chr(31), 3), '') as utm_medium,
        nullif(split_part(claimed.first_utm, chr(31), 4), '') as utm_campaign
    from claimed
    left join account_references on account_references.reference_value = claimed.account_id

)

select * from attached

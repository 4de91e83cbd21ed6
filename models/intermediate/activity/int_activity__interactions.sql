-- What customers like, comment and share, in social media and on the own pages, in one shape.
{% set time_zone = channel_timezone('social') -%}

with social_interactions as (

    select * from {{ ref('stg_social__interactions') }}

),

events as (

    select * from {{ ref('int_activity__events') }}
    where event_name in ('like', 'share')

),

sessions as (

    select * from {{ ref('int_activity__sessions') }}

),

followers as (

    select * from {{ ref('int_identity__account_references') }}
    where reference_type = 'openid'

),

interactions as (

    select
        'social:' || social_interactions.interaction_id as interaction_id,
        'social' as channel,
        followers.customer_id,
        social_interactions.interaction_type,
        social_interactions.content_type,
        {{ to_business_time(
            'social_interactions.happened_at',
            "coalesce(social_interactions.happened_at_zone, " ~ time_zone ~ ")"
        ) }} as happened_at
    from social_interactions
    left join followers on followers.reference_value = social_interactions.openid

    union all

    select
        'web:' || events.event_id as interaction_id,
        'web' as channel,
        sessions.customer_id,
        events.event_name as interaction_type,
        cast(null as string) as content_type,
        events.event_at as happened_at
    from events
    inner join sessions on sessions.session_key = events.session_key

),

happened as (

    select
        interaction_id,
        channel,
        customer_id,
        interaction_type,
        content_type,
        happened_at
    from interactions
    where not {{ is_future('happened_at') }}

)

select * from happened

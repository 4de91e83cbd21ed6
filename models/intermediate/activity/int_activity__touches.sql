-- Whom campaigns were meant for, the control groups too, and what followed; what is dated in the
-- future does not count.
{% set time_zone = channel_timezone('marketing') -%}

with marketing_touches as (

    select * from {{ ref('stg_marketing__touches') }}

),

mentions as (

    select * from {{ ref('int_activity__mentions') }}
    where kind = 'touch'

),

timed as (

    select
        marketing_touches.touch_id,
        marketing_touches.campaign_id,
        mentions.customer_id,
        marketing_touches.variant,
        {{ to_business_time(
            'marketing_touches.touched_at',
            "coalesce(marketing_touches.touched_at_zone, " ~ time_zone ~ ")"
        ) }} as touched_at,
        {{ to_business_time(
            'marketing_touches.opened_at',
            "coalesce(marketing_touches.opened_at_zone, " ~ time_zone ~ ")"
        ) }} as opened_at,
        {{ to_business_time(
            'marketing_touches.clicked_at',
            "coalesce(marketing_touches.clicked_at_zone, " ~ time_zone ~ ")"
        ) }} as clicked_at
    from marketing_touches
    inner join mentions on mentions.mention_id = 'touch:' || marketing_touches.touch_id

),

touches as (

    select
        touch_id,
        campaign_id,
        customer_id,
        variant,
        touched_at,
        case when not {{ is_future('opened_at') }} then opened_at end as opened_at,
        case when not {{ is_future('clicked_at') }} then clicked_at end as clicked_at
    from timed
    where not {{ is_future('touched_at') }}

)

select * from touches

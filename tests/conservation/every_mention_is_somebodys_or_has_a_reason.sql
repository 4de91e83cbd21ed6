-- Guards the mentions: none is lost or doubled, each is in exactly one state, and whoever it goes
-- to has an account, since a mention creates nobody.
with mentions as (

    select * from {{ ref('int_activity__mentions') }}

),

crosswalk as (

    select distinct customer_id
    from {{ ref('int_identity__crosswalk') }}

),

expected as (

    select
        'ticket' as kind,
        count(*) as n_expected
    from {{ ref('stg_service__tickets') }}
    union all
    select
        'survey' as kind,
        count(*) as n_expected
    from {{ ref('stg_survey__responses') }}
    union all
    select
        'touch' as kind,
        count(*) as n_expected
    from {{ ref('stg_marketing__touches') }}
    union all
    select
        'sale' as kind,
        count(*) as n_expected
    from {{ ref('int_activity__orders') }}
    where channel = 'store' and record_id is null
    union all
    select
        'session' as kind,
        count(*) as n_expected
    from {{ ref('int_activity__sessions') }}
    where session_id is not null

),

found as (

    select
        mentions.kind,
        count(*) as n_found,
        count(*) filter (
            where
            mentions.customer_id is not null
            and mentions.attached_by is not null
            and mentions.unattached_reason is null
            and crosswalk.customer_id is not null
        ) as n_attached,
        count(*) filter (
            where
            mentions.customer_id is null
            and mentions.attached_by is null
            and mentions.unattached_reason is not null
        ) as n_unattached
    from mentions
    left join crosswalk on crosswalk.customer_id = mentions.customer_id
    group by mentions.kind

)

select
    expected.kind,
    expected.n_expected,
    found.n_found,
    found.n_attached,
    found.n_unattached
from expected
left join found on found.kind = expected.kind
where
    expected.n_expected <> coalesce(found.n_found, 0)
    or expected.n_expected <> coalesce(found.n_attached, 0) + coalesce(found.n_unattached, 0)

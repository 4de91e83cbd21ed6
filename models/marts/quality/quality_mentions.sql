with mentions as (

    select * from {{ ref('int_activity__mentions') }}

),

counts as (

    select
        kind,
        attached_by,
        unattached_reason,
        count(*) as n_mentions
    from mentions
    group by kind, attached_by, unattached_reason

)

select * from counts

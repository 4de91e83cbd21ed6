-- Where each id that no longer names a customer leads, from heir to heir.
with recursive changes as (

    select * from {{ ref('int_identity__changes') }}

),

crosswalk as (

    select * from {{ ref('int_identity__crosswalk') }}

),

events as (

    select * from {{ ref('customer_events') }}

),

bearers as (

    select distinct
        strict_customer_id,
        customer_id
    from crosswalk

),

-- The last that was heard of each id that no entity bears any more.
retired as (

    select
        changes.previous_strict_customer_id as retired_id,
        max(changes.run_no) as run_no
    from changes
    left join bearers on bearers.strict_customer_id = changes.previous_strict_customer_id
    where
        changes.previous_strict_customer_id is not null
        and changes.strict_customer_id is distinct from changes.previous_strict_customer_id
        and bearers.strict_customer_id is null
    group by changes.previous_strict_customer_id

),

heirs as (

    select
        retired.retired_id,
        retired.run_no,
        changes.strict_customer_id as heir_id,
        min(changes.changed_on) as retired_on,
        min(changes.previous_customer_id) as customer_id,
        row_number() over (
            partition by retired.retired_id
            order by
                case when changes.strict_customer_id is null then 1 else 0 end,
                count(*) desc,
                changes.strict_customer_id
        ) as place
    from retired
    inner join changes
        on
            changes.previous_strict_customer_id = retired.retired_id
            and changes.run_no = retired.run_no
    group by retired.retired_id, retired.run_no, changes.strict_customer_id

),

-- Whose records are all gone may have left others of the same customer behind: where the id was
-- that of the customer, who goes on under another; else the customer itself.
successors as (

    select
        heirs.retired_id,
        heirs.retired_on,
        coalesce(
            heirs.heir_id,
            events.other_customer_id,
            case when heirs.customer_id <> heirs.retired_id then heirs.customer_id end
        ) as heir_id
    from heirs
    left join events
        on
            events.customer_id = heirs.retired_id
            and events.run_no = heirs.run_no
            and events.event = 'merged'
    where heirs.place = 1

),

-- An heir may have been retired later in its turn.
inheritances as (

    select
        retired_id,
        heir_id
    from successors

    union all

    select
        inheritances.retired_id,
        successors.heir_id
    from inheritances
    inner join successors on successors.retired_id = inheritances.heir_id

),

last_heirs as (

    select
        inheritances.retired_id,
        bearers.customer_id
    from inheritances
    inner join bearers on bearers.strict_customer_id = inheritances.heir_id

),

aliases as (

    select
        successors.retired_id as customer_id,
        last_heirs.customer_id as current_customer_id,
        case when last_heirs.customer_id is null then 'retired' else 'merged' end as reason,
        successors.retired_on
    from successors
    left join last_heirs on last_heirs.retired_id = successors.retired_id

    union all

    select
        strict_customer_id as customer_id,
        customer_id as current_customer_id,
        'probable_match' as reason,
        cast(null as date) as retired_on
    from bearers
    where strict_customer_id <> customer_id

)

select * from aliases

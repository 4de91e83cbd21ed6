-- What happened to customers, told by the records that changed hands.
with changes as (

    select * from {{ ref('int_identity__changes') }}

),

-- How many records each customer had before and after each run that changed it.
gains_and_losses as (

    select
        run_no,
        customer_id,
        1 as gained
    from changes
    where customer_id is not null

    union all

    select
        run_no,
        previous_customer_id as customer_id,
        -1 as gained
    from changes
    where previous_customer_id is not null

),

gained as (

    select
        run_no,
        customer_id,
        sum(gained) as gained
    from gains_and_losses
    group by run_no, customer_id

),

sizes as (

    select
        run_no,
        customer_id,
        gained,
        sum(gained) over (partition by customer_id order by run_no) as n_after
    from gained

),

births as (

    select
        run_no,
        customer_id
    from sizes
    where n_after > 0 and n_after = gained

),

deaths as (

    select
        run_no,
        customer_id
    from sizes
    where n_after = 0 and gained < 0

),

-- Records that went from one customer to another in one run, the largest group of each first.
flows as (

    select
        run_no,
        previous_customer_id as from_id,
        customer_id as to_id,
        count(*) as n_records
    from changes
    where customer_id <> previous_customer_id
    group by run_no, previous_customer_id, customer_id

),

ranked_flows as (

    select
        flows.run_no,
        flows.from_id,
        flows.to_id,
        births.customer_id is not null as is_to_born,
        deaths.customer_id is not null as is_from_dead,
        row_number() over (
            partition by flows.run_no, flows.from_id order by flows.n_records desc, flows.to_id asc
        ) as place_of_to,
        row_number() over (
            partition by flows.run_no, flows.to_id order by flows.n_records desc, flows.from_id asc
        ) as place_of_from
    from flows
    left join births on births.run_no = flows.run_no and births.customer_id = flows.to_id
    left join deaths on deaths.run_no = flows.run_no and deaths.customer_id = flows.from_id

),

happened as (

    select
        run_no,
        'merged' as event,
        from_id as customer_id,
        to_id as other_customer_id,
        from_id,
        to_id
    from ranked_flows
    where is_from_dead and place_of_to = 1

    union all

    select
        run_no,
        'split' as event,
        to_id as customer_id,
        from_id as other_customer_id,
        from_id,
        to_id
    from ranked_flows
    where is_to_born and place_of_from = 1 and not (is_from_dead and place_of_to = 1)

    union all

    select
        run_no,
        'moved' as event,
        to_id as customer_id,
        from_id as other_customer_id,
        from_id,
        to_id
    from ranked_flows
    where
        not (is_from_dead and place_of_to = 1)
        and not (is_to_born and place_of_from = 1)

    union all

    select
        births.run_no,
        'created' as event,
        births.customer_id,
        cast(null as string) as other_customer_id,
        cast(null as string) as from_id,
        births.customer_id as to_id
    from births
    anti join flows on flows.run_no = births.run_no and flows.to_id = births.customer_id

    union all

    select
        deaths.run_no,
        'retired' as event,
        deaths.customer_id,
        cast(null as string) as other_customer_id,
        deaths.customer_id as from_id,
        cast(null as string) as to_id
    from deaths
    anti join flows on flows.run_no = deaths.run_no and flows.from_id = deaths.customer_id

),

-- The records behind each event.
behind as (

    select
        happened.run_no,
        happened.event,
        happened.customer_id,
        happened.other_customer_id,
        changes.record_id,
        changes.changed_on,
        changes.cause,
        changes.identifiers,
        changes.previous_identifiers
    from happened
    inner join changes
        on
            changes.run_no = happened.run_no
            and coalesce(changes.previous_customer_id, '') = coalesce(happened.from_id, '')
            and coalesce(changes.customer_id, '') = coalesce(happened.to_id, '')

),

described as (

    select
        run_no,
        event,
        customer_id,
        other_customer_id,
        min(changed_on) as changed_on,
        min(
            case cause
                when 'override' then '1' when 'probable_match' then '2' when 'new_record' then '3'
                when 'lost_record' then '4' else '5'
            end || cause
        ) as ranked_cause,
        count(*) as n_records
    from behind
    group by run_no, event, customer_id, other_customer_id

),

stated as (

    select
        behind.run_no,
        behind.event,
        behind.customer_id,
        behind.other_customer_id,
        items.identifier,
        behind.cause,
        true as is_now
    from behind
    {{ cross_join_list('behind.identifiers', 'items', 'identifier') }}

    union all

    select
        behind.run_no,
        behind.event,
        behind.customer_id,
        behind.other_customer_id,
        items.identifier,
        behind.cause,
        false as is_now
    from behind
    {{ cross_join_list('behind.previous_identifiers', 'items', 'identifier') }}

),

-- What joins is new, what parts is gone; a new account joins by what the others had before.
decisive as (

    select
        run_no,
        event,
        customer_id,
        other_customer_id,
        identifier
    from stated
    group by run_no, event, customer_id, other_customer_id, identifier
    having
        case
            when event in ('split', 'retired') then not bool_or(is_now)
            else bool_and(is_now) or bool_or(is_now and cause = 'new_record')
        end

),

identifiers as (

    select
        run_no,
        event,
        customer_id,
        other_customer_id,
        {{ list_distinct_sorted('identifier') }} as identifiers
    from decisive
    group by run_no, event, customer_id, other_customer_id

),

events as (

    select
        described.run_no,
        described.changed_on,
        described.event,
        described.customer_id,
        described.other_customer_id,
        -- What parted is a decision that was withdrawn.
        case
            when
                described.event = 'split'
                and {{ list_contains_value('identifiers.identifiers', "'must_link'") }}
                then 'override'
            else substr(described.ranked_cause, 2)
        end as cause,
        coalesce(identifiers.identifiers, {{ empty_text_list() }}) as identifiers,
        cast(described.n_records as int) as n_records
    from described
    left join identifiers
        on
            identifiers.run_no = described.run_no
            and identifiers.event = described.event
            and identifiers.customer_id = described.customer_id
            and identifiers.other_customer_id is not distinct from described.other_customer_id

)

select * from events

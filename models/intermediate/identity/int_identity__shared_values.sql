-- Numbers and addresses that several accounts state: whose each of these accounts is, and why
-- that is doubted.
with people as (

    select * from {{ ref('int_identity__shared_people') }}

),

sharers as (

    select
        identifier_hash,
        person,
        max(case when told_by is not null then 1 else 0 end) = 1 as is_named,
        bool_or(is_called) as is_called,
        count(*) as n_accounts,
        min(gender) as first_gender,
        max(gender) as last_gender,
        min(city) as first_city,
        max(city) as last_city,
        min(nickname_key) as first_nickname,
        max(nickname_key) as last_nickname,
        min(stated_from) as stated_from,
        max(stated_from) as last_stated_from,
        max(stated_until) as stated_until,
        not bool_or(is_current) as is_ended
    from people
    group by identifier_hash, person

),

counted_values as (

    select
        identifier_hash,
        min(person) as first_person,
        count(*) filter (where is_named) as n_people,
        count(*) filter (where not is_named) as n_others,
        count(*) filter (where not is_named and is_called) as n_called
    from sharers
    group by identifier_hash

),

-- The only person who has a name there or, where nobody has one, is called anything; where nobody
-- is, the first stands for all.
holders as (

    select sharers.*
    from sharers
    inner join counted_values on counted_values.identifier_hash = sharers.identifier_hash
    where
        counted_values.n_others > 0
        and (
            counted_values.n_people = 1 and sharers.is_named
            or counted_values.n_people = 0 and counted_values.n_called = 1 and sharers.is_called
            or counted_values.n_people = 0
            and counted_values.n_called = 0
            and sharers.person = counted_values.first_person
        )

),

source_clashes as (

    select distinct
        people.identifier_hash,
        people.person
    from people
    inner join holders
        on
            holders.identifier_hash = people.identifier_hash
            and holders.person <> people.person
    inner join people as held
        on
            held.identifier_hash = holders.identifier_hash
            and held.person = holders.person
            and held.source_key = people.source_key

),

compared as (

    select
        sharers.identifier_hash,
        sharers.person,
        case
            when left(sharers.person, 1) in ('~', '^') and holders.is_named then 'name_differs'
            when {{ differs('sharers', 'holders', 'gender') }} then 'sex_differs'
            when source_clashes.person is not null then 'same_source'
            when {{ differs('sharers', 'holders', 'nickname') }} then 'nickname_differs'
            when {{ differs('sharers', 'holders', 'city') }} then 'city_differs'
            when
                sharers.is_ended and holders.stated_from > sharers.stated_until
                or holders.is_ended and sharers.stated_from > holders.stated_until
                then 'ended'
            when
                {{ calendar_months('sharers.stated_until', 'holders.stated_from') }}
                >= {{ var('recycled_after_months') }}
                or {{ calendar_months('holders.stated_until', 'sharers.stated_from') }}
                >= {{ var('recycled_after_months') }}
                or {{ calendar_months('sharers.last_stated_from', 'holders.stated_from') }}
                >= {{ var('unconfirmed_after_months') }}
                or {{ calendar_months('holders.last_stated_from', 'sharers.stated_from') }}
                >= {{ var('unconfirmed_after_months') }}
                then 'recycled'
        end as difference
    from sharers
    inner join holders
        on
            holders.identifier_hash = sharers.identifier_hash
            and holders.person <> sharers.person
    left join source_clashes
        on
            source_clashes.identifier_hash = sharers.identifier_hash
            and source_clashes.person = sharers.person
    where not sharers.is_named

),

strangers as (

    select
        identifier_hash,
        count(*) as n_strangers
    from compared
    where difference is not null
    group by identifier_hash

),

resolved as (

    select
        people.record_id,
        people.identifier_hash,
        people.person,
        people.told_by,
        sharers.n_accounts,
        sharers.is_named,
        counted_values.n_people,
        holders.person as holder,
        case
            when sharers.is_named or holders.person = sharers.person then null
            when compared.difference is not null then compared.difference
            when
                holders.person is null
                and counted_values.n_people + counted_values.n_called > 1
                then 'ambiguous_name'
            when
                counted_values.n_people = 1
                and counted_values.n_called - case when sharers.is_called then 1 else 0 end > 0
                then 'ambiguous_name'
            when coalesce(strangers.n_strangers, 0) > 0 then 'ambiguous_name'
        end as doubt
    from people
    inner join sharers
        on
            sharers.identifier_hash = people.identifier_hash
            and sharers.person = people.person
    inner join counted_values on counted_values.identifier_hash = people.identifier_hash
    left join holders on holders.identifier_hash = people.identifier_hash
    left join compared
        on
            compared.identifier_hash = people.identifier_hash
            and compared.person = people.person
    left join strangers on strangers.identifier_hash = people.identifier_hash

)

select * from resolved

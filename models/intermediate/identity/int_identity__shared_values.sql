-- Numbers and addresses that several accounts state: as whom each of these accounts is taken.
with identifiers as (

    select * from {{ ref('int_identity__identifiers') }}

),

records as (

    select * from {{ ref('int_identity__records') }}

),

identifier_types as (

    select * from {{ ref('int_identity__identifier_types') }}

),

usual_receivers as (

    select * from {{ ref('int_identity__usual_receivers') }}

),

name_sounds as (

    select * from {{ ref('int_identity__name_sounds') }}

),

family_names as (

    select * from {{ ref('family_names') }}

),

syllables as (

    select distinct pinyin
    from {{ ref('name_sounds') }}

),

-- Most values are of one account; nothing below is asked of them. Nor is it of hubs, which link
-- nobody whoever is on them, and whose accounts are too many to be compared with each other.
shared_values as (

    select identifiers.identifier_hash
    from identifiers
    inner join identifier_types on identifier_types.identifier_type = identifiers.identifier_type
    where
        identifier_types.is_shared_by_names
        and identifier_types.strength <> 'none'
        and identifiers.placeholder_note is null
    group by identifiers.identifier_hash
    having
        count(*) > 1
        and count(*) <= max(
            greatest(identifier_types.max_records, identifier_types.max_records_of_one)
        )

),

statements as (

    select
        identifiers.identifier_hash,
        identifiers.record_id,
        identifiers.is_current,
        coalesce(identifiers.verified_at, records.registered_at, records.updated_at) as stated_from,
        coalesce(identifiers.ended_at, records.updated_at, records.registered_at) as stated_until,
        records.name_key,
        records.family_name,
        records.nickname_key,
        records.nickname_or_note,
        records.noted_name,
        records.nickname_letters,
        records.email_letters,
        records.source_key,
        records.city,
        coalesce(records.id_birth_date, records.birth_date) as birth_date,
        case
            when coalesce(records.id_gender, records.gender) in ('male', 'female')
                then coalesce(records.id_gender, records.gender)
            else records.title_gender
        end as gender
    from identifiers
    inner join shared_values on shared_values.identifier_hash = identifiers.identifier_hash
    inner join records on records.record_id = identifiers.record_id

),

nameless_records as (

    select distinct record_id
    from statements
    where name_key is null

),

-- An account without a name has that of the account which a unionid, a member number or another
-- decisive identifier joins it to.
decisive_names as (

    select
        identifiers.identifier_hash,
        min(records.name_key) as name_key
    from identifiers
    inner join identifier_types on identifier_types.identifier_type = identifiers.identifier_type
    inner join records on records.record_id = identifiers.record_id
    where identifier_types.strength = 'decisive' and identifiers.placeholder_note is null
    group by identifiers.identifier_hash
    having
        count(*) > 1
        and count(*) <= min(identifier_types.max_records)
        and min(records.name_key) = max(records.name_key)

),

names_of_nameless as (

    select
        identifiers.record_id,
        min(decisive_names.name_key) as name_key
    from identifiers
    inner join nameless_records on nameless_records.record_id = identifiers.record_id
    inner join decisive_names on decisive_names.identifier_hash = identifiers.identifier_hash
    group by identifiers.record_id
    having min(decisive_names.name_key) = max(decisive_names.name_key)

),

named as (

    select
        statements.*,
        coalesce(statements.name_key, names_of_nameless.name_key) as full_name,
        coalesce(
            usual_receivers.name_key,
            -- 月亮 is no name, as nobody is called 月.
            case
                when family_names.family_name is not null or statements.noted_name like '% %'
                    then statements.noted_name
            end
        ) as other_name
    from statements
    left join names_of_nameless on names_of_nameless.record_id = statements.record_id
    left join usual_receivers on usual_receivers.record_id = statements.record_id
    left join family_names on family_names.family_name = left(statements.noted_name, 1)

),

names_on_values as (

    select
        identifier_hash,
        full_name,
        min(birth_date) as birth_date,
        max(birth_date) as last_birth_date,
        min(gender) as first_gender,
        max(gender) as last_gender
    from named
    where full_name is not null
    group by identifier_hash, full_name

),

-- One sign written otherwise, or one sound of all signs, and born on the same day: one person. It
-- holds of pairs: who is like one that is himself taken for another stays apart from both.
like_names as (

    select
        told.identifier_hash,
        told.full_name,
        min(others.full_name) as person
    from names_on_values as told
    inner join names_on_values as others
        on
            others.identifier_hash = told.identifier_hash
            and others.full_name < told.full_name
            and others.birth_date = told.birth_date
            and others.last_birth_date = told.last_birth_date
    left join name_sounds as sounds on sounds.name_key = told.full_name
    left join name_sounds as other_sounds on other_sounds.name_key = others.full_name
    where
        told.birth_date = told.last_birth_date
        and not {{ differs('told', 'others', 'gender') }}
        and (
            sounds.sound = other_sounds.sound
            or length(told.full_name) = length(others.full_name)
            and {{ differing_signs('told.full_name', 'others.full_name') }} = 1
        )
    group by told.identifier_hash, told.full_name

),

people_of_names as (

    select
        names_on_values.*,
        coalesce(like_names.person, names_on_values.full_name) as person
    from names_on_values
    left join like_names
        on
            like_names.identifier_hash = names_on_values.identifier_hash
            and like_names.full_name = names_on_values.full_name

),

-- What the accounts without a name are called by: the letters of a nickname or an e-mail address.
handles as (

    select
        identifier_hash,
        record_id,
        nickname_letters as letters
    from named
    where full_name is null and nickname_letters is not null

    union

    select
        identifier_hash,
        record_id,
        email_letters as letters
    from named
    where full_name is null and email_letters is not null

),

given_sounds as (

    select pinyin as sound
    from syllables

    union

    select first_syllables.pinyin || second_syllables.pinyin as sound
    from syllables as first_syllables
    cross join syllables as second_syllables

),

family_sounds as (

    select distinct
        sound,
        length(sound) as n_letters
    from family_names

),

family_lengths as (

    select distinct n_letters
    from family_sounds

),

cut_handles as (

    select distinct
        handles.letters,
        left(handles.letters, family_lengths.n_letters) as family_sound,
        substr(handles.letters, family_lengths.n_letters + 1) as given_sound
    from handles
    inner join family_lengths on family_lengths.n_letters < length(handles.letters)

),

-- wangli and lixiujing are names in letters; momo is none, and coco cannot be one.
names_in_letters as (

    select distinct cut_handles.letters
    from cut_handles
    inner join family_sounds on family_sounds.sound = cut_handles.family_sound
    inner join given_sounds on given_sounds.sound = cut_handles.given_sound
    where cut_handles.family_sound <> cut_handles.given_sound

),

-- Which of the names on the value a handle, a nickname or a note tells.
told_by_handle as (

    select
        handles.identifier_hash,
        handles.record_id,
        min(people_of_names.person) as person
    from handles
    inner join people_of_names on people_of_names.identifier_hash = handles.identifier_hash
    inner join name_sounds on name_sounds.name_key = people_of_names.full_name
    where
        handles.letters = name_sounds.sound
        or handles.letters = name_sounds.given_sound || name_sounds.family_sound
        or handles.letters = split_part(name_sounds.name_key, ' ', 2)
        || split_part(name_sounds.name_key, ' ', 1)
    group by handles.identifier_hash, handles.record_id
    having min(people_of_names.person) = max(people_of_names.person)

),

told_by_text as (

    select
        named.identifier_hash,
        named.record_id,
        min(people_of_names.person) as person
    from named
    inner join people_of_names
        on
            people_of_names.identifier_hash = named.identifier_hash
            and named.nickname_or_note like '%' || people_of_names.full_name || '%'
    where named.full_name is null
    group by named.identifier_hash, named.record_id
    having min(people_of_names.person) = max(people_of_names.person)

),

told_by_family_name as (

    select
        named.identifier_hash,
        named.record_id,
        min(people_of_names.person) as person
    from named
    inner join people_of_names
        on
            people_of_names.identifier_hash = named.identifier_hash
            and left(people_of_names.full_name, 1) = named.family_name
    where
        named.full_name is null
        and coalesce(
            named.gender in (people_of_names.first_gender, people_of_names.last_gender), true
        )
    group by named.identifier_hash, named.record_id
    having min(people_of_names.person) = max(people_of_names.person)

),

names_of_handles as (

    select
        handles.identifier_hash,
        handles.record_id,
        min(handles.letters) as letters
    from handles
    inner join names_in_letters on names_in_letters.letters = handles.letters
    group by handles.identifier_hash, handles.record_id

),

-- Families of more than one on the value tell nobody; other families are other people.
families_on_values as (

    select distinct
        identifier_hash,
        left(full_name, 1) as family_name
    from people_of_names

),

people_called as (

    select
        named.*,
        case
            when people_of_names.person is not null then people_of_names.person
            when told_by_handle.person is not null then told_by_handle.person
            when told_by_text.person is not null then told_by_text.person
            when names_of_handles.letters is not null then '~' || names_of_handles.letters
            -- The name of a receiver, or in a guide's note, joins nobody and keeps apart.
            when named.other_name is not null and other_names.full_name is null
                then '~' || named.other_name
            when told_by_family_name.person is not null then told_by_family_name.person
            when named.family_name is not null and families_on_values.family_name is null
                then '^' || named.family_name
        end as named_person,
        case
            when named.name_key is not null then 'name'
            when people_of_names.person is not null then 'decisive'
            when coalesce(told_by_handle.person, told_by_text.person) is not null then 'nickname'
            when
                names_of_handles.letters is not null
                or named.other_name is not null and other_names.full_name is null
                then null
            when told_by_family_name.person is not null then 'family_name'
        end as told_by
    from named
    left join people_of_names
        on
            people_of_names.identifier_hash = named.identifier_hash
            and people_of_names.full_name = named.full_name
    left join told_by_handle
        on
            told_by_handle.identifier_hash = named.identifier_hash
            and told_by_handle.record_id = named.record_id
    left join told_by_text
        on
            told_by_text.identifier_hash = named.identifier_hash
            and told_by_text.record_id = named.record_id
    left join told_by_family_name
        on
            told_by_family_name.identifier_hash = named.identifier_hash
            and told_by_family_name.record_id = named.record_id
    left join names_of_handles
        on
            names_of_handles.identifier_hash = named.identifier_hash
            and names_of_handles.record_id = named.record_id
    left join families_on_values
        on
            families_on_values.identifier_hash = named.identifier_hash
            and families_on_values.family_name = named.family_name
    left join people_of_names as other_names
        on
            other_names.identifier_hash = named.identifier_hash
            and other_names.full_name = named.other_name

),

people_of_nicknames as (

    select
        identifier_hash,
        nickname_key,
        min(named_person) as person,
        max(case when told_by is not null then 1 else 0 end) = 1 as is_named
    from people_called
    where nickname_key is not null and named_person is not null
    group by identifier_hash, nickname_key
    having min(named_person) = max(named_person)

),

-- Who has nothing to be called by is a stranger of his own.
people as (

    select
        people_called.identifier_hash,
        people_called.record_id,
        people_called.is_current,
        people_called.stated_from,
        people_called.stated_until,
        people_called.source_key,
        people_called.city,
        people_called.gender,
        people_called.nickname_key,
        coalesce(
            people_called.named_person,
            people_of_nicknames.person,
            '@' || people_called.nickname_key,
            '!' || people_called.record_id
        ) as person,
        coalesce(
            people_called.told_by,
            case
                when
                    people_of_nicknames.is_named and people_called.named_person is null
                    then 'nickname'
            end
        ) as told_by,
        coalesce(
            people_called.named_person, people_of_nicknames.person, people_called.nickname_key
        ) is not null
            as is_called
    from people_called
    left join people_of_nicknames
        on
            people_of_nicknames.identifier_hash = people_called.identifier_hash
            and people_of_nicknames.nickname_key = people_called.nickname_key

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

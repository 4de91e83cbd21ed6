-- As whom each account on a shared number or address is taken.
with named as (

    select * from {{ ref('int_identity__shared_statements') }}

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
        min(akin.full_name) as person
    from names_on_values as told
    inner join names_on_values as akin
        on
            akin.identifier_hash = told.identifier_hash
            and akin.full_name < told.full_name
            and akin.birth_date = told.birth_date
            and akin.last_birth_date = told.last_birth_date
    left join name_sounds as sounds on sounds.name_key = told.full_name
    left join name_sounds as other_sounds on other_sounds.name_key = akin.full_name
    where
        told.birth_date = told.last_birth_date
        and not {{ differs('told', 'akin', 'gender') }}
        and (
            sounds.sound = other_sounds.sound
            or length(told.full_name) = length(akin.full_name)
            and {{ differing_signs('told.full_name', 'akin.full_name') }} = 1
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

)

select * from people

-- Who states a number or an address that others state too, and what his account is called by.
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

family_names as (

    select * from {{ ref('family_names') }}

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
        statements.identifier_hash,
        statements.record_id,
        statements.is_current,
        statements.stated_from,
        statements.stated_until,
        statements.name_key,
        statements.family_name,
        statements.nickname_key,
        statements.nickname_or_note,
        statements.noted_name,
        statements.nickname_letters,
        statements.email_letters,
        statements.source_key,
        statements.city,
        statements.birth_date,
        statements.gender,
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

)

select * from named

with identifiers as (

    select * from {{ ref('int_identity__identifiers') }}

),

records as (

    select * from {{ ref('int_identity__records') }}

),

identifier_types as (

    select * from {{ ref('identifier_types') }}

),

evidence as (

    select
        identifiers.record_id,
        identifiers.identifier_type,
        identifiers.scope,
        identifiers.identifier_hash,
        identifiers.value_masked,
        identifiers.is_verified,
        identifiers.is_current,
        identifiers.placeholder_note,
        identifier_types.strength,
        identifier_types.is_shared_by_names,
        identifier_types.max_people,
        identifier_types.max_records,
        records.name_key,
        records.family_name
    from identifiers
    inner join records on records.record_id = identifiers.record_id
    inner join identifier_types on identifier_types.identifier_type = identifiers.identifier_type

),

people_per_value as (

    select
        identifier_hash,
        count(*) as n_records,
        count(distinct name_key) as n_people
    from evidence
    group by identifier_hash

),

-- Families and other sharers: which of the full names on a value can a partial name be?
families_per_value as (

    select
        evidence.identifier_hash,
        left(evidence.name_key, 1) as family_name,
        min(evidence.name_key) as name_key
    from evidence
    inner join people_per_value on people_per_value.identifier_hash = evidence.identifier_hash
    where people_per_value.n_people > 1 and evidence.name_key is not null
    group by evidence.identifier_hash, left(evidence.name_key, 1)
    having count(distinct evidence.name_key) = 1

),

judged as (

    select
        evidence.record_id,
        evidence.identifier_type,
        evidence.scope,
        evidence.identifier_hash,
        evidence.value_masked,
        evidence.is_verified,
        evidence.is_current,
        people_per_value.n_records,
        people_per_value.n_people,
        case
            when evidence.strength = 'none' then 'type_never_links'
            when evidence.placeholder_note is not null then 'placeholder'
            when people_per_value.n_records > evidence.max_records then 'hub_of_records'
            when evidence.is_shared_by_names and people_per_value.n_people > evidence.max_people
                then 'hub_of_people'
            when evidence.strength = 'decisive' then 'decisive'
            when people_per_value.n_people = 0 and evidence.is_verified then 'verified'
            when people_per_value.n_people = 0 then 'weak_without_name'
            when people_per_value.n_people = 1 then 'one_name'
            when evidence.name_key is not null then 'name_of_several'
            when families_per_value.name_key is not null then 'family_name_of_one'
            else 'ambiguous_name'
        end as reason,
        evidence.name_key is not null as has_full_name,
        coalesce(evidence.name_key, families_per_value.name_key) as group_name
    from evidence
    inner join people_per_value on people_per_value.identifier_hash = evidence.identifier_hash
    left join families_per_value
        on
            families_per_value.identifier_hash = evidence.identifier_hash
            and families_per_value.family_name = evidence.family_name

),

decided as (

    select
        record_id,
        identifier_type,
        scope,
        identifier_hash,
        value_masked,
        is_verified,
        is_current,
        n_records,
        n_people,
        reason,
        case
            when
                reason in (
                    'decisive', 'verified', 'one_name', 'name_of_several', 'family_name_of_one'
                )
                then 'link'
            when reason = 'ambiguous_name' then 'review'
            else 'exclude'
        end as decision,
        case
            when reason in ('decisive', 'verified', 'one_name') then identifier_hash
            when reason in ('name_of_several', 'family_name_of_one')
                then identifier_hash || '#' || md5(group_name)
        end as link_key,
        case
            when reason = 'decisive' then 1
            when reason not in ('one_name', 'verified', 'name_of_several', 'family_name_of_one')
                then null
            when is_verified and has_full_name then 2
            when is_verified and reason <> 'family_name_of_one' then 3
            when has_full_name then 4
            else 5
        end as evidence_level
    from judged

)

select * from decided

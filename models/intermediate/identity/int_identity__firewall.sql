with identifiers as (

    select * from {{ ref('int_identity__identifiers') }}

),

records as (

    select * from {{ ref('int_identity__records') }}

),

shared_values as (

    select * from {{ ref('int_identity__shared_values') }}

),

identifier_types as (

    select * from {{ ref('int_identity__identifier_types') }}

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
        identifier_types.is_unique_per_person,
        identifier_types.is_shared_by_names,
        identifier_types.max_people,
        identifier_types.max_records,
        identifier_types.max_records_of_one,
        records.name_key,
        records.nickname_key,
        shared_values.person,
        shared_values.told_by,
        shared_values.doubt,
        shared_values.n_people as n_told_people,
        shared_values.n_accounts
    from identifiers
    inner join records on records.record_id = identifiers.record_id
    inner join identifier_types on identifier_types.identifier_type = identifiers.identifier_type
    left join shared_values
        on
            shared_values.identifier_hash = identifiers.identifier_hash
            and shared_values.record_id = identifiers.record_id

),

-- Most values are of one account; nothing is counted on them.
values_of_several as (

    select
        identifier_hash,
        count(*) as n_records
    from identifiers
    group by identifier_hash
    having count(*) > 1

),

-- One person's many accounts are no hub: each name counts once, and so does each nickname.
counted_values as (

    select
        values_of_several.identifier_hash,
        values_of_several.n_records,
        count(distinct evidence.name_key) as n_people,
        count(distinct coalesce(
            evidence.name_key, '@' || evidence.nickname_key, '!' || evidence.record_id
        )) as n_claimants
    from evidence
    inner join values_of_several
        on values_of_several.identifier_hash = evidence.identifier_hash
    group by values_of_several.identifier_hash, values_of_several.n_records

),

-- Who bears two identity numbers is described by neither.
own_contradictions as (

    select
        record_id,
        identifier_type
    from evidence
    where is_unique_per_person and is_current and placeholder_note is null
    group by record_id, identifier_type
    having count(*) > 1

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
        coalesce(counted_values.n_records, 1) as n_records,
        coalesce(
            counted_values.n_people, case when evidence.name_key is null then 0 else 1 end
        ) as n_people,
        evidence.person,
        coalesce(evidence.told_by, '') in ('name', 'decisive')
        or evidence.name_key is not null as has_full_name,
        case
            when evidence.strength = 'none' then 'type_never_links'
            when evidence.placeholder_note is not null then 'placeholder'
            when own_contradictions.record_id is not null then 'own_contradiction'
            when
                counted_values.n_records > evidence.max_records
                and (
                    not evidence.is_shared_by_names
                    or counted_values.n_claimants > evidence.max_records
                    or counted_values.n_records > evidence.max_records_of_one
                )
                then 'hub_of_records'
            when evidence.is_shared_by_names and counted_values.n_people > evidence.max_people
                then 'hub_of_people'
            when evidence.strength = 'decisive' then 'decisive'
            -- Nobody else states it, or one person alone.
            when evidence.person is null and evidence.name_key is not null then 'one_name'
            when evidence.doubt is null and evidence.n_told_people = 1 then 'one_name'
            when evidence.doubt is null and evidence.n_told_people > 1
                then case evidence.told_by
                    when 'nickname' then 'nickname_of_one'
                    when 'family_name' then 'family_name_of_one'
                    else 'name_of_several'
                end
            when evidence.doubt is not null and evidence.n_accounts > 1 then 'nickname_of_several'
            when evidence.n_told_people > 0 then evidence.doubt
            -- Nobody has a name there.
            when not evidence.is_verified and coalesce(evidence.n_accounts, 1) = 1
                then 'weak_without_name'
            else coalesce(evidence.doubt, 'verified')
        end as reason
    from evidence
    left join counted_values on counted_values.identifier_hash = evidence.identifier_hash
    left join own_contradictions
        on
            own_contradictions.record_id = evidence.record_id
            and own_contradictions.identifier_type = evidence.identifier_type

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
                    'decisive', 'verified', 'one_name', 'name_of_several', 'nickname_of_one',
                    'nickname_of_several', 'family_name_of_one'
                )
                then 'link'
            when
                reason in (
                    'type_never_links', 'placeholder', 'hub_of_records', 'hub_of_people',
                    'weak_without_name'
                )
                then 'exclude'
            else 'review'
        end as decision,
        case
            when reason in ('decisive', 'verified', 'one_name') then identifier_hash
            when
                reason in (
                    'name_of_several', 'nickname_of_one', 'nickname_of_several',
                    'family_name_of_one'
                )
                then identifier_hash || '#' || md5(person)
        end as link_key,
        case
            when reason = 'decisive' then 1
            when reason = 'family_name_of_one' then 5
            when
                reason not in (
                    'verified', 'one_name', 'name_of_several', 'nickname_of_one',
                    'nickname_of_several'
                )
                then null
            when is_verified then case when has_full_name then 2 else 3 end
            when has_full_name then 4
            else 5
        end as evidence_level
    from judged

)

select * from decided

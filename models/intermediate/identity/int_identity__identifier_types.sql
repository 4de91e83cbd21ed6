-- The types of identifiers as they are used; what is amiss in them stops the build here, before it
-- changes anything of identity.
with identifier_types as (

    select * from {{ ref('identifier_types') }}

),

identifier_sources as (

    select * from {{ ref('identifier_sources') }}

),

problems_of_types as (

    select
        identifier_type,
        case
            when identifier_type is null then 'a row names no type'
            when coalesce(strength, '') not in ('decisive', 'by_verification', 'none')
                then
                    'its strength must be decisive, by_verification or none, and is '
                    || coalesce(strength, 'missing')
            when
                coalesce(validity_rule, '') not in (
                    'mobile', 'telephone', 'email', 'national_id', 'credit_code', 'any'
                )
                then
                    'its validity_rule must be mobile, telephone, email, national_id, credit_code'
                    || ' or any, and is ' || coalesce(validity_rule, 'missing')
            when is_unique_per_person is null then 'is_unique_per_person is missing'
            when is_shared_by_names is null then 'is_shared_by_names is missing'
            when is_core is null then 'is_core is missing'
            when max_people is null then 'max_people is missing'
            when max_records is null then 'max_records is missing'
            when max_records_of_one is null then 'max_records_of_one is missing'
        end as problem
    from identifier_types

),

problems as (

    select
        1 as file_no,
        'seeds/reference/identifier_types.csv: ' || coalesce(identifier_type, '(no type)') || ': '
        || problem || '; correct the row' as problem
    from problems_of_types
    where problem is not null

    union all

    select
        2 as file_no,
        'seeds/reference/identifier_sources.csv: '
        || coalesce(identifier_sources.channel, '')
        || ' '
        || coalesce(identifier_sources.identifier_type, '(no type)')
        || ': identifier_types.csv has no such type; add it there or remove the row' as problem
    from identifier_sources
    left join identifier_types
        on identifier_types.identifier_type = identifier_sources.identifier_type
    where identifier_types.identifier_type is null
    {%- for type in var('default_scopes') %}

    union all

    select
        3 as file_no,
        'variable default_scopes: {{ type }}: identifier_types.csv has no such type; '
        || 'add it there or remove the scope' as problem
    from identifier_types
    having count(*) filter (where identifier_type = '{{ type }}') = 0
    {%- endfor %}

),

first_problem as (

    select
        count(*) as n_problems,
        min(file_no || problem) as problem
    from problems

),

checked as (

    select
        identifier_types.identifier_type,
        identifier_types.validity_rule,
        identifier_types.strength,
        identifier_types.is_unique_per_person,
        identifier_types.max_people,
        identifier_types.max_records,
        identifier_types.max_records_of_one,
        identifier_types.is_shared_by_names,
        identifier_types.is_core
    from identifier_types
    cross join first_problem
    where
        case
            when first_problem.n_problems > 0
                then cast({{ stop_build(
                    "substr(first_problem.problem, 2) || case when first_problem.n_problems > 1"
                    ~ " then ' (' || cast(first_problem.n_problems as string)"
                    ~ " || ' problems in all)' else '' end"
                ) }} as boolean)
            else true
        end

)

select * from checked

with scored_pairs as (

    {% if has_probable_matches() -%}
    select * from {{ ref('int_identity__scored_pairs') }}
    {%- else -%}
    select
        cast(null as string) as entity_id_1,
        cast(null as string) as entity_id_2,
        cast(null as double) as match_probability,
        cast(null as double) as match_weight,
        cast(null as string) as comparison_weights,
        cast(null as boolean) as do_names_differ,
        cast(null as boolean) as do_sex_and_birth_year_differ,
        cast(null as int) as gamma_name,
        cast(null as int) as gamma_gender,
        cast(null as int) as gamma_birth,
        cast(null as int) as gamma_nickname,
        cast(null as int) as gamma_mobile,
        cast(null as int) as gamma_email
    where false
    {%- endif %}

),

strict_entities as (

    select * from {{ ref('int_identity__strict_entities') }}

),

components as (

    select * from {{ ref('int_identity__components') }}

),

{% if not var('merge_across_legal_entities') -%}
records as (

    select * from {{ ref('int_identity__records') }}

),

{% endif -%}
firewall as (

    select * from {{ ref('int_identity__firewall') }}

),

identifier_types as (

    select * from {{ ref('identifier_types') }}

),

overrides as (

    select * from {{ ref('int_identity__overrides') }}

),

entities_of_pairs as (

    select entity_id_1 as entity_id
    from scored_pairs
    union distinct
    select entity_id_2 as entity_id
    from scored_pairs

),

-- A value that has ended, or that links nobody, contradicts nothing.
unique_values as (

    select distinct
        strict_entities.entity_id,
        firewall.identifier_type || '|' || firewall.scope as value_name,
        firewall.identifier_hash
    from firewall
    inner join identifier_types on identifier_types.identifier_type = firewall.identifier_type
    inner join strict_entities on strict_entities.record_id = firewall.record_id
    inner join entities_of_pairs on entities_of_pairs.entity_id = strict_entities.entity_id
    where
        identifier_types.is_unique_per_person
        and firewall.decision = 'link'
        and firewall.is_current

),

unique_type_differs as (

    select distinct
        scored_pairs.entity_id_1,
        scored_pairs.entity_id_2
    from scored_pairs
    inner join unique_values as values_1 on values_1.entity_id = scored_pairs.entity_id_1
    inner join unique_values as values_2
        on
            values_2.entity_id = scored_pairs.entity_id_2
            and values_2.value_name = values_1.value_name
            and values_2.identifier_hash <> values_1.identifier_hash

),

-- Numbers and addresses of which the firewall doubts that they are one person's on both sides.
shared_statements as (

    select distinct
        strict_entities.entity_id,
        firewall.identifier_hash,
        firewall.decision
    from firewall
    inner join strict_entities on strict_entities.record_id = firewall.record_id
    inner join entities_of_pairs on entities_of_pairs.entity_id = strict_entities.entity_id
    where firewall.decision in ('link', 'review')

),

doubted_by_firewall as (

    select distinct
        scored_pairs.entity_id_1,
        scored_pairs.entity_id_2
    from scored_pairs
    inner join shared_statements as statements_1
        on statements_1.entity_id = scored_pairs.entity_id_1
    inner join shared_statements as statements_2
        on
            statements_2.entity_id = scored_pairs.entity_id_2
            and statements_2.identifier_hash = statements_1.identifier_hash
    where statements_1.decision = 'review' or statements_2.decision = 'review'

),

kept_apart as (

    select distinct
        least(entities_1.entity_id, entities_2.entity_id) as entity_id_1,
        greatest(entities_1.entity_id, entities_2.entity_id) as entity_id_2
    from overrides
    inner join strict_entities as entities_1 on entities_1.record_id = overrides.record_id_1
    inner join strict_entities as entities_2 on entities_2.record_id = overrides.record_id_2
    where overrides.decision = 'cannot_link'

),

-- Families share names, places and numbers, so one thing that speaks against a pair is a question
-- to people: a score adds up what agrees, as if each told of its own. Birthday, sex and place alone
-- are those of many. A gamma of 0 is different, -1 not known.
contradicted as (

    select
        scored_pairs.entity_id_1,
        scored_pairs.entity_id_2,
        scored_pairs.match_probability,
        scored_pairs.match_weight,
        scored_pairs.comparison_weights,
        case
            when kept_apart.entity_id_1 is not null then 'cannot_link'
            when unique_type_differs.entity_id_1 is not null then 'unique_type_differs'
            {%- if not var('merge_across_legal_entities') %}
            when records_1.legal_entity is distinct from records_2.legal_entity
                then 'legal_entities_apart'
            {%- endif %}
            when scored_pairs.do_sex_and_birth_year_differ then 'sex_and_birth_year_differ'
            when components_1.component = components_2.component then 'taken_apart'
            when scored_pairs.do_names_differ then 'names_differ'
            when scored_pairs.gamma_gender = 0 then 'sex_differs'
            when scored_pairs.gamma_mobile > 0 and scored_pairs.gamma_nickname = 0
                then 'nickname_differs'
            when scored_pairs.gamma_nickname > 0 and scored_pairs.gamma_email = 0
                then 'email_differs'
            when
                scored_pairs.gamma_nickname > 0
                and scored_pairs.gamma_mobile = 0
                and scored_pairs.gamma_birth = -1
                then 'mobile_differs'
            when doubted_by_firewall.entity_id_1 is not null then 'doubted_by_firewall'
            when
                scored_pairs.gamma_name <= 0
                and scored_pairs.gamma_nickname <= 0
                and scored_pairs.gamma_mobile <= 0
                and scored_pairs.gamma_email <= 0
                then 'nothing_personal_agrees'
        end as contradiction
    from scored_pairs
    left join kept_apart
        on
            kept_apart.entity_id_1 = scored_pairs.entity_id_1
            and kept_apart.entity_id_2 = scored_pairs.entity_id_2
    left join unique_type_differs
        on
            unique_type_differs.entity_id_1 = scored_pairs.entity_id_1
            and unique_type_differs.entity_id_2 = scored_pairs.entity_id_2
    left join doubted_by_firewall
        on
            doubted_by_firewall.entity_id_1 = scored_pairs.entity_id_1
            and doubted_by_firewall.entity_id_2 = scored_pairs.entity_id_2
    left join components as components_1 on components_1.node = scored_pairs.entity_id_1
    left join components as components_2 on components_2.node = scored_pairs.entity_id_2
    {%- if not var('merge_across_legal_entities') %}
    left join records as records_1 on records_1.record_id = scored_pairs.entity_id_1
    left join records as records_2 on records_2.record_id = scored_pairs.entity_id_2
    {%- endif %}

),

decided as (

    select
        entity_id_1,
        entity_id_2,
        match_probability,
        match_weight,
        comparison_weights,
        case
            when
                contradiction in (
                    'cannot_link', 'unique_type_differs', 'legal_entities_apart',
                    'sex_and_birth_year_differ'
                )
                then 'exclude'
            when contradiction is not null then 'review'
            when match_probability >= {{ var('merge_threshold') }} then 'merge'
            else 'review'
        end as decision,
        case
            when contradiction is not null then contradiction
            when match_probability >= {{ var('merge_threshold') }} then 'above_threshold'
            else 'between_thresholds'
        end as reason
    from contradicted
    where match_probability >= {{ var('review_threshold') }}

)

select * from decided

{{ config(materialized='incremental', incremental_strategy='append', full_refresh=false) }}

-- The memory of identity, which no build can make anew: only ever appended to, in one statement,
-- and only after the tests of the assignment passed. A change is a record that comes, goes, or gets
-- another id.
with assignment as (

    select * from {{ ref('int_identity__assignment') }}

),

last_assignment as (

    select * from {{ ref('int_identity__last_assignment') }}

),

link_keys as (

    select * from {{ ref('int_identity__link_keys') }}

),

firewall as (

    select * from {{ ref('int_identity__firewall') }}

),

overrides as (

    select * from {{ ref('int_identity__overrides') }}

),

records as (

    select * from {{ ref('int_identity__records') }}

),

separations as (

    select * from {{ ref('int_identity__separations') }}

),

cluster_separations as (

    select * from {{ ref('int_identity__cluster_separations') }}

),

-- The day of the extracts; where none is given the last day that accounts tell of. Days of the
-- registry never go back.
last_run as (

    select
        coalesce(max(run_no), 0) as run_no,
        max(changed_on) as changed_on
    from last_assignment

),

latest_account as (

    select
        max(registered_at) as registered_at,
        max(updated_at) as updated_at
    from records

),

this_run as (

    select
        last_run.run_no + 1 as run_no,
        greatest(
            coalesce(
                {{ extracted_on() }},
                {% if var('as_of_date') -%}
                cast('{{ var("as_of_date") }}' as date),
                {%- endif %}
                cast(greatest(latest_account.registered_at, latest_account.updated_at) as date)
            ),
            last_run.changed_on
        ) as changed_on
    from last_run
    cross join latest_account

),

changes as (

    select
        coalesce(assignment.record_id, last_assignment.record_id) as record_id,
        assignment.entity_id,
        assignment.strict_customer_id,
        assignment.customer_id,
        assignment.valid_from,
        assignment.generation,
        last_assignment.record_id is not null as was_known,
        last_assignment.strict_customer_id as previous_strict_customer_id,
        last_assignment.customer_id as previous_customer_id
    from assignment
    full join last_assignment on last_assignment.record_id = assignment.record_id
    where
        assignment.strict_customer_id is distinct from last_assignment.strict_customer_id
        or assignment.customer_id is distinct from last_assignment.customer_id

),

changed_entities as (

    select distinct entity_id
    from changes
    where entity_id is not null

),

-- Whoever is in an entity that changed, and whose it was.
members as (

    select
        assignment.record_id,
        assignment.entity_id,
        last_assignment.strict_customer_id as previous_strict_customer_id
    from assignment
    inner join changed_entities on changed_entities.entity_id = assignment.entity_id
    left join last_assignment on last_assignment.record_id = assignment.record_id

),

shared_keys as (

    select
        members.entity_id,
        link_keys.link_key,
        count(distinct members.previous_strict_customer_id) as n_previous_ids
    from link_keys
    inner join members on members.record_id = link_keys.record_id
    group by members.entity_id, link_keys.link_key
    having count(*) > 1

),

evidence as (

    select
        changes.record_id,
        {{ list_distinct_sorted(
            "coalesce(firewall.identifier_type || ' ' || firewall.value_masked, link_keys.reason)"
        ) }} as identifiers
    from changes
    inner join link_keys on link_keys.record_id = changes.record_id
    inner join shared_keys
        on
            shared_keys.link_key = link_keys.link_key
            and shared_keys.entity_id = changes.entity_id
    left join firewall
        on
            firewall.record_id = link_keys.record_id
            and firewall.link_key = link_keys.link_key
    group by changes.record_id

),

-- What made an entity of several: evidence that they share, or somebody new between them.
entities as (

    select
        members.entity_id,
        count(distinct members.previous_strict_customer_id) > 1 as is_of_several,
        bool_or(members.previous_strict_customer_id is null) as has_new_record
    from members
    group by members.entity_id

),

entities_by_evidence as (

    select distinct entity_id
    from shared_keys
    where n_previous_ids > 1

),

ids_that_lost_a_record as (

    select distinct previous_strict_customer_id as strict_customer_id
    from changes
    where strict_customer_id is null and previous_strict_customer_id is not null

),

-- Decisions of people, as they stood in the last build and stand in this one.
decisions as (

    select
        overrides.decision,
        'cannot_link|' || overrides.record_id_1 || '|' || overrides.record_id_2 as contradiction,
        'pair|' || least(new_1.entity_id, new_2.entity_id)
        || '|' || greatest(new_1.entity_id, new_2.entity_id) as cluster_contradiction,
        last_1.strict_customer_id as previous_strict_customer_id_1,
        last_2.strict_customer_id as previous_strict_customer_id_2,
        last_1.customer_id as previous_customer_id_1,
        last_2.customer_id as previous_customer_id_2,
        new_1.strict_customer_id as strict_customer_id_1,
        new_2.strict_customer_id as strict_customer_id_2,
        new_1.customer_id as customer_id_1,
        new_2.customer_id as customer_id_2
    from overrides
    inner join last_assignment as last_1 on last_1.record_id = overrides.record_id_1
    inner join last_assignment as last_2 on last_2.record_id = overrides.record_id_2
    inner join assignment as new_1 on new_1.record_id = overrides.record_id_1
    inner join assignment as new_2 on new_2.record_id = overrides.record_id_2

),

-- Those that this build obeys and the last one did not yet: what moved as the accounts did that
-- they name, and what was left over when these were parted.
decided_records as (

    {% for id, contradiction, separated, node in [
        ('strict_customer_id', 'contradiction', 'separations', 'record_id'),
        ('customer_id', 'cluster_contradiction', 'cluster_separations', 'entity_id'),
    ] %}
    {% for side in ['1', '2'] %}
    select changes.record_id
    from changes
    inner join decisions
        on
            decisions.previous_{{ id }}_{{ side }} = changes.previous_{{ id }}
            and decisions.{{ id }}_{{ side }} = changes.{{ id }}
    where
        changes.{{ id }} <> changes.previous_{{ id }}
        and case decisions.decision
            when 'must_link'
                then
                    decisions.previous_{{ id }}_1 <> decisions.previous_{{ id }}_2
                    and decisions.{{ id }}_1 = decisions.{{ id }}_2
            else
                decisions.previous_{{ id }}_1 = decisions.previous_{{ id }}_2
                and decisions.{{ id }}_1 <> decisions.{{ id }}_2
        end

    union

    {% endfor %}
    select changes.record_id
    from decisions
    inner join {{ separated }} on {{ separated }}.contradiction = decisions.{{ contradiction }}
    inner join changes
        on
            changes.{{ node }} = {{ separated }}.node
            and changes.previous_{{ id }} = decisions.previous_{{ id }}_1
    where
        changes.{{ id }} <> changes.previous_{{ id }}
        and decisions.decision = 'cannot_link'
        and decisions.previous_{{ id }}_1 = decisions.previous_{{ id }}_2
        and decisions.{{ id }}_1 <> decisions.{{ id }}_2
    {{ 'union' if not loop.last }}
    {% endfor %}

),

-- Why a record is of another strict customer, or why of another customer alone where a decision
-- says so.
strict_causes as (

    select
        changes.record_id,
        changes.entity_id,
        changes.strict_customer_id,
        changes.customer_id,
        changes.valid_from,
        changes.generation,
        changes.was_known,
        changes.previous_strict_customer_id,
        changes.previous_customer_id,
        case
            when changes.strict_customer_id is null then 'lost_record'
            when changes.previous_strict_customer_id is null then 'new_record'
            when decided_records.record_id is not null then 'override'
            when changes.strict_customer_id = changes.previous_strict_customer_id
                then cast(null as string)
            when entities_by_evidence.entity_id is not null then 'changed_identifier'
            when entities.is_of_several and entities.has_new_record then 'new_record'
            when ids_that_lost_a_record.strict_customer_id is not null then 'lost_record'
            else 'changed_identifier'
        end as cause
    from changes
    left join entities on entities.entity_id = changes.entity_id
    left join entities_by_evidence on entities_by_evidence.entity_id = changes.entity_id
    left join ids_that_lost_a_record
        on ids_that_lost_a_record.strict_customer_id = changes.previous_strict_customer_id
    left join decided_records on decided_records.record_id = changes.record_id

),

living_ids as (

    select distinct strict_customer_id
    from assignment

),

-- Whoever was known by the id of a part that is no more has another by what became of that part.
lenders_gone as (

    select
        strict_causes.previous_strict_customer_id as strict_customer_id,
        min(strict_causes.cause) as cause
    from strict_causes
    left join living_ids
        on living_ids.strict_customer_id = strict_causes.previous_strict_customer_id
    where living_ids.strict_customer_id is null
    group by strict_causes.previous_strict_customer_id

),

explained as (

    select
        this_run.run_no,
        strict_causes.record_id,
        strict_causes.strict_customer_id,
        strict_causes.customer_id,
        this_run.changed_on,
        case
            when strict_causes.strict_customer_id is null then cast(null as timestamp)
            when strict_causes.was_known then cast(this_run.changed_on as timestamp)
            else strict_causes.valid_from
        end as valid_from,
        case
            when strict_causes.record_id = strict_causes.entity_id then strict_causes.generation
        end as generation,
        coalesce(strict_causes.cause, lenders_gone.cause, 'probable_match') as cause,
        coalesce(evidence.identifiers, {{ empty_text_list() }}) as identifiers
    from strict_causes
    cross join this_run
    left join evidence on evidence.record_id = strict_causes.record_id
    left join lenders_gone
        on lenders_gone.strict_customer_id = strict_causes.previous_customer_id

),

-- What was compared with an older state of the registry is not appended to a newer one, and what
-- `--empty` makes is no extract.
registry as (

    select
        explained.run_no,
        explained.record_id,
        explained.strict_customer_id,
        explained.customer_id,
        explained.changed_on,
        explained.valid_from,
        explained.generation,
        explained.cause,
        explained.identifiers
    from explained
    {% if flags.EMPTY -%}
    where false
    {%- elif is_incremental() -%}
    where explained.run_no = (select coalesce(max(so_far.run_no), 0) + 1 from {{ this }} as so_far)
    {%- endif %}

)

select * from registry

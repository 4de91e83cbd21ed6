with firewall as (

    select * from {{ ref('int_identity__firewall') }}

),

overrides as (

    select * from {{ ref('int_identity__overrides') }}

),

by_identifiers as (

    select
        record_id,
        link_key,
        evidence_level,
        reason
    from firewall
    where decision = 'link'

),

-- A key of the two records' own, which no other decision changes.
by_people as (

    {% for record_id in ['record_id_1', 'record_id_2'] %}
    select distinct
        {{ record_id }} as record_id,
        'must_link:' || record_id_1 || '|' || record_id_2 as link_key,
        0 as evidence_level,
        'must_link' as reason
    from overrides
    where decision = 'must_link'
    {% if not loop.last %}union all{% endif %}
    {% endfor %}

),

link_keys as (

    select
        record_id,
        link_key,
        evidence_level,
        reason
    from by_identifiers

    union all

    select
        record_id,
        link_key,
        evidence_level,
        reason
    from by_people

)

select * from link_keys

-- Guards against silent loss: a raw row is kept, dropped as a duplicate, rejected with a reason,
-- or deleted at its source; a line that intake could not read is rejected too.
{% set entities = {
    'crm': ['customers', 'identifiers', 'consents'],
    'shop': ['accounts', 'orders', 'order_items', 'refunds', 'reviews', 'products'],
    'store': ['stores', 'members', 'sales', 'sale_items'],
    'payments': ['tenders'],
    'logistics': ['deliveries'],
    'web': ['events'],
    'social': ['followers', 'interactions'],
    'wecom': ['contacts'],
    'service': ['tickets'],
    'survey': ['responses'],
    'marketing': ['campaigns', 'touches', 'spend'],
    'registry': ['companies'],
} -%}

with rejected_rows as (

    select
        channel,
        entity,
        sum(n_seen) as n_rows
    from {{ ref('quality_rejected_rows') }}
    group by channel, entity

),

duplicates as (

    select
        channel,
        entity,
        count(*) as n_rows
    from {{ ref('quality_duplicates') }}
    group by channel, entity

),

unread_lines as (

    select
        channel,
        entity,
        count(*) as n_rows
    from {{ raw_rejects() }} as raw_rejects
    group by channel, entity

),

counts as (

    {% for channel in entities %}
    {% set is_last_channel = loop.last %}
    {% for entity in entities[channel] %}
    select
        '{{ channel }}' as channel,
        '{{ entity }}' as entity,
        (select count(*) from {{ raw(channel, entity) }} as raw_rows) as n_raw,
        (select count(*) from {{ ref('stg_' ~ channel ~ '__' ~ entity) }}) as n_kept,
        (
            select count(*) from {{ ref('base_' ~ channel ~ '__' ~ entity) }}
            where rejection is null and duplicate_rank = 1 and is_deleted
        ) as n_deleted
    {{ 'union all' if not (is_last_channel and loop.last) }}
    {% endfor %}
    {% endfor %}

)

select
    counts.channel,
    counts.entity,
    counts.n_raw,
    coalesce(unread_lines.n_rows, 0) as n_unread,
    counts.n_kept,
    counts.n_deleted,
    coalesce(duplicates.n_rows, 0) as n_duplicates,
    coalesce(rejected_rows.n_rows, 0) as n_rejected
from counts
left join rejected_rows
    on rejected_rows.channel = counts.channel and rejected_rows.entity = counts.entity
left join unread_lines
    on unread_lines.channel = counts.channel and unread_lines.entity = counts.entity
left join duplicates
    on duplicates.channel = counts.channel and duplicates.entity = counts.entity
where
    counts.n_raw + coalesce(unread_lines.n_rows, 0) <> counts.n_kept + counts.n_deleted
    + coalesce(duplicates.n_rows, 0) + coalesce(rejected_rows.n_rows, 0)

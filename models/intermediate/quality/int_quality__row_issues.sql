-- Every raw row that was rejected, repaired or repeated, of all channels in one shape; good rows
-- do not appear, and lines that were no rows do.
{% set entities = [
    ('crm', 'customers', 'record_id'),
    ('crm', 'identifiers', 'record_id'),
    ('crm', 'consents', 'record_id'),
    ('shop', 'accounts', 'record_id'),
    ('shop', 'orders', none),
    ('shop', 'order_items', none),
    ('shop', 'refunds', none),
    ('shop', 'reviews', none),
    ('shop', 'products', none),
    ('store', 'stores', none),
    ('store', 'members', 'record_id'),
    ('store', 'sales', none),
    ('store', 'sale_items', none),
    ('payments', 'tenders', none),
    ('logistics', 'deliveries', none),
    ('web', 'events', none),
    ('social', 'followers', 'record_id'),
    ('social', 'interactions', none),
    ('wecom', 'contacts', 'record_id'),
    ('service', 'tickets', none),
    ('survey', 'responses', none),
    ('marketing', 'campaigns', none),
    ('marketing', 'touches', none),
    ('marketing', 'spend', none),
    ('registry', 'companies', none),
] -%}

with all_rows as (

    {% for channel, entity, record_id in entities %}
    select
        '{{ channel }}' as channel,
        '{{ entity }}' as entity,
        row_key as record_key,
        {{ record_id or 'cast(null as string)' }} as record_id,
        rejection,
        findings,
        is_deleted,
        case when rejection is null then duplicate_rank end as duplicate_rank,
        n_rows_of_key,
        raw_row,
        _source_file as source_file,
        _source_row as source_row
    from {{ ref('base_' ~ channel ~ '__' ~ entity) }}
    where rejection is not null or n_rows_of_key > 1 or {{ list_length('findings') }} > 0
    union all
    {% endfor %}
    select
        channel,
        entity,
        cast(null as string) as record_key,
        cast(null as string) as record_id,
        '*|' || reason as rejection,
        {{ empty_text_list() }} as findings,
        false as is_deleted,
        cast(null as bigint) as duplicate_rank,
        1 as n_rows_of_key,
        raw_row,
        _source_file as source_file,
        _source_row as source_row
    from {{ ref('base_intake__rejected_lines') }}

)

select * from all_rows

with source as (

    select * from {{ ranked_rows(
        'logistics', 'deliveries',
        to_clean=['order_id', 'carrier', 'shipped_at', 'is_deleted', 'delivered_at'],
        key=['order_id_text', 'carrier_text', parse_timestamp('shipped_at_text')],
        columns=[
            'order_id', 'carrier', 'shipped_at', 'delivered_at', 'delivered_region', 'status',
            'is_deleted',
        ],
        newest_first=[
            '_source_file desc nulls last',
            'case when ' ~ parse_boolean('is_deleted_text') ~ ' then 0 else 1 end asc',
            parse_timestamp('delivered_at_text') ~ ' desc nulls last',
        ]
    ) }}

),

code_values as (

    select * from {{ ref('code_values') }}

),

region_aliases as (

    select * from {{ ref('stg_reference__region_aliases') }}

),

cleaned as (

    select
        {{ clean_text('order_id') }} as order_id,
        {{ clean_text('carrier') }} as carrier,
        {{ clean_text('shipped_at') }} as shipped_at_text,
        {{ clean_text('delivered_at') }} as delivered_at_text,
        {{ clean_text('delivered_region') }} as delivered_region_text,
        {{ clean_text('status') }} as status_text,
        {{ clean_text('is_deleted') }} as is_deleted_text,
        {{ row_values('source') }} as raw_values,
        duplicate_rank,
        n_rows_of_key,
        _source_file,
        _source_row
    from source

),

typed as (

    select
        cleaned.*,
        {{ parse_timestamp('shipped_at_text') }} as shipped_at,
        {{ time_zone_of('shipped_at_text') }} as shipped_at_zone,
        {{ parse_timestamp('delivered_at_text') }} as delivered_at,
        {{ time_zone_of('delivered_at_text') }} as delivered_at_zone,
        {{ region_value('division_code') }} as delivered_division_code,
        {{ region_value('province') }} as delivered_province,
        {{ region_value('city') }} as delivered_city,
        {{ region_value('district') }} as delivered_district,
        statuses.code as status,
        coalesce({{ parse_boolean('is_deleted_text') }}, false) as is_deleted
    from cleaned
    {{ region_joins('cleaned.delivered_region_text') }}
    left join code_values as statuses
        on
            statuses.code_list = 'delivery_status'
            and statuses.raw_value = lower(cleaned.status_text)

),

checked as (

    select
        *,
        {{ rejection('order_id', 'missing_key', 'order_id is null') }} as rejection,
        {{ list_of_present([
            finding(
                'shipped_at', 'invalid_time', "shipped_at_text is not null and shipped_at is null",
                'shipped_at_text'
            ),
            finding('shipped_at', 'future_time', is_future('shipped_at'), 'shipped_at_text'),
            finding(
                'delivered_at', 'invalid_time',
                "delivered_at_text is not null and delivered_at is null",
                'delivered_at_text'
            ),
            finding('delivered_at', 'future_time', is_future('delivered_at'), 'delivered_at_text'),
            finding(
                'delivered_region', 'unknown_region',
                "delivered_region_text is not null and delivered_division_code is null",
                region_without_street('delivered_region_text')
            ),
            finding(
                'status', 'unknown_code', "status_text is not null and status is null",
                'status_text'
            ),
            finding(
                'is_deleted', 'invalid_boolean',
                "is_deleted_text is not null and " ~ parse_boolean('is_deleted_text') ~ " is null",
                'is_deleted_text'
            ),
        ]) }} as findings
    from typed

),

traced as (

    select
        order_id,
        carrier,
        shipped_at,
        shipped_at_zone,
        delivered_at,
        delivered_at_zone,
        delivered_division_code,
        delivered_province,
        delivered_city,
        delivered_district,
        status,
        is_deleted,
        concat_ws('.', order_id, carrier, cast(shipped_at as string)) as row_key,
        rejection,
        findings,
        duplicate_rank,
        n_rows_of_key,
        -- Only the quality models read it, and only of rows with an issue.
        case
            when rejection is not null or n_rows_of_key > 1 or {{ list_length('findings') }} > 0
                then {{ raw_row('logistics', 'deliveries', 'raw_values') }}
        end as raw_row,
        _source_file,
        _source_row
    from checked

)

select * from traced

with row_issues as (

    select * from {{ ref('int_quality__row_issues') }}
    where rejection is not null

),

as_of_date as (

    select * from {{ ref('int_activity__as_of_date') }}

),

placed as (

    select
        *,
        -- Of a line that could not be read only the shape is known, which many lines share.
        case when rejection like '*|%' then source_file || '|' || source_row end as line_place
    from row_issues

),

-- The same row delivered again is one row here, counted.
rejected_rows as (

    select
        channel,
        entity,
        record_key,
        split_part(rejection, '|', 1) as column_name,
        split_part(rejection, '|', 2) as reason,
        raw_row,
        min(source_file) as source_file,
        min_by(
            source_row, coalesce(source_file, '') || lpad(cast(source_row as string), 12, '0')
        ) as source_row,
        cast(
            (
                select coalesce(as_of_date.extracted_on, as_of_date.as_of_date) from as_of_date
            ) as timestamp
        ) as first_seen_at,
        cast(count(*) as int) as n_seen
    from placed
    group by channel, entity, record_key, rejection, raw_row, line_place

)

select * from rejected_rows

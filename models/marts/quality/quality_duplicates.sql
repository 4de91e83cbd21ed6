with row_issues as (

    select * from {{ ref('int_quality__row_issues') }}
    where rejection is null and n_rows_of_key > 1

),

kept as (

    select
        channel,
        entity,
        record_key,
        raw_row
    from row_issues
    where duplicate_rank = 1

),

dropped as (

    select
        channel,
        entity,
        record_key,
        raw_row
    from row_issues
    where duplicate_rank > 1

),

duplicates as (

    select
        dropped.channel,
        dropped.entity,
        dropped.record_key,
        kept.raw_row as kept_row,
        dropped.raw_row as dropped_row
    from dropped
    inner join kept
        on
            kept.channel = dropped.channel
            and kept.entity = dropped.entity
            and kept.record_key = dropped.record_key

)

select * from duplicates

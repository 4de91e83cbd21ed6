with source as (

    select * from {{ raw_rejects() }}

),

masked as (

    select
        channel,
        entity,
        reason,
        {{ mask_line('raw_line') }} as line_shape,
        source_file as _source_file,
        line_no as _source_row
    from source

),

rejected_lines as (

    select
        channel,
        entity,
        reason,
        {{ json_row([('line', 'line_shape')]) }} as raw_row,
        _source_file,
        _source_row
    from masked

)

select * from rejected_lines

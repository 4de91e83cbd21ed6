with source as (

    select * from {{ raw('marketing', 'spend') }}

),

cleaned as (

    select
        {{ clean_text('spent_on') }} as spent_on_text,
        lower({{ clean_text('utm_source') }}) as utm_source,
        lower({{ clean_text('utm_medium') }}) as utm_medium,
        {{ clean_text('cost_amount') }} as cost_amount_text,
        {{ clean_text('is_deleted') }} as is_deleted_text,
        {{ raw_row('marketing', 'spend') }} as raw_row,
        {{ row_fingerprint([
            'spent_on', 'utm_source', 'utm_medium', 'cost_amount', 'is_deleted',
        ]) }} as row_fingerprint,
        _source_file,
        _source_row
    from source

),

typed as (

    select
        cleaned.*,
        {{ parse_date('spent_on_text') }} as spent_on,
        {{ parse_money('cost_amount_text') }} as cost_amount,
        coalesce({{ parse_boolean('is_deleted_text') }}, false) as is_deleted
    from cleaned

),

checked as (

    select
        *,
        concat_ws('.', cast(spent_on as string), utm_source, utm_medium) as spend_key,
        coalesce(
            {{ rejection('spent_on', 'missing_key', 'spent_on_text is null') }},
            {{ rejection('spent_on', 'invalid_time', 'spent_on is null') }},
            {{ rejection('utm_source', 'missing_key', 'utm_source is null') }}
        ) as rejection,
        {{ list_of_present([
            finding('spent_on', 'future_time', is_future('spent_on'), 'spent_on_text'),
            finding(
                'cost_amount', 'invalid_amount',
                "cost_amount_text is not null and cost_amount is null",
                'cost_amount_text'
            ),
            finding('cost_amount', 'negative_amount', "cost_amount < 0", 'cost_amount_text'),
            finding(
                'is_deleted', 'invalid_boolean',
                "is_deleted_text is not null and " ~ parse_boolean('is_deleted_text') ~ " is null",
                'is_deleted_text'
            ),
        ]) }} as findings
    from typed

),

-- An extract may tell the spend of a day in parts, by campaign or group: the parts of the newest
-- file stand beside each other, what is equal in one file is a copy.
parted as (

    select
        *,
        dense_rank() over (
            partition by rejection is null, spend_key
            order by _source_file desc nulls last
        ) as file_rank,
        dense_rank() over (
            partition by rejection is null, spend_key, _source_file
            order by
                cost_amount asc nulls last,
                case when cost_amount is null then cost_amount_text end asc nulls last
        ) as part_no
    from checked

),

-- What an older file told of the key gives way to the first part.
keyed as (

    select
        *,
        case
            when file_rank = 1 and part_no > 1 and rejection is null
                then spend_key || '#' || cast(part_no as string)
            else spend_key
        end as row_key
    from parted

),

ranked as (

    select
        spend_key,
        spent_on,
        utm_source,
        utm_medium,
        cost_amount,
        is_deleted,
        row_key,
        rejection,
        findings,
        row_number() over (
            partition by rejection is null, row_key
            order by
                file_rank asc,
                case when is_deleted then 0 else 1 end asc,
                row_fingerprint asc,
                _source_row asc nulls last
        ) as duplicate_rank,
        count(*) over (
            partition by rejection is null, row_key
        ) as n_rows_of_key,
        raw_row,
        _source_file,
        _source_row
    from keyed

),

traced as (

    select
        spend_key,
        spent_on,
        utm_source,
        utm_medium,
        cost_amount,
        is_deleted,
        row_key,
        rejection,
        findings,
        duplicate_rank,
        n_rows_of_key,
        -- Only the quality models read it, and only of rows with an issue.
        case
            when rejection is not null or n_rows_of_key > 1 or {{ list_length('findings') }} > 0
                then raw_row
        end as raw_row,
        _source_file,
        _source_row
    from ranked

)

select * from traced

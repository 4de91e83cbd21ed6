with source as (

    select * from {{ raw('service', 'tickets') }}

),

code_values as (

    select * from {{ ref('code_values') }}

),

cleaned as (

    select
        {{ clean_text('ticket_id') }} as ticket_id,
        {{ clean_text('account_id') }} as account_id,
        {{ clean_text('member_no') }} as member_no,
        {{ clean_text('contact_name') }} as contact_name,
        {{ clean_text('contact_mobile') }} as contact_mobile_text,
        {{ clean_text('contact_email') }} as contact_email_text,
        {{ clean_text('contact_method') }} as contact_method_text,
        {{ clean_text('opened_at') }} as opened_at_text,
        {{ clean_text('resolved_at') }} as resolved_at_text,
        {{ clean_text('category') }} as category_text,
        {{ clean_text('text') }} as text,
        {{ clean_text('satisfaction') }} as satisfaction_text,
        {{ clean_text('is_deleted') }} as is_deleted_text,
        {{ raw_row('service', 'tickets') }} as raw_row,
        {{ row_fingerprint([
            'ticket_id', 'account_id', 'member_no', 'contact_name', 'contact_mobile',
            'contact_email', 'contact_method', 'opened_at', 'resolved_at', 'category', 'text',
            'satisfaction', 'is_deleted',
        ]) }} as row_fingerprint,
        _source_file,
        _source_row
    from source

),

typed as (

    select
        cleaned.*,
        {{ telephone_kind('contact_mobile_text') }} as contact_mobile_kind,
        {{ normalize_mobile('contact_mobile_text') }} as contact_mobile,
        {{ normalize_telephone('contact_mobile_text') }} as contact_telephone,
        {{ normalize_email('contact_email_text') }} as contact_email,
        contact_methods.code as contact_method,
        {{ parse_timestamp('opened_at_text') }} as opened_at,
        {{ time_zone_of('opened_at_text') }} as opened_at_zone,
        {{ parse_timestamp('resolved_at_text') }} as resolved_at,
        {{ time_zone_of('resolved_at_text') }} as resolved_at_zone,
        categories.code as category,
        {{ parse_whole_number('satisfaction_text', 1, 5, '分|星') }} as satisfaction,
        coalesce({{ parse_boolean('is_deleted_text') }}, false) as is_deleted
    from cleaned
    left join code_values as contact_methods
        on
            contact_methods.code_list = 'contact_method'
            and contact_methods.raw_value = lower(cleaned.contact_method_text)
    left join code_values as categories
        on
            categories.code_list = 'ticket_category'
            and categories.raw_value = lower(cleaned.category_text)

),

checked as (

    select
        *,
        {{ rejection('ticket_id', 'missing_key', 'ticket_id is null') }} as rejection,
        {{ list_of_present([
            finding(
                'contact_mobile', 'invalid_mobile', "contact_mobile_kind = 'invalid'",
                mask_any('contact_mobile_text')
            ),
            finding(
                'contact_mobile', 'spreadsheet_mobile', "contact_mobile_kind = 'spreadsheet'",
                mask_any('contact_mobile_text')
            ),
            finding(
                'contact_email', 'invalid_email',
                "contact_email_text is not null and contact_email is null",
                mask_any('contact_email_text')
            ),
            finding(
                'contact_method', 'unknown_code',
                "contact_method_text is not null and contact_method is null",
                'contact_method_text'
            ),
            finding(
                'opened_at', 'invalid_time', "opened_at_text is not null and opened_at is null",
                'opened_at_text'
            ),
            finding('opened_at', 'future_time', is_future('opened_at'), 'opened_at_text'),
            finding(
                'resolved_at', 'invalid_time',
                "resolved_at_text is not null and resolved_at is null",
                'resolved_at_text'
            ),
            finding('resolved_at', 'future_time', is_future('resolved_at'), 'resolved_at_text'),
            finding(
                'resolved_at', 'time_order', is_before('resolved_at', 'opened_at', 'service'),
                'resolved_at_text'
            ),
            finding(
                'category', 'unknown_code', "category_text is not null and category is null",
                'category_text'
            ),
            finding(
                'satisfaction', 'score_out_of_range',
                "satisfaction_text is not null and satisfaction is null",
                'satisfaction_text'
            ),
            finding(
                'is_deleted', 'invalid_boolean',
                "is_deleted_text is not null and " ~ parse_boolean('is_deleted_text') ~ " is null",
                'is_deleted_text'
            ),
        ]) }} as findings
    from typed

),

ranked as (

    select
        ticket_id,
        account_id,
        member_no,
        contact_name,
        contact_mobile_kind,
        contact_mobile,
        contact_telephone,
        contact_email,
        contact_method,
        opened_at,
        opened_at_zone,
        resolved_at,
        resolved_at_zone,
        category,
        text,
        satisfaction,
        is_deleted,
        ticket_id as row_key,
        rejection,
        findings,
        row_number() over (
            partition by rejection is null, ticket_id
            order by
                _source_file desc nulls last,
                case when is_deleted then 0 else 1 end asc,
                resolved_at desc nulls last,
                opened_at desc nulls last,
                row_fingerprint asc,
                _source_row asc nulls last
        ) as duplicate_rank,
        count(*) over (partition by rejection is null, ticket_id) as n_rows_of_key,
        raw_row,
        _source_file,
        _source_row
    from checked

),

traced as (

    select
        ticket_id,
        account_id,
        member_no,
        contact_name,
        contact_mobile_kind,
        contact_mobile,
        contact_telephone,
        contact_email,
        contact_method,
        opened_at,
        opened_at_zone,
        resolved_at,
        resolved_at_zone,
        category,
        text,
        satisfaction,
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

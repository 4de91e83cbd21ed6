with source as (

    select * from {{ ranked_rows(
        'marketing', 'touches',
        to_clean=['touch_id', 'is_deleted', 'touched_at', 'opened_at', 'clicked_at'],
        key=['touch_id_text'],
        columns=[
            'touch_id', 'campaign_id', 'account_id', 'member_no', 'mobile', 'variant', 'touched_at',
            'opened_at', 'clicked_at', 'is_deleted',
        ],
        newest_first=[
            '_source_file desc nulls last',
            'case when ' ~ parse_boolean('is_deleted_text') ~ ' then 0 else 1 end asc',
            parse_timestamp('touched_at_text') ~ ' desc nulls last',
            parse_timestamp('opened_at_text') ~ ' desc nulls last',
            parse_timestamp('clicked_at_text') ~ ' desc nulls last',
        ]
    ) }}

),

code_values as (

    select * from {{ ref('code_values') }}

),

cleaned as (

    select
        {{ clean_text('touch_id') }} as touch_id,
        {{ clean_text('campaign_id') }} as campaign_id,
        {{ clean_text('account_id') }} as account_id,
        {{ clean_text('member_no') }} as member_no,
        {{ clean_text('mobile') }} as mobile_text,
        {{ clean_text('variant') }} as variant_text,
        {{ clean_text('touched_at') }} as touched_at_text,
        {{ clean_text('opened_at') }} as opened_at_text,
        {{ clean_text('clicked_at') }} as clicked_at_text,
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
        {{ telephone_kind('mobile_text') }} as mobile_kind,
        {{ normalize_mobile('mobile_text') }} as mobile,
        {{ normalize_telephone('mobile_text') }} as telephone,
        variants.code as variant,
        {{ parse_timestamp('touched_at_text') }} as touched_at,
        {{ time_zone_of('touched_at_text') }} as touched_at_zone,
        {{ parse_timestamp('opened_at_text') }} as opened_at,
        {{ time_zone_of('opened_at_text') }} as opened_at_zone,
        {{ parse_timestamp('clicked_at_text') }} as clicked_at,
        {{ time_zone_of('clicked_at_text') }} as clicked_at_zone,
        coalesce({{ parse_boolean('is_deleted_text') }}, false) as is_deleted
    from cleaned
    left join code_values as variants
        on
            variants.code_list = 'campaign_variant'
            and variants.raw_value = lower(cleaned.variant_text)

),

checked as (

    select
        *,
        {{ rejection('touch_id', 'missing_key', 'touch_id is null') }} as rejection,
        {{ list_of_present([
            finding('mobile', 'invalid_mobile', "mobile_kind = 'invalid'", mask_any('mobile_text')),
            finding(
                'mobile', 'spreadsheet_mobile', "mobile_kind = 'spreadsheet'",
                mask_any('mobile_text')
            ),
            finding(
                'variant', 'unknown_code', "variant_text is not null and variant is null",
                'variant_text'
            ),
            finding(
                'touched_at', 'invalid_time', "touched_at_text is not null and touched_at is null",
                'touched_at_text'
            ),
            finding('touched_at', 'future_time', is_future('touched_at'), 'touched_at_text'),
            finding(
                'opened_at', 'invalid_time', "opened_at_text is not null and opened_at is null",
                'opened_at_text'
            ),
            finding('opened_at', 'future_time', is_future('opened_at'), 'opened_at_text'),
            finding(
                'opened_at', 'time_order', is_before('opened_at', 'touched_at', 'marketing'),
                'opened_at_text'
            ),
            finding(
                'clicked_at', 'invalid_time', "clicked_at_text is not null and clicked_at is null",
                'clicked_at_text'
            ),
            finding('clicked_at', 'future_time', is_future('clicked_at'), 'clicked_at_text'),
            finding(
                'clicked_at', 'time_order',
                is_before('clicked_at', 'touched_at', 'marketing')
                ~ " or " ~ is_before('clicked_at', 'opened_at', 'marketing'),
                'clicked_at_text'
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
        touch_id,
        campaign_id,
        account_id,
        member_no,
        mobile_kind,
        mobile,
        telephone,
        variant,
        touched_at,
        touched_at_zone,
        opened_at,
        opened_at_zone,
        clicked_at,
        clicked_at_zone,
        is_deleted,
        touch_id as row_key,
        rejection,
        findings,
        duplicate_rank,
        n_rows_of_key,
        -- Only the quality models read it, and only of rows with an issue.
        case
            when rejection is not null or n_rows_of_key > 1 or {{ list_length('findings') }} > 0
                then {{ raw_row('marketing', 'touches', 'raw_values') }}
        end as raw_row,
        _source_file,
        _source_row
    from checked

)

select * from traced

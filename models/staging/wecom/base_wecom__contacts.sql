with source as (

    select * from {{ raw('wecom', 'contacts') }}

),

cleaned as (

    select
        {{ clean_text('external_userid') }} as external_userid,
        {{ clean_text('corp_id') }} as corp_id,
        {{ clean_text('unionid') }} as unionid,
        {{ clean_text('staff_id') }} as staff_id,
        {{ clean_text('remark') }} as remark,
        {{ clean_text('remark_mobile') }} as remark_mobile_text,
        {{ clean_text('added_at') }} as added_at_text,
        {{ clean_text('deleted_at') }} as deleted_at_text,
        {{ clean_text('add_way') }} as add_way,
        {{ clean_text('is_deleted') }} as is_deleted_text,
        {{ raw_row('wecom', 'contacts') }} as raw_row,
        {{ row_fingerprint([
            'external_userid', 'corp_id', 'unionid', 'staff_id', 'remark', 'remark_mobile',
            'added_at', 'deleted_at', 'add_way', 'is_deleted',
        ]) }} as row_fingerprint,
        _source_file,
        _source_row
    from source

),

typed as (

    select
        cleaned.*,
        {{ telephone_kind('remark_mobile_text') }} as remark_mobile_kind,
        {{ masked_mobile('remark_mobile_text') }} as remark_mobile_masked,
        {{ normalize_mobile('remark_mobile_text') }} as remark_mobile,
        {{ normalize_telephone('remark_mobile_text') }} as remark_telephone,
        {{ parse_local_timestamp('added_at_text', channel_timezone('wecom')) }} as added_at,
        {{ parse_local_timestamp('deleted_at_text', channel_timezone('wecom')) }} as deleted_at,
        coalesce({{ parse_boolean('is_deleted_text') }}, false) as is_deleted
    from cleaned

),

checked as (

    select
        *,
        coalesce(
            {{ rejection('external_userid', 'missing_key', 'external_userid is null') }},
            {{ rejection('staff_id', 'missing_key', 'staff_id is null') }}
        ) as rejection,
        {{ list_of_present([
            finding(
                'remark_mobile', 'invalid_mobile', "remark_mobile_kind = 'invalid'",
                mask_any('remark_mobile_text')
            ),
            finding(
                'remark_mobile', 'spreadsheet_mobile', "remark_mobile_kind = 'spreadsheet'",
                mask_any('remark_mobile_text')
            ),
            finding(
                'added_at', 'invalid_time', "added_at_text is not null and added_at is null",
                'added_at_text'
            ),
            finding('added_at', 'future_time', is_future('added_at'), 'added_at_text'),
            finding(
                'deleted_at', 'invalid_time', "deleted_at_text is not null and deleted_at is null",
                'deleted_at_text'
            ),
            finding('deleted_at', 'future_time', is_future('deleted_at'), 'deleted_at_text'),
            finding(
                'deleted_at', 'time_order', is_before('deleted_at', 'added_at'),
                'deleted_at_text'
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
        {{ record_id('wecom', ['corp_id', 'external_userid', 'staff_id']) }} as record_id,
        external_userid,
        corp_id,
        unionid,
        staff_id,
        remark,
        remark_mobile_kind,
        remark_mobile_masked,
        remark_mobile,
        remark_telephone,
        added_at,
        deleted_at,
        add_way,
        is_deleted,
        concat_ws('.', corp_id, external_userid, staff_id) as row_key,
        rejection,
        findings,
        row_number() over (
            partition by rejection is null, corp_id, external_userid, staff_id
            order by
                -- A deletion often comes without a time; it is the last word then.
                case when is_deleted and added_at is null then 0 else 1 end asc,
                added_at desc nulls last,
                _source_file desc nulls last,
                case when is_deleted then 0 else 1 end asc,
                deleted_at desc nulls last,
                row_fingerprint asc,
                _source_row asc nulls last
        ) as duplicate_rank,
        count(*) over (
            partition by rejection is null, corp_id, external_userid, staff_id
        ) as n_rows_of_key,
        raw_row,
        _source_file,
        _source_row
    from checked

),

traced as (

    select
        record_id,
        external_userid,
        corp_id,
        unionid,
        staff_id,
        remark,
        remark_mobile_kind,
        remark_mobile_masked,
        remark_mobile,
        remark_telephone,
        added_at,
        deleted_at,
        add_way,
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

{{ config(materialized='view') }}

with base as (

    select * from {{ ref('base_wecom__contacts') }}

),

kept as (

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
        _source_file,
        _source_row
    from base
    where rejection is null and duplicate_rank = 1 and not is_deleted

)

select * from kept

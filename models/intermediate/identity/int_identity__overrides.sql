with decisions as (

    select * from {{ ref('identity_overrides') }}

),

ordered as (

    select
        row_number() over (
            order by
                decided_at, decision, least(record_id_1, record_id_2),
                greatest(record_id_1, record_id_2), decided_by, reason
        ) as override_no,
        decision,
        least(record_id_1, record_id_2) as record_id_1,
        greatest(record_id_1, record_id_2) as record_id_2,
        reason,
        decided_by,
        decided_at
    from decisions

)

select * from ordered

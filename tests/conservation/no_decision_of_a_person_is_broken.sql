-- Guards the overrides, before the registry is told: whom a person joined or parted stays so.
select
    overrides.decision,
    overrides.record_id_1,
    overrides.record_id_2
from {{ ref('int_identity__overrides') }} as overrides
inner join {{ ref('int_identity__assignment') }} as assignment_1
    on assignment_1.record_id = overrides.record_id_1
inner join {{ ref('int_identity__assignment') }} as assignment_2
    on assignment_2.record_id = overrides.record_id_2
where
    (
        overrides.decision = 'must_link'
        and assignment_1.strict_customer_id <> assignment_2.strict_customer_id
    )
    or (
        overrides.decision = 'cannot_link'
        and assignment_1.customer_id = assignment_2.customer_id
    )

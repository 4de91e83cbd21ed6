-- What customers allow: no statement is a no, and after a merge of accounts a refusal wins.
with crm_consents as (

    select * from {{ ref('stg_crm__consents') }}

),

crosswalk as (

    select * from {{ ref('int_identity__crosswalk') }}

),

-- What cannot be read is no consent. A refusal whose day is unknown may be the newest word, so it
-- holds; a consent may not.
statements as (

    select
        record_id,
        purpose,
        contact_channel,
        coalesce(is_granted, false) as is_granted,
        changed_at,
        changed_at is not null and not {{ is_future('changed_at') }} as has_usable_day
    from crm_consents

),

latest_statements as (

    select
        record_id,
        purpose,
        contact_channel,
        is_granted
    from statements
    qualify row_number() over (
        partition by record_id, purpose, contact_channel
        order by
            case when not is_granted and not has_usable_day then 0 else 1 end asc,
            case when has_usable_day then changed_at end desc nulls last,
            is_granted asc
    ) = 1

),

consents_per_customer as (

    select
        crosswalk.customer_id,
        coalesce(
            bool_and(latest_statements.is_granted)
            filter (where latest_statements.purpose = 'personalisation'),
            false
        ) as allows_personalisation,
        coalesce(
            bool_and(latest_statements.is_granted)
            filter (where latest_statements.purpose = 'marketing'),
            false
        ) as allows_marketing,
        coalesce(
            bool_and(latest_statements.is_granted)
            filter (where latest_statements.purpose = 'data_sharing'),
            false
        ) as allows_sharing
    from latest_statements
    inner join crosswalk on crosswalk.record_id = latest_statements.record_id
    group by crosswalk.customer_id

)

select * from consents_per_customer

-- What customers allow: no statement is a no, and after a merge of accounts a refusal wins.
with crm_consents as (

    select * from {{ ref('stg_crm__consents') }}

),

crosswalk as (

    select * from {{ ref('int_identity__crosswalk') }}

),

latest_statements as (

    select
        record_id,
        purpose,
        contact_channel,
        is_granted
    from crm_consents
    where is_granted is not null
    qualify row_number() over (
        partition by record_id, purpose, contact_channel
        order by changed_at desc nulls last, is_granted asc
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

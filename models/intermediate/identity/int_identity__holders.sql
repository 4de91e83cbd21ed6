-- Who holds a number or address today: exactly one customer, or nobody that a mention may go to.
with firewall as (

    select * from {{ ref('int_identity__firewall') }}

),

crosswalk as (

    select * from {{ ref('int_identity__crosswalk') }}

),

claims as (

    select
        firewall.identifier_hash,
        crosswalk.customer_id,
        firewall.is_current,
        firewall.reason
    from firewall
    inner join crosswalk on crosswalk.record_id = firewall.record_id
    where firewall.identifier_type in ('mobile', 'telephone', 'email')

),

claimed as (

    select
        identifier_hash,
        min(reason) filter (
            where reason in ('placeholder', 'hub_of_people', 'hub_of_records')
        ) as nobodys_reason,
        min(customer_id) filter (where is_current) as first_customer_id,
        max(customer_id) filter (where is_current) as last_customer_id
    from claims
    group by identifier_hash

),

holders as (

    select
        identifier_hash,
        case
            when nobodys_reason is null and first_customer_id = last_customer_id
                then first_customer_id
        end as customer_id,
        case
            when nobodys_reason is not null then nobodys_reason
            when first_customer_id is null then 'ended'
            when first_customer_id <> last_customer_id then 'several_customers'
        end as refusal
    from claimed

)

select * from holders

-- Whose account is meant where only its number is named, without shop, brand or app: of a number
-- named as account the own mall's, else the shops', else the CRM's.
with shop_accounts as (

    select * from {{ ref('stg_shop__accounts') }}

),

crm_customers as (

    select * from {{ ref('stg_crm__customers') }}

),

store_members as (

    select * from {{ ref('stg_store__members') }}

),

social_followers as (

    select * from {{ ref('stg_social__followers') }}

),

crosswalk as (

    select * from {{ ref('int_identity__crosswalk') }}

),

named as (

    select
        'account' as reference_type,
        account_id as reference_value,
        case when platform is null and shop_id is null then 1 else 2 end as source_rank,
        record_id
    from shop_accounts

    union all

    select
        'account' as reference_type,
        customer_no as reference_value,
        3 as source_rank,
        record_id
    from crm_customers

    union all

    select
        'member_no' as reference_type,
        member_no as reference_value,
        1 as source_rank,
        record_id
    from store_members

    union all

    select
        'openid' as reference_type,
        openid as reference_value,
        1 as source_rank,
        record_id
    from social_followers

),

closest_sources as (

    select
        reference_type,
        reference_value,
        min(source_rank) as source_rank
    from named
    group by reference_type, reference_value

),

resolved as (

    select
        named.reference_type,
        named.reference_value,
        case
            when min(crosswalk.customer_id) = max(crosswalk.customer_id)
                then min(crosswalk.customer_id)
        end as customer_id
    from named
    inner join closest_sources
        on
            closest_sources.reference_type = named.reference_type
            and closest_sources.reference_value = named.reference_value
            and closest_sources.source_rank = named.source_rank
    inner join crosswalk on crosswalk.record_id = named.record_id
    group by named.reference_type, named.reference_value

)

select * from resolved

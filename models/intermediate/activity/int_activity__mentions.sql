-- Whose a ticket, a survey response, a touch, a receipt without a member or a session is. Each goes
-- to the strongest identifier that it carries and that exactly one customer holds; none of them
-- creates a customer or joins two.
with tickets as (

    select * from {{ ref('stg_service__tickets') }}

),

survey_responses as (

    select * from {{ ref('stg_survey__responses') }}

),

touches as (

    select * from {{ ref('stg_marketing__touches') }}

),

store_sales as (

    select * from {{ ref('stg_store__sales') }}

),

orders as (

    select * from {{ ref('int_activity__orders') }}

),

sessions as (

    select * from {{ ref('int_activity__sessions') }}

),

account_references as (

    select * from {{ ref('int_identity__account_references') }}

),

holders as (

    select * from {{ ref('int_identity__holders') }}

),

records as (

    select * from {{ ref('int_identity__records') }}

),

crosswalk as (

    select * from {{ ref('int_identity__crosswalk') }}

),

contacts as (

    select
        'ticket:' || ticket_id as mention_id,
        'ticket' as kind,
        account_id,
        member_no,
        contact_mobile as mobile,
        contact_telephone as telephone,
        contact_email as email,
        {{ name_key('contact_name') }} as name_key,
        false as has_unknown_member,
        false as has_till_card,
        cast(null as string) as legal_entity
    from tickets

    union all

    select
        'survey:' || response_id as mention_id,
        'survey' as kind,
        cast(null as string) as account_id,
        cast(null as string) as member_no,
        mobile,
        telephone,
        email,
        cast(null as string) as name_key,
        false as has_unknown_member,
        false as has_till_card,
        cast(null as string) as legal_entity
    from survey_responses

    union all

    select
        'touch:' || touch_id as mention_id,
        'touch' as kind,
        account_id,
        member_no,
        mobile,
        telephone,
        cast(null as string) as email,
        cast(null as string) as name_key,
        false as has_unknown_member,
        false as has_till_card,
        cast(null as string) as legal_entity
    from touches

    union all

    -- Its member was looked for with the brand of the store.
    select
        'sale:' || store_sales.receipt_no as mention_id,
        'sale' as kind,
        cast(null as string) as account_id,
        cast(null as string) as member_no,
        store_sales.mobile,
        store_sales.telephone,
        cast(null as string) as email,
        cast(null as string) as name_key,
        orders.has_unknown_account as has_unknown_member,
        orders.has_till_card,
        orders.legal_entity
    from store_sales
    inner join orders on orders.order_id = 'store:' || store_sales.receipt_no
    where orders.record_id is null

),

{% if var('merge_across_legal_entities') -%}
{% set scope = "" -%}
asked as (

    select
        *,
        cast(null as string) as asked_entity
    from contacts

),
{%- else -%}
{% set scope = " || '@' || coalesce(asked.asked_entity, '')" -%}
legal_entities as (

    select distinct coalesce(legal_entity, '') as legal_entity
    from records

),

-- What names no legal entity is asked of each.
asked as (

    select
        contacts.*,
        coalesce(legal_entities.legal_entity, contacts.legal_entity) as asked_entity
    from contacts
    left join legal_entities
        on
            contacts.legal_entity is null
            or legal_entities.legal_entity = contacts.legal_entity

),
{%- endif %}

answers as (

    {% for identifier_type in ['mobile', 'telephone', 'email'] %}
    select
        asked.mention_id,
        asked.name_key,
        {{ loop.index + 2 }} as strength_rank,
        '{{ identifier_type }}' as identifier_type,
        holders.customer_id,
        case
            when holders.identifier_hash is null then 'unknown_identifier'
            else holders.refusal
        end as refusal
    from asked
    left join holders
        on holders.identifier_hash = {{ keyed_hash(
            "'" ~ identifier_type ~ "|'" ~ scope ~ " || '|' || asked." ~ identifier_type
        ) }}
    where asked.{{ identifier_type }} is not null
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

numbers as (

    {% if var('merge_across_legal_entities') -%}
    select
        mention_id,
        name_key,
        strength_rank,
        identifier_type,
        customer_id,
        refusal
    from answers
    {%- else -%}
    -- One holder over all of them is the holder, unless one of them knows better.
    select
        mention_id,
        name_key,
        strength_rank,
        identifier_type,
        case
            when
                min(customer_id) = max(customer_id)
                and count(refusal) filter (
                    where refusal not in ('unknown_identifier', 'ended')
                ) = 0
                then min(customer_id)
        end as customer_id,
        case
            when min(customer_id) < max(customer_id) then 'several_customers'
            else coalesce(
                min(refusal) filter (where refusal not in ('unknown_identifier', 'ended')),
                case when max(customer_id) is null then min(refusal) end
            )
        end as refusal
    from answers
    group by mention_id, name_key, strength_rank, identifier_type
    {%- endif %}

),

-- What each carries, the strongest first.
carried as (

    {% for identifier_type, column in [('account', 'account_id'), ('member_no', 'member_no')] %}
    select
        contacts.mention_id,
        contacts.name_key,
        {{ loop.index }} as strength_rank,
        '{{ identifier_type }}' as identifier_type,
        account_references.customer_id,
        case
            when account_references.reference_value is null then 'unknown_identifier'
            when account_references.customer_id is null then 'several_customers'
        end as refusal
    from contacts
    left join account_references
        on
            account_references.reference_type = '{{ identifier_type }}'
            and account_references.reference_value = contacts.{{ column }}
    where contacts.{{ column }} is not null

    union all
    {% endfor %}
    select
        mention_id,
        name_key,
        2 as strength_rank,
        'member_no' as identifier_type,
        cast(null as string) as customer_id,
        case when has_till_card then 'till_card' else 'unknown_identifier' end as refusal
    from contacts
    where has_unknown_member or has_till_card

    union all

    select
        mention_id,
        name_key,
        strength_rank,
        identifier_type,
        customer_id,
        refusal
    from numbers

),

customer_names as (

    select distinct
        crosswalk.customer_id,
        records.name_key
    from records
    inner join crosswalk on crosswalk.record_id = records.record_id
    where records.name_key is not null

),

-- A number or address is not its holder's where another full name stands beside it; an account or
-- a member is who it is, whoever calls for it.
differing as (

    select
        carried.mention_id,
        carried.identifier_type
    from carried
    inner join customer_names on customer_names.customer_id = carried.customer_id
    where
        carried.name_key is not null
        and carried.identifier_type in ('mobile', 'telephone', 'email')
    group by carried.mention_id, carried.identifier_type
    having not bool_or(customer_names.name_key = carried.name_key)

),

judged as (

    select
        carried.mention_id,
        carried.identifier_type,
        carried.strength_rank,
        case when differing.mention_id is null then carried.customer_id end as customer_id,
        case
            when differing.mention_id is null then carried.refusal
            else 'name_differs'
        end as refusal
    from carried
    left join differing
        on
            differing.mention_id = carried.mention_id
            and differing.identifier_type = carried.identifier_type

),

-- The strongest that finds a customer; where none does, the strongest says why.
chosen as (

    select
        mention_id,
        identifier_type,
        customer_id,
        refusal
    from judged
    qualify row_number() over (
        partition by mention_id
        order by case when customer_id is null then 1 else 0 end asc, strength_rank asc
    ) = 1

),

repeated_sessions as (

    select session_id
    from sessions
    where session_id is not null
    group by session_id
    having count(*) > 1

),

mentions as (

    select
        contacts.mention_id,
        contacts.kind,
        chosen.customer_id,
        case when chosen.customer_id is not null then chosen.identifier_type end as attached_by,
        case
            when chosen.mention_id is null then 'no_identifier'
            else chosen.refusal
        end as unattached_reason
    from contacts
    left join chosen on chosen.mention_id = contacts.mention_id

    union all

    select
        'session:' || sessions.session_id || case
            when repeated_sessions.session_id is null then ''
            else '.' || left(md5(sessions.session_key), 12)
        end as mention_id,
        'session' as kind,
        sessions.customer_id,
        sessions.attached_by,
        sessions.unattached_reason
    from sessions
    left join repeated_sessions on repeated_sessions.session_id = sessions.session_id
    where sessions.session_id is not null

)

select * from mentions

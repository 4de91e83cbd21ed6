with crm_customers as (

    select * from {{ ref('stg_crm__customers') }}

),

shop_accounts as (

    select * from {{ ref('stg_shop__accounts') }}

),

store_members as (

    select * from {{ ref('stg_store__members') }}

),

social_followers as (

    select * from {{ ref('stg_social__followers') }}

),

wecom_contacts as (

    select * from {{ ref('stg_wecom__contacts') }}

),

crm_identifiers as (

    select * from {{ ref('stg_crm__identifiers') }}

),

records as (

    select * from {{ ref('int_identity__records') }}

),

identifier_types as (

    select * from {{ ref('int_identity__identifier_types') }}

),

identifier_sources as (

    select * from {{ ref('identifier_sources') }}

),

identifier_placeholders as (

    select * from {{ ref('identifier_placeholders') }}

),

-- An account's own key is evidence only where some other account names it.
named_accounts as (

    select distinct
        identifier_type,
        scope,
        value as identifier_value
    from crm_identifiers
    where identifier_type in ('customer_no', 'account', 'member_no')

),

account_keys as (

    select
        record_id,
        'customer_no' as identifier_type,
        cast(null as string) as scope,
        customer_no as identifier_value
    from crm_customers

    union all

    select
        record_id,
        'account' as identifier_type,
        nullif(concat_ws('.', platform, shop_id), '') as scope,
        account_id as identifier_value
    from shop_accounts

    union all

    select
        record_id,
        'member_no' as identifier_type,
        brand as scope,
        member_no as identifier_value
    from store_members

),

stated as (

    {% for relation, identifier_type, value, scope, is_verified in [
        ('crm_customers', 'mobile', 'mobile', 'null', 'is_mobile_verified'),
        ('crm_customers', 'telephone', 'telephone', 'null', 'is_mobile_verified'),
        ('crm_customers', 'email', 'email', 'null', 'null'),
        ('crm_customers', 'national_id', 'national_id', 'null', 'true'),
        ('shop_accounts', 'mobile', 'mobile', 'null', 'is_mobile_verified'),
        ('shop_accounts', 'telephone', 'telephone', 'null', 'is_mobile_verified'),
        ('shop_accounts', 'email', 'email', 'null', 'null'),
        ('shop_accounts', 'unionid', 'unionid', 'null', 'true'),
        ('store_members', 'mobile', 'mobile', 'null', 'is_mobile_verified'),
        ('store_members', 'telephone', 'telephone', 'null', 'is_mobile_verified'),
        ('store_members', 'national_id', 'national_id', 'null', 'true'),
        ('store_members', 'unionid', 'unionid', 'null', 'true'),
        ('social_followers', 'mobile', 'mobile', 'null', 'null'),
        ('social_followers', 'telephone', 'telephone', 'null', 'null'),
        ('social_followers', 'openid', 'openid', 'app_id', 'true'),
        ('social_followers', 'unionid', 'unionid', 'null', 'true'),
        ('wecom_contacts', 'mobile', 'remark_mobile', 'null', 'null'),
        ('wecom_contacts', 'telephone', 'remark_telephone', 'null', 'null'),
        ('wecom_contacts', 'external_userid', 'external_userid', 'corp_id', 'true'),
        ('wecom_contacts', 'unionid', 'unionid', 'null', 'true'),
    ] %}
    select
        record_id,
        '{{ identifier_type }}' as identifier_type,
        cast({{ scope }} as string) as scope,
        {{ value }} as identifier_value,
        cast({{ is_verified }} as boolean) as is_verified,
        cast(null as timestamp) as verified_at,
        cast(null as timestamp) as ended_at
    from {{ relation }}
    union all
    {% endfor %}
    select
        record_id,
        identifier_type,
        scope,
        value as identifier_value,
        case when verified_at is not null then true end as is_verified,
        verified_at,
        ended_at
    from crm_identifiers
    union all
    select
        account_keys.record_id,
        account_keys.identifier_type,
        account_keys.scope,
        account_keys.identifier_value,
        true as is_verified,
        cast(null as timestamp) as verified_at,
        cast(null as timestamp) as ended_at
    from account_keys
    inner join named_accounts
        on
            named_accounts.identifier_type = account_keys.identifier_type
            and named_accounts.identifier_value = account_keys.identifier_value
            and named_accounts.scope is not distinct from account_keys.scope

),

-- One row per record and identifier, however many extracts state it.
scoped as (

    select
        records.record_id,
        records.channel,
        stated.identifier_type,
        coalesce(
            stated.scope,
            {%- for type, scope in var('default_scopes').items() %}
            case when stated.identifier_type = '{{ type }}' then '{{ scope }}' end,
            {%- endfor %}
            ''
        )
        {%- if not var('merge_across_legal_entities') %}
        || '@' || coalesce(records.legal_entity, '')
        {%- endif %} as scope,
        stated.identifier_value,
        bool_or(
            stated.ended_at is null
            and coalesce(stated.is_verified, identifier_sources.is_verified_by_default, false)
        ) as is_verified,
        bool_or(stated.ended_at is null) as is_current,
        min(stated.verified_at) as verified_at,
        case when not bool_or(stated.ended_at is null) then max(stated.ended_at) end as ended_at
    from stated
    inner join records on records.record_id = stated.record_id
    left join identifier_sources
        on
            identifier_sources.channel = records.channel
            and identifier_sources.identifier_type = stated.identifier_type
    where stated.identifier_value is not null
    group by all

),

distinct_values as (

    select distinct
        identifier_type,
        identifier_value
    from scoped

),

placeholders as (

    select
        distinct_values.identifier_type,
        distinct_values.identifier_value,
        min(identifier_placeholders.note) as note
    from distinct_values
    inner join identifier_placeholders
        on
            identifier_placeholders.identifier_type = distinct_values.identifier_type
            and distinct_values.identifier_value like identifier_placeholders.pattern
    group by all

),

hashed as (

    select
        scoped.record_id,
        scoped.channel,
        scoped.identifier_type,
        scoped.scope,
        {{ keyed_hash(
            "scoped.identifier_type || '|' || scoped.scope || '|' || scoped.identifier_value"
        ) }} as identifier_hash,
        case
            when scoped.identifier_type in ('mobile', 'telephone')
                then {{ mask_mobile('scoped.identifier_value') }}
            when scoped.identifier_type = 'email' then {{ mask_email('scoped.identifier_value') }}
            when identifier_types.is_core then {{ mask_any('scoped.identifier_value') }}
            -- Shops and stores use mobiles as account and member numbers.
            else {{ mask_embedded('scoped.identifier_value') }}
        end as value_masked,
        scoped.is_verified,
        scoped.is_current,
        scoped.verified_at,
        scoped.ended_at,
        placeholders.note as placeholder_note
    from scoped
    inner join identifier_types on identifier_types.identifier_type = scoped.identifier_type
    left join placeholders
        on
            placeholders.identifier_type = scoped.identifier_type
            and placeholders.identifier_value = scoped.identifier_value

)

select * from hashed

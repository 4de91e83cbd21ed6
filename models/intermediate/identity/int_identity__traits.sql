-- What is compared where no identifier is shared. Receivers of parcels are no evidence, and neither
-- is a number that several people share.
with records as (

    select * from {{ ref('int_identity__records') }}

),

crm_customers as (

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

firewall as (

    select * from {{ ref('int_identity__firewall') }}

),

name_sounds as (

    select * from {{ ref('int_identity__name_sounds') }}

),

family_names as (

    select * from {{ ref('family_names') }}

),

stated as (

    {% for relation, mobile_masked, email, division_code, address in [
        ('crm_customers', 'mobile_masked', 'email', 'division_code', 'address'),
        ('shop_accounts', 'mobile_masked', 'email', 'division_code', 'null'),
        ('store_members', 'mobile_masked', 'null', 'null', 'null'),
        ('social_followers', 'mobile_masked', 'null', 'division_code', 'null'),
        ('wecom_contacts', 'remark_mobile_masked', 'null', 'null', 'null'),
    ] %}
    select
        record_id,
        cast({{ mobile_masked }} as string) as mobile_masked,
        cast({{ email }} as string) as email,
        cast({{ division_code }} as string) as division_code,
        cast({{ address }} as string) as address
    from {{ relation }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

-- A guide notes names (张伟 深圳), nicknames, titles (张女士) and anything else.
remarks as (

    select
        record_id,
        remark,
        split_part(remark, ' ', 1) as first_word,
        {{ name_key('remark') }} as name_key
    from wecom_contacts
    where remark is not null

),

read_remarks as (

    select
        remarks.record_id,
        case
            when
                {{ regexp_like('remarks.first_word', '^[一-鿿]{2,3}$') }}
                and not {{ is_partial_name('remarks.first_word') }}
                and family_names.family_name is not null
                then remarks.first_word
            when {{ regexp_like('remarks.name_key', '公司$|^[a-z]+( [a-z]+)+$') }}
                then remarks.name_key
        end as name_key,
        case
            when
                not {{ regexp_like(
                    'remarks.remark', '(' ~ name_titles() ~ ')$|[小老阿][一-鿿]$|[*＊某]'
                ) }}
                then {{ nickname_key('remarks.remark') }}
        end as nickname_key,
        {{ handle_letters('remarks.remark') }} as nickname_letters
    from remarks
    left join family_names on family_names.family_name = left(remarks.remark, 1)

),

-- A number of one person: masked, it can be compared with one that an extract has masked.
own_mobiles as (

    select
        record_id,
        min(value_masked || '|' || identifier_hash) as mobile
    from firewall
    where
        identifier_type = 'mobile'
        and n_people <= 1
        and (decision = 'link' or reason = 'weak_without_name')
    group by record_id

),

nobodys_emails as (

    select distinct record_id
    from firewall
    where identifier_type = 'email' and decision = 'exclude' and reason <> 'weak_without_name'

),

described as (

    select
        records.record_id,
        coalesce(records.name_key, read_remarks.name_key) as name,
        -- Of a Latin name one word says something too.
        case
            when not {{ regexp_like('records.name', '[0-9*＊@_' ~ cjk_signs() ~ ']') }}
                then nullif({{ name_words('records.name') }}, '')
        end as latin_name,
        records.family_name,
        coalesce(records.id_gender, nullif(records.gender, 'unknown'), records.title_gender)
            as gender,
        coalesce(records.id_birth_date, records.birth_date) as birth_date,
        coalesce(
            records.nickname_key,
            case when read_remarks.name_key is null then read_remarks.nickname_key end
        ) as nickname,
        coalesce(records.nickname_letters, nullif(read_remarks.nickname_letters, ''))
            as nickname_letters,
        records.email_letters,
        coalesce(stated.mobile_masked, split_part(own_mobiles.mobile, '|', 1)) as mobile,
        case
            when stated.mobile_masked is null then split_part(own_mobiles.mobile, '|', 2)
        end as full_mobile,
        case
            when nobodys_emails.record_id is null then lower(split_part(stated.email, '@', 1))
        end as email_name,
        stated.division_code,
        nullif(trim({{ regexp_replace_all('lower(stated.address)', '[ ,.;/#-]+', ' ') }}), '')
            as address
    from records
    left join stated on stated.record_id = records.record_id
    left join read_remarks on read_remarks.record_id = records.record_id
    left join own_mobiles on own_mobiles.record_id = records.record_id
    left join nobodys_emails on nobodys_emails.record_id = records.record_id

),

-- Whose birthday is the 1st of January mostly gave no day. Letters of wangli59 may be a name, in
-- one order or the other; fewer than five may be anything.
refined as (

    select
        described.record_id,
        described.name,
        described.latin_name,
        case when described.name is null then described.family_name end as family_name,
        {{ sorted_characters('name_sounds.sound') }} as sound,
        case
            when length(described.nickname_letters) >= 5
                then {{ sorted_characters('described.nickname_letters') }}
        end as nickname_sound,
        case
            when length(described.email_letters) >= 5
                then {{ sorted_characters('described.email_letters') }}
        end as email_sound,
        described.nickname,
        described.gender,
        case
            when
                extract(month from described.birth_date) > 1
                or extract(day from described.birth_date) > 1
                then described.birth_date
        end as birth_date,
        cast(extract(year from described.birth_date) as int) as birth_year,
        case
            when described.division_code not like '%00' then described.division_code
        end as district,
        case
            when described.division_code not like '%0000' then left(described.division_code, 4)
        end as city,
        left(described.division_code, 2) as province,
        described.mobile,
        described.full_mobile,
        {{ keyed_hash("'email_name|' || described.email_name") }} as email_name,
        described.address
    from described
    left join name_sounds on name_sounds.name_key = described.name

)

select * from refined

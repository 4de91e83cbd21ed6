{#- Of several values the most frequent is an entity's; all of them count where one person has
    several. -#}
{%- set traits = [
    'name', 'family_name', 'sound', 'nickname', 'nickname_sound', 'email_name', 'email_sound',
    'gender', 'birth_date', 'birth_year', 'province', 'city', 'district', 'address', 'latin_name',
] -%}
{%- set frequencies = ['name', 'sound', 'nickname', 'city', 'district'] -%}

with strict_entities as (

    select * from {{ ref('int_identity__strict_entities') }}

),

traits as (

    select * from {{ ref('int_identity__traits') }}

),

sizes as (

    select
        entity_id,
        count(*) as n_records
    from strict_entities
    group by entity_id

),

described as (

    select
        strict_entities.entity_id,
        sizes.n_records,
        traits.name,
        traits.latin_name,
        traits.family_name,
        traits.sound,
        traits.gender,
        cast(traits.birth_date as string) as birth_date,
        cast(traits.birth_year as string) as birth_year,
        traits.district,
        traits.city,
        traits.province,
        traits.nickname,
        traits.email_name,
        traits.address,
        traits.nickname_sound,
        traits.email_sound,
        traits.mobile,
        traits.full_mobile
    from traits
    inner join strict_entities on strict_entities.record_id = traits.record_id
    inner join sizes on sizes.entity_id = strict_entities.entity_id

),

-- Most entities are one record, whose values need no counting.
stated_values as (

    {% for trait in traits %}
    select
        entity_id,
        '{{ trait }}' as trait,
        {{ trait }} as trait_value
    from described
    where n_records > 1 and {{ trait }} is not null
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

counted_values as (

    select
        entity_id,
        trait,
        trait_value,
        count(*) as n_records
    from stated_values
    group by entity_id, trait, trait_value

),

ranked_values as (

    select
        entity_id,
        trait,
        trait_value,
        row_number() over (
            partition by entity_id, trait
            order by n_records desc, trait_value asc
        ) as value_rank
    from counted_values

),

of_several_records as (

    select
        {% for trait in traits %}
        max(case when trait = '{{ trait }}' then trait_value end) as {{ trait }},
        {% endfor %}
        entity_id
    from ranked_values
    where value_rank = 1
    group by entity_id

),

single_values as (

    select
        {% for trait in traits %}
        {{ trait }},
        {% endfor %}
        entity_id
    from described
    where n_records = 1

    union all

    select
        {% for trait in traits %}
        {{ trait }},
        {% endfor %}
        entity_id
    from of_several_records

),

mobiles as (

    select
        entity_id,
        {{ list_distinct_sorted('mobile') }} as mobiles,
        case
            when count(full_mobile) > 0 then {{ list_distinct_sorted('full_mobile') }}
        end as full_mobiles
    from described
    where mobile is not null
    group by entity_id

),

-- Who states no full name may have made a nickname of it: wangli59.
compared as (

    select
        entity_id,
        name,
        family_name,
        coalesce(sound, name, nickname_sound, email_sound) as sound,
        nickname,
        email_name,
        gender,
        cast(birth_date as date) as birth_date,
        cast(birth_year as int) as birth_year,
        province,
        city,
        district,
        latin_name,
        address,
        -- Of addresses in Latin letters: 6 tullaroop street, ..., st james wa 4011.
        case
            when {{ regexp_like('address', '^[0-9]+[a-z]? ') }}
                then {{ regexp_group('address', '^([0-9]+)', 1) }}
        end as house_number,
        case
            when not {{ regexp_like('address', '[' ~ cjk_signs() ~ ']') }}
                then nullif({{ regexp_group('address', ' ([0-9]{4,6})$', 1) }}, '')
        end as postcode,
        {{ long_words('latin_name', 3) }} as name_words,
        case
            when not {{ regexp_like('address', '[' ~ cjk_signs() ~ ']') }}
                then {{ long_words('address', 5) }}
        end as address_words
    from single_values

),

{% for trait in frequencies -%}
{{ trait }}_counts as (

    select
        {{ trait }},
        count(*) as n_entities
    from compared
    where {{ trait }} is not null
    group by {{ trait }}

),

{{ trait }}_totals as (

    select sum(n_entities) as n_entities
    from {{ trait }}_counts

),

{% endfor -%}

-- Frequencies in powers of two: those of an entity change only when the count of its value doubles,
-- so that a later run need not score everything again.
weighed as (

    select
        sizes.entity_id,
        row_number() over (order by sizes.entity_id asc) as entity_no,
        sizes.n_records,
        compared.name,
        compared.family_name,
        compared.sound,
        compared.nickname,
        compared.email_name,
        compared.gender,
        compared.birth_date,
        compared.birth_year,
        compared.province,
        compared.city,
        compared.district,
        compared.latin_name,
        compared.address,
        compared.house_number,
        compared.postcode,
        compared.name_words,
        compared.address_words,
        {% for trait in frequencies %}
        power(
            2, ceil(log2({{ trait }}_counts.n_entities)) - ceil(log2({{ trait }}_totals.n_entities))
        ) as tf_{{ trait }},
        {% endfor %}
        mobiles.mobiles,
        mobiles.full_mobiles
    from sizes
    left join compared on compared.entity_id = sizes.entity_id
    left join mobiles on mobiles.entity_id = sizes.entity_id
    {% for trait in frequencies %}
    left join {{ trait }}_counts on {{ trait }}_counts.{{ trait }} = compared.{{ trait }}
    cross join {{ trait }}_totals
    {% endfor %}

),

entities as (

    select
        entity_id,
        entity_no,
        n_records,
        name,
        family_name,
        sound,
        nickname,
        email_name,
        gender,
        birth_date,
        birth_year,
        province,
        city,
        district,
        latin_name,
        address,
        house_number,
        postcode,
        name_words,
        address_words,
        mobiles,
        full_mobiles,
        tf_name,
        tf_sound,
        tf_nickname,
        tf_city,
        tf_district
    from weighed

)

select * from entities

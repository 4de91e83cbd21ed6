-- How names sound, worked out once per name, however many accounts bear it.
with records as (

    select * from {{ ref('int_identity__records') }}

),

name_sounds as (

    select * from {{ ref('name_sounds') }}

),

signs as (

    select
        letters.sign,
        min(name_sounds.pinyin) filter (where not name_sounds.is_family_name) as pinyin,
        min(name_sounds.pinyin) filter (where name_sounds.is_family_name) as family_pinyin
    from name_sounds
    {{ cross_join_list(characters('name_sounds.signs'), 'letters', 'sign') }}
    group by letters.sign

),

names as (

    select distinct name_key
    from records
    where name_key is not null

),

-- Names of one sign more than four are companies or have a dot; nobody makes a nickname of them.
sounded as (

    select
        names.name_key,
        coalesce(first_signs.family_pinyin, first_signs.pinyin) as family_sound,
        case
            when
                (length(names.name_key) < 3 or third_signs.sign is not null)
                and (length(names.name_key) < 4 or fourth_signs.sign is not null)
                then
                    second_signs.pinyin || coalesce(third_signs.pinyin, '')
                    || coalesce(fourth_signs.pinyin, '')
        end as given_sound
    from names
    inner join signs as first_signs on first_signs.sign = left(names.name_key, 1)
    inner join signs as second_signs on second_signs.sign = substr(names.name_key, 2, 1)
    left join signs as third_signs on third_signs.sign = substr(names.name_key, 3, 1)
    left join signs as fourth_signs on fourth_signs.sign = substr(names.name_key, 4, 1)
    where length(names.name_key) between 2 and 4

),

chinese as (

    select
        name_key,
        family_sound,
        given_sound,
        family_sound || given_sound as sound
    from sounded
    where given_sound is not null

),

latin as (

    select
        name_key,
        cast(null as string) as family_sound,
        cast(null as string) as given_sound,
        {{ regexp_remove('name_key', '[^a-z]') }} as sound
    from names
    where {{ regexp_like('name_key', "^[a-z .'-]+$") }}

),

all_sounds as (

    select
        name_key,
        family_sound,
        given_sound,
        sound
    from chinese

    union all

    select
        name_key,
        family_sound,
        given_sound,
        sound
    from latin

)

select * from all_sounds

{{ config(materialized='table') }}

with divisions as (

    select * from {{ ref('divisions') }}

),

other_names as (

    select * from {{ ref('division_other_names') }}

),

divided_cities as (

    select distinct parent_code as city_code
    from divisions
    where level = 'district'

),

-- Every division with the codes of what stands above it.
placed as (

    select
        divisions.division_code,
        divisions.level,
        divisions.name,
        divisions.short_name,
        divisions.english_name,
        case divisions.level
            when 'province' then divisions.division_code
            when 'city' then divisions.parent_code
            when 'district' then parents.parent_code
        end as province_code,
        case divisions.level
            when 'city' then divisions.division_code
            when 'district' then divisions.parent_code
        end as city_code,
        -- Development zones, statistical units beside the districts.
        divisions.level = 'district'
        and substr(divisions.division_code, 5, 2) between '71' and '80' as is_zone,
        -- Digits 21 to 50 are counties and banners, the others city districts, zones and
        -- county-level cities.
        case
            when
                divisions.level = 'district'
                or (divisions.level = 'city' and divided_cities.city_code is null)
                then substr(divisions.division_code, 5, 2) not between '21' and '50'
        end as is_urban
    from divisions
    left join divisions as parents
        on parents.division_code = divisions.parent_code
    left join divided_cities
        on divided_cities.city_code = divisions.division_code

),

described as (

    select
        placed.division_code,
        placed.level,
        placed.name as own_name,
        placed.short_name,
        placed.english_name,
        placed.province_code,
        placed.city_code,
        placed.is_zone,
        placed.is_urban,
        provinces.name as province,
        -- A municipality is a province and its only city.
        case
            when placed.level <> 'province' then cities.name
            when placed.name like '%市' then placed.name
        end as city,
        case when placed.level = 'district' then placed.name end as district,
        -- 石家庄高新技术产业开发区 is written 石家庄市高新技术产业开发区 as well.
        case
            when placed.is_zone
                then {{ regexp_remove(
                    "replace(replace(placed.name, provinces.short_name, ''),"
                    ~ " cities.short_name, '')",
                    '^市'
                ) }}
        end as zone_name,
        case
            when placed.is_zone then ''
            when placed.name like '%自治州' or placed.name like '%地区' then 'prefecture'
            when placed.name like '%盟' then 'league'
            when placed.name like '%市' then 'city'
            when placed.level = 'province' then ''
            when placed.name like '%县' then 'county'
            when placed.name like '%旗' then 'banner'
            when placed.name like '%区' then 'district'
            else ''
        end as english_kind
    from placed
    left join divisions as provinces
        on provinces.division_code = placed.province_code
    left join divisions as cities
        on cities.division_code = placed.city_code

),

names as (

    select
        described.division_code,
        described.level,
        described.own_name,
        described.province_code,
        described.city_code,
        described.is_zone,
        spoken.name
    from described
    {{ cross_join_list(list_of_present([
        "own_name",
        "short_name",
        "case when own_name like '%自治区' then short_name || '自治区' end",
        "case when own_name like '%自治州' then short_name || '州' end",
        "case when own_name like '%自治县' then short_name || '县' end",
        "case when own_name like '%自治旗' then short_name || '旗' end",
        "zone_name",
        "replace(replace(zone_name, '高新技术产业开发区', '高新区'), '经济技术开发区', '经开区')",
        "english_name",
        "english_name || ' ' || english_kind",
        "case when short_name = own_name and length(own_name) = 2 then "
            ~ regexp_remove('english_name', '(xian|qu|shi)$') ~ " || ' ' || english_kind end",
    ]), 'spoken', 'name') }}
    union all
    select
        placed.division_code,
        placed.level,
        placed.name as own_name,
        placed.province_code,
        placed.city_code,
        placed.is_zone,
        other_names.other_name as name
    from other_names
    inner join placed
        on placed.division_code = other_names.division_code

),

keyed as (

    select distinct
        division_code,
        level,
        own_name,
        province_code,
        city_code,
        is_zone,
        {{ region_key('name') }} as name_key
    from names

),

-- A district is known without what stands above it only when its kind is said (天河区, not 天河)
-- or when it is a city of its own (昆山); 东区 or 城区 alone name no place.
named as (

    select
        division_code,
        level,
        province_code,
        city_code,
        name_key,
        not {{ regexp_like('name_key', '^[a-z]') }} as is_chinese,
        case
            when is_zone then name_key = own_name
            when level <> 'district' or own_name like '%市' then true
            else {{ regexp_like('name_key', '(..区|县|市|旗|district|county|city|banner)$') }}
        end as is_known_alone
    from keyed
    where name_key is not null

),

-- What may stand before a name, or behind it in English.
upper_names as (

    select
        division_code as upper_code,
        is_chinese,
        name_key as forward_key,
        name_key as backward_key
    from named
    where level <> 'district'
    union all
    select
        cities.division_code as upper_code,
        cities.is_chinese,
        provinces.name_key || cities.name_key as forward_key,
        cities.name_key || provinces.name_key as backward_key
    from named as cities
    inner join named as provinces
        on
            provinces.division_code = cities.province_code
            and provinces.is_chinese = cities.is_chinese
    where cities.level = 'city'

),

named_below as (

    select
        named.division_code,
        named.level,
        named.name_key,
        named.is_chinese,
        uppers.upper_code
    from named
    {{ cross_join_list(list_of_present([
        "case when named.level <> 'province' then named.province_code end",
        "case when named.level = 'district' then named.city_code end",
    ]), 'uppers', 'upper_code') }}

),

readings as (

    select
        name_key as alias_key,
        division_code,
        level,
        is_known_alone as is_meant
    from named
    union all
    select
        orders.alias_key,
        named_below.division_code,
        named_below.level,
        true as is_meant
    from named_below
    inner join upper_names
        on
            upper_names.upper_code = named_below.upper_code
            and upper_names.is_chinese = named_below.is_chinese
    {{ cross_join_list(list_of_present([
        "upper_names.forward_key || named_below.name_key",
        "case when not named_below.is_chinese"
            ~ " then named_below.name_key || upper_names.backward_key end",
    ]), 'orders', 'alias_key') }}

),

meanings as (

    select
        alias_key,
        division_code,
        case level when 'province' then 1 when 'city' then 2 else 3 end as level_rank,
        bool_or(is_meant) as is_meant
    from readings
    group by alias_key, division_code, level

),

-- The highest level at which a key means anything decides; two divisions there: it means none.
decided as (

    select
        alias_key,
        division_code
    from meanings
    qualify
        level_rank = min(level_rank) over (partition by alias_key)
        and count(*) over (partition by alias_key, level_rank) = 1
        and is_meant

),

region_aliases as (

    select
        decided.alias_key,
        decided.division_code,
        described.province,
        described.city,
        described.district,
        described.level,
        described.is_urban
    from decided
    inner join described
        on described.division_code = decided.division_code

)

select * from region_aliases

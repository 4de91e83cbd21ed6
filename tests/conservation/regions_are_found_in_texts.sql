-- Guards the parsing of regions, the macros region_* and stg_reference__region_aliases: texts as
-- people write them, with the division that they mean (null: none, since it would be a guess), and
-- every division by its names from the province down, with and without a street behind. Fails with
-- the texts that are read as another division: a name in division_other_names, or the patterns in
-- region_key_without_detail(), is what to look at.
with divisions as (

    select * from {{ ref('divisions') }}

),

region_aliases as (

    select * from {{ ref('stg_reference__region_aliases') }}

),

written as (

    select
        written.region_text,
        written.division_code
    from (
        values
        ('北京', '110000'),
        ('北京市', '110000'),
        ('Beijing Municipality', '110000'),
        ('北京市北京市', '110100'),
        ('北京市朝阳区', '110105'),
        ('北京市北京市朝阳区', '110105'),
        ('北京市市辖区朝阳区', '110105'),
        ('北京朝阳', '110105'),
        ('Chaoyang District, Beijing', '110105'),
        ('北京市朝阳区建国路小区88号', '110105'),
        ('北京市北京市朝阳区建国路88号', '110105'),
        ('广东-深圳', '440300'),
        ('深圳', '440300'),
        ('中国广东省深圳市', '440300'),
        ('　广东省　深圳市 ', '440300'),
        ('ｇｕａｎｇｄｏｎｇ　ｓｈｅｎｚｈｅｎ', '440300'),
        ('Guangdong Shenzhen', '440300'),
        ('Shenzhen, Guangdong, China', '440300'),
        ('广东省深圳市高新区科技园路1号', '440300'),
        ('广东省深圳市南山区', '440305'),
        ('广东 深圳 南山', '440305'),
        ('深圳市南山区', '440305'),
        ('Guangdong-Shenzhen-Nanshan', '440305'),
        ('Nanshan District, Shenzhen, Guangdong Province, P.R. China', '440305'),
        ('广东省深圳市南山区科技园路1号', '440305'),
        ('广东深圳南山区科技园区1号', '440305'),
        ('广州海珠区新港路1号', '440105'),
        ('天河区', '440106'),
        ('广东省东莞市南城街道', '441900'),
        ('内蒙古呼和浩特', '150100'),
        ('Inner Mongolia Autonomous Region', '150000'),
        ('内蒙古自治区兴安盟人民路1号', '152200'),
        ('新疆乌鲁木齐', '650100'),
        ('恩施州', '422800'),
        ('湖北省恩施州人民路1号', '422800'),
        ('恩施州恩施市', '422801'),
        ('湖北省荆州市沙市区北京路1号', '421002'),
        ('济南市市中区经七路', '370103'),
        ('贵州贵阳清镇市人民路1号', '520181'),
        ('昆山', '320583'),
        ('江苏省昆山市开发区前进路88号', '320583'),
        ('石家庄市高新区', '130171'),
        ('河南省省直辖县级行政区划济源市', '419001'),
        ('重庆市县云阳县', '500235'),
        ('北京市崇文区', '110101'),
        ('浙江省杭州市江干区', '330100'),
        ('吉林', '220000'),
        ('吉林市', '220200'),
        ('海南', '460000'),
        ('海南州', '632500'),
        ('青海省海南州共和县', '632521'),
        ('朝阳', '211300'),
        ('歙县', '341021'),
        ('Xi''an, Shaanxi', '610100'),
        ('Xi’an', '610100'),
        ('Lüliang, Shanxi', '141100'),
        ('Lvliang', '141100'),
        ('香港九龙尖沙咀', '810000'),
        ('Hong Kong SAR, China', '810000'),
        ('Macau', '820000'),
        ('台湾省台北市大安区', '710000'),
        ('朝阳区', null),
        ('鼓楼区', null),
        ('江苏鼓楼区', null),
        ('城区', null),
        ('东区', null),
        ('天河', null),
        ('工业园区', null),
        ('南山区深圳', null),
        ('Suzhou', null),
        ('Nanshan', null),
        ('中国', null),
        ('China', null),
        ('California', null),
        ('London', null),
        ('東京都新宿区', null),
        ('胡志明市第一郡', null),
        ('🎉', null),
        ('''; drop table divisions; --', null)
    ) as written (region_text, division_code)

),

official as (

    select
        coalesce(provinces.name, '') || coalesce(cities.name, '') || divisions.name as region_text,
        divisions.division_code
    from divisions
    left join divisions as cities
        on cities.division_code = divisions.parent_code
    left join divisions as provinces
        on provinces.division_code = cities.parent_code

),

-- The name of a zone may hold that of the city (张家口市察北管理区) and is cut too short then, as is
-- a name that does not end in its kind.
addresses as (

    select
        region_text || '市民小区路1号' as region_text,
        division_code
    from official
    where
        division_code not like '%0000'
        and not substr(division_code, 5, 2) between '71' and '80'
        and {{ regexp_like('region_text', '[区县市旗盟州]$') }}

),

texts as (

    select * from written
    union all
    select * from official
    union all
    select * from addresses

),

cleaned as (

    select
        division_code,
        {{ clean_text('region_text') }} as region_text
    from texts

),

found as (

    select
        cleaned.region_text,
        cleaned.division_code as expected_code,
        {{ region_value('division_code') }} as found_code
    from cleaned
    {{ region_joins('cleaned.region_text') }}

)

select *
from found
where found_code is distinct from expected_code

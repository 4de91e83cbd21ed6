{#- The region key cut behind its district, for texts that go on with a street: province and city where they are
    named with their kind, then up to the next 区, 县, 市 or 旗. Null where there is none (English texts, too).
    Names that hold such a character themselves (沙市区) come out short (沙市), which is a known alias as well.
    In: a text that clean_text gave. Out: text; '广东省深圳市南山区科技园路1号' gives '广东省深圳市南山区'. -#}
{% macro region_key_without_detail(text) -%}
    nullif({{ regexp_group(
        region_key(text),
        '^' ~ region_province_pattern() ~ '?' ~ region_city_pattern() ~ '?.*?(.[县市旗]|[^治]区)',
        0
    ) }}, '')
{%- endmacro %}

{#- A province named with its kind, at the start of a key; a municipality may be named twice. -#}
{% macro region_province_pattern() -%}
    {{ return('(北京市|天津市|上海市|重庆市|[^省市区县旗盟]{2,8}?(省|自治区|特别行政区))') }}
{%- endmacro %}

{#- A city named with its kind, behind a province or at the start of a key. -#}
{% macro region_city_pattern() -%}
    {{ return('([^省市区县旗盟]{1,12}?(市|自治州|地区|盟)|[^省市区县旗盟]{1,4}?州)') }}
{%- endmacro %}

{#- The region key cut behind its city, for texts whose district is not of today (北京市崇文区, 深圳市高新区): the city
    is true all the same. Without a city named with its kind: the province. Null where there is neither.
    In: a text that clean_text gave. Out: text; '浙江省杭州市江干区' gives '浙江省杭州市'. -#}
{% macro region_key_without_district(text) -%}
    nullif({{ regexp_group(
        region_key(text),
        '^(香港|澳门|台湾|' ~ region_province_pattern() ~ '?' ~ region_city_pattern() ~ '|' ~ region_province_pattern() ~ ')',
        0
    ) }}, '')
{%- endmacro %}

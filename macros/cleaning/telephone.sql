{#- What a telephone field holds. In: a column of clean text. Out: null for null, else one of
    mobile       a mainland mobile, 1[3-9] and nine digits (numbering plan of mainland China)
    telephone    a landline or a foreign number that can be written as E.164
    masked       138****5678: kept as what it is
    virtual      18877771111-123, a number that a platform lent for one parcel
    spreadsheet  1.38E+10: digits are lost, and a guess would link people
    invalid      anything else
    A number with another country's prefix is no mobile: +1 381 234 5678 has the same 11 digits as one. Nor is a
    number without a prefix where var default_country_code is another country's: 1 381 234 5678 is dialled in America. -#}
{% macro telephone_kind(column) -%}
    case
        when {{ column }} is null then null
        {%- if var('default_country_code') == '86' %}
        when {{ regexp_like(column, '^1[3-9][0-9]{9}$') }} then 'mobile'
        {%- endif %}
        when {{ regexp_like(column, '^[(]?[+]?[0-9][-() 0-9]*[*xX]{2,}[-*xX 0-9]*$|^[*]{2,}[-* 0-9]*$') }} then 'masked'
        when {{ regexp_like(column, '^([+]?86|0086)?[ -]?1[0-9]{10} ?(-|,|_|转|ext[.]?) ?[0-9]{2,6}$') }} then 'virtual'
        when {{ regexp_like(column, '^[0-9]([.][0-9]+)?[eE][+]?[0-9]+$') }} then 'spreadsheet'
        when {{ regexp_like(column, mobile_pattern()) }} then 'mobile'
        when {{ normalize_telephone(column) }} is not null then 'telephone'
        else 'invalid'
    end
{%- endmacro %}

{#- The 11 digits of a mainland mobile, however written (+86, 0086, blanks, dashes); null where it is none. -#}
{% macro normalize_mobile(column) -%}
    case
        when {{ regexp_like(column, mobile_pattern()) }}
            then right({{ regexp_remove(column, '[.]0$|[^0-9]') }}, 11)
    end
{%- endmacro %}

{% macro mobile_pattern() -%}
    ^(?:[(]?(?:[+]|00)86[)]?|86){{ '?' if var('default_country_code') == '86' }}[ -]*1[ -]*[3-9](?:[ -]*[0-9]){9}(?:[.]0)?$
{%- endmacro %}

{#- 138****5678 of a mainland mobile whose middle digits are masked, however; null for anything else. -#}
{% macro masked_mobile(column) -%}
    {%- set pattern = '^(1[3-9][0-9])[- ]?[*xX]{4}[- ]?([0-9]{4})$' -%}
    case
        when {{ regexp_like(column, pattern) }}
            then {{ regexp_group(column, pattern, 1) }} || '****' || {{ regexp_group(column, pattern, 2) }}
    end
{%- endmacro %}

{#- A landline or foreign number as E.164 (ITU-T E.164, 2010: at most 15 digits); null where it is none or a mainland
    mobile. Numbers without a country's prefix are those of var default_country_code. -#}
{% macro normalize_telephone(column) -%}
    {#- +44 (0)20 ...: the zero is dialled inside the country only. -#}
    {%- set digits = regexp_remove(column, '[(]0[)]|[.]0$|[^0-9]') -%}
    {%- set country = var('default_country_code') -%}
    {#- Mainland landlines: area code and 7 or 8 digits; service numbers 400 and 800. -#}
    {%- set landline = '(?:10|2[0-9]|[3-9][0-9]{2})[2-8][0-9]{6,7}' -%}
    {%- set service = '[48]00[0-9]{7}' -%}
    case
        when not {{ regexp_like(column, '^[(]?[+]?[-() .0-9]+$') }} then null
        when {{ regexp_like(column, '^[(]?([+]|00)86') }}
            then '+86' || nullif({{ regexp_group(digits, '^(?:00)?860?(' ~ landline ~ '|' ~ service ~ ')$', 1) }}, '')
        {%- if country == '86' %}
        when {{ regexp_like(column, '^[(]?0[1-9]') }} and {{ regexp_like(digits, '^0' ~ landline ~ '$') }}
            then '+86' || substr({{ digits }}, 2)
        when {{ regexp_like(digits, '^' ~ service ~ '$') }} then '+86' || {{ digits }}
        {%- endif %}
        when {{ regexp_like(column, '^[(]?[+]') }}
            then '+' || nullif({{ regexp_group(digits, '^[1-9][0-9]{7,14}$', 0) }}, '')
        when {{ regexp_like(digits, '^00[1-9][0-9]{7,14}$') }} then '+' || substr({{ digits }}, 3)
        {%- if country == '1' %}
        when {{ regexp_like(digits, '^1?[2-9][0-9]{2}[2-9][0-9]{6}$') }} then '+1' || right({{ digits }}, 10)
        {%- elif country != '86' %}
        when {{ regexp_like(digits, '^0?[1-9][0-9]{6,11}$') }}
            then '+{{ country }}' || {{ regexp_group(digits, '^0?([0-9]+)$', 1) }}
        {%- endif %}
    end
{%- endmacro %}

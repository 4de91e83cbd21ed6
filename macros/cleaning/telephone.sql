{#- What a telephone field holds. In: a column of clean text. Out: null for null, else one of
    mobile       a mainland mobile, 1[3-9] and nine digits (numbering plan of mainland China)
    telephone    a landline or a foreign number that can be written as E.164
    masked       138****5678: kept as what it is
    virtual      18877771111-123, a number that a platform lent for one parcel
    spreadsheet  1.38E+10: digits are lost, and a guess would link people
    invalid      anything else
    A number with another country's prefix is no mobile: +1 381 234 5678 has the same 11 digits as one. -#}
{% macro telephone_kind(column) -%}
    case
        when {{ column }} is null then null
        when {{ regexp_like(column, '^1[3-9][0-9]{9}$') }} then 'mobile'
        when {{ regexp_like(column, '^[0-9+]+[*xX]{2,}[0-9]*$') }} then 'masked'
        when {{ regexp_like(column, '^([+]?86|0086)?[ -]?1[0-9]{10} ?(-|,|_|转|ext[.]?) ?[0-9]{2,6}$') }} then 'virtual'
        when {{ regexp_like(column, '^[0-9]([.][0-9]+)?[eE][+]?[0-9]+$') }} then 'spreadsheet'
        when {{ regexp_like(column, mobile_pattern()) }} then 'mobile'
        when {{ e164(column) }} is not null then 'telephone'
        else 'invalid'
    end
{%- endmacro %}

{#- The 11 digits of a mainland mobile, however written (+86, 0086, blanks, dashes, brackets); null where it is none. -#}
{% macro normalize_mobile(column) -%}
    case
        when {{ regexp_like(column, '^1[3-9][0-9]{9}$') }} then {{ column }}
        when {{ telephone_kind(column) }} = 'mobile'
            then right({{ regexp_remove(regexp_remove(column, '[.]0$'), '[^0-9]') }}, 11)
    end
{%- endmacro %}

{#- A landline or foreign number as E.164 (ITU-T E.164, 2010: at most 15 digits); null where it is none or a mainland
    mobile. Numbers without a country's prefix are those of var default_country_code. -#}
{% macro normalize_telephone(column) -%}
    case when {{ telephone_kind(column) }} = 'telephone' then {{ e164(column) }} end
{%- endmacro %}

{% macro mobile_pattern() -%}
    ^(?:[(]?(?:[+]|00)86[)]?|86)?[ -]*1[ -]*[3-9](?:[ -]*[0-9]){9}(?:[.]0)?$
{%- endmacro %}

{% macro e164(column) -%}
    {%- set digits = regexp_remove(column, '[^0-9]') -%}
    {%- set country = var('default_country_code') -%}
    case
        when not {{ regexp_like(column, '^[+]?[-() .0-9]+$') }} then null
        -- Mainland landlines: area code and 7 or 8 digits; service numbers 400 and 800.
        when {{ regexp_like(digits, '^(0086|86)?0?(10|2[0-9]|[3-9][0-9]{2})[2-8][0-9]{6,7}$') }}
            and ({{ regexp_like(column, '^([+]|00)86') }} or ('{{ country }}' = '86' and {{ column }} like '%0%' and {{ regexp_like(column, '^[(]?0[1-9]') }}))
            then '+86' || {{ regexp_group(digits, '^(?:0086|86)?0?([0-9]+)$', 1) }}
        when '{{ country }}' = '86' and {{ regexp_like(digits, '^[48]00[0-9]{7}$') }} then '+86' || {{ digits }}
        when {{ regexp_like(column, '^([+]|00)86') }} then null
        when {{ regexp_like(column, '^[(]?[+]') }} and {{ regexp_like(digits, '^[1-9][0-9]{7,14}$') }} then '+' || {{ digits }}
        when {{ regexp_like(digits, '^00[1-9][0-9]{7,14}$') }} then '+' || substr({{ digits }}, 3)
        {%- if country != '86' %}
        when {{ regexp_like(digits, '^0?[1-9][0-9]{6,11}$') }}
            then '+{{ country }}' || {{ regexp_group(digits, '^0?([0-9]+)$', 1) }}
        {%- endif %}
    end
{%- endmacro %}

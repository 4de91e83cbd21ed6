{#- The key by which two spellings of a company's name are the same: small letters, no blanks and no punctuation.
    In: a column of clean text. Out: text; 'Acme Trading Co., Ltd.' gives 'acmetradingcoltd'. -#}
{% macro company_key(column) -%}
    {{ regexp_remove("lower(" ~ column ~ ")", '[ ().,·・"_-]') }}
{%- endmacro %}

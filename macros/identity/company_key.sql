{#- The key by which two spellings of a company's name are the same: small letters, no blanks and no punctuation.
    In: a column of clean text. Out: text, null where nothing is left; 'Acme Trading Co., Ltd.' gives 'acmetradingcoltd'. -#}
{% macro company_key(column) -%}
    nullif({{ regexp_remove("lower(" ~ column ~ ")", '[ ().,·・"_-]') }}, '')
{%- endmacro %}

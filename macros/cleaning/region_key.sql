{#- The key under which a region's text is looked up in stg_reference__region_aliases: small letters and digits of any
    script, without separators, without the country and without words that tell nothing (Province, Autonomous
    Region, 市辖区); ü is v, as keyboards have it. Null when nothing is left.
    In: a text that clean_text gave (NFKC is done there). Out: text; '中国 广东-深圳' and '广东深圳' are one key. -#}
{% macro region_key(text) -%}
    {%- set empty_words = '(^|[^a-z])((((zhuang|hui|uyg?h?ur) )?autonomous region|special administrative region'
        ~ '|provinces?|prov|municipality|sar|people.?s republic of china|mainland china|p[.]?r[.]? ?china|prc|china)'
        ~ '([^a-z]+|$))+' -%}
    {%- set empty_characters = '[^0-9a-z' ~ '\u00df-\u1fff\u3040-\u9fff\uac00-\ud7a3' ~ ']+'
        ~ '|^(中华人民共和国|中国大陆|中国)|市辖区|(省|自治区)直辖县级行政(区划|单位)' -%}
    nullif({{ regexp_remove(
        "case when " ~ regexp_like(text, '[A-Za-z]')
        ~ " then " ~ regexp_replace_all("replace(lower(" ~ text ~ "), 'ü', 'v')", empty_words, ' ')
        ~ " else " ~ text ~ " end",
        empty_characters
    ) }}, '')
{%- endmacro %}

{#- The text in Unicode form NFKC: full-width letters and digits become plain ones, parts of a letter one letter.
    DuckDB has no such function and calls the session's Python function `nfkc`; Spark calls ICU, which it carries
    for its collations. Both calls are dear, so only texts go there that hold a character that NFKC may change:
    not ASCII, Latin-1 letters, CJK ideographs or the commonest CJK punctuation.
    To Spark a call by reflection is not deterministic: use nfkc() in a select list, not inside an aggregate
    function or a join condition. -#}
{% macro nfkc(text) -%}
    {{ return(adapter.dispatch('nfkc', 'customer360')(text)) }}
{%- endmacro %}

{% macro default__nfkc(text) -%}
    case when {{ regexp_like(text, nfkc_may_change()) }} then nfkc({{ text }}) else {{ text }} end
{%- endmacro %}

{% macro spark__nfkc(text) -%}
    case
        when {{ regexp_like(text, nfkc_may_change()) }}
            then reflect('com.ibm.icu.text.Normalizer', 'compose', {{ text }}, true)
        else {{ text }}
    end
{%- endmacro %}

{#- Any character outside the ranges in which NFKC changes nothing. -#}
{% macro nfkc_may_change() -%}
    {{ return('[^ -~·À-ÿ—‘-”、。《-】㐀-䶿一-鿿]') }}
{%- endmacro %}

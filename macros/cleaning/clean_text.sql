{#- A text as it was meant: Unicode NFKC, without zero-width characters, trimmed, inner white space one blank; null where
    it only says that nothing is known (var missing_markers, in any case of letters). Any script survives.
    Printable ASCII and Chinese without blanks is clean as it is: most values, and the cheap path.
    In: a column of raw text. Out: text or null. -#}
{% macro clean_text(column) -%}
    nullif({{ regexp_remove(
        "case when " ~ regexp_like(column, '^[!-~\u4e00-\u9fff]+$') ~ " then " ~ column
        ~ " else " ~ normalized_text(column) ~ " end",
        '^(?i:' ~ (var('missing_markers') | join('|')) ~ ')$'
    ) }}, '')
{%- endmacro %}

{#- The part of clean_text that changes characters. -#}
{% macro normalized_text(column) -%}
    trim({{ regexp_replace_all(
        "translate(" ~ nfkc(column) ~ ", '\u200b\u200c\u200d\u200e\u200f\u2060\ufeff', '')", '[ \t\r\n]+', ' '
    ) }})
{%- endmacro %}

{#- A text that is equal for rows of equal content: the last tiebreak among rows of one key, so that the order of rows
    never decides. Empty is null: CSV files cannot tell them apart, seeds and tables can.
    In: names of columns. Out: md5 in hex. -#}
{% macro row_fingerprint(columns) -%}
    md5(concat_ws('|', {% for column in columns %}coalesce({{ column }}, ''){{ ', ' if not loop.last }}{% endfor %}))
{%- endmacro %}

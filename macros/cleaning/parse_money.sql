{#- A sum of money in yuan: 1234.5, ¥1,234.50, 1234.5元, 1.2万, RMB 88, (15.00). In: a column of clean text (full-width
    digits are plain by then). Out: decimal(18, 2), half a fen rounded away from zero; null where it is no sum in yuan:
    another currency, commas that do not stand at the thousands, two signs, half a pair of brackets,
    a trillion or more (sums of such would not fit). -#}
{% macro parse_money(column) -%}
    {%- set currency = '(?i:¥|RMB|CNY|人民币)' -%}
    {%- set amount = '(?:[0-9]+|[0-9]{1,3}(?:,[0-9]{3})+)(?:[.][0-9]+)? ?[千万亿]?(?i:元|圆|块|RMB|CNY)?整?' -%}
    case
        when {{ regexp_like(column, '^-?[0-9]+([.][0-9]+)?$') }} then cast(try_cast({{ column }} as decimal(14, 2)) as decimal(18, 2))
        when {{ regexp_like(
            column,
            '^(?:(?:[+-]?' ~ currency ~ '? ?|' ~ currency ~ ' ?[+-])' ~ amount ~ '|[(]' ~ currency ~ '? ?' ~ amount ~ '[)])$'
        ) }}
            then cast(try_cast(
                try_cast({{ regexp_remove(column, '[^0-9.]') }} as decimal(26, 10))
                * case
                    when {{ column }} like '%亿%' then 100000000
                    when {{ column }} like '%万%' then 10000
                    when {{ column }} like '%千%' then 1000
                    else 1
                end
                * case when {{ column }} like '%-%' or {{ column }} like '(%' then -1 else 1 end
                as decimal(14, 2)
            ) as decimal(18, 2))
    end
{%- endmacro %}

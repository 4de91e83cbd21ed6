{#- A sum of money shared out, to the cent, half a cent up; whole cents are divided, since engines round the quotient of
    decimals each in its own way. In: a sum with two places, a count. Out: decimal(18, 2); null where either is null. -#}
{% macro mean_amount(amount, n) -%}
    cast(
        cast(floor((2 * cast({{ amount }} * 100 as bigint) + {{ n }}) / (2e0 * {{ n }})) as bigint) / 100
        as decimal(18, 2)
    )
{%- endmacro %}

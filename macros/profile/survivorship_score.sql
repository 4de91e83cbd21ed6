{#- What the rule in a column gives a candidate: the smallest wins, what is not known comes last.
    In: a column of names of rules, null for none. Out: bigint, never null, so that two are equal or not. -#}
{% macro survivorship_score(rule) -%}
    coalesce(
        case {{ rule }}
            {%- for name, score in survivorship_scores().items() %}
            when '{{ name }}' then cast({{ score }} as bigint)
            {%- endfor %}
        end,
        9223372036854775807
    )
{%- endmacro %}

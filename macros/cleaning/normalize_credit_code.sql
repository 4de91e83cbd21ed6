{#- A unified social credit code of China that can be right, else null: 18 signs of GB 32100-2015, which has no I, O, S, V
    and Z (authority, kind, six digits of the division, nine of the organisation), the last being the check sign of
    ISO 7064:1983, MOD 31-3: sign i weighs 3 to the power i - 1. In: a column of clean text. Out: text in capitals,
    without blanks and dashes. -#}
{% macro normalize_credit_code(column) -%}
    {%- set code = "upper(" ~ regexp_remove(column, '[ -]') ~ ")" -%}
    {%- set signs = '0123456789ABCDEFGHJKLMNPQRTUWXY' -%}
    {%- set weights = [1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28] -%}
    case
        when {{ regexp_like(code, '^[' ~ signs ~ ']{2}[0-9]{6}[' ~ signs ~ ']{10}$') }}
            and (
                {%- for weight in weights %}
                {{ weight }} * (instr('{{ signs }}', substr({{ code }}, {{ loop.index }}, 1)) - 1) +
                {%- endfor %}
                instr('{{ signs }}', right({{ code }}, 1)) - 1
            ) % 31 = 0
            then {{ code }}
    end
{%- endmacro %}

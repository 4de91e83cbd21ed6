{#- Core values as people may read them. Each: text in, text out, null stays null. -#}

{#- 138****5678 -#}
{% macro mask_mobile(column) -%}
    left({{ column }}, 3) || '****' || right({{ column }}, 4)
{%- endmacro %}

{#- z***@qq.com -#}
{% macro mask_email(column) -%}
    left({{ column }}, 1) || '***@' || split_part({{ column }}, '@', 2)
{%- endmacro %}

{#- 张*, 欧*娜, M*** S***: enough to see whether two are alike in kind, too little to tell whose it is. -#}
{% macro mask_name(column) -%}
    case
        when {{ regexp_like(column, cjk_name()) }}
            then left({{ column }}, 1) || '*' || case
                when length({{ column }}) > 2 then right({{ column }}, 1) else ''
            end
        else {{ regexp_rewrite(column, '([^ ])[^ ]*', '$1***') }}
    end
{%- endmacro %}

{#- Any core value in any notation: at most its first and its last two characters. -#}
{% macro mask_any(column) -%}
    case
        when length({{ column }}) >= 7 then left({{ column }}, 1) || '****' || right({{ column }}, 2)
        when {{ column }} <> '' then '****'
        else {{ column }}
    end
{%- endmacro %}

{#- A text that should hold no core value but may (a mobile as nickname, an e-mail in a remark): masked where it does,
    in whatever width and spacing it is written. Of seven digits and more in other texts none can be told from an order
    number, in a text with Chinese words they are taken for a telephone number. -#}
{% macro mask_embedded(column) -%}
    {%- set between = '[ .()\u200c\u200d-]{0,3}' -%}
    {%- set notations = [
        '(^|[^0-9]|86|(^|[^0-9])0)1' ~ between ~ '[3-9](' ~ between ~ '[0-9]){9}($|[^0-9])',
        '(^|[^0-9])0[1-9][0-9]{1,2}' ~ between ~ '[2-9]([ -]?[0-9]){6,7}($|[^0-9])',
        '[+][1-9](' ~ between ~ '[0-9]){7}',
        '[1-9](' ~ between ~ '[0-9]){16}' ~ between ~ '[0-9Xx]',
        '[0-9]{4}([ -][0-9]{4}){3}',
        '[\u4e00-\u9fff].*[0-9](' ~ between ~ '[0-9]){6}',
        '[0-9](' ~ between ~ '[0-9]){6}.*[\u4e00-\u9fff]',
        '[^ @] ?@ ?[^ @]+[.]',
    ] -%}
    case
        when {{ regexp_like(normalized_text(column), notations | join('|')) }} then {{ mask_any(column) }}
        else {{ column }}
    end
{%- endmacro %}

{#- A line that could not be divided into fields, where any value may stand anywhere: its first 500 characters, digits
    as 9, all else but what divides fields as x. -#}
{% macro mask_line(column) -%}
    {%- set digits_masked = regexp_replace_all('left(' ~ column ~ ', 500)', '[0-9]', '9') -%}
    {{ regexp_replace_all(digits_masked, "[^-9 ,;|'=@:./()+\t\u0001" ~ '"]', 'x') }}
{%- endmacro %}

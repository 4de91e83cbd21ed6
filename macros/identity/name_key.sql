{#- What a name says of identity. Chinese, Japanese and Korean names have two signs or more; other names at least two
    words. A title (张女士, Mr Smith), a mask (张**, 张某), a nickname (小王), an initial or a remark is no full name: it is
    compatible or unknown, never different. -#}

{#- The key by which full names are the same: small letters, no blanks and dots; of other scripts the words without
    titles and initials, two words in either order, so that John F. Kennedy is Kennedy John. Null where the name is not
    full. In: a column of clean text. -#}
{% macro name_key(column) -%}
    {%- set words = name_words(column) -%}
    case
        when {{ is_partial_name(column) }} then null
        when {{ regexp_like(column, cjk_name()) }} then {{ regexp_remove(column, '[ ·・]') }}
        when {{ words }} like '% % %' then {{ words }}
        when {{ words }} like '% %'
            then least(split_part({{ words }}, ' ', 1), split_part({{ words }}, ' ', 2))
                || ' ' || greatest(split_part({{ words }}, ' ', 1), split_part({{ words }}, ' ', 2))
    end
{%- endmacro %}

{#- The words of a name in small letters, without titles and single letters; blanks are doubled first, so that each
    word has its own. -#}
{% macro name_words(column) -%}
    trim({{ regexp_replace_all(
        regexp_remove(
            "' ' || replace(lower(" ~ column ~ "), ' ', '  ') || ' '",
            ' (mr|mrs|ms|miss|dr|prof|sir|herr|frau|mme|mlle|sra?|[^ ' ~ cjk_signs() ~ '])[.]? '
        ), ' +', ' '
    ) }})
{%- endmacro %}

{#- The first sign of a partial Chinese name that stands for a family name (张女士, 张**, 张某), else null. -#}
{% macro family_name_of_partial(column) -%}
    case
        when {{ is_partial_name(column) }} and {{ regexp_like(column, '^[一-鿿] ?(' ~ name_titles() ~ '|某|[*＊xX])') }}
            then left({{ column }}, 1)
    end
{%- endmacro %}

{% macro is_partial_name(column) -%}
    {{ regexp_like(
        column,
        '[0-9*＊@_]|某|(' ~ name_titles() ~ ')$|^[小老阿] ?[一-鿿]$|^[一-鿿] ?[xX]{1,2}$'
    ) }}
{%- endmacro %}

{#- The full name with which a guide's note seems to begin (曹浩然 苏州, Olivia Jones), as name_key would have it, else
    null: two or three signs alone or before a blank, or two words with capitals. A guess, good for doubt alone. -#}
{% macro noted_name(column) -%}
    case
        when {{ regexp_like(column, '^[一-鿿]{2,3}( |$)') }}
            then {{ name_key("split_part(" ~ column ~ ", ' ', 1)") }}
        when {{ regexp_like(column, '^[A-Z][a-z]+ [A-Z][a-z]+$') }} then {{ name_key(column) }}
    end
{%- endmacro %}

{#- The sex that a title tells (张女士, Mr Smith), else null. -#}
{% macro gender_of_title(column) -%}
    case
        when {{ regexp_like("lower(" ~ column ~ ")", '先生$|叔叔$|^(mr|herr)[. ]') }} then 'male'
        when {{ regexp_like("lower(" ~ column ~ ")", '(女士|小姐|太太|阿姨)$|^(mrs|ms|miss|frau|mme|mlle)[. ]') }}
            then 'female'
    end
{%- endmacro %}

{% macro name_titles() -%}
    先生|女士|小姐|太太|老师|老板|经理|阿姨|叔叔|师傅|同学
{%- endmacro %}

{% macro cjk_name() -%}
    ^[{{ cjk_signs() }}][{{ cjk_signs() }} ·・]{1,14}$
{%- endmacro %}

{#- Ranges of a regular expression; the last holds the rare signs of names such as 李𬀩. -#}
{% macro cjk_signs() -%}
    一-鿿㐀-䶿぀-ヿ가-힣𠀀-𳎯
{%- endmacro %}

{#- Whether a name is a company's, by its ending (seed company_suffixes); Latin endings are words of their own, or Mr
    Vinc were a company. In: a name column; the seed's column. -#}
{% macro has_suffix(column, suffix) -%}
    right(lower({{ column }}), length({{ suffix }})) = {{ suffix }}
    and (
        {{ regexp_like(suffix, '^[^a-z]') }}
        or {{ regexp_like("right(lower(" ~ column ~ "), length(" ~ suffix ~ ") + 1)", '^[^a-z]') }}
    )
{%- endmacro %}

{#- The letters of a nickname or of an e-mail address before the @, small, without what is added to make it unique
    (digits, dots, dashes); null where anything else stands in it or fewer than four are left: Zhang.Wei_86 is zhangwei. -#}
{% macro handle_letters(column) -%}
    {{ regexp_group(
        regexp_remove("lower(" ~ column ~ ")", '[0-9._ -]'), '^[a-z]{4,}$', 0
    ) }}
{%- endmacro %}

{#- A nickname in the one form in which equal nicknames are equal; null for what platforms call those who chose none
    (variable nicknames_of_nobody). -#}
{% macro nickname_key(column) -%}
    case
        when lower({{ column }}) not in ({% for name in var('nicknames_of_nobody') %}'{{ name }}'{{ ', ' if not loop.last }}{% endfor %})
            then replace(lower({{ column }}), ' ', '')
    end
{%- endmacro %}

{#- A resident's id number that can be right, else null. By var national_id_rule:
    cn_gb11643  18 characters with a birth date that exists and is past, and the check character of GB 11643-1999
                (ISO 7064:1983, MOD 11-2)
    any         whatever has five characters or more: other countries' numbers
    In: a column of clean text. Out: text in capitals, without blanks. -#}
{% macro normalize_national_id(column) -%}
    {%- if var('national_id_rule') == 'cn_gb11643' -%}
    case
        when {{ regexp_like("upper(" ~ column ~ ")", '^[1-9][0-9]{16}[0-9X]$') }}
            and try_cast({{ national_id_birth_text(column) }} as date) between date '1900-01-01' and date '2100-12-31'
            and not {{ is_future("try_cast(" ~ national_id_birth_text(column) ~ " as date)") }}
            and substr('10X98765432', 1 + cast((
                {%- for weight in [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2] %}
                {{ weight }} * coalesce(try_cast(substr({{ column }}, {{ loop.index }}, 1) as int), 0){{ ' +' if not loop.last }}
                {%- endfor %}
            ) % 11 as int), 1) = right(upper({{ column }}), 1)
            then upper({{ column }})
    end
    {%- elif var('national_id_rule') == 'any' -%}
    case when length(replace({{ column }}, ' ', '')) >= 5 then upper(replace({{ column }}, ' ', '')) end
    {%- else -%}
        {{ exceptions.raise_compiler_error("var national_id_rule is '" ~ var('national_id_rule') ~ "': use cn_gb11643 or any") }}
    {%- endif -%}
{%- endmacro %}

{#- What a valid id number tells by itself; null under rules whose numbers tell nothing. -#}
{% macro national_id_birth_date(id) -%}
    {%- if var('national_id_rule') == 'cn_gb11643' -%} try_cast({{ national_id_birth_text(id) }} as date) {%- else -%} cast(null as date) {%- endif -%}
{%- endmacro %}

{% macro national_id_gender(id) -%}
    {%- if var('national_id_rule') == 'cn_gb11643' -%}
    case when {{ id }} is not null then case when try_cast(substr({{ id }}, 17, 1) as int) % 2 = 1 then 'male' else 'female' end end
    {%- else -%} cast(null as string) {%- endif -%}
{%- endmacro %}

{% macro national_id_area_code(id) -%}
    {%- if var('national_id_rule') == 'cn_gb11643' -%} left({{ id }}, 6) {%- else -%} cast(null as string) {%- endif -%}
{%- endmacro %}

{% macro national_id_birth_text(id) -%}
    substr({{ id }}, 7, 4) || '-' || substr({{ id }}, 11, 2) || '-' || substr({{ id }}, 13, 2)
{%- endmacro %}

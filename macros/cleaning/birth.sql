{#- A day of birth: no day after the extracts were taken, none more than 120 years before.
    In: a column of clean text. Out: date or null. -#}
{% macro parse_birth_date(column) -%}
    case
        when coalesce({{ days_between(parse_date(column), extracted_on()) }} between 0 and 120 * 366, true)
            then {{ parse_date(column) }}
    end
{%- endmacro %}

{#- Years of age, 0 to 120; 28岁 is 28. In: a column of clean text. Out: whole number or null. -#}
{% macro parse_age(column) -%}
    case
        when {{ regexp_like(column, '^[0-9]{1,3}([.]0)?(岁|周岁)?$') }}
            and cast({{ regexp_group(column, '^([0-9]+)', 1) }} as int) <= 120
            then cast({{ regexp_group(column, '^([0-9]+)', 1) }} as int)
    end
{%- endmacro %}

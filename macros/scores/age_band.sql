{#- The age band of tables and reports. In: an expression of whole years. Out: text such as `25-34`, or unknown. -#}
{% macro age_band(age) -%}
    case
        when {{ age }} is null then 'unknown'
        when {{ age }} < 18 then '0-17'
        when {{ age }} < 25 then '18-24'
        when {{ age }} < 35 then '25-34'
        when {{ age }} < 45 then '35-44'
        when {{ age }} < 55 then '45-54'
        when {{ age }} < 65 then '55-64'
        else '65+'
    end
{%- endmacro %}

{#- Whole years from one date to another, as birthdays are counted. In: two date expressions. -#}
{% macro years_between(earlier, later) -%}
    (
        year({{ later }}) - year({{ earlier }})
        - case
            when month({{ later }}) * 100 + day({{ later }}) < month({{ earlier }}) * 100 + day({{ earlier }}) then 1
            else 0
        end
    )
{%- endmacro %}

{#- The part of the day to which an hour belongs. In: an expression of the hour, 0 to 23. Out: text such as `06-09`. -#}
{% macro hour_band(hour) -%}
    case
        when {{ hour }} < 6 then '00-06'
        when {{ hour }} < 9 then '06-09'
        when {{ hour }} < 12 then '09-12'
        when {{ hour }} < 14 then '12-14'
        when {{ hour }} < 18 then '14-18'
        when {{ hour }} < 22 then '18-22'
        when {{ hour }} <= 23 then '22-24'
    end
{%- endmacro %}

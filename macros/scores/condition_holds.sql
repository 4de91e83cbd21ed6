{#- Whether a condition of a rule holds: a seed states measure, comparison and threshold. A measure that is not known
    meets no condition. In: expressions of the value, the comparison and the threshold. -#}
{% macro condition_holds(value, comparison, threshold) -%}
    case {{ comparison }}
        when '>=' then {{ value }} >= {{ threshold }}
        when '>' then {{ value }} > {{ threshold }}
        when '<=' then {{ value }} <= {{ threshold }}
        when '<' then {{ value }} < {{ threshold }}
        when '=' then {{ value }} = {{ threshold }}
    end
{%- endmacro %}

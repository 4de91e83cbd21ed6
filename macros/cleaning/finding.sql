{#- One entry of a base model's list of findings: 'column|rule|value', or null where the condition does not hold.
    The value must be masked already where the column is core. Rules: seeds/reference/finding_rules.csv. -#}
{% macro finding(column, rule, condition, value="''") -%}
    case when {{ condition }} then '{{ column }}|{{ rule }}|' || coalesce({{ value }}, '') end
{%- endmacro %}

{#- One reason to keep a row out: 'column|reason', or null where the condition does not hold. -#}
{% macro rejection(column, reason, condition) -%}
    case when {{ condition }} then '{{ column }}|{{ reason }}' end
{%- endmacro %}

{#- Dated after the day on which the extracts were taken; false where that day is not known. -#}
{% macro is_future(timestamp) -%}
    coalesce(cast({{ timestamp }} as date) > {{ extracted_on() }}, false)
{%- endmacro %}

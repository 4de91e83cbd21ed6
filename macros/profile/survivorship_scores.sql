{#- The rules by which a value survives, each with what it looks at: the smallest number wins. In seed survivorship_rules
    an attribute names them in the order in which they decide. Of candidates as int_profile__attributes has them. -#}
{% macro survivorship_scores() -%}
    {{ return({
        'valid_first': "case when origin = 'national_id' then 0 else 1 end",
        'most_complete': "completeness_rank",
        'priority': "source_priority",
        'earliest': timestamp_to_microseconds('registered_at'),
        'most_recent': "-" ~ timestamp_to_microseconds('observed_at'),
        'most_frequent': "-n_of_value",
    }) }}
{%- endmacro %}

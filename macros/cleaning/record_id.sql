{#- The id of an account record, `<channel>:<key>`: the parts of the key joined by dots, empty parts left out.
    In: the channel, column names. Out: text. -#}
{% macro record_id(channel, parts) -%}
    '{{ channel }}:' || concat_ws('.', {{ parts | join(', ') }})
{%- endmacro %}

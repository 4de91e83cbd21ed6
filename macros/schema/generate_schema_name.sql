{#- Marts are in the target's own schema (`main`), everything else in schemas of its own, without a prefix: who opens the
    warehouse sees the marts first, and a grant on one schema does not reach plaintext values in another.
    In: the schema that the project names for a folder, or none. Out: name of the schema. -#}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ target.schema if custom_schema_name is none else custom_schema_name | trim }}
{%- endmacro %}

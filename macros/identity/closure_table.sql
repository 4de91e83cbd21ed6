{#- What the materializations that run in steps share: how they begin, and how the table of their
    result takes the place of the old one. -#}
{% macro begin_closure() %}
    {% for name in closure_leftovers() %}
        {% do drop_closure_table(this.incorporate(path={'identifier': name}, type='table')) %}
    {% endfor %}

    {% do run_hooks(pre_hooks, inside_transaction=False) %}
    {% do run_hooks(pre_hooks, inside_transaction=True) %}
{% endmacro %}


{#- Writes the result, drops the steps that are left, and puts the new table in the old one's place;
    returns it. -#}
{% macro finish_closure(result_sql, steps) %}
    {%- set existing_relation = load_cached_relation(this) -%}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set new_relation = make_intermediate_relation(
        target_relation, suffix=closure_suffix() ~ 'result'
    ) -%}

    {% call statement('main') -%}
        {{ get_create_table_as_sql(False, new_relation, result_sql) }}
    {%- endcall %}
    {% for step in steps %}
        {% do drop_closure_table(step) %}
    {% endfor %}

    {% if existing_relation is not none %}
        {% do adapter.drop_relation(existing_relation) %}
    {% endif %}
    {% do adapter.rename_relation(new_relation, target_relation) %}
    {% do create_indexes(target_relation) %}

    {% do run_hooks(post_hooks, inside_transaction=True) %}

    {%- set should_revoke = should_revoke(existing_relation, full_refresh_mode=True) -%}
    {% do apply_grants(target_relation, config.get('grants'), should_revoke=should_revoke) %}
    {% do persist_docs(target_relation, model) %}
    {% do adapter.commit() %}

    {% do run_hooks(post_hooks, inside_transaction=False) %}

    {{ return(target_relation) }}
{% endmacro %}

{#- Connected components of a graph, as a materialization (documented in _identity__macros.yml).

    One round: every node points to its least neighbour, or to itself where none is less; pointers
    are followed until all of them end at such a root; each edge is replaced by the edge of the
    roots of its two ends. Rounds go on until no edge is left; the pointers of all rounds together
    lead every node to the least node of its component.

    Two rounds leave at most half of the nodes: a root that is still one after the second round was
    the root of all its neighbours in the first, so each of these took at least one node away. -#}
{% materialization connected_components, default, supported_languages=['sql'] %}
    {% do begin_closure() %}
    {%- set closure = closure_labels(sql) -%}
    {%- set relation = finish_closure(
        closure_result(closure), [closure.edges, closure.labels]
    ) -%}
    {% do log(
        'connected_components: ' ~ this.identifier ~ ', nodes: '
        ~ '{:,}'.format(closure_count(relation)) ~ ', rounds: ' ~ closure.rounds, info=true
    ) %}
    {{ return({'relations': [relation]}) }}
{% endmaterialization %}


{#- Runs the rounds. Returns the tables that hold the answer: edges (b is the lesser end, or both
    ends of a self edge) and labels (the component of every node but the least of each). -#}
{% macro closure_labels(sql) %}
    {#- Jinja has no endless loop: enough for 2 to the 63rd nodes, since two rounds leave half of
        the nodes and a jump halves the way to the root (the last finds that nothing moved). -#}
    {%- set max_rounds = 2 * 63 -%}
    {%- set max_jumps = 63 + 1 -%}

    {% set edges_sql %}
        select greatest(a, b) as a, least(a, b) as b
        from (
            {{ sql }}
        ) as edges
        where a is not null and b is not null
    {% endset %}
    {%- set edges = closure_scratch('edges', edges_sql) -%}

    {%- set state = namespace(edges=edges, pointers=none, jumping=true, rounds=[]) -%}
    {%- set state.open = closure_count(edges, 'a <> b') > 0 -%}
    {% for round in range(max_rounds) if state.open %}
        {% set pointers_sql %}
            select a as node, min(b) as parent
            from {{ state.edges }}
            where a <> b
            group by a
        {% endset %}
        {%- set state.pointers = closure_scratch('pointers_' ~ round, pointers_sql) -%}

        {%- set state.jumping = true -%}
        {% for jump in range(max_jumps) if state.jumping %}
            {% set jump_sql %}
                select
                    pointers.node,
                    coalesce(further.parent, pointers.parent) as parent,
                    further.node is not null as moved
                from {{ state.pointers }} as pointers
                left join {{ state.pointers }} as further on pointers.parent = further.node
            {% endset %}
            {%- set jumped = closure_scratch('jumped_' ~ round ~ '_' ~ jump, jump_sql) -%}
            {% do drop_closure_table(state.pointers) %}
            {%- set state.pointers = jumped -%}
            {%- set state.jumping = closure_count(jumped, 'moved') > 0 -%}
        {% endfor %}
        {% if state.jumping %}{% do closure_failed() %}{% endif %}
        {% do state.rounds.append(state.pointers) %}

        {% set contracted_sql %}
            select distinct greatest(a, b) as a, least(a, b) as b
            from (
                select of_a.parent as a, coalesce(of_b.parent, edges.b) as b
                from {{ state.edges }} as edges
                inner join {{ state.pointers }} as of_a on edges.a = of_a.node
                left join {{ state.pointers }} as of_b on edges.b = of_b.node
                where edges.a <> edges.b
            ) as ends
            where a <> b
        {% endset %}
        {%- set contracted = closure_scratch('edges_' ~ round, contracted_sql) -%}
        {% if round > 0 %}{% do drop_closure_table(state.edges) %}{% endif %}
        {%- set state.edges = contracted -%}
        {%- set state.open = closure_count(contracted) > 0 -%}
    {% endfor %}

    {% if state.open %}{% do closure_failed() %}{% endif %}

    {#- From the last round to the first: a node's parent is a root of its round, and what became of
        that root is known from the rounds after it. -#}
    {% set no_labels_sql %}
        select a as node, b as component from {{ state.edges }} where a <> b
    {% endset %}
    {%- set state.labels = closure_scratch('labels_' ~ (state.rounds | length), no_labels_sql) -%}
    {% if state.rounds %}{% do drop_closure_table(state.edges) %}{% endif %}
    {% for pointers in state.rounds | reverse %}
        {% set labels_sql %}
            select pointers.node, coalesce(labels.component, pointers.parent) as component
            from {{ pointers }} as pointers
            left join {{ state.labels }} as labels on pointers.parent = labels.node
            union all
            select node, component from {{ state.labels }}
        {% endset %}
        {%- set labels = closure_scratch('labels_' ~ loop.revindex0, labels_sql) -%}
        {% do drop_closure_table(pointers) %}
        {% do drop_closure_table(state.labels) %}
        {%- set state.labels = labels -%}
    {% endfor %}

    {{ return({
        'edges': edges, 'labels': state.labels, 'rounds': state.rounds | length
    }) }}
{% endmacro %}


{% macro closure_failed() %}
    {% do exceptions.raise_compiler_error(
        'connected_components: ' ~ this.identifier ~ ' is not done after as many rounds as any'
        ~ ' graph can need; its table was left as it was'
    ) %}
{% endmacro %}


{#- The rows of the result: a node without a label is the least of its component. -#}
{% macro closure_result(closure) %}
    select node, component
    from {{ closure.labels }}
    union all
    select distinct edges.b as node, edges.b as component
    from {{ closure.edges }} as edges
    anti join {{ closure.labels }} as labels on edges.b = labels.node
{% endmacro %}


{% macro closure_count(relation, condition='true') %}
    {%- set counted = run_query(
        'select count(*) as n from ' ~ relation ~ ' where ' ~ condition
    ) -%}
    {{ return(counted.columns[0].values()[0] | int) }}
{% endmacro %}


{#- Each run has its own names: a killed one may leave a folder that blocks a name on Spark. -#}
{% macro closure_suffix() %}
    {{ return('__dbt_closure_' ~ invocation_id[:8] ~ '_') }}
{% endmacro %}


{% macro drop_closure_table(relation) %}
    {% do run_query('drop table if exists ' ~ relation) %}
{% endmacro %}


{#- Writes one step as a table and returns it; a view would be computed again by later steps. -#}
{% macro closure_scratch(step, sql) %}
    {{ return(adapter.dispatch('closure_scratch', 'customer360')(step, sql)) }}
{% endmacro %}

{% macro default__closure_scratch(step, sql) %}
    {%- set relation = this.incorporate(
        path={
            'database': 'temp',
            'schema': 'main',
            'identifier': this.identifier ~ closure_suffix() ~ step,
        },
        type='table'
    ) -%}
    {% do run_query('create or replace temporary table ' ~ relation ~ ' as ' ~ sql) %}
    {{ return(relation) }}
{% endmacro %}

{% macro spark__closure_scratch(step, sql) %}
    {%- set relation = this.incorporate(
        path={'identifier': this.identifier ~ closure_suffix() ~ step}, type='table'
    ) -%}
    {% do run_query('create table ' ~ relation ~ ' using parquet as ' ~ sql) %}
    {{ return(relation) }}
{% endmacro %}


{#- The names of tables that a run which was killed left in the schema. -#}
{% macro closure_leftovers() %}
    {{ return(adapter.dispatch('closure_leftovers', 'customer360')()) }}
{% endmacro %}

{% macro default__closure_leftovers() %}
    {% set leftovers_sql %}
        select table_name
        from information_schema.tables
        where
            lower(table_catalog) = lower('{{ this.database }}')
            and lower(table_schema) = lower('{{ this.schema }}')
            and starts_with(lower(table_name), lower('{{ this.identifier }}__dbt_closure_'))
    {% endset %}
    {{ return(run_query(leftovers_sql).columns['table_name'].values()) }}
{% endmacro %}

{% macro spark__closure_leftovers() %}
    {%- set leftovers = run_query(
        "show tables in " ~ this.schema ~ " like '" ~ this.identifier ~ "__dbt_closure_*'"
    ) -%}
    {{ return(leftovers.columns['tableName'].values()) }}
{% endmacro %}

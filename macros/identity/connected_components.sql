{#- Connected components of the nodes that share keys, as a materialization (documented in
    _identity__macros.yml).

    Texts are grouped and joined once; what goes round by round are numbers of 64 bits. The code of
    a node is checked to be its own, that of a key has twice as many bits.

    One round: every node points to its least neighbour, or to itself where none is less; pointers
    are followed until all of them end at such a root; each edge is replaced by the edge of the
    roots of its two ends. Rounds go on until no edge is left; the pointers of all rounds together
    lead every node to the least node of its component.

    Two rounds leave at most half of the nodes: a root that is still one after the second round was
    the root of all its neighbours in the first, so each of these took at least one node away. -#}
{% materialization connected_components, default, supported_languages=['sql'] %}
    {% do begin_closure() %}
    {%- set nodes = closure_nodes(sql) -%}
    {%- set keys = closure_keys(sql, nodes.seed) -%}
    {%- set closure = closure_labels(closure_stars(keys)) -%}
    {% do drop_closure_table(keys) %}
    {%- set relation = finish_closure(
        closure_named(nodes.table, closure.labels), [nodes.table, closure.edges, closure.labels]
    ) -%}
    {% do log(
        'connected_components: ' ~ this.identifier ~ ', nodes: '
        ~ '{:,}'.format(closure_count(relation)) ~ ', rounds: ' ~ closure.rounds, info=true
    ) %}
    {{ return({'relations': [relation]}) }}
{% endmaterialization %}


{#- Writes the code of every node. Two nodes of one code would become one: where that happens, once
    in a million builds of five million nodes, all are coded anew with another seed. -#}
{% macro closure_nodes(sql) %}
    {%- set max_seeds = 10 -%}
    {%- set state = namespace(table=none, seed=none) -%}
    {% for seed in range(max_seeds) if state.seed is none %}
        {% set nodes_sql %}
            select node, {{ hash_code('node', seed) }} as code
            from (
                {{ sql }}
            ) as keys
            where node is not null and link_key is not null
            group by node
        {% endset %}
        {%- set state.table = closure_scratch('nodes_' ~ seed, nodes_sql) -%}
        {% set shared_sql %}
            (select code from {{ state.table }} group by code having count(*) > 1) as shared_codes
        {% endset %}
        {% if closure_count(shared_sql) == 0 %}
            {%- set state.seed = seed -%}
        {% else %}
            {% do drop_closure_table(state.table) %}
        {% endif %}
    {% endfor %}
    {% if state.seed is none %}{% do closure_failed() %}{% endif %}
    {{ return({'table': state.table, 'seed': state.seed}) }}
{% endmacro %}


{#- Writes keys and nodes as codes. A key has two, of which one may be another key's: 128 bits in
    all, so that two keys are one as seldom as the hashes that most of them are. -#}
{% macro closure_keys(sql, seed) %}
    {% set keys_sql %}
        select
            {{ hash_code('node', seed) }} as node,
            {{ hash_code('link_key', 0) }} as key_code,
            {{ hash_code('link_key', 1) }} as other_key_code
        from (
            {{ sql }}
        ) as keys
        where node is not null and link_key is not null
    {% endset %}
    {{ return(closure_scratch('keys', keys_sql)) }}
{% endmacro %}


{#- The query of the edges: every node of a key to the key's least node, so that edges grow as rows
    of keys do, however many nodes share one. -#}
{% macro closure_stars(keys) %}
    select keys.node as a, hubs.node as b
    from {{ keys }} as keys
    inner join (
        select key_code, other_key_code, min(node) as node
        from {{ keys }}
        group by key_code, other_key_code
        having min(node) < max(node)
    ) as hubs
        on hubs.key_code = keys.key_code and hubs.other_key_code = keys.other_key_code
    where hubs.node < keys.node
{% endmacro %}


{#- The rows of the result: nodes for codes, the least of each component in front. -#}
{% macro closure_named(nodes, labels) %}
    select
        nodes.node,
        min(nodes.node) over (partition by members.component) as component
    from {{ nodes }} as nodes
    inner join (
        select node, component from {{ labels }}
        union all
        select component as node, component from {{ labels }} group by component
    ) as members on members.node = nodes.code
{% endmacro %}


{#- Runs the rounds. Returns the tables that hold the answer: edges (b is the lesser end, or both
    ends of a self edge) and labels (the component of every node but the least of each). -#}
{% macro closure_labels(sql) %}
    {#- Jinja has no endless loop: enough for 2 to the 63rd nodes, since two rounds leave half of
        the nodes and a jump leaves a quarter of the way to the root (the last jump finds that all
        are there). -#}
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
                    coalesce(
                        fourth.parent, third.parent, second.parent, pointers.parent
                    ) as parent,
                    fourth.node is not null as moved
                from {{ state.pointers }} as pointers
                left join {{ state.pointers }} as second on second.node = pointers.parent
                left join {{ state.pointers }} as third on third.node = second.parent
                left join {{ state.pointers }} as fourth on fourth.node = third.parent
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
        'connected_components: ' ~ this.identifier ~ ' is not done after as many rounds, or seeds'
        ~ ' of codes, as any graph can need; its table was left as it was'
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

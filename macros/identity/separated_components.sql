{#- Takes contradicting components apart, as a materialization (documented in _identity__macros.yml).

    One round: in every part of the graph that holds two values of some name, the values of the
    first such name are anchors, and all that is linked to them goes to the anchor with the
    strongest path: level by level, and within a level step by step. What two anchors reach at once
    goes to neither and leads no further; it is left as parts of its own. A part has at most one
    value of that name afterwards, so there are at most as many rounds as names.

    Only parts that contradict themselves are worked on. Within them there are as many statements as
    steps from an anchor to the furthest node. -#}
{% materialization separated_components, default, supported_languages=['sql'] %}
    {% do begin_closure() %}
    {%- set separation = separation_rounds(sql) -%}
    {%- set relation = finish_closure(separation_result(separation), separation.steps) -%}
    {% do log(
        'separated_components: ' ~ this.identifier ~ ', rows: '
        ~ '{:,}'.format(closure_count(relation)) ~ ', rounds: ' ~ separation.rounds | length,
        info=true
    ) %}
    {{ return({'relations': [relation]}) }}
{% endmaterialization %}


{#- Runs the rounds. Returns the tables that hold the answer: statements, units, the first and the
    last parts, what every round did, and the names of all tables that are left. -#}
{% macro separation_rounds(sql) %}
    {%- set statements = closure_scratch('statements', sql) -%}
    {% if closure_count(statements, "kind = 'unique'") == 0 %}
        {{ return({'statements': statements, 'rounds': [], 'steps': [statements]}) }}
    {% endif %}

    {#- What a link of level 0 unites is never cut: one unit from here on, named by its least node. -#}
    {% set level_0_sql %}
        select node as a, min(node) over (partition by name) as b
        from {{ statements }}
        where kind = 'link' and rank = 0
    {% endset %}
    {%- set level_0 = separation_labels('level_0', level_0_sql) -%}
    {% set units_sql %}
        select nodes.node, coalesce(level_0.component, nodes.node) as unit
        from (select distinct node from {{ statements }}) as nodes
        left join {{ level_0 }} as level_0 on level_0.node = nodes.node
    {% endset %}
    {%- set units = closure_scratch('units', units_sql) -%}

    {% set links_sql %}
        select
            units.unit,
            statements.name as link,
            min(statements.rank) as link_level
        from {{ statements }} as statements
        inner join {{ units }} as units on units.node = statements.node
        where statements.kind = 'link' and statements.rank > 0
        group by units.unit, statements.name
    {% endset %}
    {%- set links = closure_scratch('links', links_sql) -%}

    {#- Values of a name that one unit bears are one value, here and wherever else they stand. The
        length of the name keeps texts of name and value apart. -#}
    {% set stated_sql %}
        select
            units.unit,
            statements.name,
            cast(length(statements.name) as string) || ':' || statements.name || statements.value
                as stated_value,
            min(statements.node) as bearer,
            min(statements.rank) as name_rank
        from {{ statements }} as statements
        inner join {{ units }} as units on units.node = statements.node
        where statements.kind = 'unique' and statements.value is not null
        group by units.unit, statements.name, statements.value
    {% endset %}
    {%- set stated = closure_scratch('stated', stated_sql) -%}
    {% set same_values_sql %}
        select stated_value as a, min(stated_value) over (partition by unit, name) as b
        from {{ stated }}
    {% endset %}
    {%- set same_values = separation_labels('same_values', same_values_sql) -%}
    {% set values_sql %}
        select
            stated.unit,
            stated.name,
            coalesce(same_values.component, stated.stated_value) as anchor,
            min(stated.bearer) as bearer,
            min(stated.name_rank) as name_rank
        from {{ stated }} as stated
        left join {{ same_values }} as same_values on same_values.node = stated.stated_value
        group by stated.unit, stated.name, coalesce(same_values.component, stated.stated_value)
    {% endset %}
    {%- set values = closure_scratch('values', values_sql) -%}

    {% set linked_sql %}
        select unit as a, min(unit) over (partition by link) as b
        from {{ links }}
    {% endset %}
    {%- set linked = separation_labels('linked', linked_sql) -%}
    {% set first_parts_sql %}
        select distinct units.unit, coalesce(linked.component, units.unit) as part
        from {{ units }} as units
        left join {{ linked }} as linked on linked.node = units.unit
    {% endset %}
    {%- set first_parts = closure_scratch('parts', first_parts_sql) -%}
    {% for table in [level_0, stated, same_values, linked] %}
        {% do drop_closure_table(table) %}
    {% endfor %}

    {%- set levels = closure_values(
        'select distinct link_level from ' ~ links ~ ' order by link_level'
    ) -%}
    {%- set max_rounds = closure_values('select count(distinct name) from ' ~ values)[0] -%}
    {%- set state = namespace(parts=first_parts, contested=none, open=true) -%}
    {%- set rounds = [] -%}
    {#- The last of these rounds only finds that nothing contradicts itself any more. -#}
    {% for round in range(max_rounds + 1) if state.open %}
        {% set contested_sql %}
            select part, name
            from (
                select
                    part,
                    name,
                    row_number() over (partition by part order by name_rank, name) as place
                from (
                    select parts.part, stated.name, min(stated.name_rank) as name_rank
                    from {{ values }} as stated
                    inner join {{ state.parts }} as parts on parts.unit = stated.unit
                    group by parts.part, stated.name
                    having count(distinct stated.anchor) > 1
                ) as contradictions
            ) as contradictions
            where place = 1
        {% endset %}
        {%- set state.contested = closure_scratch('contested_' ~ round, contested_sql) -%}
        {%- set state.open = closure_count(state.contested) > 0 -%}
        {% if state.open %}
            {%- set reached = separation_flood(
                round, state.contested, state.parts, values, links, levels
            ) -%}
            {%- set parts = separation_split(round, state.contested, state.parts, reached, links) -%}
            {% do rounds.append({
                'contested': state.contested, 'reached': reached, 'parts': state.parts,
            }) %}
            {%- set state.parts = parts -%}
        {% endif %}
    {% endfor %}
    {% if state.open %}{% do closure_failed() %}{% endif %}

    {%- set steps = [statements, units, links, values, state.parts, state.contested] -%}
    {% for round in rounds %}
        {% do steps.extend([round.contested, round.reached, round.parts]) %}
    {% endfor %}
    {{ return({
        'statements': statements, 'units': units, 'first_parts': first_parts,
        'parts': state.parts, 'rounds': rounds, 'steps': steps,
    }) }}
{% endmacro %}


{#- Which anchor reaches each unit of the contested parts first, by which level and step: the table
    (unit, part, anchor, evidence_level, n_steps), the anchor null where two reach it at once. -#}
{% macro separation_flood(round, contested, parts, values, links, levels) %}
    {% set anchors_sql %}
        select
            parts.unit,
            parts.part,
            stated.anchor,
            stated.bearer,
            0 as evidence_level,
            0 as n_steps
        from {{ contested }} as contested
        inner join {{ parts }} as parts on parts.part = contested.part
        inner join {{ values }} as stated
            on stated.unit = parts.unit and stated.name = contested.name
    {% endset %}
    {%- set reached = closure_scratch('reached_' ~ round, anchors_sql) -%}
    {%- set n_units = closure_count(parts) -%}
    {%- set state = namespace(n_reached=closure_count(reached), n_before=0, step=0) -%}

    {% for level in levels %}
        {%- set state.n_before = -1 -%}
        {%- set state.step = 0 -%}
        {#- Jinja has no endless loop, and its ranges end at 100,000. -#}
        {% for _ in range(100) if state.n_before != state.n_reached %}
        {% for _ in range(n_units // 100 + 1) if state.n_before != state.n_reached %}
            {%- set state.step = state.step + 1 -%}
            {% do run_query(separation_step(reached, parts, links, level, state.step)) %}
            {%- set state.n_before = state.n_reached -%}
            {%- set state.n_reached = closure_count(reached) -%}
        {% endfor %}
        {% endfor %}
        {% if state.n_before != state.n_reached %}{% do closure_failed() %}{% endif %}
    {% endfor %}
    {{ return(reached) }}
{% endmacro %}


{#- One step: from what the last step reached (the first step of a level: from everything that an
    anchor holds) over links as strong as the level to all that is not reached yet. -#}
{% macro separation_step(reached, parts, links, level, step) %}
    insert into {{ reached }}
    select
        links.unit,
        sources.part,
        case when min(sources.anchor) = max(sources.anchor) then min(sources.anchor) end as anchor,
        cast(null as string) as bearer,
        {{ level }} as evidence_level,
        {{ step }} as n_steps
    from (
        select distinct
            reached.part,
            reached.anchor,
            links.link
        from {{ reached }} as reached
        inner join {{ links }} as links on links.unit = reached.unit
        where
            reached.anchor is not null
            and links.link_level <= {{ level }}
            {% if step > 1 -%}
            and reached.evidence_level = {{ level }}
            and reached.n_steps = {{ step - 1 }}
            {%- endif %}
    ) as sources
    inner join {{ links }} as links
        on links.link = sources.link and links.link_level <= {{ level }}
    inner join {{ parts }} as parts
        on parts.unit = links.unit and parts.part = sources.part
    left join {{ reached }} as known on known.unit = links.unit
    where known.unit is null
    group by links.unit, sources.part
{% endmacro %}


{#- The parts after a round, named by their least unit: one an anchor, and what no anchor got as it
    hangs together by itself. -#}
{% macro separation_split(round, contested, parts, reached, links) %}
    {% set remaining_sql %}
        select parts.unit, parts.part
        from {{ parts }} as parts
        inner join {{ contested }} as contested on contested.part = parts.part
        left join {{ reached }} as reached
            on reached.unit = parts.unit and reached.anchor is not null
        where reached.unit is null
    {% endset %}
    {%- set remaining = closure_scratch('remaining_' ~ round, remaining_sql) -%}
    {% set rejoined_sql %}
        select
            remaining.unit as a,
            min(remaining.unit) over (partition by links.link, remaining.part) as b
        from {{ remaining }} as remaining
        inner join {{ links }} as links on links.unit = remaining.unit
    {% endset %}
    {%- set rejoined = separation_labels('rejoined_' ~ round, rejoined_sql) -%}

    {% set parts_sql %}
        select parts.unit, parts.part
        from {{ parts }} as parts
        left join {{ contested }} as contested on contested.part = parts.part
        where contested.part is null
        union all
        select unit, min(unit) over (partition by part, anchor) as part
        from {{ reached }}
        where anchor is not null
        union all
        select remaining.unit, coalesce(rejoined.component, remaining.unit) as part
        from {{ remaining }} as remaining
        left join {{ rejoined }} as rejoined on rejoined.node = remaining.unit
    {% endset %}
    {%- set split = closure_scratch('parts_' ~ round, parts_sql) -%}
    {% do drop_closure_table(remaining) %}
    {% do drop_closure_table(rejoined) %}
    {{ return(split) }}
{% endmacro %}


{#- The rows of the result: every node of what was taken apart, once a round. -#}
{% macro separation_result(separation) %}
    {% if not separation.rounds %}
    select
        node,
        node as component,
        cast(rank as int) as round_no,
        name as contradiction,
        name as outcome,
        name as reason,
        node as anchor,
        cast(rank as int) as evidence_level,
        cast(rank as int) as n_steps,
        node as part
    from {{ separation.statements }}
    where false
    {% else %}
    with rounds as (
        {% for round in separation.rounds %}
        select
            {{ loop.index }} as round_no,
            parts.unit,
            contested.name as contradiction,
            reached.anchor,
            min(reached.bearer) over (partition by parts.part, reached.anchor) as bearer,
            reached.evidence_level,
            reached.n_steps
        from {{ round.contested }} as contested
        inner join {{ round.parts }} as parts on parts.part = contested.part
        left join {{ round.reached }} as reached on reached.unit = parts.unit
        {{ 'union all' if not loop.last }}
        {% endfor %}
    ),

    bearers as (
        select distinct node, name
        from {{ separation.statements }}
        where kind = 'unique' and value is not null
    )

    select
        units.node,
        first_parts.part as component,
        rounds.round_no,
        rounds.contradiction,
        case
            when rounds.anchor is null then 'tied'
            when bearers.node is not null then 'anchor'
            else 'assigned'
        end as outcome,
        case
            when rounds.anchor is null and rounds.evidence_level is null then 'behind_equal_paths'
            when rounds.anchor is null then 'equal_paths'
            when bearers.node is not null then 'bears_value'
            when rounds.evidence_level = 0 then 'must_link'
            else 'strongest_path'
        end as reason,
        case when rounds.anchor is not null then rounds.bearer end as anchor,
        rounds.evidence_level,
        rounds.n_steps,
        last_parts.part
    from rounds
    inner join {{ separation.units }} as units on units.unit = rounds.unit
    inner join {{ separation.first_parts }} as first_parts on first_parts.unit = rounds.unit
    inner join {{ separation.parts }} as last_parts on last_parts.unit = rounds.unit
    left join bearers
        on bearers.node = units.node and bearers.name = rounds.contradiction
    {% endif %}
{% endmacro %}


{#- The component of every node but the least of each, as a scratch table. -#}
{% macro separation_labels(step, edges_sql) %}
    {%- set closure = closure_labels(edges_sql) -%}
    {%- set labels = closure_scratch(step, 'select node, component from ' ~ closure.labels) -%}
    {% do drop_closure_table(closure.edges) %}
    {% do drop_closure_table(closure.labels) %}
    {{ return(labels) }}
{% endmacro %}


{#- The whole numbers of a query's first column. -#}
{% macro closure_values(sql) %}
    {{ return(run_query(sql).columns[0].values() | map('int') | list) }}
{% endmacro %}

{#- Matches two sides one to one, the best pair first, as a materialization (documented in
    _identity__macros.yml).

    One round takes every pair that is the best of both its sides, and with it all other pairs of
    these sides go. The best pair that is left is always such a pair, so that each round takes at
    least one, and what is taken is what taking one pair after the other would take. -#}
{% materialization greedy_matching, default, supported_languages=['sql'] %}
    {% do begin_closure() %}
    {%- set sides = config.require('sides') -%}
    {%- set chosen = chosen_pairs(sql, sides) -%}
    {%- set result_sql -%}
        {% for pairs in chosen %}
        select {{ sides | join(', ') }}
        from {{ pairs }}
        {{ 'where place is null' if loop.first }}
        {{ 'union all' if not loop.last }}
        {% endfor %}
    {%- endset -%}
    {{ return({'relations': [finish_closure(result_sql, chosen)]}) }}
{% endmaterialization %}


{#- Runs the rounds. Returns the tables that hold the answer: that of all pairs, of which those
    without a place count, and one of each round. -#}
{% macro chosen_pairs(sql, sides) %}
    {%- set pairs = closure_scratch('pairs', sql) -%}
    {%- set n_open = closure_count(pairs, 'place is not null') -%}
    {%- set state = namespace(open=pairs, n_open=n_open, chosen=[pairs]) -%}
    {% for round in range(n_open) if state.n_open %}
        {% set chosen_sql %}
            select {{ sides | join(', ') }}
            from (
                select
                    {{ sides | join(', ') }},
                    place,
                    {% for side in sides %}
                    min(place) over (partition by {{ side }}) as best_of_{{ side }}
                    {{- ',' if not loop.last }}
                    {% endfor %}
                from {{ state.open }}
                where place is not null
            ) as ranked
            where
                place = best_of_{{ sides[0] }}
                and place = best_of_{{ sides[1] }}
        {% endset %}
        {%- set chosen = closure_scratch('chosen_' ~ round, chosen_sql) -%}
        {% do state.chosen.append(chosen) %}
        {% set open_sql %}
            select open.*
            from {{ state.open }} as open
            {% for side in sides %}
            anti join {{ chosen }} as by_{{ side }} on by_{{ side }}.{{ side }} = open.{{ side }}
            {% endfor %}
            where open.place is not null
        {% endset %}
        {%- set left = closure_scratch('open_' ~ round, open_sql) -%}
        {% if round > 0 %}{% do drop_closure_table(state.open) %}{% endif %}
        {%- set state.open = left -%}
        {%- set state.n_open = closure_count(left) -%}
    {% endfor %}
    {% if n_open %}{% do drop_closure_table(state.open) %}{% endif %}
    {{ return(state.chosen) }}
{% endmacro %}

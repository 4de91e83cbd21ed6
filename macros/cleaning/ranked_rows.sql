{#- A raw table as a relation in parentheses: what raw() gives, duplicate_rank (1 for the row of its key that is kept) and
    n_rows_of_key. Of millions of rows few are repeated: those are found by their key first, so that only they are
    sorted, and all others pass through without being kept in memory.
    In: channel and entity; key: columns that clean_text makes comparable; columns: all that tell rows apart
    (row_fingerprint, the last tiebreak); newest_first: what orders the rows of one key, with <column>_text for the
    columns in to_clean; joins: what newest_first needs beside `repeated_rows`. Example: base_shop__orders. -#}
{% macro ranked_rows(channel, entity, key, columns, newest_first, to_clean=[], joins='') -%}
    (
        with keyed as {{ not_materialized() }} (

            select
                source.*
                {%- for column in key %},
                {{ clean_text(column) }} as _key_{{ loop.index }}
                {%- endfor %}
            from {{ raw(channel, entity) }} as source

        ),

        repeated_keys as (

            select
                {%- for column in key %}
                _key_{{ loop.index }},
                {%- endfor %}
                count(*) as n_rows_of_key
            from keyed
            group by {% for column in key %}_key_{{ loop.index }}{{ ', ' if not loop.last }}{% endfor %}
            having count(*) > 1

        ),

        repeated_rows as (

            select
                keyed.*,
                {%- for column in to_clean %}
                {{ clean_text(column) }} as {{ column }}_text,
                {%- endfor %}
                repeated_keys.n_rows_of_key
            from keyed
            inner join repeated_keys
                on {% for column in key %}repeated_keys._key_{{ loop.index }} is not distinct from keyed._key_{{ loop.index }}
                {{ 'and ' if not loop.last }}{% endfor %}

        )

        select
            repeated_rows.*,
            row_number() over (
                partition by {% for column in key %}_key_{{ loop.index }}{{ ', ' if not loop.last }}{% endfor %}
                order by
                    {%- for expression in newest_first %}
                    {{ expression }},
                    {%- endfor %}
                    {{ row_fingerprint(columns) }} asc,
                    _source_row asc nulls last
            ) as duplicate_rank
        from repeated_rows
        {{ joins }}

        union all

        select
            keyed.*,
            {%- for column in to_clean %}
            cast(null as string) as {{ column }}_text,
            {%- endfor %}
            1 as n_rows_of_key,
            1 as duplicate_rank
        from keyed
        left join repeated_keys
            on {% for column in key %}repeated_keys._key_{{ loop.index }} is not distinct from keyed._key_{{ loop.index }}
            {{ 'and ' if not loop.last }}{% endfor %}
        where repeated_keys.n_rows_of_key is null
    )
{%- endmacro %}

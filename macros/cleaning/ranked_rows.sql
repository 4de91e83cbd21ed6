{#- A raw table as a relation in parentheses: what raw() gives, duplicate_rank (1 for the row of its key that is kept) and
    n_rows_of_key. Of millions of rows few are repeated: those are found by their key first, so that only they are
    sorted, and all others pass through without being kept in memory.
    In: channel and entity; to_clean: columns that clean_text makes <column>_text; key: expressions of those; columns:
    all that tell rows apart (row_fingerprint, the last tiebreak); newest_first: what orders the rows of one key;
    joins: what newest_first needs beside `repeated_rows`. Example: base_shop__orders. -#}
{% macro ranked_rows(channel, entity, to_clean, key, columns, newest_first, joins='') -%}
    {%- set keys = [] -%}
    {%- set same_keys = [] -%}
    {%- for expression in key -%}
        {%- set name = '_key_' ~ loop.index -%}
        {%- do keys.append(name) -%}
        {%- do same_keys.append('repeated_keys.' ~ name ~ ' is not distinct from keyed.' ~ name) -%}
    {%- endfor -%}
    (
        with readable_rows as {{ not_materialized() }} (

            select
                raw_rows.*
                {%- for column in to_clean %},
                {{ clean_text(column) }} as {{ column }}_text
                {%- endfor %}
            from {{ raw(channel, entity) }} as raw_rows

        ),

        keyed as {{ not_materialized() }} (

            select
                readable_rows.*
                {%- for expression in key %},
                {{ expression }} as {{ keys[loop.index0] }}
                {%- endfor %}
            from readable_rows

        ),

        repeated_keys as (

            select
                {{ keys | join(', ') }},
                count(*) as n_rows_of_key
            from keyed
            -- What has no part of a key is rejected, and is nobody's copy.
            where {% for name in keys %}{{ name }} is not null{{ ' or ' if not loop.last }}{% endfor %}
            group by {{ keys | join(', ') }}
            having count(*) > 1

        ),

        repeated_rows as (

            select
                keyed.*,
                repeated_keys.n_rows_of_key
            from keyed
            inner join repeated_keys on {{ same_keys | join(' and ') }}

        )

        select
            repeated_rows.*,
            row_number() over (
                partition by {{ keys | join(', ') }}
                order by
                    {{ newest_first | join(', ') }},
                    {{ row_fingerprint(columns) }} asc,
                    _source_row asc nulls last
            ) as duplicate_rank
        from repeated_rows
        {{ joins }}

        union all

        select
            keyed.*,
            1 as n_rows_of_key,
            1 as duplicate_rank
        from keyed
        left join repeated_keys on {{ same_keys | join(' and ') }}
        where repeated_keys.n_rows_of_key is null
    )
{%- endmacro %}

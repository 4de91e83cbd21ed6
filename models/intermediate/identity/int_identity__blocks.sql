{#- Lists of values: an entity is in the block of each. -#}
{%- set lists = ['mobiles', 'name_words', 'address_words'] -%}

with entities as (

    select * from {{ ref('int_identity__entities') }}

),

blocked as (

    {% for rule in var('blocking_rules') %}
    {% set keys = [] %}
    {% for column in rule %}
    {% set source = column ~ '_value' if column in lists else 'entities' %}
    {% do keys.append('cast(' ~ source ~ '.' ~ column ~ ' as string)') %}
    {% endfor %}
    select
        '{{ rule | join(' + ') }}' as blocking_rule,
        {{ keys | join(" || '|' || ") }} as block_key,
        entities.entity_no
    from entities
    {% for column in rule if column in lists %}
    {{ cross_join_list('entities.' ~ column, column ~ '_value', column) }}
    {% endfor %}
    where {{ keys | join(" || '|' || ") }} is not null
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

sizes as (

    select
        blocking_rule,
        block_key,
        count(*) as n_entities
    from blocked
    group by blocking_rule, block_key
    having count(*) > 1

),

blocks as (

    select
        blocked.blocking_rule,
        blocked.block_key,
        blocked.entity_no,
        sizes.n_entities,
        sizes.n_entities > {{ var('max_block_entities') }} as is_left_out
    from blocked
    inner join sizes
        on
            sizes.blocking_rule = blocked.blocking_rule
            and sizes.block_key = blocked.block_key

)

select * from blocks

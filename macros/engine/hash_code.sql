{#- A number of 64 bits that is equal for equal values and seldom equal for others; another seed gives
    others. The engines' own functions, which may change with their version: for use within one run.
    The seed stands in front: behind the value, texts of one code would keep having one. -#}
{% macro hash_code(value, seed) -%}
    {{ return(adapter.dispatch('hash_code', 'customer360')(
        "cast(" ~ value ~ " as string)" if seed == 0
        else "'" ~ seed ~ "|' || cast(" ~ value ~ " as string)",
        seed
    )) }}
{%- endmacro %}

{% macro default__hash_code(text, seed) -%}
    hash({{ text }})
{%- endmacro %}

{% macro spark__hash_code(text, seed) -%}
    xxhash64({{ text }})
{%- endmacro %}

{#- A text that stands for a core value: equal for equal values, and of no use to whoever lacks the key, which comes
    with the session and never stands in compiled SQL. Nested, since a plain hash of key and value can be extended
    (Bellare, Canetti, Krawczyk: Keying Hash Functions for Message Authentication, 1996).
    In: a text. Out: 64 hex digits; null stays null. -#}
{% macro keyed_hash(text) -%}
    {{ sha256(hash_key() ~ " || " ~ sha256(hash_key() ~ " || " ~ text)) }}
{%- endmacro %}

{#- A regular expression as a literal of the engine, for the regexp macros. Refused is what the engines read
    differently: backslashes (write [0-9], [.], [ ]), nested and POSIX classes, look-around. On both, `.` is any
    character but a line feed, `$` the very end of the text, and (?i) knows all scripts. Java wants to be told:
    (?d) makes the line feed the only line end, (?u) folds the case of all scripts, and its `$` would also match
    before a last line feed. -#}
{% macro pattern_literal(pattern) -%}
    {%- for unportable in ['\\', '[[', '&&', '(?=', '(?!', '(?<'] if unportable in pattern -%}
        {{ exceptions.raise_compiler_error(
            "The pattern " ~ pattern ~ " holds " ~ unportable ~ ", which engines read differently: write it without."
        ) }}
    {%- endfor -%}
    {{ return(adapter.dispatch('pattern_literal', 'customer360')(pattern)) }}
{%- endmacro %}

{% macro default__pattern_literal(pattern) -%}
    {{ return(dbt.string_literal(dbt.escape_single_quotes(pattern))) }}
{%- endmacro %}

{% macro spark__pattern_literal(pattern) -%}
    {%- set found = namespace(text='(?du)', in_class=false) -%}
    {%- for character in dbt.escape_single_quotes(pattern) -%}
        {%- if character == '[' -%}{%- set found.in_class = true -%}
        {%- elif character == ']' -%}{%- set found.in_class = false -%}
        {%- endif -%}
        {%- set found.text = found.text ~ ('\\\\z' if character == '$' and not found.in_class else character) -%}
    {%- endfor -%}
    {{ return(dbt.string_literal(found.text)) }}
{%- endmacro %}

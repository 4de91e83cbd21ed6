{#- A text as it was meant: Unicode NFKC, without invisible characters, trimmed, inner white space one blank; null where
    it only says that nothing is known (var missing_markers). Any script survives.
    Words of printable ASCII and Chinese, one blank between them, are clean as they are: most values, and the cheap path.
    In: a column of raw text. Out: text or null. -#}
{% macro clean_text(column) -%}
    {#- What spreadsheets and databases write (#N/A, or N behind a backslash) is compared as it stands: cheaper than a
        pattern on texts of its length, and no pattern of both engines holds a backslash. -#}
    {%- set patterns = {'any_case': [], 'as_it_stands': []} -%}
    {%- set literals = [] -%}
    {%- set lengths = [0] -%}
    {%- for marker in var('missing_markers') -%}
        {%- set characters = [] -%}
        {%- for character in marker -%}
            {%- do characters.append('[' ~ character ~ ']' if character in '.*+?(){}|$' else character) -%}
        {%- endfor -%}
        {%- if marker[0] in '#\u005c' -%}
            {%- do literals.append(sql_text(marker) | replace('\u005c', "' || chr(92) || '")) -%}
        {%- else -%}
            {%- do lengths.append(marker | length) -%}
        {%- endif -%}
        {%- if '\u005c' not in marker -%}
            {%- do patterns['as_it_stands' if marker[0] == '#' else 'any_case'].append(characters | join) -%}
        {%- endif -%}
    {%- endfor -%}
    {%- set is_marker = '^(?i:' ~ (patterns.any_case | join('|')) ~ ')$' -%}
    {%- set is_any_marker = is_marker ~ '|^(' ~ (patterns.as_it_stands | join('|')) ~ ')$' -%}
    case
        when {{ regexp_like(column, '^[ -~\u4e00-\u9fff]+$') }} and {{ column }} not like ' %' and {{ column }} not like '% '
            and {{ column }} not like '%  %'
            then case
                when length({{ column }}) <= {{ lengths | max }} and {{ regexp_like(column, is_marker) }} then null
                {%- if literals %}
                when {{ column }} in ({{ literals | join(', ') }}) then null
                {%- endif %}
                else {{ column }}
            end
        else nullif({{ regexp_remove(normalized_text(column), is_any_marker) }}, '')
    end
{%- endmacro %}

{#- The part of clean_text that changes characters. Marks of direction come along when a number is copied from a
    telephone. Joiners are part of spelling in Arabic and Indic scripts and in emoji, and debris elsewhere. -#}
{% macro normalized_text(column) -%}
    {%- set invisible = '\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff' -%}
    {%- set joiners = '\u200c\u200d' -%}
    {%- set joining_scripts = '[\u0600-\u1cff\u2600-\u27bf\ua800-\uabff\U0001f000-\U0001faff]' -%}
    trim({{ regexp_replace_all(
        "translate(" ~ nfkc(column) ~ ", '" ~ invisible ~ "' || case when " ~ regexp_like(column, joining_scripts)
        ~ " then '' else '" ~ joiners ~ "' end, '')",
        '[ \t\r\n\u000b\u000c\u0085\u2028\u2029]+', ' '
    ) }})
{%- endmacro %}

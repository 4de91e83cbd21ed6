{#- An e-mail address in small letters, of any script (RFC 6531); null where it is none.
    In: a column of clean text. -#}
{% macro normalize_email(column) -%}
    case
        when {{ regexp_like(column, '^[^@ ,;:()<>"]+@[^@ ,;:()<>"._-][^@ ,;:()<>"_]*[.][^@ ,;:()<>"._0-9-][^@ ,;:()<>"._]*[^@ ,;:()<>"._-]$') }}
            and {{ column }} not like '%..%' and {{ column }} not like '.%' and {{ column }} not like '%.@%'
            and {{ column }} not like '%@%-.%' and {{ column }} not like '%@%.-%'
            and length({{ column }}) <= 254
            then lower({{ column }})
    end
{%- endmacro %}

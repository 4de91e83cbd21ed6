{#- The size of a company by its employees, in the bands of var company_size_bands, of which each begins where it
    says. In: an expression of a whole number. Out: text such as `20-99`, the last `1000+`; null below the first. -#}
{% macro company_size_band(n_employees) -%}
    {%- set bounds = var('company_size_bands') -%}
    case
        {%- for bound in bounds | reverse %}
        when {{ n_employees }} >= {{ bound }}
            then '{{ bound }}{{ '+' if loop.first else '-' ~ (loop.previtem - 1) }}'
        {%- endfor %}
    end
{%- endmacro %}

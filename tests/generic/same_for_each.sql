{#- Rows of one key agree in all these columns: what is said of the key is said once, in however many rows. -#}
{% test same_for_each(model, key, columns) %}

select {{ key }}
from {{ model }}
group by {{ key }}
having
    {%- for column in columns %}
    {{ 'or ' if not loop.first }}count(distinct {{ column }}) <> 1
    {%- endfor %}

{% endtest %}

{#- A key of one or more columns: no row lacks a part of it and no two rows share it. One node
    instead of a not_null and a unique for each column. Optional parts (`nullable`) may be
    missing. -#}
{% test unique_key(model, columns, nullable=[]) %}

select
    {{ columns | join(', ') }},
    count(*) as n_rows
from {{ model }}
group by {{ columns | join(', ') }}
having
    count(*) > 1
    {%- for column in columns if column not in nullable %}
    or {{ column }} is null
    {%- endfor %}

{% endtest %}

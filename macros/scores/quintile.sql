{#- Score 1 (worst) to 5 (best) by mid-rank: the share of customers who are worse plus half of those who are equal.
    Equal values get equal scores, and where all are equal everyone gets 3. In: an order by expression, best last. -#}
{% macro quintile(order_by) -%}
    least(5, 1 + cast(floor(2.5 * (
        cume_dist() over (order by {{ order_by }})
        + (rank() over (order by {{ order_by }}) - 1.0) / count(*) over ()
    )) as int))
{%- endmacro %}

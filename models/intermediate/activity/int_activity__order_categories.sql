-- The category with most money in an order; lines of unknown products have none.
with lines as (

    select * from {{ ref('int_activity__order_lines') }}

),

amounts_per_category as (

    select
        order_id,
        category,
        sum(line_amount) as category_amount
    from lines
    where category is not null
    group by order_id, category

),

main_categories as (

    select
        order_id,
        category as main_category
    from amounts_per_category
    qualify row_number() over (
        partition by order_id
        order by category_amount desc nulls last, category asc
    ) = 1

)

select * from main_categories

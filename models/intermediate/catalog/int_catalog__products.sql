with shop_products as (

    select * from {{ ref('stg_shop__products') }}

),

products as (

    select
        sku,
        product_name,
        category,
        subcategory,
        unit_cost
    from shop_products

)

select * from products

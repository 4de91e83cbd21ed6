-- Lines of orders and receipts in one shape, with the product where it is known.
with shop_order_items as (

    select * from {{ ref('stg_shop__order_items') }}

),

store_sale_items as (

    select * from {{ ref('stg_store__sale_items') }}

),

products as (

    select * from {{ ref('int_catalog__products') }}

),

all_lines as (

    select
        'shop:' || order_id as order_id,
        line_no,
        sku,
        quantity,
        unit_price,
        line_amount
    from shop_order_items

    union all

    select
        'store:' || receipt_no as order_id,
        line_no,
        sku,
        quantity,
        unit_price,
        line_amount
    from store_sale_items

),

priced as (

    select
        all_lines.order_id,
        all_lines.line_no,
        all_lines.sku,
        products.sku is not null as is_known_product,
        products.product_name,
        products.category,
        products.subcategory,
        all_lines.quantity,
        all_lines.unit_price,
        -- Wider factors, since a product of two of 18 digits would not fit into theirs.
        coalesce(
            all_lines.line_amount,
            try_cast(
                cast(all_lines.quantity as decimal(19, 3)) * all_lines.unit_price as decimal(18, 2)
            )
        ) as line_amount,
        try_cast(
            cast(all_lines.quantity as decimal(19, 3)) * products.unit_cost as decimal(18, 2)
        ) as cost_amount
    from all_lines
    left join products on products.sku = all_lines.sku

)

select * from priced

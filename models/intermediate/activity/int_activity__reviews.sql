-- What customers say of what they bought: a review is its order's customer's; what is dated in the
-- future does not count.
{% set time_zone = channel_timezone('shop', "concat_ws('.', orders.platform, orders.shop_id)") -%}

with shop_reviews as (

    select * from {{ ref('stg_shop__reviews') }}

),

orders as (

    select * from {{ ref('int_activity__orders') }}

),

order_customers as (

    select * from {{ ref('int_activity__order_customers') }}

),

dated as (

    select
        shop_reviews.review_id,
        'shop:' || shop_reviews.order_id as order_id,
        nullif(order_customers.customer_id, 'anonymous') as customer_id,
        shop_reviews.sku,
        shop_reviews.rating,
        {{ to_business_time(
            'shop_reviews.reviewed_at',
            "coalesce(shop_reviews.reviewed_at_zone, " ~ time_zone ~ ")"
        ) }} as reviewed_at
    from shop_reviews
    left join orders on orders.order_id = 'shop:' || shop_reviews.order_id
    left join order_customers on order_customers.order_id = orders.order_id

),

reviewed as (

    select
        review_id,
        order_id,
        customer_id,
        sku,
        rating,
        reviewed_at
    from dated
    where not {{ is_future('reviewed_at') }}

)

select * from reviewed

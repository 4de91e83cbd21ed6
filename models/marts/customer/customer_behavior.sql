with crosswalk as (

    select * from {{ ref('int_identity__crosswalk') }}

),

golden_records as (

    select * from {{ ref('int_profile__golden_records') }}

),

sessions as (

    select * from {{ ref('int_activity__sessions') }}
    where customer_id is not null

),

activity as (

    select * from {{ ref('int_behavior__activity') }}

),

browsing as (

    select * from {{ ref('int_behavior__browsing') }}

),

engagement as (

    select * from {{ ref('int_behavior__engagement') }}

),

transactions as (

    select * from {{ ref('customer_transactions') }}
    where is_counted and customer_id <> 'anonymous'

),

transaction_lines as (

    select * from {{ ref('customer_transaction_lines') }}

),

customers as (

    select distinct customer_id
    from crosswalk

),

-- Parts of a split order are one purchase.
purchases as (

    select
        customer_id,
        coalesce(parent_order_id, order_id) as purchase_id,
        sum(net_amount) as net_amount,
        max(days_since_previous_order) as days_since_previous_order,
        bool_or(is_weekend) as is_weekend,
        bool_or(is_promotion) as is_promotion,
        bool_or(refund_amount > 0) as has_refund
    from transactions
    group by customer_id, coalesce(parent_order_id, order_id)

),

orders_per_customer as (

    select
        customer_id,
        count(*) as n_orders,
        sum(net_amount) as net_amount,
        avg(days_since_previous_order) as avg_purchase_interval_days,
        avg(case when is_weekend then 1e0 when not is_weekend then 0e0 end) as weekend_order_rate,
        avg(case when is_promotion then 1e0 else 0e0 end) as promotion_order_rate,
        avg(case when has_refund then 1e0 else 0e0 end) as return_rate
    from purchases
    group by customer_id

),

category_amounts as (

    select
        transaction_lines.customer_id,
        transaction_lines.category,
        sum(transaction_lines.line_amount) as category_amount
    from transaction_lines
    inner join transactions on transactions.order_id = transaction_lines.order_id
    where transaction_lines.category is not null
    group by transaction_lines.customer_id, transaction_lines.category

),

preferred_categories as (

    select
        customer_id,
        category as preferred_category_bought
    from category_amounts
    qualify row_number() over (
        partition by customer_id order by category_amount desc nulls last, category asc
    ) = 1

),

-- What a customer does most often; ties go to the first in the alphabet.
platform_uses as (

    select
        customer_id,
        coalesce(platform, channel) as platform,
        count(*) as n_uses
    from transactions
    group by customer_id, coalesce(platform, channel)

),

preferred_platforms as (

    select
        customer_id,
        platform as preferred_platform
    from platform_uses
    qualify row_number() over (
        partition by customer_id order by n_uses desc, platform asc
    ) = 1

),

payment_method_uses as (

    select
        customer_id,
        payment_method,
        count(*) as n_uses
    from transactions
    where payment_method is not null
    group by customer_id, payment_method

),

preferred_payment_methods as (

    select
        customer_id,
        payment_method as preferred_payment_method
    from payment_method_uses
    qualify row_number() over (
        partition by customer_id order by n_uses desc, payment_method asc
    ) = 1

),

-- An order counts as much as a session, however long.
active_hours as (

    select
        customer_id,
        hour_of_day
    from transactions
    where hour_of_day is not null

    union all

    select
        customer_id,
        hour(started_at) as hour_of_day
    from sessions
    where started_at is not null and session_id is not null

),

hour_band_uses as (

    select
        customer_id,
        {{ hour_band('hour_of_day') }} as hour_band,
        count(*) as n_uses
    from active_hours
    group by customer_id, {{ hour_band('hour_of_day') }}

),

active_hour_bands as (

    select
        customer_id,
        hour_band as active_hour_band
    from hour_band_uses
    qualify row_number() over (
        partition by customer_id order by n_uses desc, hour_band asc
    ) = 1

),

behavior as (

    select
        customers.customer_id,
        cast(coalesce(browsing.n_sessions, 0) as int) as n_sessions,
        cast(coalesce(browsing.n_page_views, 0) as int) as n_page_views,
        cast(coalesce(browsing.n_product_views, 0) as int) as n_product_views,
        cast(coalesce(browsing.n_searches, 0) as int) as n_searches,
        cast(coalesce(browsing.n_carts, 0) as int) as n_carts,
        cast(coalesce(activity.n_active_days, 0) as int) as n_active_days,
        cast(browsing.avg_session_minutes as double) as avg_session_minutes,
        browsing.preferred_category_viewed,
        preferred_categories.preferred_category_bought,
        coalesce(
            preferred_platforms.preferred_platform, browsing.preferred_platform
        ) as preferred_platform,
        engagement.preferred_content_type,
        preferred_payment_methods.preferred_payment_method,
        active_hour_bands.active_hour_band,
        cast(orders_per_customer.weekend_order_rate as double) as weekend_order_rate,
        cast(coalesce(orders_per_customer.n_orders, 0) as int) as n_orders,
        {{ mean_amount(
            'orders_per_customer.net_amount', 'orders_per_customer.n_orders'
        ) }} as avg_order_amount,
        cast(
            orders_per_customer.avg_purchase_interval_days as double
        ) as avg_purchase_interval_days,
        coalesce(orders_per_customer.n_orders >= 2, false) as repurchased,
        cast(orders_per_customer.promotion_order_rate as double) as promotion_order_rate,
        case
            when orders_per_customer.promotion_order_rate > {{ var('promotion_sensitivity').high }}
                then 'high'
            when orders_per_customer.promotion_order_rate > {{ var('promotion_sensitivity').mid }}
                then 'mid'
            when orders_per_customer.promotion_order_rate is not null then 'low'
        end as promotion_sensitivity,
        cast(orders_per_customer.return_rate as double) as return_rate,
        cast(coalesce(engagement.n_likes, 0) as int) as n_likes,
        cast(coalesce(engagement.n_comments, 0) as int) as n_comments,
        cast(coalesce(engagement.n_shares, 0) as int) as n_shares,
        cast(coalesce(engagement.n_joined_groups, 0) as int) as n_joined_groups,
        cast(coalesce(browsing.n_consults, 0) as int) as n_consults,
        cast(browsing.peak_consult_hour as int) as peak_consult_hour,
        cast(coalesce(engagement.n_tickets, 0) as int) as n_tickets,
        cast(coalesce(engagement.n_complaints, 0) as int) as n_complaints,
        engagement.main_complaint_type,
        cast(engagement.avg_satisfaction as double) as avg_satisfaction,
        cast(engagement.nps as int) as nps,
        greatest(activity.last_action_at, golden_records.registered_at) as last_active_at
    from customers
    inner join golden_records on golden_records.customer_id = customers.customer_id
    left join activity on activity.customer_id = customers.customer_id
    left join browsing on browsing.customer_id = customers.customer_id
    left join engagement on engagement.customer_id = customers.customer_id
    left join orders_per_customer on orders_per_customer.customer_id = customers.customer_id
    left join preferred_categories on preferred_categories.customer_id = customers.customer_id
    left join preferred_platforms on preferred_platforms.customer_id = customers.customer_id
    left join preferred_payment_methods
        on preferred_payment_methods.customer_id = customers.customer_id
    left join active_hour_bands on active_hour_bands.customer_id = customers.customer_id

)

select * from behavior

-- Member cards that cashiers show for whoever has none: no person is at the till so often, on so
-- many days.
with store_sales as (

    select * from {{ ref('stg_store__sales') }}

),

stores as (

    select * from {{ ref('int_catalog__stores') }}

),

days as (

    select
        store_sales.member_no,
        stores.brand,
        cast(store_sales.sold_at as date) as sold_on,
        count(*) as n_receipts
    from store_sales
    left join stores on stores.store_id = store_sales.store_id
    where
        store_sales.member_no is not null
        and store_sales.sold_at is not null
        and not coalesce(store_sales.is_return, false)
    group by store_sales.member_no, stores.brand, cast(store_sales.sold_at as date)

),

till_cards as (

    select
        member_no,
        brand,
        count(*) filter (where n_receipts >= {{ var('till_card_receipts') }}) as n_busy_days,
        cast(sum(n_receipts) as bigint) as n_receipts
    from days
    group by member_no, brand
    having
        count(*) filter (where n_receipts >= {{ var('till_card_receipts') }})
        >= {{ var('till_card_days') }}
        -- Households shop that often on some days, a till on most.
        and count(*) filter (where n_receipts >= {{ var('till_card_receipts') }})
        >= {{ var('till_card_share') }} * count(*)

)

select * from till_cards

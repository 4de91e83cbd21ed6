-- A cross-check, never evidence: to whom an account that states no full name has most of its
-- parcels sent. Gifts, resellers and reception desks have no usual receiver or another person's
-- name, so a receiver joins nobody; one of another name than the others on a number keeps the
-- account apart.
with shop_orders as (

    select * from {{ ref('stg_shop__orders') }}

),

shop_accounts as (

    select * from {{ ref('stg_shop__accounts') }}

),

records as (

    select * from {{ ref('int_identity__records') }}

),

-- First by the name as it stands: the key of a name is worth computing once.
receivers as (

    select
        platform,
        shop_id,
        account_id,
        receiver_name,
        count(*) as n_orders
    from shop_orders
    where account_id is not null and receiver_name is not null
    group by platform, shop_id, account_id, receiver_name

),

nameless_accounts as (

    select
        shop_accounts.record_id,
        shop_accounts.platform,
        shop_accounts.shop_id,
        shop_accounts.account_id
    from shop_accounts
    inner join records on records.record_id = shop_accounts.record_id
    where records.name_key is null

),

of_accounts as (

    select
        nameless_accounts.record_id,
        receivers.n_orders,
        {{ name_key('receivers.receiver_name') }} as name_key
    from nameless_accounts
    inner join receivers
        on
            receivers.account_id = nameless_accounts.account_id
            and receivers.platform is not distinct from nameless_accounts.platform
            and receivers.shop_id is not distinct from nameless_accounts.shop_id

),

by_name as (

    select
        record_id,
        name_key,
        sum(n_orders) as n_orders,
        sum(sum(n_orders)) over (partition by record_id) as n_orders_of_account
    from of_accounts
    group by record_id, name_key

),

-- More than half of the orders: at most one name.
usual as (

    select
        record_id,
        name_key,
        cast(n_orders as bigint) as n_orders,
        cast(n_orders_of_account as bigint) as n_orders_of_account
    from by_name
    where
        name_key is not null
        and n_orders >= {{ var('usual_receiver_min_orders') }}
        and 2 * n_orders > n_orders_of_account

)

select * from usual

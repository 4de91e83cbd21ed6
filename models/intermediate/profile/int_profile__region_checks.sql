-- Where a customer says to live against where the parcels go.
with golden_records as (

    select * from {{ ref('int_profile__golden_records') }}

),

orders as (

    select * from {{ ref('int_activity__orders') }}

),

order_customers as (

    select * from {{ ref('int_activity__order_customers') }}

),

deliveries as (

    select * from {{ ref('stg_logistics__deliveries') }}

),

destinations as (

    select
        order_id,
        receiver_province as province,
        receiver_city as city
    from orders
    where receiver_province is not null

    union all

    select
        'shop:' || order_id as order_id,
        delivered_province as province,
        delivered_city as city
    from deliveries
    where delivered_province is not null

),

parcels_per_place as (

    select
        order_customers.customer_id,
        destinations.province,
        destinations.city,
        count(*) as n_parcels
    from destinations
    inner join order_customers on order_customers.order_id = destinations.order_id
    where order_customers.customer_id <> 'anonymous'
    group by order_customers.customer_id, destinations.province, destinations.city

),

usual_places as (

    select
        customer_id,
        province,
        city
    from parcels_per_place
    qualify row_number() over (
        partition by customer_id
        order by n_parcels desc, province asc, city asc nulls last
    ) = 1

),

compared as (

    select
        golden_records.customer_id,
        case
            when golden_records.province is null or usual_places.province is null then 'unknown'
            when golden_records.province <> usual_places.province then 'differs'
            when golden_records.city <> usual_places.city then 'differs'
            else 'agrees'
        end as region_check
    from golden_records
    left join usual_places on usual_places.customer_id = golden_records.customer_id

)

select * from compared

with store_stores as (

    select * from {{ ref('stg_store__stores') }}

),

time_zones as (

    select * from {{ ref('time_zones') }}

),

stores as (

    select
        store_stores.store_id,
        store_stores.store_name,
        store_stores.province,
        store_stores.city,
        store_stores.district,
        store_stores.brand,
        store_stores.legal_entity,
        coalesce(time_zones.time_zone, {{ channel_timezone('store') }}) as time_zone,
        store_stores.timezone is not null and time_zones.time_zone is null as has_unknown_time_zone
    from store_stores
    left join time_zones on time_zones.time_zone = store_stores.timezone

)

select * from stores

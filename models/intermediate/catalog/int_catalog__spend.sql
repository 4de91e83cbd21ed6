-- What advertising cost, all parts of a day, source and medium together; the future does not count.
with marketing_spend as (

    select * from {{ ref('stg_marketing__spend') }}

),

spend as (

    select
        spend_key,
        spent_on,
        utm_source,
        utm_medium,
        sum(cost_amount) as cost_amount
    from marketing_spend
    where not {{ is_future('spent_on') }}
    group by spend_key, spent_on, utm_source, utm_medium

)

select * from spend

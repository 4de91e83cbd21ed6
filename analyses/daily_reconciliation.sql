-- Day by day, the newest first, and shop by shop: what the extracts say, what a console shows, what
-- counts, what was tendered, and what makes the differences, the largest first. Lay console_amount
-- beside the console of the shop, tenders_amount beside the statement of a payment provider,
-- counted_amount beside the reports that are made of the marts. Days in the future and rows without
-- a day are left out.
with shops_and_stores as (

    select
        booked_on,
        channel,
        coalesce(store_id, concat_ws('.', platform, shop_id)) as place,
        measure,
        sum(raw_amount) as raw_amount,
        sum(console_amount) as console_amount,
        sum(counted_amount) as counted_amount,
        sum(tenders_amount) as tenders_amount
    from {{ ref('reconciliation') }}
    where
        booked_on
        <= (select as_of.as_of_date from {{ ref('int_activity__as_of_date') }} as as_of)
    group by booked_on, channel, coalesce(store_id, concat_ws('.', platform, shop_id)), measure

),

reasons as (

    select
        booked_on,
        channel,
        coalesce(store_id, concat_ws('.', platform, shop_id)) as place,
        measure,
        step,
        reason,
        sum(amount) as amount
    from {{ ref('reconciliation_differences') }}
    where step <> 'raw_tenders_to_tenders'
    group by
        booked_on,
        channel,
        coalesce(store_id, concat_ws('.', platform, shop_id)),
        measure,
        step,
        reason
    having sum(amount) <> 0

),

explanations as (

    select
        booked_on,
        channel,
        place,
        measure,
        {{ text_agg(
            "step || ' ' || reason || ' ' || cast(amount as string)", '; ',
            'abs(amount) desc, step asc, reason asc'
        ) }} as differences
    from reasons
    group by booked_on, channel, place, measure

)

select
    shops_and_stores.booked_on,
    shops_and_stores.channel,
    shops_and_stores.place,
    shops_and_stores.measure,
    shops_and_stores.raw_amount,
    shops_and_stores.console_amount,
    shops_and_stores.counted_amount,
    shops_and_stores.tenders_amount,
    explanations.differences
from shops_and_stores
left join explanations
    on
        explanations.booked_on = shops_and_stores.booked_on
        and explanations.channel = shops_and_stores.channel
        and explanations.place is not distinct from shops_and_stores.place
        and explanations.measure = shops_and_stores.measure
order by
    shops_and_stores.booked_on desc,
    shops_and_stores.channel asc,
    shops_and_stores.place asc,
    shops_and_stores.measure asc

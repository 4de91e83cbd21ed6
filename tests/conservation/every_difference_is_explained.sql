-- Guards the reconciliation: each stage and its differences are the next stage, to the fen, and
-- every raw row is a good row or one that was left out. Fails with the days and places to look at;
-- what changed how orders, refunds or tenders are booked needs its reason in
-- reconciliation_differences.
with left_out as (

    select
        booked_on,
        channel,
        platform,
        shop_id,
        store_id,
        brand,
        legal_entity,
        measure,
        sum(case when step = 'raw_to_staging' then n_rows else 0 end) as n_rows,
        sum(case when step = 'staging_to_console' then n_rows else 0 end) as n_unpaid,
        sum(case when step = 'raw_tenders_to_tenders' then n_rows else 0 end) as n_tenders
    from {{ ref('reconciliation_differences') }}
    where measure <> 'net'
    group by booked_on, channel, platform, shop_id, store_id, brand, legal_entity, measure

),

reconciliation as (

    select * from {{ ref('reconciliation') }}

),

compared as (

    select
        reconciliation.*,
        coalesce(left_out.n_rows, 0) as n_left_out,
        coalesce(left_out.n_unpaid, 0) as n_unpaid,
        coalesce(left_out.n_tenders, 0) as n_tenders_left_out
    from reconciliation
    left join left_out
        on
            left_out.measure = reconciliation.measure
            and left_out.booked_on is not distinct from reconciliation.booked_on
            and left_out.channel is not distinct from reconciliation.channel
            and left_out.platform is not distinct from reconciliation.platform
            and left_out.shop_id is not distinct from reconciliation.shop_id
            and left_out.store_id is not distinct from reconciliation.store_id
            and left_out.brand is not distinct from reconciliation.brand
            and left_out.legal_entity is not distinct from reconciliation.legal_entity

)

select *
from compared
where
    unexplained_amount <> 0
    or (measure <> 'net' and n_raw <> n_staging + n_left_out)
    or (measure <> 'net' and n_staging <> n_console + n_unpaid)
    or (measure <> 'net' and n_raw_tenders <> n_tenders + n_tenders_left_out)

-- Guards the ends of the reconciliation: its net sums and its rows are those of the raw texts, of
-- the staging models, of the transactions and of the tenders, whatever joins lie between. Fails
-- with the figure that has lost or doubled something on its way into the mart.
with raw_texts as (

    select
        'raw' as figure,
        1 as sign,
        {{ clean_text('paid_amount') }} as amount_text
    from {{ raw('shop', 'orders') }} as shop_orders
    union all
    select
        'raw' as figure,
        1 as sign,
        {{ clean_text('amount') }} as amount_text
    from {{ raw('store', 'sales') }} as store_sales
    union all
    select
        'raw' as figure,
        -1 as sign,
        {{ clean_text('amount') }} as amount_text
    from {{ raw('shop', 'refunds') }} as shop_refunds
    union all
    select
        'raw_tenders' as figure,
        1 as sign,
        {{ clean_text('amount') }} as amount_text
    from {{ raw('payments', 'tenders') }} as payment_tenders

),

source_rows as (

    select
        figure,
        sign * {{ parse_money('amount_text') }} as amount
    from raw_texts
    union all
    select
        'staging' as figure,
        paid_amount as amount
    from {{ ref('stg_shop__orders') }}
    union all
    select
        'staging' as figure,
        amount
    from {{ ref('stg_store__sales') }}
    union all
    select
        'staging' as figure,
        -amount as amount
    from {{ ref('stg_shop__refunds') }}
    union all
    select
        'tenders' as figure,
        amount
    from {{ ref('stg_payments__tenders') }}
    union all
    select
        'transactions' as figure,
        net_amount as amount
    from {{ ref('customer_transactions') }}
    union all
    select
        'counted' as figure,
        net_amount as amount
    from {{ ref('customer_transactions') }}
    where is_counted

),

source_sums as (

    select
        figure,
        coalesce(sum(amount), 0) as amount,
        count(*) as n_rows
    from source_rows
    group by figure

),

reconciled_sums as (

    -- A transaction is a row of what was paid, and perhaps one of what was given back too.
    {% for figure, rows_of in [
        ('raw', 'net'), ('staging', 'net'), ('transactions', 'paid'), ('counted', 'paid'),
        ('raw_tenders', 'net'), ('tenders', 'net'),
    ] %}
    select
        '{{ figure }}' as figure,
        coalesce(sum(case when measure = 'net' then {{ figure }}_amount end), 0) as amount,
        coalesce(sum(case when measure = '{{ rows_of }}' then n_{{ figure }} end), 0) as n_rows
    from {{ ref('reconciliation') }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

)

select
    reconciled_sums.figure,
    reconciled_sums.amount,
    reconciled_sums.n_rows,
    source_sums.amount as source_amount,
    source_sums.n_rows as n_source_rows
from reconciled_sums
left join source_sums on source_sums.figure = reconciled_sums.figure
where
    reconciled_sums.amount <> coalesce(source_sums.amount, 0)
    or reconciled_sums.n_rows <> coalesce(source_sums.n_rows, 0)

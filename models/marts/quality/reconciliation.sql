{% set place = ['channel', 'platform', 'shop_id', 'store_id', 'brand', 'legal_entity'] -%}
{% set key = ['booked_on'] + place -%}

with money_rows as (

    select * from {{ ref('int_quality__reconciliation_rows') }}

),

transactions as (

    select
        *,
        ordered_on as booked_on
    from {{ ref('customer_transactions') }}

),

differences as (

    select * from {{ ref('reconciliation_differences') }}

),

-- What was asked stands under the day of the order, what was paid and given back under its own.
measured_rows as (

    select
        {{ key | join(', ') }},
        measure,
        document_kind,
        left_out_reason,
        was_paid,
        tender_type,
        amount
    from money_rows

    union all

    select
        ordered_on as booked_on,
        {{ place | join(', ') }},
        'gross' as measure,
        document_kind,
        left_out_reason,
        was_paid,
        tender_type,
        gross_amount as amount
    from money_rows
    where document_kind = 'sale'

),

money_sums as (

    select
        {{ key | join(', ') }},
        measure,
        document_kind,
        left_out_reason,
        was_paid,
        tender_type,
        sum(amount) as amount,
        count(*) as n_rows,
        count(*) - count(amount) as n_without_amount
    from measured_rows
    group by
        {{ key | join(', ') }},
        measure,
        document_kind,
        left_out_reason,
        was_paid,
        tender_type

),

transaction_sums as (

    select
        {{ key | join(', ') }},
        is_counted,
        sum(goods_amount) as gross_amount,
        sum(paid_amount) as paid_amount,
        sum(refund_amount) as refund_amount,
        count(*) as n_rows,
        sum(case when refund_amount <> 0 then 1 else 0 end) as n_refunded
    from transactions
    group by {{ key | join(', ') }}, is_counted

),

-- Every figure in one long shape, so that each source is summed once and nothing is joined.
figures as (

    {% for figure, condition in [
        ('raw', "document_kind <> 'tender'"),
        ('staging', "document_kind <> 'tender' and left_out_reason is null"),
        ('console', "document_kind <> 'tender' and left_out_reason is null and was_paid"),
        ('raw_tenders', "document_kind = 'tender'"),
        ('tenders', "document_kind = 'tender' and left_out_reason is null"),
    ] %}
    select
        {{ key | join(', ') }},
        measure,
        '{{ figure }}' as figure,
        amount,
        n_rows
    from money_sums
    where {{ condition }}

    union all
    {% endfor %}

    select
        {{ key | join(', ') }},
        measure,
        'without_amount' as figure,
        cast(null as decimal(18, 2)) as amount,
        n_without_amount as n_rows
    from money_sums
    where document_kind <> 'tender' and n_without_amount > 0

    union all

    select
        {{ key | join(', ') }},
        measure,
        case tender_type
            {% for tender_group, tender_types in var('tender_groups').items() %}
            {% for tender_type in tender_types %}
            when '{{ tender_type }}' then '{{ tender_group }}'
            {% endfor %}
            {% endfor %}
            else 'other_tenders'
        end as figure,
        amount,
        n_rows
    from money_sums
    where document_kind = 'tender' and left_out_reason is null

    {% for figure, condition in [('transactions', 'true'), ('counted', 'is_counted')] %}
    {% for measure, amount, n_rows in [
        ('gross', 'gross_amount', 'n_rows'),
        ('paid', 'paid_amount', 'n_rows'),
        ('refunded', 'refund_amount', 'n_refunded'),
    ] %}
    union all

    select
        {{ key | join(', ') }},
        '{{ measure }}' as measure,
        '{{ figure }}' as figure,
        {{ amount }} as amount,
        {{ n_rows }} as n_rows
    from transaction_sums
    where {{ condition }} {{ "and n_refunded > 0" if measure == 'refunded' }}
    {% endfor %}
    {% endfor %}

    union all

    select
        {{ key | join(', ') }},
        measure,
        step as figure,
        amount,
        n_rows
    from differences
    where measure <> 'net'

),

with_net as (

    select * from figures

    union all

    select
        {{ key | join(', ') }},
        'net' as measure,
        figure,
        case measure when 'refunded' then -amount else amount end as amount,
        n_rows
    from figures
    where measure in ('paid', 'refunded')

),

pivoted as (

    select
        {{ key | join(', ') }},
        measure,
        {% for figure in [
            'raw', 'staging', 'console', 'transactions', 'counted', 'raw_tenders', 'tenders',
            'money_tenders', 'prepaid_tenders', 'benefit_tenders', 'other_tenders',
            'raw_to_staging', 'staging_to_console', 'staging_to_transactions',
            'transactions_to_counted', 'console_to_tenders', 'raw_tenders_to_tenders',
        ] %}
        coalesce(sum(case when figure = '{{ figure }}' then amount end), 0) as {{ figure }},
        {% endfor %}
        {% for figure in [
            'raw', 'staging', 'console', 'transactions', 'counted', 'raw_tenders', 'tenders'
        ] %}
        sum(case when figure = '{{ figure }}' then n_rows else 0 end) as n_{{ figure }},
        {% endfor %}
        sum(case when figure = 'without_amount' then n_rows else 0 end) as n_without_amount
    from with_net
    group by {{ key | join(', ') }}, measure

),

channels_with_tenders as (

    select distinct
        channel,
        true as has_tenders
    from money_sums
    where document_kind = 'tender'

),

-- A channel without a single tender, and what was asked before discounts, have nothing to lay
-- beside tenders.
laid_side_by_side as (

    select
        pivoted.*,
        coalesce(channels_with_tenders.has_tenders, false)
        and pivoted.measure <> 'gross' as has_tenders
    from pivoted
    left join channels_with_tenders
        on channels_with_tenders.channel is not distinct from pivoted.channel

),

reconciled as (

    select
        booked_on,
        channel,
        platform,
        shop_id,
        store_id,
        brand,
        legal_entity,
        measure,
        cast(raw as decimal(18, 2)) as raw_amount,
        cast(staging as decimal(18, 2)) as staging_amount,
        cast(console as decimal(18, 2)) as console_amount,
        cast(transactions as decimal(18, 2)) as transactions_amount,
        cast(counted as decimal(18, 2)) as counted_amount,
        cast(case when has_tenders then raw_tenders end as decimal(18, 2)) as raw_tenders_amount,
        cast(case when has_tenders then tenders end as decimal(18, 2)) as tenders_amount,
        cast(
            case when has_tenders then money_tenders end as decimal(18, 2)
        ) as money_tenders_amount,
        cast(
            case when has_tenders then prepaid_tenders end as decimal(18, 2)
        ) as prepaid_tenders_amount,
        cast(
            case when has_tenders then benefit_tenders end as decimal(18, 2)
        ) as benefit_tenders_amount,
        cast(
            case when has_tenders then other_tenders end as decimal(18, 2)
        ) as other_tenders_amount,
        -- What no difference explains, step by step: always 0.
        cast(
            abs(staging - raw - raw_to_staging)
            + abs(console - staging - staging_to_console)
            + abs(transactions - staging - staging_to_transactions)
            + abs(counted - transactions - transactions_to_counted)
            + abs(tenders - raw_tenders - raw_tenders_to_tenders)
            + case
                when has_tenders then abs(tenders - console - console_to_tenders)
                else 0
            end as decimal(18, 2)
        ) as unexplained_amount,
        cast(n_raw as bigint) as n_raw,
        cast(n_staging as bigint) as n_staging,
        cast(n_console as bigint) as n_console,
        cast(n_transactions as bigint) as n_transactions,
        cast(n_counted as bigint) as n_counted,
        cast(n_raw_tenders as bigint) as n_raw_tenders,
        cast(n_tenders as bigint) as n_tenders,
        cast(n_without_amount as bigint) as n_without_amount
    from laid_side_by_side

)

select * from reconciled

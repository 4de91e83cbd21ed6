{% set place = ['channel', 'platform', 'shop_id', 'store_id', 'brand', 'legal_entity'] -%}
{% set key = ['booked_on'] + place -%}
{# Each figure and the postings that it sums; of the stages and tenders rows are counted too. -#}
{% set stages = {
    'raw': "source = 'document'",
    'staging': "source = 'document' and is_kept",
    'console': "source = 'document' and is_kept and was_paid",
    'transactions': "source = 'transaction'",
    'counted': "source = 'transaction' and is_kept",
    'raw_tenders': "source = 'tender'",
    'tenders': "source = 'tender' and is_kept",
} -%}
{% set tender_groups = ['money_tenders', 'prepaid_tenders', 'benefit_tenders', 'other_tenders'] -%}
{% set steps = [
    'raw_to_staging', 'staging_to_console', 'staging_to_transactions', 'transactions_to_counted',
    'console_to_tenders', 'raw_tenders_to_tenders',
] -%}

with money_rows as (

    select
        *,
        left_out_reason is null as is_kept,
        case when document_kind = 'tender' then 'tender' else 'document' end as source
    from {{ ref('int_quality__reconciliation_rows') }}

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

-- All sources in one shape, so that they are summed together and nothing is joined. What was asked
-- stands under the day of the order, what was paid and given back under its own.
postings as (

    select
        {{ key | join(', ') }},
        measure,
        source,
        is_kept,
        was_paid,
        case tender_type
            {% for tender_group, tender_types in var('tender_groups').items() %}
            {% for tender_type in tender_types %}
            when '{{ tender_type }}' then '{{ tender_group }}'
            {% endfor %}
            {% endfor %}
            else 'other_tenders'
        end as part,
        amount
    from money_rows

    union all

    select
        ordered_on as booked_on,
        {{ place | join(', ') }},
        'gross' as measure,
        source,
        is_kept,
        was_paid,
        cast(null as string) as part,
        gross_amount as amount
    from money_rows
    where document_kind = 'sale'

    {% for measure, amount in [
        ('gross', 'goods_amount'), ('paid', 'paid_amount'), ('refunded', 'refund_amount')
    ] %}
    union all

    select
        {{ key | join(', ') }},
        '{{ measure }}' as measure,
        'transaction' as source,
        is_counted as is_kept,
        true as was_paid,
        cast(null as string) as part,
        {{ amount }} as amount
    from transactions
    {{ 'where refund_amount <> 0' if measure == 'refunded' }}
    {% endfor %}

    union all

    select
        {{ key | join(', ') }},
        measure,
        'difference' as source,
        true as is_kept,
        true as was_paid,
        step as part,
        amount
    from differences
    where measure <> 'net'

),

summed as (

    select
        {{ key | join(', ') }},
        measure,
        {% for figure, condition in stages.items() %}
        coalesce(sum(case when {{ condition }} then amount end), 0) as {{ figure }},
        sum(case when {{ condition }} then 1 else 0 end) as n_{{ figure }},
        {% endfor %}
        {% for tender_group in tender_groups %}
        coalesce(
            sum(
                case
                    when source = 'tender' and is_kept and part = '{{ tender_group }}' then amount
                end
            ), 0
        ) as {{ tender_group }},
        {% endfor %}
        {% for step in steps %}
        coalesce(
            sum(case when source = 'difference' and part = '{{ step }}' then amount end), 0
        ) as {{ step }},
        {% endfor %}
        sum(case when source = 'document' and amount is null then 1 else 0 end) as n_without_amount
    from postings
    group by {{ key | join(', ') }}, measure

),

with_net as (

    select
        {{ key | join(', ') }},
        measure,
        {% for figure in stages %}
        {{ figure }},
        n_{{ figure }},
        {% endfor %}
        {% for figure in tender_groups + steps %}
        {{ figure }},
        {% endfor %}
        n_without_amount
    from summed

    union all

    select
        {{ key | join(', ') }},
        'net' as measure,
        {% for figure in stages %}
        sum(case measure when 'refunded' then -{{ figure }} else {{ figure }} end) as {{ figure }},
        sum(n_{{ figure }}) as n_{{ figure }},
        {% endfor %}
        {% for figure in tender_groups + steps %}
        sum(case measure when 'refunded' then -{{ figure }} else {{ figure }} end) as {{ figure }},
        {% endfor %}
        sum(n_without_amount) as n_without_amount
    from summed
    where measure in ('paid', 'refunded')
    group by {{ key | join(', ') }}

),

channels_with_tenders as (

    select distinct
        channel,
        true as has_tenders
    from money_rows
    where document_kind = 'tender'

),

-- A channel without a single tender, and what was asked before discounts, have nothing to lay
-- beside tenders.
laid_side_by_side as (

    select
        with_net.*,
        coalesce(channels_with_tenders.has_tenders, false)
        and with_net.measure <> 'gross' as has_tenders
    from with_net
    left join channels_with_tenders
        on channels_with_tenders.channel is not distinct from with_net.channel

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

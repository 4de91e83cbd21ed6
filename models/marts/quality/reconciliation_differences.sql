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

refunds as (

    select * from {{ ref('int_activity__refunds') }}

),

reasons as (

    select * from {{ ref('reconciliation_reasons') }}

),

kept_rows as (

    select *
    from money_rows
    where left_out_reason is null

),

left_out_rows as (

    select
        {{ key | join(', ') }},
        measure,
        case document_kind when 'tender' then 'raw_tenders_to_tenders' else 'raw_to_staging' end
            as step,
        left_out_reason as reason,
        -amount as amount
    from money_rows
    where left_out_reason is not null

),

left_out_gross as (

    select
        ordered_on as booked_on,
        {{ place | join(', ') }},
        'gross' as measure,
        'raw_to_staging' as step,
        left_out_reason as reason,
        -gross_amount as amount
    from money_rows
    where left_out_reason is not null and document_kind = 'sale'

),

unpaid_orders as (

    select
        {{ key | join(', ') }},
        'paid' as measure,
        'staging_to_console' as step,
        status as reason,
        -amount as amount
    from kept_rows
    where not was_paid

    union all

    select
        ordered_on as booked_on,
        {{ place | join(', ') }},
        'gross' as measure,
        'staging_to_console' as step,
        status as reason,
        -gross_amount as amount
    from kept_rows
    where not was_paid

),

-- The transactions show what was paid under the day of the order.
paid_on_another_day as (

    select *
    from kept_rows
    where document_kind = 'sale' and ordered_on <> booked_on and amount <> 0

),

payments_from_their_day as (

    select
        {{ key | join(', ') }},
        'paid' as measure,
        'staging_to_transactions' as step,
        'booked_on_day_of_order' as reason,
        -amount as amount
    from paid_on_another_day

),

payments_to_day_of_order as (

    select
        ordered_on as booked_on,
        {{ place | join(', ') }},
        'paid' as measure,
        'staging_to_transactions' as step,
        'booked_on_day_of_order' as reason,
        amount
    from paid_on_another_day

),

-- They take what was given back from its order, under the order's day and place.
booked_refunds as (

    select
        refund_id,
        order_id,
        sum(refund_amount) as amount
    from refunds
    group by refund_id, order_id

),

given_back as (

    select
        {% for column in key -%}
        kept_rows.{{ column }},
        {% endfor -%}
        kept_rows.document_id,
        kept_rows.document_kind,
        kept_rows.amount,
        booked_refunds.amount as booked_amount,
        transactions.order_id as booked_order_id,
        transactions.channel <> kept_rows.channel
        or coalesce(transactions.platform, '') <> coalesce(kept_rows.platform, '')
        or coalesce(transactions.shop_id, '') <> coalesce(kept_rows.shop_id, '')
        or coalesce(transactions.store_id, '') <> coalesce(kept_rows.store_id, '')
        or coalesce(transactions.brand, '') <> coalesce(kept_rows.brand, '')
        or coalesce(transactions.legal_entity, '') <> coalesce(kept_rows.legal_entity, '')
            as is_of_other_place,
        coalesce(cast(transactions.ordered_on as string), '')
        <> coalesce(cast(kept_rows.booked_on as string), '') as is_of_other_day
    from kept_rows
    left join booked_refunds on booked_refunds.refund_id = kept_rows.document_id
    left join transactions on transactions.order_id = booked_refunds.order_id
    where kept_rows.document_kind in ('refund', 'return')

),

refunds_of_unknown_orders as (

    select
        {{ key | join(', ') }},
        'refunded' as measure,
        'staging_to_transactions' as step,
        'refund_of_unknown_order' as reason,
        -amount as amount
    from given_back
    where document_kind = 'refund' and booked_order_id is null

),

-- A return that names no known order stands for itself among the transactions: as a negative
-- payment.
returns_without_order as (

    select
        given_back.*,
        transactions.goods_amount,
        transactions.paid_amount
    from given_back
    inner join transactions on transactions.order_id = given_back.document_id
    where given_back.document_kind = 'return'

),

returns_as_negative_payments as (

    {% for measure, amount in [
        ('refunded', '-amount'), ('paid', 'paid_amount'), ('gross', 'goods_amount')
    ] %}
    select
        {{ key | join(', ') }},
        '{{ measure }}' as measure,
        'staging_to_transactions' as step,
        'return_without_order' as reason,
        {{ amount }} as amount
    from returns_without_order
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

-- Booked with another sum than stated: a negative refund is taken for a positive one, a return
-- receipt whose sum cannot be read for the sum of its lines.
restated_refunds as (

    select
        {{ key | join(', ') }},
        'refunded' as measure,
        'staging_to_transactions' as step,
        case when amount is null then 'sum_of_lines' else 'negative_refund' end as reason,
        booked_amount - coalesce(amount, 0) as amount
    from given_back
    where booked_order_id is not null and booked_amount <> coalesce(amount, 0)

),

moved_refunds as (

    select
        *,
        case
            when is_of_other_place then 'booked_at_place_of_order' else 'booked_on_day_of_order'
        end as reason
    from given_back
    where booked_order_id is not null and (is_of_other_place or is_of_other_day)

),

refunds_from_their_day as (

    select
        {{ key | join(', ') }},
        'refunded' as measure,
        'staging_to_transactions' as step,
        reason,
        -booked_amount as amount
    from moved_refunds

),

refunds_to_day_of_order as (

    select
        {% for column in key -%}
        transactions.{{ column }},
        {% endfor -%}
        'refunded' as measure,
        'staging_to_transactions' as step,
        moved_refunds.reason,
        moved_refunds.booked_amount as amount
    from moved_refunds
    inner join transactions on transactions.order_id = moved_refunds.booked_order_id

),

not_counted as (

    {% for measure, amount in [
        ('gross', 'goods_amount'), ('paid', 'paid_amount'), ('refunded', 'refund_amount')
    ] %}
    select
        {{ key | join(', ') }},
        '{{ measure }}' as measure,
        'transactions_to_counted' as step,
        exclusion_reason as reason,
        -{{ amount }} as amount
    from transactions
    where not is_counted {{ "and refund_amount <> 0" if measure == 'refunded' }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

-- A channel without a single tender is not laid beside tenders.
channels_with_tenders as (

    select distinct channel
    from money_rows
    where document_kind = 'tender'

),

tenders_per_order as (

    select
        order_id,
        sum(amount) as amount
    from kept_rows
    where document_kind = 'tender' and order_id is not null
    group by order_id

),

tendered as (

    select
        {% for column in key -%}
        kept_rows.{{ column }},
        {% endfor -%}
        kept_rows.measure,
        kept_rows.document_kind,
        kept_rows.was_paid,
        kept_rows.amount,
        tenders_per_order.order_id is not null as has_tenders,
        coalesce(tenders_per_order.amount, 0)
        - case when kept_rows.was_paid then coalesce(kept_rows.amount, 0) else 0 end as difference
    from kept_rows
    inner join channels_with_tenders on channels_with_tenders.channel = kept_rows.channel
    left join tenders_per_order on tenders_per_order.order_id = kept_rows.document_id
    where kept_rows.document_kind <> 'tender'

),

tenders_that_differ as (

    select
        {{ key | join(', ') }},
        measure,
        'console_to_tenders' as step,
        case
            when document_kind = 'refund' then 'refund_without_tender'
            when not was_paid then 'tender_of_unpaid_order'
            when not has_tenders then 'without_tender'
            when amount is null then 'unreadable_amount'
            when difference > 0 then 'tenders_above_amount'
            else 'tenders_below_amount'
        end as reason,
        difference as amount
    from tendered
    where difference <> 0

),

tenders_of_unknown_orders as (

    select
        {{ key | join(', ') }},
        measure,
        'console_to_tenders' as step,
        'tender_of_unknown_order' as reason,
        amount
    from kept_rows
    where document_kind = 'tender' and order_id is null

),

tenders_of_another_day as (

    select *
    from kept_rows
    where
        document_kind = 'tender'
        and order_id is not null
        and order_booked_on is distinct from booked_on

),

tenders_from_day_of_order as (

    select
        order_booked_on as booked_on,
        {{ place | join(', ') }},
        measure,
        'console_to_tenders' as step,
        'paid_on_another_day' as reason,
        -amount as amount
    from tenders_of_another_day

),

tenders_to_their_day as (

    select
        {{ key | join(', ') }},
        measure,
        'console_to_tenders' as step,
        'paid_on_another_day' as reason,
        amount
    from tenders_of_another_day

),

measured as (

    {% for relation in [
        'left_out_rows', 'left_out_gross', 'unpaid_orders', 'payments_from_their_day',
        'payments_to_day_of_order', 'refunds_of_unknown_orders', 'returns_as_negative_payments',
        'restated_refunds', 'refunds_from_their_day', 'refunds_to_day_of_order', 'not_counted',
        'tenders_that_differ', 'tenders_of_unknown_orders', 'tenders_from_day_of_order',
        'tenders_to_their_day',
    ] %}
    select * from {{ relation }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

with_net as (

    select * from measured

    union all

    select
        {{ key | join(', ') }},
        'net' as measure,
        step,
        reason,
        case measure when 'refunded' then -amount else amount end as amount
    from measured
    where measure in ('paid', 'refunded')

),

differences as (

    select
        {{ key | join(', ') }},
        measure,
        step,
        reason,
        coalesce(sum(amount), 0) as amount,
        count(*) as n_rows
    from with_net
    group by {{ key | join(', ') }}, measure, step, reason
    -- What moves between paid and refunded leaves the net as it was.
    having measure <> 'net' or sum(amount) <> 0

),

explained as (

    select
        differences.booked_on,
        differences.channel,
        differences.platform,
        differences.shop_id,
        differences.store_id,
        differences.brand,
        differences.legal_entity,
        differences.measure,
        differences.step,
        differences.reason,
        cast(differences.amount as decimal(18, 2)) as amount,
        differences.n_rows,
        reasons.description as explanation,
        reasons.description_zh as explanation_zh
    from differences
    left join reasons on reasons.step = differences.step and reasons.reason = differences.reason

)

select * from explained

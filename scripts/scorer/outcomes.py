"""What the build decided, against the truth: classes, exclusions, mentions, identities.

What the truth has and the build lost is a miss, never out of the count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import duckdb

from scripts.evaluator import breakdown, inputs
from scripts.evaluator.agreement import measure

from .kinds_of_error import Score
from .mapping import Floor

# Reasons that the raw status or date itself states; the others are inferred.
STATED_REASONS = ("future", "unpaid", "cancelled", "return_receipt")
STATED_TARGET = 0.99


def prepare(con: duckdb.DuckDBPyConnection, raw: Path) -> None:
    """Views of the truth beside the raw files."""
    for name in ("records", "people", "orders", "mentions"):
        con.execute(
            f"create temp view truth_{name} as from read_parquet('{raw}/truth/{name}.parquet')"
        )


# Who bought less often, or without a name, shows nothing of what a class is known by.
ENOUGH_ORDERS = 3


def with_floors(scores: Sequence[Score], floors: Mapping[tuple[str, str], Floor]) -> list[Score]:
    """The scores, those of them that have a floor with it."""
    return [replace(score, floor=floors.get((score.part, score.name))) for score in scores]


def score_classes(con: duckdb.DuckDBPyConnection) -> list[Score]:
    """Recall of persons: one of whose customers has the class; once more of those who bought often
    enough to show it. Precision of customers: most of whose accounts are of a person of that class,
    or for tests are test accounts."""
    rows = con.execute(
        f"""
        with buyers as (
            select truth_orders.person_id
            from truth_orders
            inner join main.customer_transactions as transactions using (order_id)
            where
                transactions.customer_id <> 'anonymous'
                and coalesce(truth_orders.exclusion_reason, '') not in ('unpaid', 'cancelled')
            group by truth_orders.person_id having count(*) >= {ENOUGH_ORDERS}
        ),
        accounts as (
            select
                truth_records.person_id,
                truth_people.customer_class as true_class,
                customer_base.customer_id,
                customer_base.customer_class,
                case customer_base.customer_class
                    when 'test' then truth_records.is_test_account
                    else truth_people.customer_class = customer_base.customer_class
                end as is_right
            from truth_records
            inner join truth_people using (person_id)
            left join main.customer_crosswalk as crosswalk using (record_id)
            left join main.customer_base as customer_base using (customer_id)
        ),
        persons as (
            select
                accounts.person_id,
                true_class as class,
                bool_or(customer_class = true_class) as is_caught,
                bool_or(buyers.person_id is not null) as is_buyer
            from accounts left join buyers using (person_id)
            group by 1, 2
        ),
        customers as (
            select
                customer_id,
                customer_class as class,
                2 * count(*) filter (where is_right) > count(*) as is_right
            from accounts where customer_id is not null group by 1, 2
        ),
        of_persons as (
            select
                class,
                count(*) as n,
                count(*) filter (where is_caught) as n_caught,
                count(*) filter (where is_buyer) as n_buyers,
                count(*) filter (where is_buyer and is_caught) as n_caught_buyers
            from persons group by class
        ),
        of_customers as (
            select class, count(*) as n_claimed, count(*) filter (where is_right) as n_right
            from customers group by class
        )
        select
            class, n, n_caught, n_buyers, n_caught_buyers,
            coalesce(n_claimed, 0), coalesce(n_right, 0)
        from of_persons left join of_customers using (class)
        order by class
        """
    ).fetchall()
    scores = []
    for name, n, n_caught, n_buyers, n_caught_buyers, n_claimed, n_right in rows:
        scores.append(Score("class", name, n, n_caught, n_claimed, n_right))
        if name in ("reseller", "suspected_abuse"):
            often = f"{name} of {ENOUGH_ORDERS} orders or more"
            scores.append(Score("class", often, n_buyers, n_caught_buyers, 0, 0))
    return scores


def score_exclusions(con: duckdb.DuckDBPyConnection) -> list[Score]:
    """Orders by the reason for which they do not count.

    A day in the future that was injected is a reason as good as any. A return receipt that names
    its order has no row. Tests come before all other reasons and are judged by their line alone.
    """
    rows = con.execute(
        """
        with dated_wrongly as (
            select
                case table_name when 'shop.orders' then 'shop:' else 'store:' end || record_key
                    as order_id
            from injected
            where
                kind = 'time_future'
                and (table_name, column_name)
                in (('shop.orders', 'ordered_at'), ('store.sales', 'sold_at'))
        ),
        returns_of_orders as (
            select 'store:' || receipt_no as order_id from staging.base_store__sales
            where is_return and original_order_id is not null
        ),
        judged as (
            select
                truth_orders.person_id,
                transactions.order_id is not null as is_there,
                case
                    when truth_orders.exclusion_reason = 'test' then 'test'
                    when dated_wrongly.order_id is not null then 'future'
                    else truth_orders.exclusion_reason
                end as true_reason,
                transactions.exclusion_reason as reason
            from truth_orders
            left join main.customer_transactions as transactions using (order_id)
            left join dated_wrongly using (order_id)
            anti join returns_of_orders using (order_id)
        )
        select
            coalesce(name, 'counted'),
            sum(n_true),
            sum(n_right),
            sum(n_claimed),
            -- Kish: orders of one person are found or missed together.
            coalesce(sum(n_true) ** 2 / nullif(sum(n_true ** 2), 0), 0)
        from (
            select
                name,
                person_id,
                count(*) filter (where true_reason is not distinct from name and is_mine) as n_true,
                count(*) filter (where is_there and true_reason is not distinct from name
                    and reason is not distinct from name) as n_right,
                count(*) filter (where is_there and reason is not distinct from name and is_mine)
                    as n_claimed
            from (
                select
                    *,
                    name is not distinct from 'test'
                    or coalesce(true_reason <> 'test', true) and coalesce(reason <> 'test', true)
                        as is_mine
                from judged
                cross join (
                    select distinct true_reason as name from judged
                    union
                    select distinct reason from judged
                )
            )
            group by name, person_id
        )
        group by name
        order by 1
        """
    ).fetchall()
    return [
        Score(
            "exclusion",
            name,
            int(n_true),
            int(n_right),
            int(n_claimed),
            int(n_right),
            STATED_TARGET if name in STATED_REASONS else None,
            n_effective=n_effective,
        )
        for name, n_true, n_right, n_claimed, n_effective in rows
    ]


def score_schemes(con: duckdb.DuckDBPyConnection) -> list[Score]:
    """How many orders of each scheme are suspected: of faked ones most should be, of orders that
    only look like them (offices, coupons) none."""
    rows = con.execute(
        """
        select
            scheme,
            count(*),
            count(*) filter (where transactions.exclusion_reason = 'suspected_fake')
        from truth_orders
        left join main.customer_transactions as transactions using (order_id)
        where scheme is not null
        group by scheme order by scheme
        """
    ).fetchall()
    return [Score("scheme", name, n, n_caught, 0, 0) for name, n, n_caught in rows]


def score_mentions(con: duckdb.DuckDBPyConnection) -> list[Score]:
    """Recall of the mentions of persons who have an account; right is a customer most of whose
    accounts are that person's. A sale with the till's own card names a member, so is no mention."""
    rows = con.execute(
        """
        with sizes as (
            select
                crosswalk.customer_id,
                truth_records.person_id,
                count(*) as n,
                sum(count(*)) over (partition by crosswalk.customer_id) as n_of_customer
            from main.customer_crosswalk as crosswalk
            inner join truth_records using (record_id)
            group by 1, 2
        ),
        owners as (
            select customer_id, person_id from sizes where 2 * n > n_of_customer
        ),
        known as (select distinct person_id from truth_records),
        till_cards as (
            select 'sale:' || record_key as mention_id from injected where kind = 'till_card'
        ),
        judged as (
            select
                split_part(truth_mentions.mention_id, ':', 1) as kind,
                known.person_id is not null as is_known,
                mentions.customer_id is not null as is_attached,
                owners.person_id is not distinct from truth_mentions.person_id
                    and mentions.customer_id is not null as is_right
            from truth_mentions
            left join intermediate.int_activity__mentions as mentions using (mention_id)
            left join owners using (customer_id)
            left join known on known.person_id = truth_mentions.person_id
            anti join till_cards on till_cards.mention_id = truth_mentions.mention_id
        )
        select
            kind,
            count(*) filter (where is_known),
            count(*) filter (where is_known and is_right),
            count(*) filter (where is_attached),
            count(*) filter (where is_right)
        from judged group by kind order by kind
        """
    ).fetchall()
    return [Score("mention", *row) for row in rows]


def score_identities(con: duckdb.DuckDBPyConnection) -> list[Score]:
    """Pairs of accounts: of one person, of one customer, of both; and families kept apart."""
    inputs.load_records(con, "truth_records", "main.customer_crosswalk", "evaluated_records")
    scores = []
    for name, column in (
        ("pairs of accounts", "customer_id"),
        ("pairs of accounts, exact evidence", "strict_customer_id"),
    ):
        pairs = measure(con, "evaluated_records", column).pairs
        scores.append(
            Score(
                *("identity_pairs", name, pairs.n_true, pairs.n_right),
                *(pairs.n_claimed, pairs.n_right),
            )
        )
    families = breakdown.of_families(
        con, "evaluated_records", "truth_people", breakdown.NUMBERS, "customer_id"
    )
    return [
        *scores,
        Score("identity_pairs", "families on one number", families.n, families.n_apart, 0, 0),
    ]

"""Complaints and questions, reviews, surveys: what customers say, and why."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..config import DAY, Settings, Stream
from ..reference import Ints, pick, shares
from .baskets import ONLINE_HOURS, clock
from .orders import COMPLETED, RETURNED, Deliveries, Orders, Refunds
from .people import Accounts, People
from .sales import Sales

CATEGORIES = (
    "logistics",
    "quality",
    "refund",
    "service",
    "price",
    "fake_goods",
    "consult",
    "order_query",
    "invoice",
    "praise",
    "other",
)
N_COMPLAINTS = 6
LATE_AFTER = 4 * DAY


@dataclass
class Tickets:
    """Tickets by time; order, sale, account and satisfaction -1 where there is none."""

    person: Ints
    order: Ints
    account: Ints
    category: Ints
    product: Ints
    method: Ints
    opened: Ints
    resolved: Ints
    satisfaction: Ints
    wording: Ints


@dataclass
class Reviews:
    """Reviews of bought products, by time."""

    order: Ints
    product: Ints
    rating: Ints
    written: Ints
    wording: Ints


@dataclass
class Responses:
    """Answers to surveys, by time."""

    person: Ints
    nps: Ints
    submitted: Ints
    wording: Ints


@dataclass
class Service:
    """All that customers said."""

    tickets: Tickets
    reviews: Reviews
    responses: Responses


def make_service(
    settings: Settings,
    people: People,
    accounts: Accounts,
    orders: Orders,
    refunds: Refunds,
    deliveries: Deliveries,
    sales: Sales,
) -> Service:
    """What went wrong becomes complaints; complaints lower what is said afterwards."""
    rng = settings.stream(Stream.SERVICE)
    n = len(orders.person)
    late = np.zeros(n, dtype=bool)
    slow = deliveries.delivered - orders.paid[deliveries.order] > LATE_AFTER
    late[deliveries.order[(deliveries.delivered > 0) & slow]] = True
    refunded = np.zeros(n, dtype=bool)
    refunded[refunds.order] = True
    bad_quality = np.zeros(n, dtype=bool)
    bad_quality[refunds.order[np.isin(refunds.reason, (2, 3))]] = True

    tickets = _tickets(settings, people, accounts, orders, sales, late, refunded, bad_quality, rng)
    complained = np.zeros(n, dtype=bool)
    has_order = tickets.order >= 0
    complained[tickets.order[has_order & (tickets.category < N_COMPLAINTS)]] = True
    reviews = _reviews(settings, orders, late, bad_quality, complained, rng)
    responses = _responses(settings, people, orders, sales, tickets, rng)
    return Service(tickets, reviews, responses)


def _tickets(
    settings: Settings,
    people: People,
    accounts: Accounts,
    orders: Orders,
    sales: Sales,
    late: Ints,
    refunded: Ints,
    bad_quality: Ints,
    rng: np.random.Generator,
) -> Tickets:
    n = len(orders.person)
    # The chance that an order leads to a ticket of each category.
    chance = np.stack(
        [
            np.where(late, 0.25, 0.006),
            np.where(bad_quality, 0.3, 0.008),
            np.where(refunded, 0.08, 0.001),
            np.full(n, 0.004),
            np.where(orders.discount == 0, 0.004, 0.001),
            np.full(n, 0.002),
            np.full(n, 0.02),
            np.where(late, 0.12, 0.02),
            np.full(n, 0.01),
            np.full(n, 0.004),
            np.full(n, 0.004),
        ],
        axis=1,
    )
    limits = np.cumsum(chance, axis=1)
    category = (rng.random(n)[:, None] >= limits).sum(axis=1)
    order = np.flatnonzero((category < len(CATEGORIES)) & (orders.paid > 0))
    opened = orders.paid[order] + rng.integers(3 * 3600, 12 * DAY, len(order))
    opened = np.where(late[order], orders.paid[order] + LATE_AFTER, opened)
    line = np.searchsorted(orders.lines.order, order)

    # Buyers in stores ask and complain less, and not about parcels.
    in_store = np.flatnonzero((rng.random(len(sales.person)) < 0.02) & ~sales.is_return)
    of_store = np.array([0, 30, 6, 25, 12, 4, 40, 0, 14, 10, 6], dtype=np.float64)
    store_category = pick(rng.random(len(in_store)), shares(list(of_store)))
    store_line = np.searchsorted(sales.lines.order, in_store)

    person = np.concatenate([orders.person[order], sales.person[in_store]])
    all_category = np.concatenate([category[order], store_category])
    when = np.concatenate(
        [opened, sales.sold[in_store] + rng.integers(3600, 9 * DAY, len(in_store))]
    )
    when = clock(when // DAY * DAY, ONLINE_HOURS, rng)
    earliest = np.concatenate([orders.paid[order], sales.sold[in_store]])
    when = np.maximum(when, earliest + 600)
    columns = (
        person,
        np.concatenate([order, np.full(len(in_store), -1)]),
        np.concatenate([orders.account[order], sales.account[in_store]]),
        all_category,
        np.concatenate([orders.lines.product[line], sales.lines.product[store_line]]),
        when,
    )
    kept = np.flatnonzero(when < settings.end)
    kept = kept[np.lexsort((person[kept], when[kept]))]
    person, order, account, category, product, when = (column[kept] for column in columns)
    n = len(person)
    complaint = category < N_COMPLAINTS
    identified = rng.random(n) < settings.world.ticket_identified_share
    score = np.where(
        complaint,
        pick(rng.random(n), shares([34, 27, 20, 12, 7])),
        pick(rng.random(n), shares([3, 5, 14, 33, 45])),
    )
    hours = np.where(complaint, 30.0, 4.0)
    resolved = when + (rng.exponential(1.0, n) * hours * 3600).astype(np.int64) + 120
    resolved = np.where((resolved < settings.end) & (rng.random(n) < 0.93), resolved, -1)
    return Tickets(
        person,
        order,
        np.where(identified, account, -1),
        category,
        product,
        pick(rng.random(n), shares([30, 55, 15])),
        when,
        resolved,
        np.where((rng.random(n) < 0.55) & (resolved > 0), score + 1, -1),
        rng.integers(0, 1 << 30, n),
    )


def _reviews(
    settings: Settings,
    orders: Orders,
    late: Ints,
    bad_quality: Ints,
    complained: Ints,
    rng: np.random.Generator,
) -> Reviews:
    kept = np.isin(orders.status, (COMPLETED, RETURNED)) & (orders.paid > 0)
    order = np.flatnonzero(kept & (rng.random(len(kept)) < settings.world.review_share))
    trouble = late[order] * 1 + bad_quality[order] * 2 + complained[order] * 2
    draw = rng.random(len(order))
    good = pick(draw, shares([2, 3, 8, 22, 65]))
    fair = pick(draw, shares([14, 22, 30, 22, 12]))
    bad = pick(draw, shares([52, 25, 13, 6, 4]))
    rating = 1 + np.where(trouble == 0, good, np.where(trouble == 1, fair, bad))
    written = orders.paid[order] + rng.integers(5 * DAY, 20 * DAY, len(order))
    inside = np.flatnonzero(written < settings.end)
    inside = inside[np.argsort(written[inside], kind="stable")]
    line = np.searchsorted(orders.lines.order, order[inside])
    return Reviews(
        order[inside],
        orders.lines.product[line],
        rating[inside],
        written[inside],
        rng.integers(0, 1 << 30, len(inside)),
    )


def _responses(
    settings: Settings,
    people: People,
    orders: Orders,
    sales: Sales,
    tickets: Tickets,
    rng: np.random.Generator,
) -> Responses:
    bought = np.bincount(orders.person, minlength=people.n)
    bought += np.bincount(sales.person, minlength=people.n)
    person = np.flatnonzero((bought > 0) & (rng.random(people.n) < settings.world.survey_share))
    begin = np.maximum(people.start[person] + 30 * DAY, settings.start)
    known = begin < settings.end - DAY
    person, begin = person[known], begin[known]
    submitted = begin + (rng.random(len(person)) * (settings.end - begin)).astype(np.int64)
    submitted = np.minimum(clock(submitted // DAY * DAY, ONLINE_HOURS, rng), settings.end)
    n_complaints = np.bincount(tickets.person[tickets.category < N_COMPLAINTS], minlength=people.n)[
        person
    ]
    draw = rng.random(len(person))
    happy = pick(draw, shares([1, 0.5, 0.5, 1, 2, 6, 6, 13, 22, 20, 28]))
    cross = pick(draw, shares([14, 8, 9, 10, 11, 16, 11, 9, 6, 3, 3]))
    order = np.lexsort((person, submitted))
    nps = np.where(n_complaints > 0, cross, happy)
    return Responses(
        person[order], nps[order], submitted[order], rng.integers(0, 1 << 30, len(order))
    )

"""Complaints and questions, reviews, surveys: what customers say, and why."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..config import DAY, TICKET_TYPES, Settings, Stream
from ..reference import Ints, pick, shares
from .baskets import ONLINE_HOURS, clock
from .orders import COMPLETED, RETURNED, Deliveries, Orders, Refunds
from .people import Flags, People
from .sales import Sales

CATEGORIES = tuple(kind.code for kind in TICKET_TYPES)
IS_COMPLAINT = np.array([kind.is_complaint for kind in TICKET_TYPES])
# Positions in the list refund_reason of data/words.csv that speak of poor quality.
POOR_QUALITY_REASONS = (2, 3)


@dataclass
class Tickets:
    """Tickets by time; order, account, filed and satisfaction -1 where there is none.

    `category` is what a ticket is about, `filed` what the agent said that it is about.
    """

    person: Ints
    order: Ints
    account: Ints
    category: Ints
    filed: Ints
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
    orders: Orders,
    refunds: Refunds,
    deliveries: Deliveries,
    sales: Sales,
) -> Service:
    """What went wrong becomes complaints; complaints lower what is said afterwards."""
    rng = settings.stream(Stream.SERVICE)
    n = len(orders.person)
    late = np.zeros(n, dtype=bool)
    slow = (
        deliveries.delivered - orders.paid[deliveries.order] > settings.world.late_after_days * DAY
    )
    late[deliveries.order[(deliveries.delivered > 0) & slow]] = True
    refunded = np.zeros(n, dtype=bool)
    refunded[refunds.order] = True
    poor = np.zeros(n, dtype=bool)
    poor[refunds.order[np.isin(refunds.reason, POOR_QUALITY_REASONS)]] = True

    tickets = _tickets(settings, orders, sales, late, refunded, poor, rng)
    complained = np.zeros(n, dtype=bool)
    has_order = tickets.order >= 0
    complained[tickets.order[has_order & IS_COMPLAINT[tickets.category]]] = True
    reviews = _reviews(settings, orders, late, poor, complained, rng)
    responses = _responses(settings, people, orders, sales, tickets, rng)
    return Service(tickets, reviews, responses)


def _tickets(
    settings: Settings,
    orders: Orders,
    sales: Sales,
    late: Flags,
    refunded: Flags,
    poor: Flags,
    rng: np.random.Generator,
) -> Tickets:
    world = settings.world
    n = len(orders.person)
    # What is worst about an order decides; poor goods weigh more than delay.
    state = np.select([poor, refunded, late], [3, 2, 1], 0)
    chances = np.array([(k.chance, k.if_late, k.if_refunded, k.if_poor) for k in TICKET_TYPES])
    limits = np.cumsum(chances, axis=0)
    draw = rng.random(n)
    category = np.zeros(n, dtype=np.int64)
    for number in range(limits.shape[1]):
        mine = state == number
        category[mine] = np.searchsorted(limits[:, number], draw[mine], side="right")
    order = np.flatnonzero((category < len(CATEGORIES)) & (orders.paid > 0))
    opened = orders.paid[order] + rng.integers(3 * 3600, 12 * DAY, len(order))
    impatient = orders.paid[order] + world.late_after_days * DAY
    opened = np.where(late[order], impatient, opened)
    line = np.searchsorted(orders.lines.order, order)

    # Buyers in stores ask and complain less, and not about parcels.
    asks = rng.random(len(sales.person)) < world.store_ticket_share
    in_store = np.flatnonzero(asks & ~sales.is_return)
    store_weights = [kind.weight_in_store for kind in TICKET_TYPES]
    store_category = pick(rng.random(len(in_store)), shares(store_weights))
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
    complaint = IS_COMPLAINT[category]
    identified = rng.random(n) < world.ticket_identified_share
    draw = rng.random(n)
    score = np.where(
        complaint,
        pick(draw, shares(list(world.satisfaction_after_complaint))),
        pick(draw, shares(list(world.satisfaction_else))),
    )
    filing = rng.random(n)
    misfiled = filing > 1 - world.ticket_misfiled_share
    filed = np.where(misfiled, rng.integers(0, len(CATEGORIES), n), category)
    filed = np.where(filing < world.ticket_uncategorised_share, -1, filed)
    hours = np.where(complaint, 30.0, 4.0)
    resolved = when + (rng.exponential(1.0, n) * hours * 3600).astype(np.int64) + 120
    resolved = np.where((resolved < settings.end) & (rng.random(n) < 0.93), resolved, -1)
    return Tickets(
        person,
        order,
        np.where(identified, account, -1),
        category,
        filed,
        product,
        pick(rng.random(n), shares([30, 55, 15])),
        when,
        resolved,
        np.where((rng.random(n) < world.satisfaction_given_share) & (resolved > 0), score + 1, -1),
        rng.integers(0, 1 << 30, n),
    )


def _reviews(
    settings: Settings,
    orders: Orders,
    late: Flags,
    poor: Flags,
    complained: Flags,
    rng: np.random.Generator,
) -> Reviews:
    world = settings.world
    kept = np.isin(orders.status, (COMPLETED, RETURNED)) & (orders.paid > 0)
    order = np.flatnonzero(kept & (rng.random(len(kept)) < world.review_share))
    trouble = late[order] * 1 + poor[order] * 2 + complained[order] * 2
    draw = rng.random(len(order))
    good = pick(draw, shares(list(world.rating_without_trouble)))
    fair = pick(draw, shares(list(world.rating_when_late)))
    bad = pick(draw, shares(list(world.rating_in_trouble)))
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
    complaint = IS_COMPLAINT[tickets.category]
    first_complaint = np.full(people.n, settings.end)
    np.minimum.at(first_complaint, tickets.person[complaint], tickets.opened[complaint])
    draw = rng.random(len(person))
    happy = pick(draw, shares(list(settings.world.nps_without_complaint)))
    cross = pick(draw, shares(list(settings.world.nps_after_complaint)))
    nps = np.where(first_complaint[person] < submitted, cross, happy)
    order = np.lexsort((person, submitted))
    return Responses(
        person[order], nps[order], submitted[order], rng.integers(0, 1 << 30, len(order))
    )

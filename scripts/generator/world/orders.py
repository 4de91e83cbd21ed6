"""Orders of the shops, their refunds and parcels."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..config import DAY, SLOTS, Settings
from ..reference import Ints, pick, shares
from .baskets import (
    COUPON_PROMOTION,
    NO_PROMOTION,
    ONLINE_HOURS,
    RATES,
    Lines,
    clock,
    make_lines,
    only_products,
    sums,
    used_promotions,
)
from .people import Accounts, Flags, People
from .schemes import CAREFUL_COUPONS, COUPONS, ELSEWHERE, INSTANT, N_RINGS, OFFICE, UNSENT
from .stores import STORE_SLOTS

STATUSES = ("unpaid", "paid", "shipped", "completed", "cancelled", "returned")
UNPAID, PAID, SHIPPED, COMPLETED, CANCELLED, RETURNED = range(6)


@dataclass
class Orders:
    """Orders of the shops, by time.

    A parcel bears the name and mobile of `gift_to` and goes to where `address` lives; `scheme` is
    -1 but for orders that were planned.
    """

    number: Ints
    person: Ints
    account: Ints
    cause: Ints
    parent: Ints
    ordered: Ints
    paid: Ints
    status: Ints
    method: Ints
    goods: Ints
    discount: Ints
    freight: Ints
    promotion: Ints
    is_pickup: Flags
    gift_to: Ints
    address: Ints
    scheme: Ints
    lines: Lines

    @property
    def amount(self) -> Ints:
        """What each order costs, paid or not."""
        return self.goods - self.discount + self.freight


@dataclass
class Refunds:
    """Refunds of shop orders by time; line 0 means the whole order."""

    order: Ints
    line_no: Ints
    quantity: Ints
    kind: Ints
    in_store: Flags
    amount: Ints
    reason: Ints
    refunded: Ints


@dataclass
class Deliveries:
    """Parcels of shop orders; delivered -1 while under way."""

    order: Ints
    carrier: Ints
    shipped: Ints
    delivered: Ints
    is_returned: Flags
    receiver: Ints


def make_orders(
    settings: Settings,
    people: People,
    accounts: Accounts,
    person: Ints,
    day: Ints,
    account: Ints,
    cause: Ints,
    is_online: Flags,
    rng: np.random.Generator,
) -> Orders:
    """Orders of the purchases that happened online, and the planned ones."""
    world = settings.world
    planned = people.schemes.planned
    n_planned = len(planned.person)
    plan = np.concatenate([np.full(int(is_online.sum()), -1), np.arange(n_planned)])
    person = np.concatenate([person[is_online], planned.person])
    day = np.concatenate([day[is_online], planned.day])
    account = np.concatenate([account[is_online], planned.account])
    cause = np.concatenate([cause[is_online], np.full(n_planned, -1)])
    ordered = clock(day, ONLINE_HOURS, rng)
    registered = accounts.registered[account]
    ordered = np.where(
        ordered < registered, registered + rng.integers(60, 1800, len(ordered)), ordered
    )
    ordered = np.minimum(ordered, settings.end)
    by_time = np.lexsort((person, ordered))
    person, account, ordered = person[by_time], account[by_time], ordered[by_time]
    cause, plan = cause[by_time], plan[by_time]

    parts = 1 + ((rng.random(len(person)) < world.split_share) & (plan < 0))
    purchase = np.repeat(np.arange(len(person)), parts)
    person, account, ordered = person[purchase], account[purchase], ordered[purchase]
    is_split = (parts == 2)[purchase]
    is_first = np.diff(purchase, prepend=-1) != 0
    plan = plan[purchase]
    is_planned = plan >= 0
    scheme = np.where(is_planned, planned.scheme[plan], -1) if n_planned else np.full(len(plan), -1)
    n = len(person)

    product = np.where(is_planned, planned.product[plan], -1) if n_planned else scheme
    lines = only_products(make_lines(settings, people, person, rng), product)
    goods = sums(lines, n)
    promotion = used_promotions(settings, people, person, ordered, rng)
    promotion[(scheme >= 0) & (scheme < N_RINGS)] = NO_PROMOTION
    promotion[np.isin(scheme, (COUPONS, CAREFUL_COUPONS))] = COUPON_PROMOTION
    promotion = np.where(is_first, promotion, np.roll(promotion, 1))
    discount = goods * RATES[promotion] // 100
    freight = np.where(is_first & (goods - discount < world.free_freight_from), world.freight, 0)

    first_part = _first_part(is_first)
    draw = rng.random(n)[first_part]
    # A ring pays and confirms.
    draw[(scheme >= 0) & (scheme < OFFICE)] = 1.0
    status = np.full(n, COMPLETED)
    status[ordered > settings.end - 9 * DAY] = SHIPPED
    status[ordered > settings.end - 2 * DAY] = PAID
    status[draw < world.unpaid_share] = UNPAID
    cancelled = (draw >= world.unpaid_share) & (draw < world.unpaid_share + world.cancelled_share)
    status[cancelled] = CANCELLED
    pays = status != UNPAID
    pays &= ~(
        cancelled
        & (
            draw
            < world.unpaid_share + world.cancelled_share * (1 - world.cancelled_after_payment_share)
        )
    )
    delay = np.minimum(rng.geometric(1 / 240, n), 7200)[first_part]
    paid = np.where(pays, np.minimum(ordered + delay, settings.end), -1)

    method_shares = {
        "tmall": (0.05, 0.8, 0.1, 0.0, 0.0, 0.05),
        "jd": (0.5, 0.0, 0.45, 0.0, 0.0, 0.05),
        "douyin": (0.4, 0.4, 0.15, 0.0, 0.0, 0.05),
        "": (0.85, 0.0, 0.05, 0.0, 0.1, 0.0),
    }
    platforms = np.array([slot.platform for slot in SLOTS])[accounts.slot[account]]
    method = np.zeros(n, dtype=np.int64)
    uniform = rng.random(n)
    for platform, weights in method_shares.items():
        mine = platforms == platform
        method[mine] = pick(uniform[mine], shares(list(weights)))
    method = method[first_part]

    gift = rng.random(n) < people.schemes.gift_share[person]
    gift_to = np.where(gift, rng.integers(0, people.n, n), person)
    address = gift_to.copy()
    gift_to[is_planned] = planned.receiver[plan[is_planned]]
    address[is_planned] = planned.address[plan[is_planned]]
    return Orders(
        number=np.arange(n),
        person=person,
        account=account,
        cause=cause[purchase],
        parent=np.where(is_split, np.cumsum(is_first), 0),
        ordered=ordered,
        paid=paid,
        status=status,
        method=method,
        goods=goods,
        discount=discount,
        freight=freight,
        promotion=promotion,
        is_pickup=(rng.random(n) < world.pickup_share) & (platforms == "") & ~is_planned,
        gift_to=gift_to,
        address=address,
        scheme=scheme,
        lines=lines,
    )


def _first_part(is_first: Flags) -> Ints:
    """For each part of a split purchase the position of its first part."""
    first: Ints = np.flatnonzero(is_first)[np.cumsum(is_first) - 1]
    return first


def make_refunds(
    settings: Settings,
    people: People,
    accounts: Accounts,
    orders: Orders,
    rng: np.random.Generator,
) -> tuple[Refunds, Ints]:
    """Refunds of shop orders; and the lines that are returned at a till instead (positions)."""
    world = settings.world
    n = len(orders.person)
    after_payment = np.flatnonzero((orders.status == CANCELLED) & (orders.paid > 0))
    refundable = (orders.status == COMPLETED) & (rng.random(n) < world.refund_share)
    when = orders.ordered + rng.integers(5 * DAY, 16 * DAY, n)
    refundable &= when < settings.end
    # Whoever abuses refunds says that nothing came, and keeps it.
    takes_back = people.schemes.takes_money_back[orders.person] & (orders.status == COMPLETED)
    takes_back &= (rng.random(n) < world.refund_abuse_share) & (when < settings.end)
    refundable |= takes_back
    is_faked = (orders.scheme >= 0) & (orders.scheme < OFFICE)
    refundable &= ~is_faked
    full = refundable & ((rng.random(n) < world.full_refund_share) | takes_back)
    orders.status[full] = RETURNED
    partial = np.flatnonzero(refundable & ~full)
    full_at = np.flatnonzero(full)

    # A partial refund is of the order's first line, at what was really paid for it.
    first_line = np.searchsorted(orders.lines.order, np.arange(n))
    line = first_line[partial]
    quantity = 1 + (rng.random(len(line)) * orders.lines.quantity[line]).astype(np.int64)
    worth = quantity * orders.lines.unit_price[line]
    net = worth * (orders.goods - orders.discount)[partial] // np.maximum(orders.goods[partial], 1)
    kind = pick(rng.random(len(line)), shares([0.3, 0.6, 0.1]))
    net = np.where(kind == 2, 0, net)

    has_card = np.zeros(len(accounts.n_of_person), dtype=bool)
    has_card[accounts.person[np.isin(accounts.slot, STORE_SLOTS)]] = True
    place = rng.random(len(line))
    may_go = has_card[orders.person[partial]] & (kind == 1)
    at_till = may_go & (place < world.returned_at_till_share / 0.5)
    in_store = may_go & ~at_till & (place > 1 - world.refunded_in_store_share / 0.5)
    stays = ~at_till

    order = np.concatenate([after_payment, full_at, partial[stays]])
    n_whole = len(after_payment) + len(full_at)
    amounts = np.concatenate(
        [orders.amount[after_payment], (orders.goods - orders.discount)[full_at], net[stays]]
    )
    refunded = when[order]
    soon = orders.paid[after_payment] + rng.integers(600, 2 * DAY, len(after_payment))
    refunded[: len(after_payment)] = np.minimum(soon, settings.end)
    zeros = np.zeros(n_whole, dtype=np.int64)
    whole_kind = np.concatenate(
        [
            np.zeros(len(after_payment), dtype=np.int64),
            np.where(takes_back[full_at], 0, pick(rng.random(len(full_at)), shares([0.3, 0.7]))),
        ]
    )
    by_time = np.lexsort((order, refunded))
    refunds = Refunds(
        order=order[by_time],
        line_no=np.concatenate([zeros, orders.lines.line_no[line[stays]]])[by_time],
        quantity=np.concatenate([zeros, quantity[stays]])[by_time],
        kind=np.concatenate([whole_kind, kind[stays]])[by_time],
        in_store=np.concatenate([zeros.astype(bool), in_store[stays]])[by_time],
        amount=amounts[by_time],
        reason=rng.integers(0, 6, len(order)),
        refunded=refunded[by_time],
    )
    till = np.stack([line[at_till], quantity[at_till], when[partial[at_till]]], axis=1)
    return refunds, till.astype(np.int64)


def make_deliveries(
    settings: Settings, people: People, orders: Orders, rng: np.random.Generator
) -> Deliveries:
    """Parcels of the orders that were sent out; some records get lost, some parcels redirected.

    Some orders go in two parcels, the second later and by its own carrier.
    """
    world = settings.world
    goes_out = np.isin(orders.status, (SHIPPED, COMPLETED, RETURNED)) & ~orders.is_pickup
    goes_out &= rng.random(len(goes_out)) >= world.lost_parcel_record_share
    goes_out &= orders.scheme != UNSENT
    order = np.flatnonzero(goes_out)
    scheme = orders.scheme[order]
    shipped = orders.paid[order] + rng.integers(4 * 3600, 40 * 3600, len(order))
    delivered = shipped + rng.integers(DAY, 3 * DAY, len(order))
    late = rng.random(len(order)) < settings.world.late_delivery_share
    delivered += late * rng.integers(3 * DAY, 9 * DAY, len(order))
    by_rider = (rng.random(len(order)) < world.same_day_rider_share) & (scheme < 0)
    delivered = np.where(by_rider, shipped + rng.integers(25, 110, len(order)) * 60, delivered)
    is_instant = scheme == INSTANT
    delivered = np.where(is_instant, shipped + rng.integers(1, 16, len(order)) * 60, delivered)
    elsewhere = (rng.random(len(order)) < world.redirected_parcel_share) & (scheme < 0)
    elsewhere |= scheme == ELSEWHERE
    strangers = rng.integers(0, people.n, len(order))
    done = orders.status[order] != SHIPPED
    shipped = np.minimum(shipped, settings.end)
    delivered = np.where(done & (delivered <= settings.end), delivered, -1)
    is_returned = (orders.status[order] == RETURNED) & (rng.random(len(order)) < 0.15)
    is_returned &= ~people.schemes.takes_money_back[orders.person[order]]
    carrier = rng.integers(0, 6, len(order))

    later = rng.integers(3600, 2 * DAY, len(order))
    is_second = (rng.random(len(order)) < world.two_parcels_share) & (scheme < 0)
    is_second &= shipped + later < settings.end
    seconds = np.flatnonzero(is_second)
    later = later[seconds]
    arrived = delivered[seconds] + later
    arrives = (delivered[seconds] >= 0) & (arrived <= settings.end)
    parcel = np.concatenate([np.arange(len(order)), seconds])
    shipped = np.concatenate([shipped, shipped[seconds] + later])
    delivered = np.concatenate([delivered, np.where(arrives, arrived, -1)])
    carrier = np.concatenate([carrier, rng.integers(0, 6, len(seconds))])
    by_order = np.argsort(parcel, kind="stable")
    parcel = parcel[by_order]
    return Deliveries(
        order=order[parcel],
        carrier=carrier[by_order],
        shipped=shipped[by_order],
        delivered=delivered[by_order],
        is_returned=is_returned[parcel],
        receiver=np.where(elsewhere, strangers, orders.address[order])[parcel],
    )

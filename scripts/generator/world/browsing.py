"""Visits of the company's own mall: devices, sessions, and the events of each session."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .. import reference
from ..config import DAY, SLOTS, Settings, Stream
from ..reference import Ints, pick, shares, taken
from .baskets import ONLINE_HOURS, clock
from .marketing import Exposures
from .orders import UNPAID, Orders
from .people import Accounts, Flags, People

# What happens in a session, in this order; some steps occur several times.
STEPS = (
    "page_view",
    "login",
    "search",
    "product_view",
    "page_view",
    "consult",
    "like",
    "share",
    "add_to_cart",
    "checkout",
    "purchase",
)
LOGIN, SEARCH, PRODUCT, CONSULT, LIKE, SHARE, CART, CHECKOUT, PURCHASE = 1, 2, 3, 5, 6, 7, 8, 9, 10
PLATFORMS = ("web", "app", "miniprogram")
WEB, APP, MINIPROGRAM = range(3)
MALL_SLOT = next(k for k, s in enumerate(SLOTS) if s.channel == "shop" and not s.platform)


@dataclass
class Sessions:
    """Visits by time; account, order and utm are -1 where there is none."""

    person: Ints
    device: NDArray[np.uint64]
    account: Ints
    knows_account: Flags
    start: Ints
    platform: Ints
    utm: Ints
    order: Ints
    category: Ints
    steps: NDArray[np.int8]

    @property
    def n(self) -> int:
        """Number of sessions."""
        return len(self.person)


@dataclass
class Events:
    """Events of a run of sessions, in the order of the sessions."""

    session: Ints
    number: Ints
    step: Ints
    at: Ints
    product: Ints
    place: Ints
    shows_account: Flags


def mall_accounts(accounts: Accounts, n_people: int) -> Ints:
    """Each person's account of the own mall, -1 without one."""
    account = np.full(n_people, -1)
    mine = np.flatnonzero(accounts.slot == MALL_SLOT)
    account[accounts.person[mine]] = mine
    return account


def device_ids(kind: int, owner: Ints) -> NDArray[np.uint64]:
    """Ids that look like chance: 0 to 2 are a person's, 3 a household's, 4 a store's."""
    mixed = (owner.astype(np.uint64) + np.uint64(1)) * np.uint64(8) + np.uint64(kind)
    scattered: NDArray[np.uint64] = mixed * np.uint64(0x9E3779B97F4A7C15)
    return scattered


def make_sessions(
    settings: Settings,
    people: People,
    accounts: Accounts,
    orders: Orders,
    exposures: Exposures,
    home_store: Ints,
    interest: tuple[Ints, Ints],
) -> Sessions:
    """Sessions of own accord, from advertisements, and those in which mall orders were placed."""
    rng = settings.stream(Stream.BROWSING)
    world = settings.world
    mall = mall_accounts(accounts, people.n)

    of_mall = accounts.slot[orders.account] == MALL_SLOT
    first_part = np.ones(len(orders.person), dtype=bool)
    first_part[1:] = (orders.parent[1:] == 0) | (orders.parent[1:] != orders.parent[:-1])
    tracked = of_mall & first_part
    tracked &= rng.random(len(of_mall)) < world.tracked_order_share * settings.browsing
    order = np.flatnonzero(tracked)

    rate = rng.gamma(world.organic_sessions_shape, 1.0, people.n)
    rate *= world.organic_sessions_mean * settings.browsing / world.organic_sessions_shape
    active_from, active_until = interest
    span = active_until - active_from
    n_organic = rng.poisson(rate * span / (settings.end - settings.start))
    who = np.repeat(np.arange(people.n), n_organic)
    day = (active_from[who] + rng.random(len(who)) * span[who]).astype(np.int64) // DAY * DAY
    organic_at = clock(day, ONLINE_HOURS, rng)

    shown = rng.random(len(exposures.person)) < settings.browsing
    person = np.concatenate([who, exposures.person[shown], orders.person[order]])
    start = np.concatenate([organic_at, exposures.seen[shown], orders.ordered[order]])
    utm = np.concatenate([np.full(len(who), -1), exposures.channel[shown], np.full(len(order), -1)])
    order_of = np.concatenate([np.full(len(who) + int(shown.sum()), -1), order])
    inside = (start >= people.start[person]) & (start < settings.end - 7200)
    inside |= order_of >= 0
    chosen = np.flatnonzero(inside)
    chosen = chosen[np.lexsort((person[chosen], start[chosen]))]
    person, start, utm, order_of = person[chosen], start[chosen], utm[chosen], order_of[chosen]
    n = len(person)

    account = mall[person]
    account = np.where(order_of >= 0, taken(orders.account, order_of), account)
    has = (account >= 0) & ((taken(accounts.registered, account) <= start) | (order_of >= 0))
    draw = rng.random(n)
    knows = has & (draw < world.remembered_share)
    logs_in = (
        has & ~knows & ((draw < world.remembered_share + world.logs_in_share) | (order_of >= 0))
    )
    account = np.where(knows | logs_in, account, -1)

    second = rng.random(people.n) < world.second_device_share
    has_tablet = rng.random(int(people.household[-1]) + 1) < world.family_tablet_share
    place = rng.random(n)
    device = device_ids(0, person)
    platform = np.where(place < 0.45, MINIPROGRAM, np.where(place < 0.8, APP, WEB))
    on_second = second[person] & (rng.random(n) < 0.35)
    device = np.where(on_second, device_ids(1, person), device)
    platform = np.where(on_second, WEB, platform)
    on_tablet = has_tablet[people.household[person]] & (rng.random(n) < 0.3)
    device = np.where(on_tablet, device_ids(3, people.household[person]), device)
    platform = np.where(on_tablet, APP, platform)
    in_store = rng.random(n) < world.shop_tablet_session_share
    device = np.where(in_store, device_ids(4, home_store[person, 0]), device)
    platform = np.where(in_store, WEB, platform)

    catalogue = reference.catalogue()
    taste = rng.random(n)
    popular = pick(rng.random(n), shares([1.0 / (k + 3) for k in range(len(catalogue.categories))]))
    main = world.favourite_category_share
    category = np.where(
        taste < main,
        people.favourites[person, 0],
        np.where(taste < main + world.second_category_share, people.favourites[person, 1], popular),
    )
    return Sessions(
        person,
        device,
        account,
        knows,
        start,
        platform,
        utm,
        order_of,
        category,
        _steps(orders, order_of, logs_in, rng),
    )


def _steps(
    orders: Orders, order: Ints, logs_in: Flags, rng: np.random.Generator
) -> NDArray[np.int8]:
    """How often each step occurs in each session: the funnel narrows from step to step."""
    n = len(order)
    steps = np.zeros((n, len(STEPS)), dtype=np.int8)
    buys = order >= 0
    stays = buys | (rng.random(n) < 0.75)
    steps[:, 0] = 1 + (rng.random(n) < 0.4)
    steps[:, LOGIN] = logs_in
    steps[:, SEARCH] = stays * rng.binomial(3, 0.35, n)
    views = stays & (buys | (rng.random(n) < 0.9))
    n_lines = np.bincount(orders.lines.order, minlength=len(orders.person))
    bought = taken(n_lines, order, 0)
    steps[:, PRODUCT] = np.maximum(views * np.minimum(rng.geometric(0.32, n), 14), bought)
    steps[:, 4] = stays * rng.binomial(3, 0.4, n)
    steps[:, CONSULT] = views & (rng.random(n) < 0.06)
    steps[:, LIKE] = views & (rng.random(n) < 0.1)
    steps[:, SHARE] = views & (rng.random(n) < 0.04)
    carts = views & (rng.random(n) < 0.22)
    steps[:, CART] = np.where(buys, bought, carts * np.minimum(rng.geometric(0.7, n), 4))
    steps[:, CHECKOUT] = buys | (carts & (rng.random(n) < 0.35))
    steps[:, PURCHASE] = buys & (taken(orders.status, order) != UNPAID)
    return steps


def events_of(
    sessions: Sessions, orders: Orders, first: int, last: int, rng: np.random.Generator
) -> Events:
    """The events of the sessions from `first` up to `last`."""
    steps = sessions.steps[first:last]
    n = len(steps)
    per_session = steps.sum(axis=1, dtype=np.int64)
    session = np.repeat(np.arange(first, last), per_session)
    step = np.repeat(np.tile(np.arange(len(STEPS)), n), steps.ravel())
    total = len(session)
    begins = np.cumsum(per_session) - per_session
    number = np.arange(total) - np.repeat(begins, per_session)

    gap = np.minimum(rng.exponential(35.0, total), 600.0).astype(np.int64) + 2
    gap[begins[per_session > 0]] = 0
    run = np.cumsum(gap)
    offset = run - np.repeat(run[begins], per_session)
    # An order's session ends with the order.
    ends = begins + per_session - 1
    start = sessions.start[first:last]
    is_order = sessions.order[first:last] >= 0
    start = np.where(is_order, start - offset[ends], start)
    at = np.repeat(start, per_session) + offset

    catalogue = reference.catalogue()
    category = np.repeat(sessions.category[first:last], per_session)
    size = catalogue.n_of_category[category]
    product = catalogue.first_of_category[category] + (rng.random(total) ** 1.6 * size).astype(
        np.int64
    )
    shows_product = np.isin(step, (PRODUCT, CONSULT, LIKE, SHARE, CART))
    order = np.repeat(sessions.order[first:last], per_session)
    # What is bought was looked at and put into the cart, line by line.
    follows = (order >= 0) & np.isin(step, (PRODUCT, CART))
    first_line = np.searchsorted(orders.lines.order, order[follows])
    n_lines = np.searchsorted(orders.lines.order, order[follows], side="right") - first_line
    step_begins = np.repeat(
        np.cumsum(steps, axis=1, dtype=np.int64).ravel() - steps.ravel(), steps.ravel()
    )
    of_step = (number - step_begins)[follows]
    bought = orders.lines.product[first_line + of_step % n_lines]
    extra = (step[follows] == PRODUCT) & (of_step >= n_lines)
    product[follows] = np.where(extra, product[follows], bought)
    product = np.where(shows_product, product, -1)

    account = np.repeat(sessions.account[first:last], per_session)
    knows = np.repeat(sessions.knows_account[first:last], per_session)
    logged_in = np.repeat(steps[:, LOGIN] > 0, per_session) & (step >= LOGIN)
    place = rng.integers(0, 5, total)
    return Events(session, number, step, at, product, place, (account >= 0) & (knows | logged_in))

"""Visits of the company's own mall: devices, sessions, and the events of each session."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .. import reference
from ..config import AD_CHANNELS, DAY, SLOTS, Settings, Stream, World
from ..reference import Ints, pick, shares, taken
from .baskets import ONLINE_HOURS, clock
from .marketing import Marketing
from .orders import Orders
from .people import Accounts, Flags, People
from .purchases import day_weights

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
SHOWS_PRODUCT = np.isin(np.arange(len(STEPS)), (PRODUCT, CONSULT, LIKE, SHARE, CART))
PLATFORMS = ("web", "app", "miniprogram")
WEB, APP, MINIPROGRAM = range(3)
MALL_SLOT = next(k for k, s in enumerate(SLOTS) if s.channel == "shop" and not s.platform)


@dataclass
class Sessions:
    """Visits by time; account, order and utm are -1 where there is none.

    `utm` counts the advertising channels first, then the campaigns.
    """

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
    has_tablet: Flags

    @property
    def n(self) -> int:
        """Number of sessions."""
        return len(self.person)


@dataclass
class Events:
    """Events session by session, in small types since there are many of them."""

    session: NDArray[np.int32]
    step: NDArray[np.int8]
    at: NDArray[np.int64]
    product: NDArray[np.int16]
    place: NDArray[np.int8]
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
    marketing: Marketing,
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
    # Visits follow the seasons less than purchases do.
    run = np.concatenate([[0.0], np.cumsum(np.sqrt(day_weights(settings)))])
    grid = np.arange(len(run), dtype=np.float64)
    first, last = (
        np.interp((bound[who] - settings.start) / DAY, grid, run)
        for bound in (active_from, active_until)
    )
    on = np.interp(first + rng.random(len(who)) * (last - first), run, grid).astype(np.int64)
    day = settings.start + np.minimum(on, len(run) - 2) * DAY
    organic_at = clock(day, ONLINE_HOURS, rng)

    # Who sees an advertisement, or clicks a message, comes to the mall by it.
    exposures, touches = marketing.exposures, marketing.touches
    shown = np.flatnonzero(rng.random(len(exposures.person)) < settings.browsing)
    clicked = np.flatnonzero(touches.clicked > 0)

    def joined(of_own: Ints, of_ads: Ints, of_clicks: Ints, of_orders: Ints) -> Ints:
        return np.concatenate([of_own, of_ads, of_clicks, of_orders])

    def nothing(rows: Ints) -> Ints:
        return np.full(len(rows), -1)

    person = joined(who, exposures.person[shown], touches.person[clicked], orders.person[order])
    start = joined(
        organic_at, exposures.seen[shown], touches.clicked[clicked], orders.ordered[order]
    )
    utm = joined(
        nothing(who),
        exposures.channel[shown],
        len(AD_CHANNELS) + touches.campaign[clicked],
        nothing(order),
    )
    order_of = joined(nothing(who), nothing(shown), nothing(clicked), order)
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
    on_second = second[person] & (rng.random(n) < world.second_device_session_share)
    device = np.where(on_second, device_ids(1, person), device)
    platform = np.where(on_second, WEB, platform)
    on_tablet = has_tablet[people.household[person]] & (
        rng.random(n) < world.family_tablet_session_share
    )
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
        _steps(world, orders, order_of, logs_in, rng),
        has_tablet,
    )


def _steps(
    world: World, orders: Orders, order: Ints, logs_in: Flags, rng: np.random.Generator
) -> NDArray[np.int8]:
    """How often each step occurs in each session: the funnel narrows from step to step."""
    n = len(order)
    steps = np.zeros((n, len(STEPS)), dtype=np.int8)
    buys = order >= 0
    stays = buys | (rng.random(n) < world.session_goes_on_share)
    steps[:, 0] = 1 + (rng.random(n) < 0.4)
    steps[:, LOGIN] = logs_in
    steps[:, SEARCH] = stays * rng.binomial(3, 0.35, n)
    views = stays & (buys | (rng.random(n) < world.session_views_share))
    n_lines = np.bincount(orders.lines.order, minlength=len(orders.person))
    bought = taken(n_lines, order, 0)
    steps[:, PRODUCT] = np.maximum(views * np.minimum(rng.geometric(0.32, n), 14), bought)
    steps[:, 4] = stays * rng.binomial(3, 0.4, n)
    steps[:, CONSULT] = views & (rng.random(n) < world.view_consults_share)
    steps[:, LIKE] = views & (rng.random(n) < world.view_likes_share)
    steps[:, SHARE] = views & (rng.random(n) < world.view_shares_share)
    carts = views & (rng.random(n) < world.view_carts_share)
    steps[:, CART] = np.where(buys, bought, carts * np.minimum(rng.geometric(0.7, n), 4))
    steps[:, CHECKOUT] = buys | (carts & (rng.random(n) < world.cart_checks_out_share))
    steps[:, PURCHASE] = taken(orders.paid, order) > 0
    return steps


SESSIONS_AT_ONCE = 200_000


def make_events(settings: Settings, sessions: Sessions, orders: Orders, n_pages: int) -> Events:
    """The events of all sessions, drawn for some thousands of sessions at a time."""
    rng = settings.stream(Stream.EVENTS)
    total = int(sessions.steps.sum(dtype=np.int64))
    events = Events(
        np.empty(total, dtype=np.int32),
        np.empty(total, dtype=np.int8),
        np.empty(total, dtype=np.int64),
        np.empty(total, dtype=np.int16),
        rng.integers(0, n_pages, total, dtype=np.int8),
        np.empty(total, dtype=bool),
    )
    done = 0
    for first in range(0, sessions.n, SESSIONS_AT_ONCE):
        last = min(first + SESSIONS_AT_ONCE, sessions.n)
        done = _draw_events(events, done, sessions, orders, first, last, rng)
    return events


def _draw_events(
    events: Events,
    done: int,
    sessions: Sessions,
    orders: Orders,
    first: int,
    last: int,
    rng: np.random.Generator,
) -> int:
    """Fills in the events of the sessions from `first` up to `last`; returns where they end."""
    steps = sessions.steps[first:last]
    per_session = steps.sum(axis=1, dtype=np.int64)
    session = np.repeat(np.arange(first, last, dtype=np.int32), per_session)
    step = np.repeat(np.tile(np.arange(len(STEPS), dtype=np.int8), last - first), steps.ravel())
    total = len(session)
    ends = np.cumsum(per_session)
    begins = ends - per_session

    gap = np.minimum(rng.exponential(35.0, total), 600.0).astype(np.int64) + 2
    gap[begins] = 0
    run = np.cumsum(gap)
    offset = run - np.repeat(run[begins], per_session)
    # An order's session ends with the order.
    start = sessions.start[first:last]
    start = np.where(sessions.order[first:last] >= 0, start - offset[ends - 1], start)
    at = np.repeat(start, per_session) + offset

    catalogue = reference.catalogue()
    category = sessions.category[session]
    product = (rng.random(total) ** 1.6 * catalogue.n_of_category[category]).astype(np.int64)
    product += catalogue.first_of_category[category]
    # What is bought was looked at and put into the cart, line by line.
    order = sessions.order[session]
    follows = np.flatnonzero((order >= 0) & ((step == PRODUCT) | (step == CART)))
    first_line = np.searchsorted(orders.lines.order, order[follows])
    n_lines = np.searchsorted(orders.lines.order, order[follows], side="right") - first_line
    before = np.cumsum(steps, axis=1, dtype=np.int64) - steps
    number = follows - begins[session[follows] - first]
    of_step = number - before[session[follows] - first, step[follows]]
    bought = orders.lines.product[first_line + of_step % np.maximum(n_lines, 1)]
    product[follows] = np.where(of_step < n_lines, bought, product[follows])

    logged_in = (steps[:, LOGIN] > 0)[session - first] & (step >= LOGIN)
    part = slice(done, done + total)
    events.session[part] = session
    events.step[part] = step
    events.at[part] = at
    events.product[part] = np.where(SHOWS_PRODUCT[step], product, -1)
    events.shows_account[part] = (sessions.account[session] >= 0) & (
        sessions.knows_account[session] | logged_in
    )
    return done + total

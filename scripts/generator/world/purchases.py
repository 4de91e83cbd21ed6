"""When people buy, by a process with known parameters, and by which of their accounts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .. import reference
from ..config import DAY, SLOTS, Settings, day_number, seconds
from ..reference import Ints
from .marketing import Caused
from .people import Accounts, Flags, People


def day_weights(settings: Settings) -> reference.Floats:
    """Relative demand of each day of the window, 1 on average."""
    first, last = day_number(settings.window_start), day_number(settings.extracted_on) - 1
    days = np.arange(first, last + 1)
    weekday = (days + 3) % 7
    month = days.astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) % 12
    weights = np.array(settings.world.weekday_weights)[weekday]
    weights *= np.array(settings.world.month_weights)[month]
    for begin, end, factor in settings.world.day_weights:
        inside = (days >= seconds(begin) // DAY) & (days <= seconds(end) // DAY)
        weights = np.where(inside, weights * factor, weights)
    relative: reference.Floats = weights / weights.mean()
    return relative


@dataclass
class Purchases:
    """Who bought on which day (in seconds) and why; how often and how long each person buys.

    `cause` is -1 for the person's own wish, else as in `Caused`; `rate` has own wishes per day.
    """

    person: Ints
    day: Ints
    cause: Ints
    rate: reference.Floats
    active_from: Ints
    active_until: Ints


def make_purchases(
    settings: Settings, people: People, caused: Caused, rng: np.random.Generator
) -> Purchases:
    """Gamma rates, gamma drop-out, Poisson in seasonal time; and what advertising caused."""
    world = settings.world
    n = people.n
    rate = rng.gamma(world.purchase_rate_shape, 1.0 / world.purchase_rate_scale_days, n)
    rate *= people.schemes.zeal
    drop_out = rng.gamma(world.dropout_rate_shape, 1.0 / world.dropout_rate_scale_days, n)
    life_days = rng.exponential(1.0, n) / np.maximum(drop_out, 1e-6)
    weights = day_weights(settings)
    n_days = len(weights)
    cumulated = np.concatenate([[0.0], np.cumsum(weights)])
    grid = np.arange(n_days + 1, dtype=np.float64)
    start = (people.start - settings.start) / DAY
    begin = np.clip(start, 0, n_days)
    end = np.clip(np.minimum(start + life_days, n_days), begin, n_days)
    from_mass = np.interp(begin, grid, cumulated)
    mass = np.interp(end, grid, cumulated) - from_mass
    n_bought = rng.poisson(rate * mass)
    person = np.repeat(np.arange(n), n_bought)
    at = from_mass[person] + rng.random(len(person)) * mass[person]
    day = np.minimum(np.interp(at, cumulated, grid).astype(np.int64), n_days - 1)
    begins = (start >= 0) & (people.schemes.zeal > 0)
    buys_at_once = np.flatnonzero(begins & (rng.random(n) < world.first_purchase_share))
    person = np.concatenate([person, buys_at_once])
    day = np.concatenate([day, np.minimum(start[buys_at_once].astype(np.int64), n_days - 1)])
    n_own = len(person)
    return Purchases(
        np.concatenate([person, caused.person]),
        np.concatenate([settings.start + day * DAY, caused.day]),
        np.concatenate([np.full(n_own, -1), caused.cause]),
        rate,
        settings.start + (begin * DAY).astype(np.int64),
        settings.start + (end * DAY).astype(np.int64),
    )


def choose_accounts(
    settings: Settings,
    people: People,
    accounts: Accounts,
    person: Ints,
    day: Ints,
    rng: np.random.Generator,
) -> tuple[Ints, Flags]:
    """The account of each purchase (one that exists by then), and whether it is a shop's."""
    is_shop = np.array([slot.channel == "shop" for slot in SLOTS])

    def draw() -> Ints:
        chosen = accounts.first_of_person[person] + (
            rng.random(len(person)) * accounts.n_buying[person]
        ).astype(np.int64)
        return np.where(
            accounts.registered[chosen] <= day, chosen, accounts.earliest_of_person[person]
        )

    first, second = draw(), draw()
    festival = day_weights(settings)[(day - settings.start) // DAY] > 1.7
    again = festival & ~is_shop[accounts.slot[first]]
    account = np.where(again, second, first)
    return account, is_shop[accounts.slot[account]]

"""What followers do on social media, and how contacts came to guides."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..config import DAY, SLOTS, Settings, Stream
from ..reference import Ints, pick, shares
from .baskets import ONLINE_HOURS, clock
from .people import Accounts, Flags, People
from .stores import STORE_SLOTS

INTERACTIONS = ("like", "comment", "share", "mention", "join_group")
COMMENT, MENTION = 1, 3
CONTENTS = ("article", "image", "video", "live")


@dataclass
class Interactions:
    """Likes, comments and the like, by time."""

    account: Ints
    kind: Ints
    content: Ints
    happened: Ints
    wording: Ints


@dataclass
class Contacts:
    """Customers in the enterprise chat of a guide; one element per account of the channel."""

    account: Ints
    store: Ints
    staff: Ints
    remark: Ints
    has_mobile: Flags
    deleted: Ints
    add_way: Ints


@dataclass
class Community:
    """Everything of social media and enterprise chat beside the accounts themselves."""

    interactions: Interactions
    contacts: Contacts


def accounts_of(accounts: Accounts, channel: str) -> Ints:
    """A channel's accounts."""
    is_mine = np.array([slot.channel == channel for slot in SLOTS])
    mine: Ints = np.flatnonzero(is_mine[accounts.slot])
    return mine


def make_community(
    settings: Settings, people: People, accounts: Accounts, home_store: Ints
) -> Community:
    """Interactions of followers, and guides of contacts."""
    rng = settings.stream(Stream.COMMUNITY)
    return Community(
        _interactions(settings, accounts, rng),
        _contacts(settings, accounts, home_store, rng),
    )


def _interactions(settings: Settings, accounts: Accounts, rng: np.random.Generator) -> Interactions:
    world = settings.world
    follower = accounts_of(accounts, "social")
    rate = rng.gamma(world.interactions_shape, 1.0, len(follower))
    n_done = rng.poisson(rate * world.interactions_mean / world.interactions_shape)
    account = np.repeat(follower, n_done)
    # Everyone prefers one kind of content.
    liked = np.repeat(pick(rng.random(len(follower)), shares([35, 20, 35, 10])), n_done)
    n = len(account)
    since = np.maximum(accounts.registered[account], settings.start)
    day = (since + rng.random(n) * (settings.end - since)).astype(np.int64) // DAY * DAY
    happened = np.clip(clock(day, ONLINE_HOURS, rng), since, settings.end)
    content = np.where(rng.random(n) < 0.65, liked, rng.integers(0, len(CONTENTS), n))
    order = np.lexsort((account, happened))
    return Interactions(
        account[order],
        pick(rng.random(n), shares([52, 20, 14, 6, 8])),
        content[order],
        happened[order],
        rng.integers(0, 1 << 30, n),
    )


def _contacts(
    settings: Settings, accounts: Accounts, home_store: Ints, rng: np.random.Generator
) -> Contacts:
    account = accounts_of(accounts, "wecom")
    n = len(account)
    is_second = np.zeros(n, dtype=bool)
    person = accounts.person[account]
    is_second[1:] = person[1:] == person[:-1]
    brand = rng.integers(0, len(STORE_SLOTS), n)
    brand[1:] = np.where(is_second[1:], brand[:-1], brand[1:])
    # The second guide is a colleague in the same store.
    staff = rng.integers(1, 7, n)
    staff[1:] = np.where(is_second[1:], staff[:-1] % 6 + 1, staff[1:])
    added = accounts.registered[account]
    deleted = added + (rng.random(n) * (settings.end - added)).astype(np.int64)
    return Contacts(
        account,
        home_store[person, brand],
        staff,
        rng.integers(0, 1 << 30, n),
        rng.random(n) < 0.4,
        np.where(rng.random(n) < 0.08, deleted, -1),
        pick(rng.random(n), shares([50, 15, 20, 15])),
    )

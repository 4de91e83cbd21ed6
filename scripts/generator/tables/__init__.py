"""The clean raw tables, one after the other."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..config import Settings
from ..world.activity import Activity
from ..world.people import Accounts, People
from .crm import consents, customers, identifiers
from .marketing import campaigns, spend, touches
from .payments import deliveries, tenders
from .registry import companies
from .service import responses, reviews, tickets
from .shop import products, shop_accounts, shop_activity
from .social import followers, interactions
from .sql import CleanTable
from .store import members, store_activity, stores
from .web import events
from .wecom import contacts
from .world import load_world

__all__ = ["CleanTable", "clean_tables", "load_world"]


def clean_tables(
    settings: Settings,
    people: People,
    accounts: Accounts,
    activity: Activity,
    rng: np.random.Generator,
) -> Iterator[CleanTable]:
    """The raw tables of the slice, one after the other."""
    yield customers(settings, people, accounts, activity, rng)
    yield identifiers(people, accounts, activity, rng)
    yield consents(settings, people, accounts, rng)
    yield shop_accounts(people, accounts, rng)
    yield members(settings, people, accounts, activity, rng)
    yield products()
    yield stores(settings, activity)
    yield from shop_activity(people, activity, rng)
    yield from store_activity(accounts, activity)
    yield tenders(activity)
    yield deliveries(activity)
    yield reviews(activity)
    yield events(settings, accounts, activity)
    yield followers(people, accounts, rng)
    yield interactions(activity, rng)
    yield contacts(people, accounts, activity)
    yield tickets(accounts, activity, rng)
    yield responses(people, activity, rng)
    yield campaigns(activity)
    yield touches(settings, people, accounts, activity, rng)
    yield spend(settings, activity)
    yield companies(settings, activity)

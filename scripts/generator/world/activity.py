"""What people do, drawn step by step."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..config import Settings
from ..reference import Ints
from .orders import Deliveries, Orders, Refunds, make_deliveries, make_orders, make_refunds
from .people import Accounts, People
from .purchases import choose_accounts, make_purchases
from .sales import Sales, make_sales
from .stores import Stores, home_stores, make_stores
from .tenders import Tenders, make_tenders


@dataclass
class Activity:
    """Everything that happened."""

    stores: Stores
    orders: Orders
    sales: Sales
    tenders: Tenders
    refunds: Refunds
    deliveries: Deliveries
    home_store: Ints


def make_activity(
    settings: Settings, people: People, accounts: Accounts, rng: np.random.Generator
) -> Activity:
    """Draws every purchase and what follows from it."""
    stores = make_stores(settings, rng)
    home = home_stores(settings, people, stores, rng)
    person, when = make_purchases(settings, people, rng)
    account, is_online = choose_accounts(settings, people, accounts, person, when, rng)
    orders = make_orders(settings, people, accounts, person, when, account, is_online, rng)
    refunds, till_returns = make_refunds(settings, accounts, orders, rng)
    deliveries = make_deliveries(settings, orders, refunds, rng)
    store_part = ~is_online
    sales = make_sales(
        settings,
        people,
        accounts,
        stores,
        home,
        person[store_part],
        when[store_part],
        account[store_part],
        orders,
        till_returns,
        rng,
    )
    tenders = make_tenders(settings, orders, sales, rng)
    return Activity(stores, orders, sales, tenders, refunds, deliveries, home)

"""What people do, drawn step by step."""

from __future__ import annotations

from dataclasses import dataclass

from ..config import Settings, Stream
from ..reference import Ints
from .browsing import Sessions, make_sessions
from .community import Community, make_community
from .companies import Companies, make_companies
from .marketing import Marketing, make_marketing
from .orders import Deliveries, Orders, Refunds, make_deliveries, make_orders, make_refunds
from .people import Accounts, People
from .purchases import Purchases, choose_accounts, day_weights, make_purchases
from .sales import Sales, make_sales
from .schemes import TEST
from .service import Service, make_service
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
    marketing: Marketing
    sessions: Sessions
    service: Service
    community: Community
    companies: Companies
    purchases: Purchases


def make_activity(settings: Settings, people: People, accounts: Accounts) -> Activity:
    """Draws advertising, every purchase that it or nothing caused, and what follows from them."""
    rng = settings.stream(Stream.ACTIVITY)
    stores = make_stores(settings, rng)
    home = home_stores(settings, people, stores, rng)
    marketing, caused = make_marketing(settings, people, accounts, day_weights(settings))
    purchases = make_purchases(settings, people, caused, rng)
    person, when = purchases.person, purchases.day
    account, is_online = choose_accounts(settings, people, accounts, person, when, rng)
    cause = purchases.cause
    # Nobody tries a till out.
    is_real = is_online | (people.schemes.customer_class[person] != TEST)
    person, when, account = person[is_real], when[is_real], account[is_real]
    cause, is_online = cause[is_real], is_online[is_real]
    orders = make_orders(settings, people, accounts, person, when, account, cause, is_online, rng)
    refunds, till_returns = make_refunds(settings, people, accounts, orders, rng)
    deliveries = make_deliveries(settings, people, orders, rng)
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
        cause[store_part],
        orders,
        till_returns,
        rng,
    )
    tenders = make_tenders(settings, orders, sales, rng)
    sessions = make_sessions(
        settings,
        people,
        accounts,
        orders,
        marketing,
        home,
        (purchases.active_from, purchases.active_until),
    )
    service = make_service(settings, people, orders, refunds, deliveries, sales)
    return Activity(
        stores,
        orders,
        sales,
        tenders,
        refunds,
        deliveries,
        home,
        marketing,
        sessions,
        service,
        make_community(settings, people, accounts, home),
        make_companies(settings, people),
        purchases,
    )

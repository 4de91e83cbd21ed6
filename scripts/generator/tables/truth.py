"""Whose each mention is, what each ticket is about, and which purchases were caused."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from .. import reference
from ..config import AD_CHANNELS, CAMPAIGNS
from ..reference import Ints
from ..world.activity import Activity
from ..world.orders import CANCELLED, UNPAID
from ..world.people import People
from ..world.schemes import N_RINGS, SCHEMES
from ..world.service import CATEGORIES, IS_COMPLAINT
from .marketing import touch_id
from .service import response_id, ticket_id
from .sql import Arrays, one_of, order_id, receipt_no
from .web import session_id

PERSON_ID = "'P' || lpad(cast(t.person + 1 as varchar), 8, '0')"


@dataclass
class Truth:
    """A file of truth: arrays and the select that tells them."""

    name: str
    parts: tuple[tuple[Arrays, str], ...]


SENSITIVITIES = ("low", "mid", "high")


def _behavior(people: People, activity: Activity) -> Truth:
    """How each person buys: what analyses of value, churn and taste should find."""
    categories = reference.catalogue().categories
    purchases = activity.purchases
    return Truth(
        "behavior",
        (
            (
                {
                    "person": np.arange(people.n),
                    "favourite": people.favourites[:, 0],
                    "second": people.favourites[:, 1],
                    "sensitivity": people.sensitivity,
                    "rate": purchases.rate,
                    "active_from": purchases.active_from,
                    "active_until": purchases.active_until,
                },
                f"""
                    {PERSON_ID} as person_id,
                    {one_of(categories, "t.favourite")} as favourite_category,
                    {one_of(categories, "t.second")} as second_category,
                    {one_of(SENSITIVITIES, "t.sensitivity")} as promotion_sensitivity,
                    t.rate as purchases_per_day,
                    make_timestamp(t.active_from * 1000000) as active_from,
                    make_timestamp(t.active_until * 1000000) as active_until
                """,
            ),
        ),
    )


def truths(people: People, activity: Activity) -> Iterator[Truth]:
    """The files of truth about what happened; those about persons are the writer's."""
    yield _behavior(people, activity)
    service, sales = activity.service, activity.sales
    memberless = np.flatnonzero(sales.account < 0)

    def mention(kind: str, key: str, number: Ints, person: Ints) -> tuple[Arrays, str]:
        select = f"'{kind}:' || {key} as mention_id, {PERSON_ID} as person_id"
        return {"number": number, "person": person}, select

    def every(person: Ints) -> Ints:
        return np.arange(len(person))

    touches, sessions = activity.marketing.touches, activity.sessions
    tickets, responses = service.tickets, service.responses
    yield Truth(
        "mentions",
        (
            mention("ticket", ticket_id("t.number"), every(tickets.person), tickets.person),
            mention("survey", response_id("t.number"), every(responses.person), responses.person),
            mention("touch", touch_id("t.number"), every(touches.person), touches.person),
            mention("sale", receipt_no("t.number"), memberless, sales.person[memberless]),
            mention("session", session_id("t.number"), every(sessions.person), sessions.person),
        ),
    )
    yield Truth(
        "tickets",
        (
            (
                {
                    "number": every(tickets.person),
                    "person": tickets.person,
                    "type": np.where(IS_COMPLAINT[tickets.category], tickets.category, -1),
                },
                f"{ticket_id('t.number')} as ticket_id, {PERSON_ID} as person_id,"
                f" {one_of(CATEGORIES, 't.type')} as complaint_type",
            ),
        ),
    )
    yield from _orders(people, activity)
    causes = [f"{ad.utm_source}/{ad.utm_medium}" for ad in AD_CHANNELS]
    causes += [campaign.campaign_id for campaign in CAMPAIGNS]

    def caused(key: str, cause: Ints) -> tuple[Arrays, str]:
        some = np.flatnonzero(cause >= 0)
        select = f"{key} as order_id, {one_of(causes, 't.cause')} as cause"
        return {"number": some, "cause": cause[some]}, select

    yield Truth(
        "causes",
        (
            caused("'shop:' || " + order_id("t.number"), activity.orders.cause),
            caused("'store:' || " + receipt_no("t.number"), sales.cause),
        ),
    )


REASONS = ("test", "unpaid", "cancelled", "return_receipt", "suspected_fake")


def _orders(people: People, activity: Activity) -> Iterator[Truth]:
    """Whose each order is, why it should not count, and of which scheme it is part."""
    orders, sales = activity.orders, activity.sales
    is_faked = (orders.scheme >= 0) & (orders.scheme < N_RINGS)
    reason = np.where(is_faked, 4, -1)
    reason[orders.status == CANCELLED] = 2
    reason[orders.status == UNPAID] = 1
    reason[people.schemes.is_test_account[orders.account]] = 0
    names_none = sales.is_return & (sales.original_sale < 0) & (sales.original_order < 0)
    columns = (
        f" as order_id, {PERSON_ID} as person_id,"
        f" {one_of(REASONS, 't.reason')} as exclusion_reason,"
        f" {one_of(SCHEMES, 't.scheme')} as scheme"
    )
    of_shops: Arrays = {
        "number": np.arange(len(reason)),
        "person": orders.person,
        "reason": reason,
        "scheme": orders.scheme,
    }
    of_stores: Arrays = {
        "number": np.arange(len(sales.person)),
        "person": sales.person,
        "reason": np.where(names_none, 3, -1),
        "scheme": np.full(len(sales.person), -1),
    }
    yield Truth(
        "orders",
        (
            (of_shops, "'shop:' || " + order_id("t.number") + columns),
            (of_stores, "'store:' || " + receipt_no("t.number") + columns),
        ),
    )

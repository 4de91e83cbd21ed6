"""Raw tables of what customers say: tickets, reviews, surveys."""

from __future__ import annotations

import numpy as np

from .. import reference
from ..reference import Ints, Strings, pick, shares, strings, texts, words
from ..world import service
from ..world.activity import Activity
from ..world.people import Accounts, People
from .sql import (
    CleanTable,
    filled,
    numbered,
    one_of,
    order_id,
    time_of,
)

METHODS = ("call", "chat", "form")


def ticket_id(number: str) -> str:
    """SQL: the id of a ticket by its number."""
    return numbered("T", number)


def response_id(number: str) -> str:
    """SQL: the id of an answer to a survey by its number."""
    return numbered("SV", number)


def said(kind: str, codes: Strings, wording: Ints) -> Strings:
    """A text of the kind for each code, by the number drawn for it."""
    pools = texts(kind)
    result = np.empty(len(codes), dtype=object)
    for code, pool in pools.items():
        mine = np.flatnonzero(codes == code)
        result[mine] = strings(pool)[wording[mine] % len(pool)]
    return result


def tickets(accounts: Accounts, activity: Activity, rng: np.random.Generator) -> CleanTable:
    """Tickets of calls, chats and forms."""
    drawn = activity.service.tickets
    n = len(drawn.person)
    draw = rng.random((3, n))
    codes = strings(list(service.CATEGORIES))[drawn.category]
    return CleanTable(
        "service.tickets",
        {
            "number": np.arange(n),
            "person": drawn.person,
            "account": drawn.account,
            "has_name": draw[0] < 0.5,
            "has_mobile": draw[1] < 0.6,
            "has_email": draw[2] < 0.08,
            "method": drawn.method,
            "opened": drawn.opened,
            "resolved": drawn.resolved,
            "category": drawn.filed,
            "text": said("ticket", codes, drawn.wording),
            "product": reference.catalogue().product_name[drawn.product],
            "satisfaction": drawn.satisfaction,
        },
        f"""
            {ticket_id("t.number")} as ticket_id,
            case when a.channel = 'shop' then a.account_key end as account_id,
            case when a.channel = 'store' then a.account_key end as member_no,
            case when t.has_name then p.name end as contact_name,
            case when t.has_mobile then p.mobile end as contact_mobile,
            case when t.has_email then p.email end as contact_email,
            {one_of(METHODS, "t.method")} as contact_method,
            {time_of("t.opened")} as opened_at,
            {time_of("t.resolved")} as resolved_at,
            {one_of(service.CATEGORIES, "t.category")} as category,
            replace(t.text, '{{product}}', t.product) as text,
            case when t.satisfaction > 0 then cast(t.satisfaction as varchar) end as satisfaction
        """,
        "join people as p using (person) left join accounts as a on a.account = t.account",
        "p.gender as gender",
    )


def reviews(activity: Activity) -> CleanTable:
    """Reviews of products."""
    drawn = activity.service.reviews
    catalogue = reference.catalogue()
    codes = strings([None, "bad", "bad", "fair", "good", "good"])[drawn.rating]
    return CleanTable(
        "shop.reviews",
        {
            "number": np.arange(len(drawn.order)),
            "order_no": drawn.order,
            "sku": catalogue.sku[drawn.product],
            "rating": drawn.rating,
            "text": said("review", codes, drawn.wording),
            "product": catalogue.product_name[drawn.product],
            "written": drawn.written,
        },
        f"""
            {numbered("RV", "t.number")} as review_id,
            {order_id("t.order_no")} as order_id,
            t.sku,
            cast(t.rating as varchar) as rating,
            replace(t.text, '{{product}}', t.product) as text,
            {time_of("t.written")} as reviewed_at
        """,
    )


def responses(people: People, activity: Activity, rng: np.random.Generator) -> CleanTable:
    """Answers to surveys."""
    drawn = activity.service.responses
    n = len(drawn.person)
    draw = rng.random((9, n))
    codes = strings(["cross", "neutral", "happy"])[(drawn.nps > 6) * 1 + (drawn.nps > 8)]

    def answer(name: str, place: int, share: float) -> Strings:
        pool = words(name).text
        return filled(draw[place] < share, pool[(draw[place] * 9973).astype(np.int64) % len(pool)])

    sensitive = strings(["low", "medium", "high"])[people.sensitivity[drawn.person]]
    return CleanTable(
        "survey.responses",
        {
            "number": np.arange(n),
            "person": drawn.person,
            "method": pick(draw[0], shares([50, 20, 30])),
            "has_mobile": draw[1] < 0.75,
            "has_email": draw[2] < 0.25,
            "submitted": drawn.submitted,
            "nps": drawn.nps,
            "price": filled(draw[3] < 0.8, sensitive),
            "feature": answer("feature", 4, 0.8),
            "delivery": answer("delivery_choice", 5, 0.7),
            "expected": answer("expected_response", 6, 0.6),
            "awareness": answer("awareness", 7, 0.7),
            "industry": answer("industry", 8, 0.3),
            "text": said("survey", codes, drawn.wording),
        },
        f"""
            {response_id("t.number")} as response_id,
            {one_of(("sms", "email", "app"), "t.method")} as method,
            case when t.has_mobile then p.mobile end as mobile,
            case when t.has_email then p.email end as email,
            {time_of("t.submitted")} as submitted_at,
            cast(t.nps as varchar) as nps,
            t.price as price_sensitivity,
            t.feature as preferred_feature,
            t.delivery as preferred_delivery,
            t.expected as expected_response,
            t.awareness as brand_awareness,
            t.industry,
            t.text
        """,
        "join people as p using (person)",
    )

"""Raw tables of payments and parcels."""

from __future__ import annotations

import numpy as np

from ..reference import words
from ..world.activity import Activity
from ..world.tenders import TENDERS
from .sql import (
    PERSON_HELPERS,
    CleanTable,
    money_of,
    one_of,
    order_id,
    receipt_no,
    time_of,
)


def tenders(activity: Activity) -> CleanTable:
    """Payments of orders and receipts."""
    tenders, sales = activity.tenders, activity.sales
    western = np.append(activity.stores.is_western[sales.store], False)
    zone = np.where(~tenders.is_shop & western[np.where(tenders.is_shop, -1, tenders.order)], 6, 8)
    return CleanTable(
        "payments.tenders",
        {
            "is_shop": tenders.is_shop,
            "number": tenders.order,
            "tender": tenders.number,
            "type": tenders.kind,
            "amount": tenders.amount,
            "paid": tenders.paid,
            "zone": zone,
        },
        f"""
            case when t.is_shop then 'shop' else 'store' end as channel,
            case when t.is_shop then {order_id("t.number")} else {receipt_no("t.number")} end
                as order_id,
            cast(t.tender as varchar) as tender_no,
            {one_of(TENDERS, "t.type")} as tender_type,
            {money_of("t.amount")} as amount,
            {time_of("t.paid")} as paid_at
        """,
        helpers="cast(t.zone as bigint) as _zone",
    )


def deliveries(activity: Activity) -> CleanTable:
    """Parcels of shop orders."""
    deliveries = activity.deliveries
    return CleanTable(
        "logistics.deliveries",
        {
            "number": deliveries.order,
            "receiver": deliveries.receiver,
            "carrier": deliveries.carrier,
            "shipped": deliveries.shipped,
            "delivered": deliveries.delivered,
            "returned": deliveries.is_returned,
        },
        f"""
            {order_id("t.number")} as order_id,
            {one_of(list(words("carrier").text), "t.carrier")} as carrier,
            {time_of("t.shipped")} as shipped_at,
            {time_of("t.delivered")} as delivered_at,
            p.region as delivered_region,
            case
                when t.returned then 'returned' when t.delivered >= 0 then 'delivered'
                else 'shipped'
            end as status
        """,
        "join people as p on p.person = t.receiver",
        PERSON_HELPERS,
    )

"""Payments of orders and receipts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..config import Settings
from ..reference import Ints, pick, shares
from .orders import Orders
from .people import Flags
from .sales import Sales

METHODS = ("wechat", "alipay", "card", "cash", "stored_value", "other")
TENDERS = (
    "wechat",
    "alipay",
    "card",
    "cash",
    "stored_value",
    "gift_card",
    "points",
    "coupon",
    "deposit",
)
STORED_VALUE, GIFT_CARD, POINTS, TENDER_COUPON, DEPOSIT = range(4, 9)
METHOD_OF_TENDER = np.array([0, 1, 2, 3, 4, 5, 5, 5, 5])


@dataclass
class Tenders:
    """Payments: of order `order` of the shops where `is_shop`, else of that receipt."""

    is_shop: Flags
    order: Ints
    number: Ints
    kind: Ints
    amount: Ints
    paid: Ints


def make_tenders(
    settings: Settings, orders: Orders, sales: Sales, rng: np.random.Generator
) -> Tenders:
    """One or two payments per paid order or receipt; together they are what was paid."""
    world = settings.world
    shop = np.flatnonzero(orders.paid > 0)
    n_sales = len(sales.person)
    is_shop = np.repeat([True, False], [len(shop), n_sales])
    order = np.concatenate([shop, np.arange(n_sales)])
    amount = np.concatenate([orders.amount[shop], sales.amount])
    method = np.concatenate([orders.method[shop], sales.method])
    paid = np.concatenate([orders.paid[shop], sales.sold])
    main = np.where(method == 5, GIFT_CARD, method)

    mixed = (rng.random(len(order)) < world.mixed_tender_share) & (amount > 2_000)
    second_kind = pick(rng.random(len(order)), shares([0.25, 0.15, 0.3, 0.3])) + STORED_VALUE
    presale = is_shop & mixed & (rng.random(len(order)) < 0.15)
    second_kind = np.where(presale, DEPOSIT, second_kind)
    mixed &= second_kind != main
    part = (amount * (0.05 + 0.3 * rng.random(len(order)))).astype(np.int64) // 100 * 100
    mixed &= part > 0
    part = np.where(mixed, part, 0)

    second = np.flatnonzero(mixed)
    source = np.concatenate([np.arange(len(order)), second])
    number = np.repeat([1, 2], [len(order), len(second)])
    kind = np.concatenate([main, second_kind[second]])
    amounts = np.concatenate([amount - part, part[second]])
    by_order = np.lexsort((number, source))
    source, number = source[by_order], number[by_order]
    is_deposit = kind[by_order] == DEPOSIT
    return Tenders(
        is_shop=is_shop[source],
        order=order[source],
        number=number,
        kind=kind[by_order],
        amount=amounts[by_order],
        paid=np.where(
            is_deposit,
            np.maximum(
                paid[source] - 60,
                np.where(is_shop[source], _ordered(orders, order[source], is_shop[source]), 0),
            ),
            paid[source],
        ),
    )


def _ordered(orders: Orders, order: Ints, is_shop: Flags) -> Ints:
    """When the shop orders were placed; 0 for receipts."""
    if not len(orders.ordered):
        return np.zeros(len(order), dtype=np.int64)
    return np.where(is_shop, orders.ordered[np.where(is_shop, order, 0)], 0)

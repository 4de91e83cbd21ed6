"""Receipts of the stores, returns among them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..config import DAY, Settings
from ..reference import Ints, pick, shares
from .baskets import RATES, STORE_HOURS, Lines, clock, make_lines, sums, used_promotions
from .orders import Orders
from .people import Accounts, Flags, People
from .stores import STORE_SLOTS, Stores


@dataclass
class Sales:
    """Receipts of the stores, by time; account -1 where no member was shown."""

    person: Ints
    account: Ints
    cause: Ints
    mobile: Ints
    store: Ints
    staff: Ints
    sold: Ints
    amount: Ints
    discount: Ints
    method: Ints
    promotion: Ints
    is_return: Flags
    original_sale: Ints
    original_order: Ints
    lines: Lines


def make_sales(
    settings: Settings,
    people: People,
    accounts: Accounts,
    stores: Stores,
    home: Ints,
    person: Ints,
    day: Ints,
    account: Ints,
    cause: Ints,
    orders: Orders,
    till_returns: Ints,
    rng: np.random.Generator,
) -> Sales:
    """Receipts of the purchases that happened in stores, and of what came back there."""
    world = settings.world
    n = len(person)
    sold = clock(day, STORE_HOURS, rng)
    registered = accounts.registered[account]
    sold = np.where(sold < registered, registered + rng.integers(60, 1800, n), sold)
    sold = np.minimum(sold, settings.end)
    by_time = np.lexsort((person, sold))
    person, account, sold = person[by_time], account[by_time], sold[by_time]
    cause = cause[by_time]

    slot = accounts.slot[account]
    is_member = np.isin(slot, STORE_SLOTS)
    brand = np.where(is_member, slot - STORE_SLOTS[0], rng.integers(0, len(STORE_SLOTS), n))
    store = home[person, brand]
    visits = rng.random(n) < 0.15
    for number, store_slot in enumerate(STORE_SLOTS):
        of_brand = np.flatnonzero(stores.slot == store_slot)
        elsewhere = of_brand[rng.integers(0, len(of_brand), n)]
        store = np.where(visits & (brand == number), elsewhere, store)
    shown = is_member & (rng.random(n) < world.member_shown_share)
    gives_mobile = ~shown & (rng.random(n) < world.mobile_only_share)
    mobile = np.where(gives_mobile | (shown & (rng.random(n) < 0.15)), people.mobile[person], 0)

    lines = make_lines(settings, people, person, rng)
    goods = sums(lines, n)
    promotion = used_promotions(settings, people, person, sold, rng)
    discount = goods * RATES[promotion] // 100
    method = pick(rng.random(n), shares([0.42, 0.26, 0.14, 0.12, 0.06]))

    # Returns of receipts: one line, at what was paid for it, as a receipt of its own.
    when = sold + rng.integers(DAY, 20 * DAY, n)
    returned = np.flatnonzero((rng.random(n) < world.store_return_share) & (when < settings.end))
    line = np.searchsorted(lines.order, returned)
    net_price = (
        lines.unit_price[line] * (goods - discount)[returned] // np.maximum(goods[returned], 1)
    )
    names_sale = rng.random(len(returned)) < world.store_return_names_sale_share

    # Returns of shop orders at a till.
    till_line, till_quantity, till_when = till_returns.T
    till_order = orders.lines.order[till_line]
    till_person = orders.person[till_order]
    till_price = (
        orders.lines.unit_price[till_line]
        * (orders.goods - orders.discount)[till_order]
        // np.maximum(orders.goods[till_order], 1)
    )
    till_day = till_when // DAY * DAY
    till_when = clock(till_day, STORE_HOURS, rng)

    def joined(of_sales: Ints, of_returns: Ints, of_till: Ints) -> Ints:
        return np.concatenate([of_sales, of_returns, of_till])

    n_returns, n_till = len(returned), len(till_order)
    none_r, none_t = np.full(n_returns, -1), np.full(n_till, -1)
    return_when = clock(when[returned] // DAY * DAY, STORE_HOURS, rng)
    all_sold = joined(sold, return_when, till_when)
    order = np.argsort(all_sold, kind="stable")
    position = np.empty(len(order), dtype=np.int64)
    position[order] = np.arange(len(order))

    all_store = joined(store, store[returned], home[till_person, 0])
    line_order = joined(lines.order, n + np.arange(n_returns), n + n_returns + np.arange(n_till))
    by_receipt = np.argsort(position[line_order], kind="stable")
    all_lines = Lines(
        order=position[line_order][by_receipt],
        line_no=joined(
            lines.line_no, np.ones(n_returns, dtype=np.int64), np.ones(n_till, dtype=np.int64)
        )[by_receipt],
        product=joined(lines.product, lines.product[line], orders.lines.product[till_line])[
            by_receipt
        ],
        quantity=joined(lines.quantity, -lines.quantity[line], -till_quantity)[by_receipt],
        unit_price=joined(lines.unit_price, net_price, till_price)[by_receipt],
    )
    shown_account = np.where(shown, account, -1)
    total = len(order)
    return Sales(
        person=joined(person, person[returned], till_person)[order],
        account=joined(shown_account, shown_account[returned], none_t)[order],
        cause=joined(cause, none_r, none_t)[order],
        mobile=joined(mobile, mobile[returned], people.mobile[till_person])[order],
        store=all_store[order],
        staff=rng.integers(1, 7, total),
        sold=all_sold[order],
        amount=joined(
            goods - discount, -lines.quantity[line] * net_price, -till_quantity * till_price
        )[order],
        discount=joined(
            discount, np.zeros(n_returns, dtype=np.int64), np.zeros(n_till, dtype=np.int64)
        )[order],
        method=joined(method, method[returned], np.zeros(n_till, dtype=np.int64))[order],
        promotion=joined(promotion, none_r, none_t)[order],
        is_return=joined(
            np.zeros(n, dtype=np.int64),
            np.ones(n_returns, dtype=np.int64),
            np.ones(n_till, dtype=np.int64),
        )[order].astype(bool),
        original_sale=joined(np.full(n, -1), np.where(names_sale, position[returned], -1), none_t)[
            order
        ],
        original_order=joined(np.full(n, -1), none_r, till_order)[order],
        lines=all_lines,
    )

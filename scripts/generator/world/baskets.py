"""What is bought at once: lines, promotions, hours of the day."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .. import reference
from ..config import COUPON, DAY, PROMOTIONS, Settings, seconds
from ..reference import Ints, pick, shares
from .people import People

NO_PROMOTION, COUPON_PROMOTION = -1, len(PROMOTIONS)
ONLINE_HOURS = (3, 1, 1, 1, 1, 1, 2, 3, 5, 7, 9, 9, 9, 8, 7, 7, 7, 7, 8, 10, 13, 14, 11, 6)
STORE_HOURS = (0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 5, 8, 8, 7, 8, 9, 10, 11, 12, 11, 8, 4, 0, 0)


@dataclass
class Lines:
    """Lines of orders or receipts; `order` is the position of the order. Money in cents."""

    order: Ints
    line_no: Ints
    product: Ints
    quantity: Ints
    unit_price: Ints

    @property
    def amount(self) -> Ints:
        """Money of each line."""
        return self.quantity * self.unit_price


def make_lines(
    settings: Settings,
    people: People,
    person: Ints,
    rng: np.random.Generator,
) -> Lines:
    """Lines of purchases: a favourite category, popular products, large quantities of resellers."""
    world = settings.world
    catalogue = reference.catalogue()
    n_lines = 1 + np.minimum(
        rng.geometric(1 / (1 + world.lines_per_order_extra), len(person)) - 1, 9
    )
    order = np.repeat(np.arange(len(person)), n_lines)
    ends = np.cumsum(n_lines)
    line_no = np.arange(len(order)) - np.repeat(ends - n_lines, n_lines) + 1
    n_categories = len(catalogue.categories)
    taste = people.favourites
    who = person[order]
    draw = rng.random(len(order))
    popular = pick(rng.random(len(order)), shares([1.0 / (k + 3) for k in range(n_categories)]))
    main = world.favourite_category_share
    category = np.where(
        draw < main,
        taste[who, 0],
        np.where(draw < main + world.second_category_share, taste[who, 1], popular),
    )
    size = catalogue.n_of_category[category]
    product = catalogue.first_of_category[category] + (rng.random(len(order)) ** 1.6 * size).astype(
        np.int64
    )
    quantity = np.minimum(rng.geometric(0.78, len(order)), 6)
    quantity = np.where(
        people.schemes.buys_in_bulk[who], quantity * rng.integers(3, 13, len(order)), quantity
    )
    return Lines(order, line_no, product, quantity, catalogue.price[product])


def only_products(lines: Lines, product: Ints) -> Lines:
    """One piece of the given product for orders that have one (-1: the lines as they are)."""
    wanted = product[lines.order]
    keeps = (wanted < 0) | (lines.line_no == 1)
    order, line_no, wanted = lines.order[keeps], lines.line_no[keeps], wanted[keeps]
    prices = reference.catalogue().price
    return Lines(
        order,
        line_no,
        np.where(wanted >= 0, wanted, lines.product[keeps]),
        np.where(wanted >= 0, 1, lines.quantity[keeps]),
        np.where(wanted >= 0, prices[wanted], lines.unit_price[keeps]),
    )


def sums(lines: Lines, n: int) -> Ints:
    """Money of each of n orders."""
    return np.bincount(lines.order, weights=lines.amount, minlength=n).astype(np.int64)


def used_promotions(
    settings: Settings, people: People, person: Ints, when: Ints, rng: np.random.Generator
) -> Ints:
    """The promotion that each purchase used, by the person's sensitivity."""
    world = settings.world
    sensitivity = np.array(world.promotion_sensitivities)[people.sensitivity][person]
    promotion = np.full(len(person), NO_PROMOTION)
    for number, entry in enumerate(PROMOTIONS):
        running = (when >= seconds(entry.first)) & (when < seconds(entry.last) + DAY)
        promotion[running] = number
    runs = promotion != NO_PROMOTION
    uses = rng.random(len(person)) < np.where(runs, sensitivity, sensitivity * 0.35)
    return np.where(uses, np.where(runs, promotion, COUPON_PROMOTION), NO_PROMOTION)


RATES = np.array([p.rate_percent for p in PROMOTIONS] + [COUPON.rate_percent, 0])


def clock(day: Ints, hours: tuple[int, ...], rng: np.random.Generator) -> Ints:
    """A time of each day, by the weights of its hours."""
    hour = pick(rng.random(len(day)), shares([float(h) for h in hours]))
    return day + hour * 3600 + rng.integers(0, 3600, len(day))

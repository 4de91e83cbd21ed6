"""What people do: purchases with a known process, their orders, receipts, payments and returns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import reference
from .config import COUPON, DAY, PROMOTIONS, SLOTS, Settings, day_number, seconds
from .people import Accounts, Flags, People
from .reference import Ints, pick, shares

STATUSES = ("unpaid", "paid", "shipped", "completed", "cancelled", "returned")
UNPAID, PAID, SHIPPED, COMPLETED, CANCELLED, RETURNED = range(6)
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
NO_PROMOTION, COUPON_PROMOTION = -1, len(PROMOTIONS)

ONLINE_HOURS = (3, 1, 1, 1, 1, 1, 2, 3, 5, 7, 9, 9, 9, 8, 7, 7, 7, 7, 8, 10, 13, 14, 11, 6)
STORE_HOURS = (0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 5, 8, 8, 7, 8, 9, 10, 11, 12, 11, 8, 4, 0, 0)


@dataclass
class Stores:
    """One element per store."""

    slot: Ints
    division: Ints
    is_western: Flags

    @property
    def n(self) -> int:
        """Number of stores."""
        return len(self.slot)


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


@dataclass
class Orders:
    """Orders of the shops, by time."""

    number: Ints
    person: Ints
    account: Ints
    parent: Ints
    ordered: Ints
    paid: Ints
    status: Ints
    method: Ints
    goods: Ints
    discount: Ints
    freight: Ints
    promotion: Ints
    is_pickup: Flags
    gift_to: Ints
    lines: Lines

    @property
    def amount(self) -> Ints:
        """What each order costs, paid or not."""
        return self.goods - self.discount + self.freight


@dataclass
class Sales:
    """Receipts of the stores, by time; account -1 where no member was shown."""

    person: Ints
    account: Ints
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


@dataclass
class Tenders:
    """Payments: of order `order` of the shops where `is_shop`, else of that receipt."""

    is_shop: Flags
    order: Ints
    number: Ints
    kind: Ints
    amount: Ints
    paid: Ints


@dataclass
class Refunds:
    """Refunds of shop orders by time; line 0 means the whole order."""

    order: Ints
    line_no: Ints
    quantity: Ints
    kind: Ints
    in_store: Flags
    amount: Ints
    reason: Ints
    refunded: Ints


@dataclass
class Deliveries:
    """Parcels of shop orders; delivered -1 while under way."""

    order: Ints
    carrier: Ints
    shipped: Ints
    delivered: Ints
    is_returned: Flags


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


STORE_SLOTS = tuple(k for k, slot in enumerate(SLOTS) if slot.channel == "store")


def make_stores(settings: Settings, rng: np.random.Generator) -> Stores:
    """Stores of the two brands, one of them in the far west with a clock of its own."""
    n = int(np.clip(np.sqrt(settings.records) * 0.66, 6, 1000))
    divisions = reference.divisions(settings.divisions)
    division = pick(rng.random(n), divisions.cumulated)
    western = np.flatnonzero(divisions.code // 10_000 == 65)
    if len(western):
        division[-1] = western[0]
    slot = np.array(STORE_SLOTS)[np.arange(n) % len(STORE_SLOTS)]
    is_western = divisions.code[division] // 10_000 == 65
    return Stores(slot, division, is_western)


def home_stores(
    settings: Settings, people: People, stores: Stores, rng: np.random.Generator
) -> Ints:
    """Per person and brand a store in their province, else any: shape (persons, brands)."""
    divisions = reference.divisions(settings.divisions)
    province = divisions.province_index[people.division]
    store_province = divisions.province_index[stores.division]
    home = np.zeros((people.n, len(STORE_SLOTS)), dtype=np.int64)
    for brand, slot in enumerate(STORE_SLOTS):
        of_brand = np.flatnonzero(stores.slot == slot)
        home[:, brand] = of_brand[rng.integers(0, len(of_brand), people.n)]
        for number in range(int(province.max()) + 1):
            near = of_brand[store_province[of_brand] == number]
            if len(near):
                mine = np.flatnonzero(province == number)
                home[mine, brand] = near[rng.integers(0, len(near), len(mine))]
    return home


def day_weights(settings: Settings) -> reference.Floats:
    """Relative demand of each day of the window, 1 on average."""
    first, last = day_number(settings.window_start), day_number(settings.extracted_on) - 1
    days = np.arange(first, last + 1)
    weekday = (days + 3) % 7
    weights = np.array(settings.world.weekday_weights)[weekday]
    for begin, end, factor in settings.world.day_weights:
        inside = (days >= seconds(begin) // DAY) & (days <= seconds(end) // DAY)
        weights = np.where(inside, weights * factor, weights)
    relative: reference.Floats = weights / weights.mean()
    return relative


def make_activity(
    settings: Settings, people: People, accounts: Accounts, rng: np.random.Generator
) -> Activity:
    """Draws every purchase and what follows from it."""
    stores = make_stores(settings, rng)
    home = home_stores(settings, people, stores, rng)
    person, when = _purchases(settings, people, rng)
    account, is_online = _where(settings, people, accounts, person, when, rng)
    orders = _orders(settings, people, accounts, person, when, account, is_online, rng)
    refunds, till_returns = _refunds(settings, accounts, orders, rng)
    deliveries = _deliveries(settings, orders, refunds, rng)
    store_part = ~is_online
    sales = _sales(
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
    tenders = _tenders(settings, orders, sales, rng)
    return Activity(stores, orders, sales, tenders, refunds, deliveries, home)


def _purchases(settings: Settings, people: People, rng: np.random.Generator) -> tuple[Ints, Ints]:
    """Who buys on which day: gamma rates, gamma drop-out, Poisson in seasonal time."""
    world = settings.world
    n = people.n
    rate = rng.gamma(world.purchase_rate_shape, 1.0 / world.purchase_rate_scale_days, n)
    rate = np.where(people.is_reseller, rate * world.reseller_rate_factor, rate)
    drop_out = rng.gamma(world.dropout_rate_shape, 1.0 / world.dropout_rate_scale_days, n)
    life_days = rng.exponential(1.0, n) / np.maximum(drop_out, 1e-6)
    weights = day_weights(settings)
    n_days = len(weights)
    cumulated = np.concatenate([[0.0], np.cumsum(weights)])
    grid = np.arange(n_days + 1, dtype=np.float64)
    start = (people.start - settings.start) / DAY
    begin = np.clip(start, 0, n_days)
    end = np.clip(np.minimum(start + life_days, n_days), begin, n_days)
    from_mass = np.interp(begin, grid, cumulated)
    mass = np.interp(end, grid, cumulated) - from_mass
    n_bought = rng.poisson(rate * mass)
    person = np.repeat(np.arange(n), n_bought)
    at = from_mass[person] + rng.random(len(person)) * mass[person]
    day = np.minimum(np.interp(at, cumulated, grid).astype(np.int64), n_days - 1)
    buys_at_once = np.flatnonzero((start >= 0) & (rng.random(n) < world.first_purchase_share))
    person = np.concatenate([person, buys_at_once])
    day = np.concatenate([day, np.minimum(start[buys_at_once].astype(np.int64), n_days - 1)])
    return person, settings.start + day * DAY


def _where(
    settings: Settings,
    people: People,
    accounts: Accounts,
    person: Ints,
    day: Ints,
    rng: np.random.Generator,
) -> tuple[Ints, Flags]:
    """The account of each purchase (one that exists by then), and whether it is a shop's."""
    is_shop = np.array([slot.channel == "shop" for slot in SLOTS])

    def draw() -> Ints:
        chosen = accounts.first_of_person[person] + (
            rng.random(len(person)) * accounts.n_of_person[person]
        ).astype(np.int64)
        return np.where(
            accounts.registered[chosen] <= day, chosen, accounts.earliest_of_person[person]
        )

    first, second = draw(), draw()
    festival = day_weights(settings)[(day - settings.start) // DAY] > 1.7
    again = festival & ~is_shop[accounts.slot[first]]
    account = np.where(again, second, first)
    return account, is_shop[accounts.slot[account]]


def _lines(
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
        people.is_reseller[who], quantity * rng.integers(3, 13, len(order)), quantity
    )
    return Lines(order, line_no, product, quantity, catalogue.price[product])


def _sums(lines: Lines, n: int) -> Ints:
    return np.bincount(lines.order, weights=lines.amount, minlength=n).astype(np.int64)


def _promotions(
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


def _clock(day: Ints, hours: tuple[int, ...], rng: np.random.Generator) -> Ints:
    hour = pick(rng.random(len(day)), shares([float(h) for h in hours]))
    return day + hour * 3600 + rng.integers(0, 3600, len(day))


def _orders(
    settings: Settings,
    people: People,
    accounts: Accounts,
    person: Ints,
    day: Ints,
    account: Ints,
    is_online: Flags,
    rng: np.random.Generator,
) -> Orders:
    world = settings.world
    person, day, account = person[is_online], day[is_online], account[is_online]
    ordered = _clock(day, ONLINE_HOURS, rng)
    registered = accounts.registered[account]
    ordered = np.where(
        ordered < registered, registered + rng.integers(60, 1800, len(ordered)), ordered
    )
    ordered = np.minimum(ordered, settings.end)
    by_time = np.lexsort((person, ordered))
    person, account, ordered = person[by_time], account[by_time], ordered[by_time]

    parts = 1 + (rng.random(len(person)) < world.split_share)
    purchase = np.repeat(np.arange(len(person)), parts)
    person, account, ordered = person[purchase], account[purchase], ordered[purchase]
    is_split = (parts == 2)[purchase]
    is_first = np.diff(purchase, prepend=-1) != 0
    n = len(person)

    lines = _lines(settings, people, person, rng)
    goods = _sums(lines, n)
    promotion = _promotions(settings, people, person, ordered, rng)
    promotion = np.where(is_first, promotion, np.roll(promotion, 1))
    discount = goods * RATES[promotion] // 100
    freight = np.where(is_first & (goods - discount < world.free_freight_from), world.freight, 0)

    first_part = _first_part(is_first)
    draw = rng.random(n)[first_part]
    status = np.full(n, COMPLETED)
    status[ordered > settings.end - 9 * DAY] = SHIPPED
    status[ordered > settings.end - 2 * DAY] = PAID
    status[draw < world.unpaid_share] = UNPAID
    cancelled = (draw >= world.unpaid_share) & (draw < world.unpaid_share + world.cancelled_share)
    status[cancelled] = CANCELLED
    pays = status != UNPAID
    pays &= ~(
        cancelled
        & (
            draw
            < world.unpaid_share + world.cancelled_share * (1 - world.cancelled_after_payment_share)
        )
    )
    delay = np.minimum(rng.geometric(1 / 240, n), 7200)[first_part]
    paid = np.where(pays, np.minimum(ordered + delay, settings.end), -1)

    method_shares = {
        "tmall": (0.05, 0.8, 0.1, 0.0, 0.0, 0.05),
        "jd": (0.5, 0.0, 0.45, 0.0, 0.0, 0.05),
        "douyin": (0.4, 0.4, 0.15, 0.0, 0.0, 0.05),
        "": (0.85, 0.0, 0.05, 0.0, 0.1, 0.0),
    }
    platforms = np.array([slot.platform for slot in SLOTS])[accounts.slot[account]]
    method = np.zeros(n, dtype=np.int64)
    uniform = rng.random(n)
    for platform, weights in method_shares.items():
        mine = platforms == platform
        method[mine] = pick(uniform[mine], shares(list(weights)))
    method = method[first_part]

    gift_share = np.where(people.is_reseller[person], world.reseller_gift_share, world.gift_share)
    gift = rng.random(n) < gift_share
    gift_to = np.where(gift, rng.integers(0, people.n, n), person)
    return Orders(
        number=np.arange(n),
        person=person,
        account=account,
        parent=np.where(is_split, np.cumsum(is_first), 0),
        ordered=ordered,
        paid=paid,
        status=status,
        method=method,
        goods=goods,
        discount=discount,
        freight=freight,
        promotion=promotion,
        is_pickup=(rng.random(n) < world.pickup_share) & (platforms == ""),
        gift_to=gift_to,
        lines=lines,
    )


def _first_part(is_first: Flags) -> Ints:
    """For each part of a split purchase the position of its first part."""
    first: Ints = np.flatnonzero(is_first)[np.cumsum(is_first) - 1]
    return first


def _refunds(
    settings: Settings, accounts: Accounts, orders: Orders, rng: np.random.Generator
) -> tuple[Refunds, Ints]:
    """Refunds of shop orders; and the lines that are returned at a till instead (positions)."""
    world = settings.world
    n = len(orders.person)
    after_payment = np.flatnonzero((orders.status == CANCELLED) & (orders.paid > 0))
    refundable = (orders.status == COMPLETED) & (rng.random(n) < world.refund_share)
    when = orders.ordered + rng.integers(5 * DAY, 16 * DAY, n)
    refundable &= when < settings.end
    full = refundable & (rng.random(n) < world.full_refund_share)
    orders.status[full] = RETURNED
    partial = np.flatnonzero(refundable & ~full)
    full_at = np.flatnonzero(full)

    # A partial refund is of the order's first line, at what was really paid for it.
    first_line = np.searchsorted(orders.lines.order, np.arange(n))
    line = first_line[partial]
    quantity = 1 + (rng.random(len(line)) * orders.lines.quantity[line]).astype(np.int64)
    worth = quantity * orders.lines.unit_price[line]
    net = worth * (orders.goods - orders.discount)[partial] // np.maximum(orders.goods[partial], 1)
    kind = pick(rng.random(len(line)), shares([0.3, 0.6, 0.1]))
    net = np.where(kind == 2, 0, net)

    has_card = np.zeros(len(accounts.n_of_person), dtype=bool)
    has_card[accounts.person[np.isin(accounts.slot, STORE_SLOTS)]] = True
    place = rng.random(len(line))
    may_go = has_card[orders.person[partial]] & (kind == 1)
    at_till = may_go & (place < world.returned_at_till_share / 0.5)
    in_store = may_go & ~at_till & (place > 1 - world.refunded_in_store_share / 0.5)
    stays = ~at_till

    order = np.concatenate([after_payment, full_at, partial[stays]])
    n_whole = len(after_payment) + len(full_at)
    amounts = np.concatenate(
        [orders.amount[after_payment], (orders.goods - orders.discount)[full_at], net[stays]]
    )
    refunded = when[order]
    soon = orders.paid[after_payment] + rng.integers(600, 2 * DAY, len(after_payment))
    refunded[: len(after_payment)] = np.minimum(soon, settings.end)
    zeros = np.zeros(n_whole, dtype=np.int64)
    whole_kind = np.concatenate(
        [
            np.zeros(len(after_payment), dtype=np.int64),
            pick(rng.random(len(full_at)), shares([0.3, 0.7])),
        ]
    )
    by_time = np.lexsort((order, refunded))
    refunds = Refunds(
        order=order[by_time],
        line_no=np.concatenate([zeros, orders.lines.line_no[line[stays]]])[by_time],
        quantity=np.concatenate([zeros, quantity[stays]])[by_time],
        kind=np.concatenate([whole_kind, kind[stays]])[by_time],
        in_store=np.concatenate([zeros.astype(bool), in_store[stays]])[by_time],
        amount=amounts[by_time],
        reason=rng.integers(0, 6, len(order)),
        refunded=refunded[by_time],
    )
    till = np.stack([line[at_till], quantity[at_till], when[partial[at_till]]], axis=1)
    return refunds, till.astype(np.int64)


def _deliveries(
    settings: Settings, orders: Orders, refunds: Refunds, rng: np.random.Generator
) -> Deliveries:
    goes_out = np.isin(orders.status, (SHIPPED, COMPLETED, RETURNED)) & ~orders.is_pickup
    order = np.flatnonzero(goes_out)
    shipped = orders.paid[order] + rng.integers(4 * 3600, 40 * 3600, len(order))
    delivered = shipped + rng.integers(DAY, 3 * DAY, len(order))
    done = orders.status[order] != SHIPPED
    shipped = np.minimum(shipped, settings.end)
    delivered = np.where(done & (delivered <= settings.end), delivered, -1)
    return Deliveries(
        order=order,
        carrier=rng.integers(0, 6, len(order)),
        shipped=shipped,
        delivered=delivered,
        is_returned=(orders.status[order] == RETURNED) & (rng.random(len(order)) < 0.15),
    )


def _sales(
    settings: Settings,
    people: People,
    accounts: Accounts,
    stores: Stores,
    home: Ints,
    person: Ints,
    day: Ints,
    account: Ints,
    orders: Orders,
    till_returns: Ints,
    rng: np.random.Generator,
) -> Sales:
    world = settings.world
    n = len(person)
    sold = _clock(day, STORE_HOURS, rng)
    registered = accounts.registered[account]
    sold = np.where(sold < registered, registered + rng.integers(60, 1800, n), sold)
    sold = np.minimum(sold, settings.end)
    by_time = np.lexsort((person, sold))
    person, account, sold = person[by_time], account[by_time], sold[by_time]

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

    lines = _lines(settings, people, person, rng)
    goods = _sums(lines, n)
    promotion = _promotions(settings, people, person, sold, rng)
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
    till_when = _clock(till_day, STORE_HOURS, rng)

    def joined(of_sales: Ints, of_returns: Ints, of_till: Ints) -> Ints:
        return np.concatenate([of_sales, of_returns, of_till])

    n_returns, n_till = len(returned), len(till_order)
    none_r, none_t = np.full(n_returns, -1), np.full(n_till, -1)
    return_when = _clock(when[returned] // DAY * DAY, STORE_HOURS, rng)
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


def _tenders(settings: Settings, orders: Orders, sales: Sales, rng: np.random.Generator) -> Tenders:
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

"""Those who are no plain consumers: test accounts, abuse, faked orders; and who only looks so.

Orders of a scheme are planned here, before anything is bought: who orders which product on which
day, and where it goes. The rest of the world then treats them as it does any other order.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from .. import reference
from ..config import DAY, SLOTS, Settings, Stream
from ..reference import Ints, Strings, strings

if TYPE_CHECKING:
    from .people import People

Flags = NDArray[np.bool_]

CLASSES = ("consumer", "employee", "reseller", "suspected_abuse", "test")
CONSUMER, EMPLOYEE, RESELLER, ABUSE, TEST = range(5)

# Rings of faked orders, each with what gives it away; the last has real parcels to real homes.
SCHEMES = (
    *("one_receiver", "one_address", "instant", "unsent", "elsewhere", "careful"),
    *("coupons", "careful_coupons", "office"),
)
ONE_RECEIVER, ONE_ADDRESS, INSTANT, UNSENT, ELSEWHERE, CAREFUL = range(6)
# Schemes that fake nothing: first orders with a coupon to one organiser, and careful ones to each
# member's own home; colleagues who order one product to their office.
COUPONS, CAREFUL_COUPONS, OFFICE = range(6, 9)
N_RINGS = CAREFUL + 1

TEST_NAMES = strings(
    ["测试", "测试01", "测试账号", "test", "Test User", "tester02", "演示", "demo"]
)
TEST_NICKNAMES = strings(["测试账号", "测试号7", "test", "test_03", "testuser1", "QA-test"])


@dataclass
class Planned:
    """Orders of schemes; one element each."""

    person: Ints
    account: Ints
    day: Ints
    scheme: Ints
    product: Ints
    receiver: Ints
    address: Ints


@dataclass
class Schemes:
    """What distinguishes persons and accounts, and the orders that are planned.

    `zeal` multiplies how often a person buys by own wish; `gift_share` of the orders go to others.
    """

    customer_class: Ints
    zeal: reference.Floats
    gift_share: reference.Floats
    buys_in_bulk: Flags
    takes_money_back: Flags
    test_status: Flags
    test_nickname: Strings
    is_test_account: Flags
    planned: Planned


def make_schemes(settings: Settings, people: People, person: Ints, slot: Ints) -> Schemes:
    """Draws who does what; `person` and `slot` are those of the accounts.

    Changes the start of persons whose only account was made for a scheme, the names of those who
    test, and who is an employee: somebody whom the company has in its CRM.
    """
    world = settings.world
    rng = settings.stream(Stream.SCHEMES)
    n = people.n
    channels = np.array([s.channel for s in SLOTS])[slot]
    n_accounts = np.bincount(person, minlength=n)

    def holds(channel: str) -> Flags:
        found = np.zeros(n, dtype=bool)
        found[person[channels == channel]] = True
        return found

    people.is_employee &= holds("crm")
    is_plain = (people.kind == 0) & ~people.is_employee & ~people.is_reseller
    tests = is_plain & holds("shop") & (rng.random(n) < world.test_share)
    people.name[tests] = TEST_NAMES[rng.integers(0, len(TEST_NAMES), int(tests.sum()))]
    people.latin[tests] = "test"
    takes_back = is_plain & ~tests & holds("shop") & (rng.random(n) < world.refund_abuser_share)

    # Who holds one account, of a shop, and shares nothing with others may be hired.
    lends = is_plain & ~tests & ~takes_back & (n_accounts == 1) & holds("shop")
    lends &= (people.changed_at < 0) & (people.shared_mobile == 0)
    lends &= ~np.isin(people.mobile, people.old_mobile[people.old_mobile != 0])
    first = np.searchsorted(person, np.arange(n))
    planned, abuses, is_hired = _plan(settings, people, np.flatnonzero(lends), first, slot, rng)

    customer_class = np.full(n, CONSUMER)
    customer_class[people.is_reseller] = RESELLER
    customer_class[takes_back | abuses] = ABUSE
    customer_class[people.is_employee] = EMPLOYEE
    customer_class[tests] = TEST

    # Resellers buy in bulk, or have each piece sent to the buyer that they found.
    online_only = holds("shop") & ~holds("store") & ~holds("crm")
    drop_ships = people.is_reseller & online_only & (rng.random(n) < world.drop_shipper_share)
    gift_share = np.full(n, world.gift_share)
    gift_share[people.is_reseller] = world.reseller_gift_share
    gift_share[drop_ships] = world.drop_shipper_gift_share
    zeal = np.ones(n)
    zeal[people.is_reseller] = world.reseller_rate_factor
    zeal[drop_ships] = world.drop_shipper_rate_factor
    zeal[takes_back] = world.refund_abuser_rate_factor
    zeal[is_hired] = 0.0

    # Some real customers have an account for tests beside their own.
    extra = (n_accounts[person] > 1) & (channels == "shop") & ~tests[person]
    extra &= first[person] != np.arange(len(person))
    extra &= rng.random(len(person)) < world.second_test_account_share
    is_test_account = tests[person] | extra
    nickname = np.empty(len(person), dtype=object)
    named = extra | (tests[person] & (rng.random(len(person)) < 0.8))
    nickname[named] = TEST_NICKNAMES[rng.integers(0, len(TEST_NICKNAMES), int(named.sum()))]
    return Schemes(
        customer_class=customer_class,
        zeal=zeal,
        gift_share=gift_share,
        buys_in_bulk=people.is_reseller & ~drop_ships,
        takes_money_back=takes_back,
        test_status=tests & (rng.random(n) < 0.85),
        test_nickname=nickname,
        is_test_account=is_test_account,
        planned=planned,
    )


def _plan(
    settings: Settings,
    people: People,
    pool: Ints,
    first: Ints,
    slot: Ints,
    rng: np.random.Generator,
) -> tuple[Planned, Flags, Flags]:
    """Orders of all schemes; who abuses coupons; whose account serves a scheme and nothing else."""
    world = settings.world
    n = people.n
    n_products = len(reference.catalogue().sku)
    abuses, is_hired = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
    parts: list[Planned] = []
    shops = np.array([k for k, s in enumerate(SLOTS) if s.channel == "shop"])
    pool = rng.permutation(pool)
    pools = {int(shop): pool[slot[first[pool]] == shop] for shop in shops}
    is_free = np.ones(n, dtype=bool)

    def take(size: int, shop: int, before: int) -> Ints:
        """Persons of a shop, each taken once, who came before a time."""
        mine = pools[shop]
        fits = is_free[mine] & (people.start[mine] < before)
        chosen: Ints = mine[np.flatnonzero(fits)[:size]]
        is_free[chosen] = False
        return chosen

    begin, end = settings.start + 40 * DAY, settings.end - 25 * DAY
    schemes = [
        *((k % N_RINGS, world.ring_size) for k in range(_count(n, world.rings_per_10000))),
        *(
            (CAREFUL_COUPONS if k % 4 == 3 else COUPONS, world.coupon_ring_size)
            for k in range(_count(n, world.coupon_rings_per_10000))
        ),
        *((OFFICE, world.office_size) for _ in range(_count(n, world.offices_per_10000))),
    ]
    for scheme, (least, most) in schemes:
        size = int(rng.integers(least, most + 1))
        day = int(rng.integers(begin // DAY, end // DAY)) * DAY
        shop = int(shops[rng.integers(0, len(shops))])
        # Accounts are made for it, but for some that are bought; colleagues have their own.
        n_old = size if scheme == OFFICE else int(rng.binomial(size, world.old_account_share))
        old = take(n_old, shop, day - 60 * DAY)
        new = take(size - n_old, shop, settings.end)
        members = np.concatenate([old, new])
        people.start[new] = day - rng.integers(0, 20, len(new)) * DAY + 10 * 3600
        head = np.full(len(members), rng.integers(0, n))
        receiver, address = members, members
        if scheme in (ONE_RECEIVER, COUPONS):
            receiver, address = head, head
        elif scheme in (ONE_ADDRESS, OFFICE):
            address = head
        if scheme != OFFICE:
            is_hired[new] = True
        if scheme in (COUPONS, CAREFUL_COUPONS):
            abuses[members] = True
            is_hired[members] = True
        ones = np.ones(len(members), dtype=np.int64)
        product, when = ones * rng.integers(0, n_products), ones * day
        if scheme in (COUPONS, CAREFUL_COUPONS):
            # Each takes what it likes, one after the other.
            product = rng.integers(0, n_products, len(members))
            when = when + rng.integers(0, 21, len(members)) * DAY
        parts.append(
            Planned(
                person=members,
                account=first[members],
                day=when,
                scheme=ones * scheme,
                product=product,
                receiver=receiver,
                address=address,
            )
        )
    return _joined(parts), abuses, is_hired


def _joined(parts: list[Planned]) -> Planned:
    def one(name: str) -> Ints:
        return np.concatenate([getattr(part, name) for part in parts])

    return Planned(*(one(field.name) for field in fields(Planned)))


def _count(n: int, per_10000: float) -> int:
    """At least one, so that the smallest world has each."""
    return max(1, round(n * per_10000 / 10_000))

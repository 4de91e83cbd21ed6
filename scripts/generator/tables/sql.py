"""How a raw table is told: arrays, and SQL that turns them into text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..config import COUPON, PROMOTIONS, SLOTS
from ..reference import FIRST_SKU, Ints, Strings
from ..world.people import Accounts

Arrays = dict[str, NDArray[Any]]


@dataclass
class CleanTable:
    """Arrays with one element per row; `select` gives the documented columns by name."""

    name: str
    arrays: Arrays
    select: str
    joins: str = ""
    helpers: str = ""

    @property
    def n(self) -> int:
        """Number of rows."""
        return len(next(iter(self.arrays.values())))


def time_of(seconds: str) -> str:
    """SQL: ISO text of seconds since 1970; none when negative."""
    return f"case when {seconds} >= 0 then cast(make_timestamp({seconds} * 1000000) as varchar) end"


def money_of(cents: str) -> str:
    """SQL: yuan with two decimals of cents."""
    return (
        f"cast(cast(cast({cents} as decimal(15, 0)) * cast(0.01 as decimal(3, 2))"
        " as decimal(18, 2)) as varchar)"
    )


def mobile_of(number: str) -> str:
    """SQL: digits of a mobile, a plus sign before foreign ones; none for 0."""
    return (
        f"case when {number} > 0 then cast({number} as varchar)"
        f" when {number} < 0 then '+' || cast(-({number}) as varchar) end"
    )


def flag_of(flag: str) -> str:
    """SQL: true or false in words."""
    return f"case when {flag} then 'true' else 'false' end"


def filled(condition: NDArray[np.bool_], values: Strings) -> Strings:
    """The values where the condition holds, elsewhere nothing."""
    result = np.empty(len(condition), dtype=object)
    result[condition] = values[condition]
    return result


UNIONID = "'o' || substr(md5('unionid' || cast(p.person as varchar)), 1, 27)"


PERSON_HELPERS = ", ".join(
    f"p.{name} as _{name}"
    for name in (
        "province",
        "city",
        "district",
        "province_short",
        "city_short",
        "district_short",
        "province_english",
        "city_english",
    )
)


ACCOUNT_JOINS = "join accounts as a using (account) join people as p on p.person = a.person"


def age_at(at: str) -> str:
    """SQL: full years of person `p` at a time given in seconds."""
    at_date = f"cast(make_timestamp({at} * 1000000) as date)"
    return f"cast(datesub('year', p.birth, {at_date}) as varchar)"


def by_registration(accounts: Accounts, channel: str) -> Ints:
    """A channel's accounts, the oldest first."""
    is_mine = np.array([slot.channel == channel for slot in SLOTS])[accounts.slot]
    mine = np.flatnonzero(is_mine)
    order = np.lexsort((accounts.number[mine], accounts.slot[mine], accounts.registered[mine]))
    return mine[order]


def member_no(number: str) -> str:
    """SQL: the number of a brand's member by the account's number."""
    return f"'M' || cast(2000001 + {number} as varchar)"


def mall_account(number: str) -> str:
    """SQL: the key of an account of the own mall by its number."""
    return f"'U' || cast(30000001 + {number} as varchar)"


def sku_of(product: str) -> str:
    """SQL: the sku of a product by its position in the catalogue."""
    return f"'SKU' || cast({FIRST_SKU} + cast({product} as integer) as varchar)"


def device_id(number: str) -> str:
    """SQL: the id of a device."""
    return f"'d-' || lpad(to_hex({number}), 16, '0')"


def staff_of(store: str, staff: str) -> str:
    """SQL: the id of a member of a store's staff."""
    return f"'E' || lpad(cast({store} + 1 as varchar), 4, '0') || cast({staff} as varchar)"


def one_of(values: Sequence[str | None], number: str) -> str:
    """SQL: one of several texts by its position from 0; none for -1."""
    branches = " ".join(
        f"when {k} then {quoted(value)}" for k, value in enumerate(values) if value is not None
    )
    return f"case {number} {branches} end"


def quoted(text: str) -> str:
    """SQL: a text literal."""
    return "'" + text.replace("'", "''") + "'"


def numbered(prefix: str, number: str, digits: int = 8) -> str:
    """SQL: an id made of a prefix and a number that counts from 1."""
    return f"'{prefix}' || lpad(cast(({number}) + 1 as varchar), {digits}, '0')"


STORE_ID = "'S' || lpad(cast(t.store + 1 as varchar), 4, '0')"


def promotion_names() -> list[str]:
    """Ids by number of the promotion."""
    return [promotion.promotion_id for promotion in (*PROMOTIONS, COUPON)]


def order_id(number: str) -> str:
    """SQL: the id of a shop order by its number."""
    return numbered("21", number, 14)


def receipt_no(number: str) -> str:
    """SQL: the number printed on a receipt."""
    return numbered("R", number, 10)

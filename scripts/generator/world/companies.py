"""Companies of the public register: customers, employers, and others."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .. import reference
from ..config import Settings, Stream
from ..reference import Ints, Strings, pick, shares, strings, words
from .people import COMPANY, People

# GB 32100-2015: the characters of a credit code and the weight of each place.
CREDIT_CHARACTERS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CREDIT_WEIGHTS = tuple(pow(3, place, 31) for place in range(17))
# GB 11714-1997: the weights of an organisation code, places 9 to 16 of a credit code.
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
# Upper ends of bands of numbers of employees, and how many companies fall into each.
SIZES = ((1, 20), (20, 100), (100, 300), (300, 1000), (1000, 20000))
SIZE_SHARES = (52, 28, 12, 6, 2)


@dataclass
class Companies:
    """One element per company of the register; codes without check digit are eight digits."""

    name: Strings
    credit_code: Strings
    industry: Ints
    n_employees: Ints
    division: Ints
    employers: Strings


def credit_code(area: int, number: int) -> str:
    """A valid unified social credit code of a company registered in an area."""
    body = f"{number:08d}"
    rest = 11 - sum(int(d) * w for d, w in zip(body, ORGANISATION_WEIGHTS, strict=True)) % 11
    check = {10: "X", 11: "0"}.get(rest, str(rest))
    code = f"91{area:06d}{body}{check}"
    total = sum(CREDIT_CHARACTERS.index(c) * w for c, w in zip(code, CREDIT_WEIGHTS, strict=True))
    return code + CREDIT_CHARACTERS[(31 - total % 31) % 31]


def make_companies(settings: Settings, people: People) -> Companies:
    """Every company customer, every known employer, and as many others again."""
    rng = settings.stream(Stream.COMPANIES)
    divisions = reference.divisions(settings.divisions)
    customers = np.flatnonzero(people.kind == COMPANY)
    known = list(dict.fromkeys(people.name[customers]))
    place = dict(zip(people.name[customers], people.division[customers], strict=True))
    employers = [name for name in words("employer").text if name.endswith("公司")]
    n_others = 20 + len(customers)
    first, second = words("company_word_first").text, words("company_word_second").text
    trades = words("company_trade").text
    where = pick(rng.random(n_others), divisions.cumulated)
    others = (
        divisions.city_short[where]
        + first[rng.integers(0, len(first), n_others)]
        + second[rng.integers(0, len(second), n_others)]
        + trades[rng.integers(0, len(trades), n_others)]
        + strings(["有限公司"])
    )
    for name, division in zip(others, where, strict=True):
        place.setdefault(name, int(division))
    names = list(dict.fromkeys([*known, *employers, *others]))
    n = len(names)
    elsewhere = pick(rng.random(n), divisions.cumulated)
    division = np.array([place.get(name, int(elsewhere[k])) for k, name in enumerate(names)])
    organisation = rng.choice(90_000_000, n, replace=False) + 10_000_000
    low, high = np.array(SIZES)[pick(rng.random(n), shares(list(map(float, SIZE_SHARES))))].T
    return Companies(
        strings(names),
        strings(
            [
                credit_code(int(area), int(number))
                for area, number in zip(divisions.code[division], organisation, strict=True)
            ]
        ),
        pick(rng.random(n), words("industry").cumulated),
        (low * (high / low) ** rng.random(n)).astype(np.int64),
        division,
        strings([*words("employer").text, *others[:200]]),
    )

"""Persons, and the accounts that they hold in the channels."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from .. import reference
from ..config import DAY, FIRST_COMMUNITY_SLOT, SECOND_SLOTS, SLOTS, Settings, day_number
from ..reference import Ints, Strings, pick, shares, strings, words
from .schemes import Schemes, make_schemes

Flags = NDArray[np.bool_]

PERSON, FOREIGNER, OTHER_SCRIPT, COMPANY = 0, 1, 2, 3


@dataclass
class People:
    """One element per person; times in seconds since 1970, days in days since 1970."""

    kind: Ints
    name: Strings
    latin: Strings
    sex: Ints
    birth_day: Ints
    division: Ints
    id_area: Ints
    id_sequence: Ints
    foreign_place: Ints
    household: Ints
    mobile: Ints
    old_mobile: Ints
    changed_at: Ints
    shared_mobile: Ints
    start: Ints
    is_employee: Flags
    is_reseller: Flags
    has_unionid: Flags
    street: Ints
    house: Ints
    favourites: Ints
    sensitivity: Ints
    schemes: Schemes = field(init=False)

    @property
    def n(self) -> int:
        """Number of persons."""
        return len(self.kind)


@dataclass
class Accounts:
    """One element per account record, ordered by person."""

    person: Ints
    slot: Ints
    number: Ints
    registered: Ints
    updated: Ints
    mobile: Ints
    first_of_person: Ints
    n_of_person: Ints
    n_buying: Ints
    earliest_of_person: Ints

    @property
    def n(self) -> int:
        """Number of account records."""
        return len(self.person)


def make_people(settings: Settings, rng: np.random.Generator) -> tuple[People, Accounts]:
    """As many persons as hold exactly `settings.records` accounts."""
    held = _held_slots(settings.records, rng)
    person, slot = np.nonzero(held)
    person, slot = person[: settings.records], slot[: settings.records]
    people = _persons(settings, int(person[-1]) + 1, rng)
    people.schemes = make_schemes(settings, people, person, slot)
    accounts = _accounts(settings, people, person.astype(np.int64), slot.astype(np.int64), rng)
    return people, accounts


def _held_slots(n_records: int, rng: np.random.Generator) -> Flags:
    """Which slots each person fills: more rows than needed, since everyone fills at least one."""
    slot_shares = np.array([slot.share for slot in SLOTS])
    held = rng.random((n_records, len(SLOTS)), dtype=np.float32) < slot_shares
    for first, second in SECOND_SLOTS:
        held[:, second] &= held[:, first]
    none = ~held.any(axis=1)
    alone = np.array([k for k in range(2, len(SLOTS)) if k != SECOND_SLOTS[1][1]])
    some = shares([SLOTS[k].share for k in alone])
    chosen = alone[pick(rng.random(int(none.sum())), some)]
    held[np.flatnonzero(none), chosen] = True
    n_rows = int(np.searchsorted(held.sum(axis=1).cumsum(), n_records)) + 1
    return held[:n_rows]


def unique_numbers(draw: Ints, again: np.random.Generator, highest: int) -> Ints:
    """The numbers, those that occurred before drawn again: their rest modulo `highest`."""
    numbers = draw.copy()
    while True:
        _, first = np.unique(numbers, return_index=True)
        if len(first) == len(numbers):
            return numbers
        twice = np.ones(len(numbers), dtype=bool)
        twice[first] = False
        base = numbers[twice] // highest * highest
        numbers[twice] = base + again.integers(0, highest, int(twice.sum()))


def _mobiles(n: int, rng: np.random.Generator) -> Ints:
    """Distinct mainland mobiles with prefixes in use; no run of zeros as placeholders have."""
    prefixes, cumulated = reference.mobile_prefixes()
    tail = rng.integers(1_000_001, 99_000_000, n)
    draw = prefixes[pick(rng.random(n), cumulated)] * 100_000_000 + tail
    return unique_numbers(draw, rng, 100_000_000)


def _foreign_mobiles(place: Ints, rng: np.random.Generator) -> Ints:
    """Foreign numbers, negative: calling code and national number without the plus sign."""
    places = reference.foreign_places()
    leading = places.leading_digits[place]
    n_leading = np.floor(np.log10(leading)).astype(np.int64) + 1
    free = places.national_digits[place] - n_leading
    tail = rng.integers(2_000_000, 9_000_000, len(place)) * 10 + rng.integers(0, 10, len(place))
    tail = tail % 10**free
    national = leading * 10**free + tail
    numbers: Ints = -(places.calling_code[place] * 10 ** places.national_digits[place] + national)
    return -unique_numbers(-numbers, rng, 1_000_000)


def _persons(settings: Settings, n: int, rng: np.random.Generator) -> People:
    world = settings.world
    divisions = reference.divisions(settings.divisions)
    places = reference.foreign_places()

    # Households are runs of persons who live together.
    together = rng.random(n) < world.household_share
    together[:1] = False
    household = np.cumsum(~together) - 1
    heads = np.flatnonzero(~together)
    head = heads[household]

    kind = np.zeros(n, dtype=np.int64)
    is_foreign = (rng.random(n) < world.foreign_share)[head]
    kind[is_foreign] = FOREIGNER
    kind[is_foreign & (rng.random(n) < world.foreign_other_script_share)] = OTHER_SCRIPT
    alone = np.bincount(household, minlength=len(heads))[household] == 1
    is_company = alone & ~is_foreign & (rng.random(n) < world.company_share / 0.5)
    kind[is_company] = COMPANY

    sex = rng.integers(0, 2, n)
    age_days = (18 * 365.25 + rng.beta(1.7, 3.4, n) * 62 * 365.25).astype(np.int64)
    is_minor = rng.random(n) < world.minor_share
    age_days[is_minor] = rng.integers(12 * 365, 18 * 365 - 20, int(is_minor.sum()))
    birth_day = day_number(settings.extracted_on) - age_days
    # 1 January stands for an unknown day elsewhere, so nobody is born on it here.
    is_first = birth_day.astype("datetime64[D]") == birth_day.astype("datetime64[D]").astype(
        "datetime64[Y]"
    )
    birth_day[is_first] += 1

    division = pick(rng.random(n), divisions.cumulated)[head]
    elsewhere = rng.random(n) >= world.id_area_is_home_share
    born_in = pick(rng.random(n), divisions.cumulated)
    id_area = divisions.code[np.where(elsewhere, born_in, division)]
    place = pick(rng.random(n), places.cumulated)[head]

    name, latin = _names(kind, sex, birth_day, head, divisions.city_short[division], rng)

    mobiles = _mobiles(2 * n, rng)
    mobile, old_mobile = mobiles[:n].copy(), mobiles[n:].copy()
    abroad = is_foreign & (rng.random(n) < world.foreign_number_share)[head]
    numbers = _foreign_mobiles(place[abroad], rng)
    mobile[abroad] = numbers
    foreign_place = np.where(abroad, place, -1)

    span = settings.end // DAY - day_number(settings.first_registration) - 10
    start_day = day_number(settings.first_registration) + (rng.random(n) ** 0.7 * span).astype(
        np.int64
    )
    start = start_day * DAY + rng.integers(8 * 3600, 22 * 3600, n)

    changed = (rng.random(n) < world.changed_number_share) & ~abroad & ~is_company
    changed_day = (
        start_day
        + 60
        + (rng.random(n) * np.maximum(settings.end // DAY - start_day - 61, 1)).astype(np.int64)
    )
    changed &= changed_day * DAY < settings.end
    changed_at = np.where(changed, changed_day * DAY + 36_000, -1)
    old_mobile = np.where(changed, old_mobile, 0)
    _recycle(settings, mobile, old_mobile, changed_at, start_day, abroad | changed, rng)

    shares_phone = (head != np.arange(n)) & (
        rng.random(n) < world.shared_phone_share / world.household_share
    )
    shared_mobile = np.where(shares_phone, mobile[head], 0)

    return People(
        kind=kind,
        name=name,
        latin=latin,
        sex=sex,
        birth_day=birth_day,
        division=division,
        id_area=id_area,
        id_sequence=_id_sequences(id_area, birth_day, sex, rng),
        foreign_place=foreign_place,
        household=household,
        mobile=mobile,
        old_mobile=old_mobile,
        changed_at=changed_at,
        shared_mobile=shared_mobile,
        start=start,
        is_employee=(rng.random(n) < world.employee_share) & (kind != COMPANY),
        is_reseller=rng.random(n) < world.reseller_share,
        has_unionid=(rng.random(n) < world.unionid_share) & (kind != COMPANY),
        street=rng.integers(0, 40, n)[head],
        house=rng.integers(0, 1_000_000, n)[head],
        favourites=_favourites(sex, age_days, rng),
        sensitivity=pick(rng.random(n), shares(list(world.promotion_sensitivity_shares))),
    )


def _id_sequences(id_area: Ints, birth_day: Ints, sex: Ints, rng: np.random.Generator) -> Ints:
    """The last digits of national ids, odd for men; nobody shares an id."""
    place = id_area * 100_000 + birth_day + 40_000
    sequence = unique_numbers(place * 1_000 + rng.integers(0, 500, len(sex)), rng, 500)
    last_digits: Ints = sequence % 500 * 2 + (sex == 0)
    return last_digits


# Weight of each category of data/catalog.csv, for men and for women.
CATEGORY_WEIGHTS = (
    (2.0, 2.0, 0.5, 1.5, 2.0, 4.0, 1.0, 3.0),
    (3.0, 2.0, 4.0, 2.0, 2.0, 1.0, 2.0, 1.0),
)


def _favourites(sex: Ints, age_days: Ints, rng: np.random.Generator) -> Ints:
    """Favourite and second category of each person: shape (persons, 2)."""
    n = len(sex)
    n_categories = len(reference.catalogue().categories)
    draw = rng.random((2, n))
    chosen = np.zeros((n, 2), dtype=np.int64)
    for number, weights in enumerate(CATEGORY_WEIGHTS):
        mine = sex == number
        for place in (0, 1):
            chosen[mine, place] = pick(draw[place][mine], shares(list(weights[:n_categories])))
    is_parent_age = (age_days > 26 * 365) & (age_days < 38 * 365)
    chosen[is_parent_age & (rng.random(n) < 0.15), 0] = 6 % n_categories
    same = chosen[:, 0] == chosen[:, 1]
    chosen[same, 1] = (chosen[same, 1] + 1) % n_categories
    return chosen


def _recycle(
    settings: Settings,
    mobile: Ints,
    old_mobile: Ints,
    changed_at: Ints,
    start_day: Ints,
    excluded: Flags,
    rng: np.random.Generator,
) -> None:
    """Some given-up numbers get, after a long silence, a new owner (changes `mobile`)."""
    world = settings.world
    n_wanted = int(len(mobile) * world.recycled_number_share)
    givers = np.flatnonzero(changed_at > 0)
    givers = givers[np.argsort(changed_at[givers], kind="stable")]
    takers = rng.permutation(
        np.flatnonzero(~excluded & (start_day > day_number(settings.window_start)))
    )
    takers = takers[: max(n_wanted * 2, 1)]
    takers = takers[np.argsort(start_day[takers], kind="stable")]
    n = min(len(givers), len(takers))
    if n == 0:
        return
    givers, takers = givers[:n], takers[-n:]
    fits = start_day[takers] * DAY > changed_at[givers] + world.recycled_after_days * DAY
    givers, takers = givers[fits][:n_wanted], takers[fits][:n_wanted]
    mobile[takers] = old_mobile[givers]


def _company_names(city: Strings, rng: np.random.Generator) -> Strings:
    """Names that begin with the city, as registered ones do; none occurs twice in a city."""
    first, second = words("company_word_first").text, words("company_word_second").text
    trades = words("company_trade").text
    n_names = len(first) * len(second) * len(trades)
    _, city_number = np.unique(city.astype(str), return_inverse=True)
    number = city_number * n_names + rng.integers(0, n_names, len(city))
    number = unique_numbers(number, rng, n_names) % n_names
    word, trade = np.divmod(number, len(trades))
    names: Strings = (
        city
        + first[word // len(second)]
        + second[word % len(second)]
        + trades[trade]
        + strings(["有限公司"])
    )
    return names


def _names(
    kind: Ints,
    sex: Ints,
    birth_day: Ints,
    head: Ints,
    city: Strings,
    rng: np.random.Generator,
) -> tuple[Strings, Strings]:
    """Full names and their Latin letters; a household mostly has one surname."""
    n = len(kind)
    surname = pick(rng.random(n), reference.surnames().cumulated)
    keeps = rng.random(n) < 0.6
    surname = np.where(keeps, surname[head], surname)
    family = reference.surnames()
    name, latin = np.empty(n, dtype=object), np.empty(n, dtype=object)
    birth_year = 1970 + birth_day / 365.2425
    era_index = np.searchsorted(np.array(reference.ERAS), birth_year, side="right") - 1
    era_index = np.clip(era_index, 0, len(reference.ERAS) - 1)
    draw = rng.random(n)
    for era_number, era in enumerate(reference.ERAS):
        for sex_number, sex_name in enumerate(reference.SEXES):
            mine = np.flatnonzero(
                (kind == PERSON) & (era_index == era_number) & (sex == sex_number)
            )
            pool = reference.given_names(era, sex_name)
            chosen = pick(draw[mine], pool.cumulated)
            name[mine] = family.text[surname[mine]] + pool.text[chosen]
            latin[mine] = family.latin[surname[mine]] + pool.latin[chosen]
    last = reference.foreign_names("surname")
    last_draw = pick(rng.random(n), last.cumulated)
    last_draw = np.where(keeps, last_draw[head], last_draw)
    for sex_number, sex_name in enumerate(reference.SEXES):
        mine = np.flatnonzero((kind == FOREIGNER) & (sex == sex_number))
        pool = reference.foreign_names(sex_name)
        chosen = pick(draw[mine], pool.cumulated)
        name[mine] = pool.text[chosen] + strings([" "]) + last.text[last_draw[mine]]
        latin[mine] = pool.latin[chosen] + strings(["."]) + last.latin[last_draw[mine]]
    mine = np.flatnonzero(kind == OTHER_SCRIPT)
    pool = reference.foreign_names("whole")
    chosen = pick(draw[mine], pool.cumulated)
    name[mine], latin[mine] = pool.text[chosen], pool.latin[chosen]
    mine = np.flatnonzero(kind == COMPANY)
    name[mine] = _company_names(city[mine], rng)
    latin[mine] = strings(["office"])
    return name, latin


# More accounts than one place holds at the largest number of records.
NUMBERS_OF_A_PLACE = 20_000_000


def first_number(slot: int) -> int:
    """Where the account numbers of a slot begin: platforms and brands give out ranges of their own,
    so that a number alone names one account of its channel; -1 is the CRM."""
    if slot < 0:
        return 0
    kind = (SLOTS[slot].channel, bool(SLOTS[slot].platform))
    before = [s for s in SLOTS[:slot] if (s.channel, bool(s.platform)) == kind]
    return NUMBERS_OF_A_PLACE * len(before)


def _accounts(
    settings: Settings, people: People, person: Ints, slot: Ints, rng: np.random.Generator
) -> Accounts:
    n = len(person)
    first = np.searchsorted(person, np.arange(people.n))
    count = np.bincount(person, minlength=people.n)
    buying = np.bincount(person[slot < FIRST_COMMUNITY_SLOT], minlength=people.n)
    # Who follows or chats only buys too, without showing it.
    buying = np.where(buying > 0, buying, count)
    earliest = first + (rng.random(people.n) * buying).astype(np.int64)

    end = settings.end
    start = people.start[person]
    later = start + (rng.exponential(200 * DAY, n)).astype(np.int64)
    fallback = start + (rng.random(n) * (end - start)).astype(np.int64)
    registered = np.where(later < end, later, fallback)
    registered = registered // DAY * DAY + rng.integers(8 * 3600, 22 * 3600, n)
    registered = np.clip(registered, start, end)
    registered[earliest] = people.start
    updated = registered + (rng.random(n) ** 0.6 * (end - registered)).astype(np.int64)
    updated = np.where(rng.random(n) < 0.12, registered, updated)

    changed_at = people.changed_at[person]
    knows_old_only = (changed_at > 0) & (updated < changed_at)
    mobile = np.where(knows_old_only, people.old_mobile[person], people.mobile[person])
    shared = people.shared_mobile[person]
    mobile = np.where((shared != 0) & (rng.random(n) < 0.85), shared, mobile)

    number = np.zeros(n, dtype=np.int64)
    keys = [-1 if s.channel == "crm" else k for k, s in enumerate(SLOTS)]
    slot_key = np.array(keys)[slot]
    for key in sorted(set(keys)):
        mine = np.flatnonzero(slot_key == key)
        numbers = first_number(key) + np.arange(len(mine))
        number[mine[np.argsort(registered[mine], kind="stable")]] = numbers
    return Accounts(
        person, slot, number, registered, updated, mobile, first, count, buying, earliest
    )

"""Reference facts: names by frequency, prefixes, divisions, catalogue. Read once, as arrays."""

from __future__ import annotations

import csv
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .config import DATA

Strings = NDArray[Any]
Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

SEXES = ("male", "female")
ERAS = (1930, 1960, 1980, 1995, 2010)


def read_rows(name: str) -> list[dict[str, str]]:
    """Rows of a CSV file in data/."""
    with (DATA / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def strings(values: Sequence[str | None]) -> Strings:
    """An array of Python strings, which NumPy takes from without copying."""
    array = np.empty(len(values), dtype=object)
    array[:] = values
    return array


def shares(weights: list[float]) -> Floats:
    """Cumulated shares that end in exactly 1: `pick` looks a uniform number up in them."""
    cumulated = np.cumsum(np.asarray(weights, dtype=np.float64))
    cumulated /= cumulated[-1]
    cumulated[-1] = 1.0
    return cumulated


def pick(uniform: Floats, cumulated: Floats) -> Ints:
    """Positions drawn by shares: uniform numbers looked up in cumulated shares."""
    return np.searchsorted(cumulated, uniform, side="right").astype(np.int64)


def taken(values: Ints, position: Ints, otherwise: int = -1) -> Ints:
    """The values at the positions; `otherwise` where a position is negative."""
    result = np.full(len(position), otherwise, dtype=np.int64)
    known = position >= 0
    result[known] = values[position[known]]
    return result


def ascii_letters(text: str) -> str:
    """Small ASCII letters and digits of a name, for e-mail addresses."""
    plain = unicodedata.normalize("NFKD", text.replace("ø", "o").replace("ß", "ss"))
    return "".join(letter for letter in plain if letter.isascii() and letter.isalnum()).lower()


@dataclass(frozen=True)
class Names:
    """A pool of names with their Latin letters (for e-mail addresses) and cumulated shares."""

    text: Strings
    latin: Strings
    cumulated: Floats


def _pool(entries: list[tuple[str, str, float]]) -> Names:
    return Names(
        strings([entry[0] for entry in entries]),
        strings([entry[1] for entry in entries]),
        shares([entry[2] for entry in entries]),
    )


@cache
def words(name: str) -> Names:
    """One of the lists of data/words.csv."""
    rows = [row for row in read_rows("words.csv") if row["list"] == name]
    return _pool([(row["word"], "", float(row["weight"])) for row in rows])


@cache
def texts(kind: str) -> dict[str, tuple[str, ...]]:
    """What customers say of one kind, by the type that it agrees with."""
    found: dict[str, list[str]] = {}
    for row in read_rows("texts.csv"):
        if row["kind"] == kind:
            found.setdefault(row["code"], []).append(row["text"])
    return {code: tuple(said) for code, said in found.items()}


@cache
def surnames() -> Names:
    """Chinese surnames by their share of the population."""
    return _pool(
        [(r["surname"], r["pinyin"], float(r["percent"])) for r in read_rows("surnames.csv")]
    )


ONE_CHARACTER_SHARE = {1930: 0.15, 1960: 0.3, 1980: 0.35, 1995: 0.15, 2010: 0.05}
POPULAR_SHARE = 0.25


@cache
def given_names(era: int, sex: str) -> Names:
    """Given names of people born from `era` on: popular ones, one character, two characters."""

    def mine(name: str) -> list[dict[str, str]]:
        return [r for r in read_rows(name) if r["born_from"] == str(era) and r["sex"] == sex]

    popular = [
        (r["given_name"], r["pinyin"], 1.0 / (int(r["rank"]) + 4)) for r in mine("given_names.csv")
    ]
    characters = [
        (r["character"], r["pinyin"], 1.0 / (int(r["rank"]) + 6))
        for r in mine("given_characters.csv")
    ]
    pairs = [
        (a[0] + b[0], a[1] + b[1], a[2] * b[2]) for a in characters for b in characters if a != b
    ]
    entries: list[tuple[str, str, float]] = []
    one = ONE_CHARACTER_SHARE[era] * (1 - POPULAR_SHARE)
    for group, share in ((popular, POPULAR_SHARE), (characters, one), (pairs, 0.75 - one)):
        total = sum(entry[2] for entry in group)
        entries += [(text, latin, share * weight / total) for text, latin, weight in group]
    return _pool(entries)


@cache
def foreign_names(kind: str) -> Names:
    """Names of one kind of data/foreign_names.csv."""
    return _pool(
        [
            (r["name"], ascii_letters(r["name"]) or "user", 1.0 / (int(r["rank"]) + 8))
            for r in read_rows("foreign_names.csv")
            if r["kind"] == kind
        ]
    )


@dataclass(frozen=True)
class ForeignPlaces:
    """Where people with foreign numbers live."""

    calling_code: Ints
    national_digits: Ints
    leading_digits: Ints
    place: Strings
    street: Strings
    cumulated: Floats


@cache
def foreign_places() -> ForeignPlaces:
    """The places of data/foreign_places.csv."""
    rows = read_rows("foreign_places.csv")
    return ForeignPlaces(
        np.array([int(r["calling_code"]) for r in rows]),
        np.array([int(r["national_digits"]) for r in rows]),
        np.array([int(r["leading_digits"]) for r in rows]),
        strings([r["place"] for r in rows]),
        strings([r["street"] for r in rows]),
        shares([float(r["weight"]) for r in rows]),
    )


@cache
def mobile_prefixes() -> tuple[Ints, Floats]:
    """Prefixes in use, with cumulated shares."""
    rows = read_rows("mobile_prefixes.csv")
    return np.array([int(r["prefix"]) for r in rows]), shares([float(r["weight"]) for r in rows])


@dataclass(frozen=True)
class Divisions:
    """Districts with the names of the province and city above them."""

    code: Ints
    province: Strings
    city: Strings
    district: Strings
    province_short: Strings
    city_short: Strings
    district_short: Strings
    province_english: Strings
    city_english: Strings
    province_index: Ints
    cumulated: Floats


@cache
def divisions(path: Path) -> Divisions:
    """Districts of the reference seed, weighted by the province's people and its large cities."""
    with path.open(encoding="utf-8", newline="") as file:
        rows = {row["division_code"]: row for row in csv.DictReader(file)}
    people = {
        r["code_prefix"]: float(r["population_10k"]) for r in read_rows("province_populations.csv")
    }
    city_weights = {r["code_prefix"]: float(r["weight"]) for r in read_rows("city_weights.csv")}

    with_children = {row["parent_code"] for row in rows.values()}
    chains: list[tuple[dict[str, str], dict[str, str], dict[str, str]]] = []
    for code in sorted(rows):
        leaf = rows[code]
        if leaf["level"] == "province" or code in with_children or code[:2] not in people:
            continue
        city = rows[leaf["parent_code"]] if leaf["level"] == "district" else leaf
        while city["level"] == "district":
            city = rows[city["parent_code"]]
        province = city if city["level"] == "province" else rows[city["parent_code"]]
        chains.append((province, city, leaf))

    n_in_city: dict[str, int] = {}
    for _, city, _ in chains:
        n_in_city[city["division_code"]] = n_in_city.get(city["division_code"], 0) + 1
    in_province: dict[str, float] = {}
    raw_weights: list[float] = []
    for province, city, leaf in chains:
        # A city without districts is a small one unless the list says otherwise.
        weight = city_weights.get(city["division_code"][:4], 0.6 if city is not leaf else 0.08)
        if province["name"] == city["name"]:
            weight = city_weights.get(province["division_code"][:4], 1.0)
        weight /= n_in_city[city["division_code"]]
        raw_weights.append(weight)
        key = leaf["division_code"][:2]
        in_province[key] = in_province.get(key, 0.0) + weight
    weights = [
        weight / in_province[district["division_code"][:2]] * people[district["division_code"][:2]]
        for weight, (_, _, district) in zip(raw_weights, chains, strict=True)
    ]
    provinces = sorted({province["division_code"] for province, _, _ in chains})
    # 吉林 alone is the province, and 和田 in 和田 the city or the county: nobody shortens those.
    province_names = {province["short_name"] for province, _, _ in chains}
    n_called = Counter((city["division_code"], leaf["short_name"]) for _, city, leaf in chains)

    def city_short(province: dict[str, str], city: dict[str, str]) -> str:
        is_province = city["short_name"] in province_names and city["name"] != province["name"]
        return city["name"] if is_province else city["short_name"]

    def district_short(city: dict[str, str], leaf: dict[str, str]) -> str:
        is_shared = n_called[city["division_code"], leaf["short_name"]] > 1
        return leaf["name"] if is_shared else leaf["short_name"]

    return Divisions(
        np.array([int(d["division_code"]) for _, _, d in chains]),
        strings([p["name"] for p, _, _ in chains]),
        strings([c["name"] for _, c, _ in chains]),
        strings([d["name"] if d is not c else "" for _, c, d in chains]),
        strings([p["short_name"] for p, _, _ in chains]),
        strings([city_short(p, c) for p, c, _ in chains]),
        strings([district_short(c, d) if d is not c else "" for _, c, d in chains]),
        strings([p["english_name"] or p["name"] for p, _, _ in chains]),
        strings([c["english_name"] or c["name"] for _, c, _ in chains]),
        np.array([provinces.index(p["division_code"]) for p, _, _ in chains]),
        shares(weights),
    )


@dataclass(frozen=True)
class Catalogue:
    """Products of the shops; prices and costs in cents (fen)."""

    sku: Strings
    product_name: Strings
    category: Strings
    subcategory: Strings
    price: Ints
    cost: Ints
    categories: tuple[str, ...]
    first_of_category: Ints
    n_of_category: Ints


FIRST_SKU = 1001
VARIANTS = ("经典款", "轻享款", "家庭装", "旗舰款")


@cache
def catalogue() -> Catalogue:
    """Every product of data/catalog.csv in its variants, with prices that end in .00 or .90."""
    sku: list[str] = []
    names: list[str] = []
    category: list[str] = []
    subcategory: list[str] = []
    price: list[int] = []
    for row in read_rows("catalog.csv"):
        low, high = int(row["price_from"]), int(row["price_to"])
        products = row["products"].split("/")
        steps = len(products) * len(VARIANTS)
        for step in range(steps):
            product, variant = divmod(step, len(VARIANTS))
            yuan = low + (high - low) * ((step * 7) % steps) // steps
            sku.append(f"SKU{len(sku) + FIRST_SKU}")
            names.append(f"{products[product]} {VARIANTS[variant]}")
            category.append(row["category"])
            subcategory.append(row["subcategory"])
            price.append(yuan * 100 - (10 if step % 3 else 0))
    order = tuple(dict.fromkeys(category))
    first = [category.index(name) for name in order]
    cents = np.array(price, dtype=np.int64)
    return Catalogue(
        strings(sku),
        strings(names),
        strings(category),
        strings(subcategory),
        cents,
        cents * (45 + np.arange(len(sku)) % 6 * 5) // 100,
        order,
        np.array(first),
        np.array([category.count(name) for name in order]),
    )

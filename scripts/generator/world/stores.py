"""Stores of the two brands, and the one that each person goes to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .. import reference
from ..config import SLOTS, Settings
from ..reference import Ints, pick
from .people import Flags, People

STORE_SLOTS = tuple(k for k, slot in enumerate(SLOTS) if slot.channel == "store")


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

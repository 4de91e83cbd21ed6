"""What counts as caught and what must be reached, read from the tables beside this file."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
IDENTITY = "identity"


@dataclass(frozen=True)
class Kind:
    """A kind of error: the ways in which it may be caught, and the least recall and precision."""

    name: str
    ways: tuple[str, ...]
    target: float | None
    meaning: str

    def details(self, way: str) -> list[str]:
        """What stands after the colon of a way: the rules, reasons or kinds of number."""
        return [part.split(":", 1)[1] for part in self.ways if part.startswith(way + ":")]


@dataclass(frozen=True)
class Reading:
    """How a raw column is typed, and where the staging model has it."""

    table: str
    column: str
    reading: str
    staged: str


@dataclass(frozen=True)
class Floor:
    """What an inferred figure must not fall below; no target, only what it once reached."""

    recall: float | None
    precision: float | None


def kinds() -> dict[str, Kind]:
    """Every kind of error that the generator injects."""
    return {
        row["kind"]: Kind(
            row["kind"],
            tuple(row["caught_by"].split()),
            float(row["target"]) if row["target"] else None,
            row["meaning"],
        )
        for row in _rows("kinds.csv")
    }


def readings() -> list[Reading]:
    """Every raw column into which errors are injected."""
    return [
        Reading(row["table_name"], row["column_name"], row["reading"], row["staged"])
        for row in _rows("readings.csv")
    ]


def floors() -> dict[tuple[str, str], Floor]:
    """The floors, by part and name of the score."""
    return {
        (row["part"], row["name"]): Floor(
            *(float(row[name]) if row[name] else None for name in ("recall", "precision"))
        )
        for row in _rows("floors.csv")
    }


def _rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))

"""The file of trained parameters: read with every doubt, written the same for the same training."""

from __future__ import annotations

import json
import math
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any

from .comparisons import COMPARISONS

FORMAT = 1
RETRAIN = "train them again: python scripts/train_linkage.py --help"


class ParameterError(Exception):
    """Why a file of parameters cannot be used, in one line."""


@dataclass(frozen=True)
class Parameters:
    """For each level of each comparison: how often matches (m) and others (u) are in it."""

    levels: dict[str, dict[str, tuple[float, float]]]
    # How many other entities are the same person, on the average: what the prior rests on.
    partners_per_entity: float
    # What the parameters were trained on; for people only.
    trained_on: dict[str, Any] = field(default_factory=dict)

    def prior(self, n_entities: int) -> float:
        """Probability that two entities of so many, drawn by chance, are one person.

        The number counts as the next power of two, so that a score stays the same while a
        warehouse grows a little.
        """
        others = 2.0 ** math.ceil(math.log2(max(n_entities, 2)))
        return min(self.partners_per_entity / others, 0.5)


def splink_version() -> str:
    """The installed one; asking the package's metadata does not load it."""
    return version("splink")


def read_parameters(path: Path) -> Parameters:
    """The parameters of the file, or a ParameterError that says what is wrong and what to do."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ParameterError(
            f"{path}: cannot be read ({error.strerror}); var linkage_parameters names another"
            f" file, or {RETRAIN}"
        ) from None
    except ValueError:
        raise ParameterError(f"{path}: is not JSON; {RETRAIN}") from None
    if not isinstance(document, dict):
        raise ParameterError(f"{path}: is not a file of linkage parameters; {RETRAIN}")
    for name, expected in (("format", FORMAT), ("splink", splink_version())):
        if document.get(name) != expected:
            raise ParameterError(
                f"{path}: {name} is {document.get(name)!r} and this project has {expected!r};"
                f" {RETRAIN}"
            )
    return Parameters(
        levels=_levels(path, document.get("comparisons")),
        partners_per_entity=_share(path, "partners_per_entity", document, upper=math.inf),
        trained_on=document.get("trained_on") or {},
    )


def _levels(path: Path, found: Any) -> dict[str, dict[str, tuple[float, float]]]:
    expected = {each.name: set(each.scored_levels) for each in COMPARISONS}
    shape = (
        {name: set(levels) for name, levels in found.items()}
        if isinstance(found, dict) and all(isinstance(each, dict) for each in found.values())
        else {}
    )
    if shape != expected:
        differing = sorted(
            name for name in {*shape, *expected} if shape.get(name) != expected.get(name)
        )
        raise ParameterError(
            f"{path}: comparisons are other ones than the project's ({', '.join(differing)});"
            f" {RETRAIN}"
        )
    return {
        comparison.name: {
            level: (
                _share(path, f"m of {comparison.name}.{level}", found[comparison.name][level], "m"),
                _share(path, f"u of {comparison.name}.{level}", found[comparison.name][level], "u"),
            )
            for level in comparison.scored_levels
        }
        for comparison in COMPARISONS
    }


def _share(path: Path, what: str, holder: Any, key: str | None = None, upper: float = 1) -> float:
    value = holder.get(key or what) if isinstance(holder, dict) else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= upper:
        raise ParameterError(f"{path}: {what} is no number above 0 and up to {upper}; {RETRAIN}")
    return float(value)


def write_parameters(path: Path, parameters: Parameters) -> None:
    """Writes the file; numbers have six digits, which is more than training knows."""

    def rounded(number: float) -> float:
        return float(f"{number:.6g}")

    document = {
        "format": FORMAT,
        "splink": splink_version(),
        "trained_on": parameters.trained_on,
        "partners_per_entity": rounded(parameters.partners_per_entity),
        "comparisons": {
            comparison.name: {
                level: dict(
                    zip("mu", map(rounded, parameters.levels[comparison.name][level]), strict=True)
                )
                for level in comparison.scored_levels
            }
            for comparison in COMPARISONS
        },
    }
    path.write_text(json.dumps(document, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")

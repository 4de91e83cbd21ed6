"""The scores as one table: on the screen, as Markdown, as CSV."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

from .kinds_of_error import Score
from .mapping import Floor

HEADER = ("what", "n", "recall", "precision", "target", "floor", "met")
PARTS = {
    "error": (
        "Injected errors that a cleaning rule is meant to catch",
        "Recall: of the injected ones, the share that was caught (kinds.csv says how). Precision:"
        " of what was taken for such an error, the share that is one; for formats, of the cells"
        " that are not read as they stand.",
    ),
    "identity": (
        "Injected errors that belong to identity",
        "No cleaning rule can tell them.",
    ),
    "line": (
        "Lines broken by heavy noise",
        "Recall: of the damaged lines, the share that intake read as they were meant or kept among"
        " the lines left out, with the reason. Last: of the lines left out, the share that was"
        " damaged.",
    ),
    "class": (
        "Customer classes",
        "Recall: persons of whom a customer has the class. Precision: customers most of whose"
        " accounts are of a person of that class. Floors are no targets: they are a little below"
        " what was reached, so that a step back shows; few cases may fall below by chance.",
    ),
    "exclusion": (
        "Orders that do not count",
        "By reason. What the order itself states has a target, what is inferred has a floor.",
    ),
    "scheme": (
        "Suspected orders by scheme",
        "Recall: the share that is suspected. coupons, careful_coupons and office fake nothing.",
    ),
    "mention": (
        "Mentions attached",
        "Recall: of those whose person has an account. Precision: attached to a customer most of"
        " whose accounts are that person's.",
    ),
    "identity_pairs": (
        "Identities",
        "Pairs of accounts of one person, of one customer; of families two or more of whom stand on"
        " one number, the share that no customer unites.",
    ),
}


def markdown(scores: Sequence[Score], heading: str) -> str:
    """One table per part, with what its figures mean."""
    lines = [f"# {heading}", ""]
    for part, (title, explanation) in PARTS.items():
        mine = [score for score in scores if score.part == part]
        if not mine:
            continue
        rows = [HEADER, *(_row(score) for score in mine)]
        # A rule of Markdown has a dash before its colon.
        widths = [max(2, *(len(row[k]) for row in rows)) for k in range(len(HEADER))]
        lines += [f"## {title}", "", explanation, ""]
        for number, row in enumerate(rows):
            cells = [
                cell.ljust(width) if k == 0 else cell.rjust(width)
                for k, (cell, width) in enumerate(zip(row, widths, strict=True))
            ]
            lines.append(f"| {' | '.join(cells)} |")
            if number == 0:
                rules = [
                    "-" * width if k == 0 else "-" * (width - 1) + ":"
                    for k, width in enumerate(widths)
                ]
                lines.append(f"| {' | '.join(rules)} |")
        lines.append("")
    return "\n".join(lines)


def _row(score: Score) -> tuple[str, ...]:
    met = {True: "yes", False: "NO", None: ""}[score.is_met]
    recall = score.recall if score.part != "identity" else None
    return (
        score.name,
        str(score.n_true),
        _figure(recall),
        _figure(score.precision),
        "" if score.target is None else f"{score.target:g}",
        _floors(score.floor),
        met,
    )


def _floors(floor: Floor | None) -> str:
    """The floors of recall and of precision."""
    if floor is None:
        return ""
    return " / ".join("-" if x is None else f"{x:g}" for x in (floor.recall, floor.precision))


def _figure(share: float | None) -> str:
    """Four decimals, and never 1.0000 where it is less."""
    if share is None:
        return ""
    return f"{share:.4f}" if share == 1 or share < 0.99995 else "0.9999"


def write_csv(scores: Sequence[Score], path: Path) -> None:
    """Every count behind the figures."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(
            (
                *("part", "name", "n_true", "n_caught", "n_claimed", "n_right"),
                *("recall", "precision", "target"),
                *("floor_of_recall", "floor_of_precision", "is_met", "meaning"),
            )
        )
        for score in scores:
            floor = score.floor or Floor(None, None)
            writer.writerow(
                (
                    *(score.part, score.name, score.n_true, score.n_caught),
                    *(score.n_claimed, score.n_right, score.recall, score.precision),
                    *(score.target, floor.recall, floor.precision, score.is_met, score.meaning),
                )
            )

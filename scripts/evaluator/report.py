"""The evaluation as text and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .agreement import Agreement, Pairs
from .breakdown import Churn, Families

DECIDED = "customer_id"
CEILING = "ceiling"


@dataclass(frozen=True)
class Evaluation:
    """All that was measured of one warehouse."""

    n_records: int
    n_lost: int
    n_unknown: int
    # By name: what was decided, and what it is held against.
    agreements: Mapping[str, Agreement]
    channels: Mapping[tuple[str, str], Pairs]
    noise: Mapping[str, Pairs] | None
    families: Mapping[str, Families] | None
    churn: Churn | None

    @property
    def decided(self) -> Agreement:
        """The agreement of customer_id."""
        return self.agreements[DECIDED]

    def share_of_ceiling(self, name: str) -> float | None:
        """F1 as a share of what can be reached."""
        if CEILING not in self.agreements or not self.agreements[CEILING].pairs.f1:
            return None
        return self.agreements[name].pairs.f1 / self.agreements[CEILING].pairs.f1

    def as_dict(self) -> dict[str, object]:
        """For JSON."""
        clusterings = {
            name: {**agreement.as_dict(), "share_of_ceiling": self.share_of_ceiling(name)}
            for name, agreement in self.agreements.items()
        }
        return {
            "n_records": self.n_records,
            "n_lost": self.n_lost,
            "n_unknown": self.n_unknown,
            "clusterings": clusterings,
            "channels": [
                {"channels": list(channels), **pairs.as_dict()}
                for channels, pairs in self.channels.items()
            ],
            "noise": _of_each(self.noise),
            "families": _of_each(self.families),
            "churn": self.churn.as_dict() if self.churn else None,
        }


def text(evaluation: Evaluation, labels: Mapping[str, str]) -> str:
    """Tables as people read them."""
    decided = evaluation.decided
    lines = [
        f"{evaluation.n_records:,} records of {decided.n_people:,} people"
        f" ({evaluation.n_lost:,} are not in the warehouse and count as missed;"
        f" {evaluation.n_unknown:,} of the warehouse have no known person and do not count)",
        "",
        *_table(
            (
                *("", "customers", "precision", "recall", "F1", "of ceiling"),
                *("B3 prec.", "B3 recall", "B3 F1", "exact", "over", "under"),
            ),
            [
                (
                    labels.get(name, name),
                    f"{a.n_clusters:,}",
                    *_figures(a.pairs),
                    _figure(evaluation.share_of_ceiling(name)),
                    *(_figure(x) for x in (a.b_cubed_precision, a.b_cubed_recall, a.b_cubed_f1)),
                    _figure(a.exact_rate),
                    f"{a.n_overmerged:,}",
                    f"{a.n_undermerged:,}",
                )
                for name, a in evaluation.agreements.items()
            ],
        ),
        "",
        "exact: people whose records are one customer and nobody else's. over: customers of several"
        " people. under: people in several customers.",
    ]
    if evaluation.families is not None:
        lines += [
            "",
            "Families two or more of whom stand on one number, those two of whom state their names"
            " there, and pairs of such accounts",
            "",
        ]
        lines += _table(
            ("", "families", "apart", "two named", "apart", "pairs of accounts", "apart"),
            [
                (
                    labels.get(name, name),
                    *(f"{f.n:,}", _figure(f.share_apart)),
                    *(f"{f.n_named:,}", _figure(f.share_named_apart)),
                    *(f"{f.n_pairs:,}", _figure(f.share_pairs_apart)),
                )
                for name, f in evaluation.families.items()
            ],
        )
    lines += ["", "Pairs by channel", "", *_pairs("channels", _joined(evaluation.channels))]
    if evaluation.noise is not None:
        lines += ["", "Pairs one or both records of which bear noise in what tells a person", ""]
        lines += _pairs("kind", evaluation.noise)
    if evaluation.churn is not None:
        churn = evaluation.churn
        lines += [
            "",
            f"Against the other warehouse: of {churn.n_records:,} records of both"
            f" {churn.n_moved:,} ({churn.share_moved:.2%}) have another customer;"
            f" {churn.n_ids_kept:,} of its {churn.n_ids_before:,} ids"
            f" ({churn.share_of_ids_kept:.2%}) are in use;"
            f" {churn.n_records_gone:,} records are gone, {churn.n_records_new:,} are new",
        ]
    return "\n".join(lines)


def _pairs(head: str, rows: Mapping[str, Pairs]) -> list[str]:
    return _table(
        (head, "of one person", "joined", "right", "precision", "recall", "F1"),
        [
            (name, f"{p.n_true:,}", f"{p.n_claimed:,}", f"{p.n_right:,}", *_figures(p))
            for name, p in rows.items()
        ],
    )


def _joined(channels: Mapping[tuple[str, str], Pairs]) -> dict[str, Pairs]:
    return {" - ".join(pair): pairs for pair, pairs in channels.items()}


def _figures(pairs: Pairs) -> tuple[str, str, str]:
    return _figure(pairs.precision), _figure(pairs.recall), _figure(pairs.f1)


def _figure(share: float | None) -> str:
    """Four decimals, and never 1.0000 where it is less."""
    if share is None:
        return ""
    return f"{share:.4f}" if share >= 1 or share < 0.99995 else "0.9999"


def _of_each(found: Mapping[str, Pairs] | Mapping[str, Families] | None) -> object:
    return None if found is None else {name: x.as_dict() for name, x in found.items()}


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    widths = [max(len(row[k]) for row in (head, *rows)) for k in range(len(head))]
    return [
        "  ".join(
            cell.ljust(width) if k == 0 else cell.rjust(width)
            for k, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in (head, *rows)
    ]

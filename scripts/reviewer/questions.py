"""The open questions of a built warehouse, as the mart identity_review_queue has them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scripts.warehouse import open_warehouse, require_tables

from .decisions import MUST_LINK, Decision


class QuestionError(Exception):
    """A question that cannot be found; the text is one line that says why."""


@dataclass(frozen=True)
class Side:
    """One of the two customers, by one of its records; all masked."""

    record_id: str
    channel: str
    customer_id: str
    n_records: int
    name: str | None
    gender: str | None
    birth_year: int | None
    mobile: str | None
    email: str | None
    region: str | None


@dataclass(frozen=True)
class Question:
    """May these two be one customer?"""

    review_id: str
    kind: str
    priority: int
    question: str
    proposed_decision: str
    proposed_reason: str
    side_1: Side
    side_2: Side
    checks: dict[str, str]
    evidence: tuple[str, ...]
    match_probability: float | None
    match_weight: float | None
    comparison_weights: str | None

    @property
    def n_records(self) -> int:
        """Records that would be one customer."""
        return self.side_1.n_records + self.side_2.n_records


# How a list may be sorted.
ORDERS: dict[str, Callable[[Question], tuple[float | str, ...]]] = {
    "priority": lambda each: (each.priority, -each.n_records, each.review_id),
    "records": lambda each: (-each.n_records, each.priority, each.review_id),
    "score": lambda each: (-(each.match_probability or 0), each.priority, each.review_id),
}
CHECKS = ("name", "gender", "birth_date", "region")


def load(warehouse: Path, order: str, decisions: Sequence[Decision]) -> list[Question]:
    """Returns the questions in the order asked for, without those that were answered since.

    The warehouse is closed again before this returns.

    Raises:
        WarehouseError: the warehouse cannot be read or has no queue.
    """
    records = sorted({record for decision in decisions for record in decision.pair})
    with open_warehouse(warehouse) as connection:
        require_tables(warehouse, connection, "identity_review_queue", "customer_crosswalk")
        found = connection.execute("select * from main.identity_review_queue")
        names = [column[0] for column in found.description or ()]
        questions = [as_question(dict(zip(names, row, strict=True))) for row in found.fetchall()]
        customers = dict(
            connection.execute(
                "select record_id, customer_id from main.customer_crosswalk"
                " where record_id in (select unnest(?))",
                [records],
            ).fetchall()
        )
    answered = {
        frozenset(customers.get(record, record) for record in decision.pair)
        for decision in decisions
    }
    return sorted(
        (
            question
            for question in questions
            if frozenset((question.side_1.customer_id, question.side_2.customer_id)) not in answered
        ),
        key=ORDERS[order],
    )


def as_question(row: dict[str, Any]) -> Question:
    """One row of the mart, by the names of its columns."""
    return Question(
        review_id=row["review_id"],
        kind=row["kind"],
        priority=row["priority"],
        question=row["question"],
        proposed_decision=row["proposed_decision"],
        proposed_reason=row["proposed_reason"],
        side_1=as_side(row, 1),
        side_2=as_side(row, 2),
        checks={check: row[f"{check}_check"] for check in CHECKS},
        evidence=tuple(row["evidence"]),
        match_probability=row["match_probability"],
        match_weight=row["match_weight"],
        comparison_weights=row["comparison_weights"],
    )


def as_side(row: dict[str, Any], number: int) -> Side:
    """One of the two sides of a row of the mart."""
    return Side(
        record_id=row[f"record_id_{number}"],
        channel=row[f"channel_{number}"],
        customer_id=row[f"customer_id_{number}"],
        n_records=row[f"n_records_{number}"],
        name=row[f"name_masked_{number}"],
        gender=row[f"gender_{number}"],
        birth_year=row[f"birth_year_{number}"],
        mobile=row[f"mobile_masked_{number}"],
        email=row[f"email_masked_{number}"],
        region=row[f"region_{number}"],
    )


def left_open(questions: Sequence[Question], answered: Question, decision: str) -> list[Question]:
    """Returns what is still to ask: who was found to be one of several is not asked of the rest."""
    return [
        question
        for question in questions
        if question.review_id != answered.review_id
        and not (
            decision == MUST_LINK
            and question.kind == answered.kind != "contradiction"
            and question.side_1.record_id == answered.side_1.record_id
        )
    ]


def find(questions: Sequence[Question], review_id: str) -> Question:
    """Returns the question of an id or of the beginning of one.

    Raises:
        QuestionError: there is none, or more than one.
    """
    found = [question for question in questions if question.review_id.startswith(review_id)]
    if not review_id or not found:
        raise QuestionError(
            f"{review_id or 'an empty id'}: no open question has this id; it may be answered"
            " already. List them: review.py --list"
        )
    if len(found) > 1:
        raise QuestionError(f"{review_id}: {len(found)} questions begin so; write more of the id")
    return found[0]

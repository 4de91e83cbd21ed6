"""Questions as text for a terminal, whose signs are one or two columns wide."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Sequence

from .questions import Question, Side

ROWS = (
    ("record", "record_id"),
    ("channel", "channel"),
    ("customer", "customer_id"),
    ("records of it", "n_records"),
    ("name", "name"),
    ("gender", "gender"),
    ("born", "birth_year"),
    ("mobile", "mobile"),
    ("e-mail", "email"),
    ("region", "region"),
)
CHECKED = {"name": "name", "gender": "gender", "birth_date": "birth_year", "region": "region"}


def width(text: str) -> int:
    """Columns that a text takes."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def fitted(text: str, columns: int) -> str:
    """The text in exactly so many columns, cut with … where it is longer."""
    if width(text) > columns:
        kept = ""
        for sign in text:
            if width(kept + sign) > columns - 1:
                break
            kept += sign
        text = kept + "…"
    return text + " " * (columns - width(text))


def words(code: str) -> str:
    """A code of the mart as people read it."""
    return code.replace("_", " ")


def who(side: Side) -> str:
    """A side in a few words, for a list."""
    parts = [side.name, side.gender, str(side.birth_year or "") or None, side.mobile, side.region]
    known = " ".join(part for part in parts if part)
    return f"{side.channel}: {known or 'nothing known'}"


def list_line(question: Question, columns: int) -> str:
    """One line of the list of questions."""
    share = max((columns - 50) // 2, 16)
    return fitted(
        f"{question.review_id[:8]}  {fitted(words(question.kind), 14)}  "
        f"{fitted(words(question.proposed_decision), 11)}  {question.n_records:>3}  "
        f"{fitted(who(question.side_1), share)}  {fitted(who(question.side_2), share)}",
        columns,
    ).rstrip()


def list_head(columns: int) -> str:
    """The line above the list."""
    share = max((columns - 50) // 2, 16)
    return fitted(
        f"{'id':8}  {'kind':14}  {'proposal':11}  {'n':>3}  {'one side':{share}}  other side",
        columns,
    ).rstrip()


def shown(question: Question, columns: int = 100) -> str:
    """The whole question: both sides, how they compare, the evidence, the proposal."""
    share = max((columns - 30) // 2, 16)
    checks = {CHECKED[name]: outcome for name, outcome in question.checks.items()}
    lines = [
        f"{words(question.kind)}  {question.review_id}",
        *textwrap.wrap(question.question, columns),
        "",
    ]
    for label, attribute in ROWS:
        sides = [getattr(side, attribute) for side in (question.side_1, question.side_2)]
        if sides == [None, None]:
            continue
        cells = ["-" if value is None else str(value) for value in sides]
        # Ids must not be cut: people copy them.
        room = [max(share, width(cell)) if attribute == "record_id" else share for cell in cells]
        check = checks.get(attribute, "unknown")
        lines.append(
            f"  {label:14}{fitted(cells[0], room[0])}  {fitted(cells[1], room[1])}  "
            f"{'' if check == 'unknown' else check}".rstrip()
        )
    lines += ["", "evidence", *(f"  {piece}" for piece in question.evidence)]
    if question.match_probability is not None:
        lines.append(f"  probability {question.match_probability:.4f}")
    if question.comparison_weights:
        lines += textwrap.wrap(
            f"weights {question.comparison_weights}; in all, with the prior"
            f" {question.match_weight:+.2f}",
            columns,
            initial_indent="  ",
            subsequent_indent="    ",
        )
    lines += [
        "",
        f"proposal  {words(question.proposed_decision)}: {words(question.proposed_reason)}",
    ]
    return "\n".join(lines)


def listed(questions: Sequence[Question], columns: int = 120) -> str:
    """The list of questions."""
    return "\n".join([list_head(columns), *(list_line(each, columns) for each in questions)])

"""A reviewer at the keyboard: what each key does, apart from any terminal."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from . import decisions, text
from .decisions import CANNOT_LINK, MUST_LINK, Decision, DecisionError
from .questions import ORDERS, Question, left_open

DECIDING = {"y": MUST_LINK, "n": CANNOT_LINK}
HELP = {
    "list": "enter open   j k or arrows move   f kind   o order   u undo   q quit",
    "question": "y one customer   n two customers   s skip   u undo   l list   q quit",
}


@dataclass
class Screen:
    """The terminal: what the session needs of it."""

    key: Callable[[], str]
    ask: Callable[[str], str]
    show: Callable[[str], None]
    size: Callable[[], tuple[int, int]]


@dataclass
class Session:
    """Where a reviewer stands."""

    questions: list[Question]
    path: Path
    by: str
    now: Callable[[], str]
    kind: str | None = None
    order: str = "priority"
    at: int = 0
    view: str = "list"
    message: str = ""
    n_decided: int = 0
    done: list[tuple[Decision, list[Question]]] = field(default_factory=list)

    def visible(self) -> list[Question]:
        """The questions of the kind that is looked at, in the order chosen."""
        chosen = [each for each in self.questions if self.kind in (None, each.kind)]
        return sorted(chosen, key=ORDERS[self.order])

    def picture(self, columns: int, rows: int) -> str:
        """What the screen shows."""
        visible = self.visible()
        self.at = max(0, min(self.at, len(visible) - 1))
        head = (
            f"{len(visible)} open questions of {text.words(self.kind or 'every kind')},"
            f" by {self.order}; {self.n_decided} decided"
        )
        if not visible:
            self.view = "list"
            body = ["", "Nothing is left to decide here. The next build obeys what was decided."]
        elif self.view == "list":
            room = max(rows - 6, 3)
            first = max(0, min(self.at - room // 2, len(visible) - room))
            body = ["  " + text.list_head(columns - 2)] + [
                ("> " if number == self.at else "  ") + text.list_line(each, columns - 2)
                for number, each in enumerate(visible)
                if first <= number < first + room
            ]
        else:
            head = f"question {self.at + 1} of {head}"
            body = ["", *text.shown(visible[self.at], columns).splitlines()]
        return "\n".join([head, *body, "", self.message, HELP[self.view]])

    def press(self, key: str, ask: Callable[[str], str]) -> bool:
        """Does what a key means; returns whether the session goes on."""
        self.message = ""
        visible = self.visible()
        if key in ("q", "\x03", "\x04"):
            return False
        if key == "u":
            self.undo()
        elif key in ("j", "down"):
            self.at += 1
        elif key in ("k", "up"):
            self.at -= 1
        elif key == "l":
            self.view = "list"
        elif self.view == "list" and key == "f":
            kinds = [None, *sorted({each.kind for each in self.questions})]
            here = kinds.index(self.kind) if self.kind in kinds else 0
            self.kind = kinds[(here + 1) % len(kinds)]
            self.at = 0
        elif self.view == "list" and key == "o":
            orders = list(ORDERS)
            self.order = orders[(orders.index(self.order) + 1) % len(orders)]
            self.at = 0
        elif self.view == "list" and key in ("\r", "\n") and visible:
            self.view = "question"
        elif self.view == "question" and key == "s":
            self.at += 1
            if self.at >= len(visible):
                self.at, self.view = 0, "list"
                self.message = "That was the last question."
        elif self.view == "question" and key in DECIDING:
            self.decide(visible[self.at], DECIDING[key], ask)
        return True

    def decide(self, question: Question, decision: str, ask: Callable[[str], str]) -> None:
        """Asks for the reason and records the decision; an empty reason takes it back."""
        reason = ask(f"{text.words(decision)}, because (empty: not decided): ").strip()
        if not reason:
            self.message = "Not decided."
            return
        new = made(question, decision, reason, self.by, self.now())
        try:
            decisions.record(self.path, new)
        except DecisionError as error:
            self.message = f"Not recorded: {error}"
            return
        before = self.questions
        self.questions = left_open(before, question, decision)
        self.done.append((new, before))
        self.n_decided += 1
        self.message = f"Recorded: {text.words(decision)}."

    def undo(self) -> None:
        """Takes the last decision of this session back."""
        if not self.done:
            self.message = "Nothing was decided in this session."
            return
        last, before = self.done[-1]
        try:
            decisions.withdraw(self.path, last.record_id_1, last.record_id_2)
        except DecisionError as error:
            self.message = f"Not taken back: {error}"
            return
        self.done.pop()
        self.questions = before
        self.n_decided -= 1
        visible = self.visible()
        pairs = [frozenset((each.side_1.record_id, each.side_2.record_id)) for each in visible]
        self.at = pairs.index(last.pair) if last.pair in pairs else 0
        self.message = f"Taken back: {text.words(last.decision)}."


def made(question: Question, decision: str, reason: str, by: str, now: str) -> Decision:
    """The decision on a question as a row of the seed."""
    first, second = sorted((question.side_1.record_id, question.side_2.record_id))
    return Decision(decision, first, second, reason, by, now)


def run(session: Session, screen: Screen) -> None:
    """Shows, waits for a key, does what it means, until the reviewer quits."""
    going = True
    while going:
        screen.show(session.picture(*screen.size()))
        going = session.press(screen.key(), screen.ask)

"""Where everything of an evidence graph stands: records on the left, what they share on the right.

Labels stand beside their nodes, one a line, so that two records and sixty are read alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from .evidence import Evidence, Record, Statement
from .wording import counted, in_words

# The strengths of a line, strongest first; the last two link nobody.
STRENGTHS = (
    "decided by a person",
    "decisive",
    "verified",
    "typed in, name agrees",
    "family name only",
    "probable match",
    "not linked",
    "to be reviewed",
)
OF_LEVEL = (0, 1, 2, 2, 3, 4)

MOST_RECORDS = 150
ROW = 24
GAP = 34
TOP = 6


@dataclass(frozen=True)
class Node:
    """A record, or something that records share."""

    key: str
    label: str
    note: str
    group: str
    y: float = 0


@dataclass(frozen=True)
class Line:
    """Between a record and something that it shares."""

    record: str
    shared: str
    strength: str


@dataclass(frozen=True)
class Layout:
    """The graph with its places; y grows downwards."""

    records: list[Node]
    shared: list[Node]
    lines: list[Line]
    # Title, top and bottom of each group of records.
    groups: list[tuple[str, float, float]]
    height: float
    n_left_out: int


def short(text: str, most: int = 40) -> str:
    """An id that is not too long for its line; its beginning and its end tell it from others."""
    return text if len(text) <= most else text[: most - 9] + "…" + text[-8:]


def lay_out(evidence: Evidence, first: Sequence[str] = ()) -> Layout:
    """Returns the graph of some customers; the records named first are never left out."""
    by_rank = sorted(
        evidence.records.values(),
        key=lambda each: (each.record_id not in first, each.record_id),
    )
    chosen = {each.record_id: each for each in by_rank[:MOST_RECORDS]}
    shared, lines = what_is_shared(evidence, chosen)
    title = titles(list(chosen.values()))
    records = [record_node(each, title[each.record_id]) for each in chosen.values()]
    records, shared = untangled(records, shared, lines)
    placed, groups, left_height = in_groups(records)
    height = max(left_height, TOP + ROW * len(shared))
    shared = beside(shared, placed, lines, height)
    return Layout(placed, shared, lines, groups, height, len(evidence.records) - len(chosen))


def record_node(record: Record, group: str) -> Node:
    """A record as a node."""
    return Node(record.record_id, short(record.record_id), record.name, group)


def titles(members: Sequence[Record]) -> dict[str, str]:
    """The group of each record: its customer, and its strict customer where that has several."""
    found: dict[str, str] = {}
    customers = {each.customer_id for each in members}
    for each in members:
        entities = {
            other.strict_customer_id for other in members if other.customer_id == each.customer_id
        }
        found[each.record_id] = (
            f"customer {each.customer_id}"
            if len(entities) == 1
            else f"strict customer {each.strict_customer_id}"
            + (f" of {each.customer_id}" if len(customers) > 1 else "")
        )
    return found


def what_is_shared(evidence: Evidence, records: dict[str, Record]) -> tuple[list[Node], list[Line]]:
    """Returns the nodes on the right, each with at least two lines or with others beside."""
    nodes: list[Node] = []
    lines: list[Line] = []
    groups: dict[str, list[Statement]] = {}
    for statement in evidence.statements:
        if statement.record_id in records:
            groups.setdefault(statement.identifier_hash, []).append(statement)
    levels = {(edge.record_id, edge.link_key): edge.level for edge in evidence.edges}
    for identifier, statements in groups.items():
        others = evidence.others.get(identifier, [])
        if len(statements) + len(others) < 2:
            continue
        reasons = sorted({in_words(each.reason) for each in statements})
        more = f", also on {counted(len(others), 'other customer')}" if others else ""
        nodes.append(Node(identifier, statements[0].label, ", ".join(reasons) + more, ""))
        lines += [
            Line(each.record_id, identifier, strength_of(each, levels)) for each in statements
        ]
    for row in evidence.overrides:
        pair = (row["record_id_1"], row["record_id_2"])
        if any(record in records for record in pair):
            key = f"override {row['override_no']}"
            nodes.append(Node(key, in_words(row["decision"]), f"by {row['decided_by']}", ""))
            strength = STRENGTHS[0 if row["decision"] == "must_link" else -2]
            lines += [Line(each, key, strength) for each in pair if each in records]
    for row in evidence.probable_links:
        pair = (row["entity_id_1"], row["entity_id_2"])
        if all(record in records for record in pair):
            key = "probable " + "|".join(pair)
            nodes.append(
                Node(
                    key,
                    f"probable match {row['match_probability']:.3f}",
                    in_words(row["reason"]),
                    "",
                )
            )
            drawn = {"merge": "probable match", "review": "to be reviewed"}
            lines += [Line(each, key, drawn.get(row["decision"], "not linked")) for each in pair]
    return nodes, lines


def strength_of(statement: Statement, levels: dict[tuple[str, str], int]) -> str:
    """How strongly an identifier ties its record to others."""
    if statement.decision == "review":
        return "to be reviewed"
    if statement.decision != "link" or statement.link_key is None:
        return "not linked"
    level = levels.get((statement.record_id, statement.link_key), len(OF_LEVEL) - 1)
    return STRENGTHS[OF_LEVEL[min(level, len(OF_LEVEL) - 1)]]


def untangled(
    records: list[Node], shared: list[Node], lines: Sequence[Line]
) -> tuple[list[Node], list[Node]]:
    """Returns both sides in an order in which few lines cross: each near what it is tied to."""
    records = sorted(records, key=lambda each: (each.group, each.key))
    shared = sorted(shared, key=lambda each: (each.label, each.key))
    for _ in range(8):
        at = {each.key: place / max(len(records) - 1, 1) for place, each in enumerate(records)}
        ends = neighbours(lines, of_records=False)
        shared = sorted(shared, key=lambda each: (middle(ends.get(each.key, []), at), each.key))
        at = {each.key: place / max(len(shared) - 1, 1) for place, each in enumerate(shared)}
        ends = neighbours(lines, of_records=True)
        records = sorted(
            records, key=lambda each: (each.group, middle(ends.get(each.key, []), at), each.key)
        )
    return records, shared


def beside(
    shared: Sequence[Node], records: Sequence[Node], lines: Sequence[Line], height: float
) -> list[Node]:
    """Returns what is shared, each as near to its records as the labels leave room."""
    at = {each.key: each.y for each in records}
    ends = neighbours(lines, of_records=False)
    wanted = [
        sum(places) / len(places)
        if (places := [at[key] for key in ends.get(each.key, []) if key in at])
        else height / 2
        for each in shared
    ]
    order = sorted(range(len(shared)), key=lambda number: (wanted[number], number))
    places = [wanted[number] for number in order]
    for number in range(1, len(places)):
        places[number] = max(places[number], places[number - 1] + ROW)
    lowest = height - ROW / 2
    for number in reversed(range(len(places))):
        places[number] = min(places[number], lowest)
        lowest = places[number] - ROW
    return [replace(shared[number], y=place) for number, place in zip(order, places, strict=True)]


def neighbours(lines: Sequence[Line], of_records: bool) -> dict[str, list[str]]:
    """What each record, or each thing shared, is tied to."""
    found: dict[str, list[str]] = {}
    for line in lines:
        key, other = (line.record, line.shared) if of_records else (line.shared, line.record)
        found.setdefault(key, []).append(other)
    return found


def middle(keys: Sequence[str], at: dict[str, float]) -> float:
    """The mean place of some nodes; the middle where there are none."""
    places = [at[key] for key in keys if key in at]
    return round(sum(places) / len(places), 6) if places else 0.5


def in_groups(records: Sequence[Node]) -> tuple[list[Node], list[tuple[str, float, float]], float]:
    """Returns the records one below the other, each group under its title."""
    placed: list[Node] = []
    groups: list[tuple[str, float, float]] = []
    y: float = TOP
    for title in dict.fromkeys(each.group for each in records):
        members = [each for each in records if each.group == title]
        top = y
        y += GAP
        placed += [replace(each, y=y + ROW * (at + 0.5)) for at, each in enumerate(members)]
        y += ROW * len(members) + 8
        groups.append((title, top, y))
        y += 10
    return placed, groups, y

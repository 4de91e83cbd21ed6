"""The explanation as text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from .evidence import Evidence, Record, Row, Statement
from .graph import Edge, Step, best_path, shared_keys
from .wording import counted, in_words, level, reason

# Longer lists are cut: whoever wants all asks the warehouse.
LONGEST = 40


def cut(lines: Sequence[str]) -> list[str]:
    """The lines, or the first of them and how many more there are."""
    if len(lines) <= LONGEST:
        return list(lines)
    return [*lines[: LONGEST - 1], f"  ... and {len(lines) - LONGEST + 1} more"]


def section(title: str, lines: Iterable[str]) -> list[str]:
    """A titled part, or nothing where there is nothing to say."""
    found = cut(list(lines))
    return ["", title, *found] if found else []


def record_line(record: Record) -> str:
    """A record in a line."""
    since = f" since {record.first_on}" if record.first_on else ""
    until = f", last changed {record.last_on}" if record.last_on else ""
    name = f", {record.name}" if record.name else ""
    return f"{record.record_id}  {record.channel}{name}{since}{until}"


# --- one customer ---------------------------------------------------------------------------------


def of_customer(evidence: Evidence, customer_id: str) -> str:
    """Why the records of a customer are one customer, and what did not become part of it."""
    records = evidence.of_customer(customer_id)
    entities = sorted({record.entity_id for record in records})
    strict = len(entities) == 1
    head = f"{customer_id}: {counted(len(records), 'record')}"
    if len(records) > 1:
        head += (
            ", held together by exact evidence"
            if strict
            else f", {len(entities)} strict customers that are probably one"
        )
    lines = [head]
    for entity in entities:
        members = [record for record in records if record.entity_id == entity]
        title = "records" if strict else f"strict customer {members[0].strict_customer_id}"
        lines += section(title, ("  " + record_line(record) for record in members))
        own = {record.record_id for record in members}
        lines += section(
            "what holds them together, strongest first",
            (
                line
                for group in shared_keys(edge for edge in evidence.edges if edge.record_id in own)
                for line in key_lines(group)
            ),
        )
    merged = [row for row in evidence.probable_links if row["decision"] == "merge"]
    lines += section("probable matches within", (probable_line(row) for row in merged))
    own = {record.record_id for record in records}
    lines += section("shared values that did not link", unlinked_lines(evidence, own))
    lines += section(
        "probable matches that did not merge",
        (probable_line(row) for row in evidence.probable_links if row["decision"] != "merge"),
    )
    lines += obstacles(evidence)
    lines += section("open questions", (question_line(row) for row in evidence.questions))
    lines += history(evidence)
    return "\n".join(lines)


def key_lines(group: Sequence[Edge]) -> list[str]:
    """A key, and by level the records that it links."""
    of_level: dict[int, list[str]] = {}
    for edge in group:
        of_level.setdefault(edge.level, []).append(edge.record_id)
    return [
        f"  {group[0].label}: {reason(group[-1].reason)}",
        *(f"    {level(number)}: {', '.join(of_level[number])}" for number in sorted(of_level)),
    ]


def unlinked_lines(evidence: Evidence, own: set[str]) -> list[str]:
    """Identifiers of the records that others have too, and that did not link them all."""
    groups: dict[str, list[Statement]] = {}
    for statement in evidence.statements:
        if statement.record_id in own:
            groups.setdefault(statement.identifier_hash, []).append(statement)
    lines = []
    for identifier, statements in groups.items():
        others = evidence.others.get(identifier, [])
        apart = len({each.link_key for each in statements}) > 1
        refused = [each for each in statements if each.decision != "link"]
        if not others and not (apart and len(statements) > 1):
            continue
        about = refused or statements
        elsewhere = [
            f"{each.customer_id} ({', '.join(in_words(code) for code in each.reasons)})"
            for each in others
        ]
        more = f"; also of {listed(elsewhere, 5)}" if others else ""
        lines.append(
            f"  {statements[0].label}: {listed(sorted(each.record_id for each in about), 5)}:"
            f" {'; '.join(sorted({reason(each.reason) for each in about}))}{more}"
            f" ({counted(statements[0].n_records, 'record')},"
            f" {counted(statements[0].n_people, 'full name')})"
        )
    return sorted(lines)


def listed(items: Sequence[str], most: int) -> str:
    """The first items, and how many more there are."""
    more = f" and {len(items) - most} more" if len(items) > most else ""
    return ", ".join(items[:most]) + more


def probable_line(row: Row) -> str:
    """A probable match in a line, with the weight of each comparison."""
    weights = f"; {row['comparison_weights']}" if row.get("comparison_weights") else ""
    return (
        f"  {row['entity_id_1']} ~ {row['entity_id_2']}: probability"
        f" {row['match_probability']:.4f}, {row['decision']}: {reason(row['reason'])}{weights}"
    )


def question_line(row: Row) -> str:
    """An open question of the review queue in a line."""
    return (
        f"  {row['review_id'][:8]}  {in_words(row['kind'])}: {row['record_id_1']} and"
        f" {row['record_id_2']}; proposal: {in_words(row['proposed_decision'])}"
    )


def override_line(row: Row) -> str:
    """A decision of a person in a line."""
    return (
        f"  {in_words(row['decision'])}: {row['record_id_1']} and {row['record_id_2']}, by"
        f" {row['decided_by']} on {row['decided_at']}: {row['reason']}"
    )


def contradiction_line(row: Row) -> str:
    """What became of a record of a component that was taken apart, in a line."""
    went = {
        "anchor": "stands for one of the values",
        "assigned": f"went to {row['anchor_id']} ({level(row['evidence_level'] or 0)},"
        f" {counted(row['n_steps'] or 0, 'step')})",
        "tied": "is as near to one as to another, and stays out",
    }.get(row["outcome"], in_words(str(row["outcome"])))
    return f"  {in_words(row['contradiction'])}: {row['record_id']} {went}"


def obstacles(evidence: Evidence) -> list[str]:
    """Decisions of people and contradictions."""
    return [
        *section("decisions of reviewers", (override_line(row) for row in evidence.overrides)),
        *section(
            "taken apart, since one person has only one of it",
            (contradiction_line(row) for row in evidence.contradictions),
        ),
    ]


def history(evidence: Evidence) -> list[str]:
    """What became of the ids."""
    return [
        *section("history", (event_line(row) for row in evidence.events)),
        *section("earlier ids", (alias_line(row) for row in evidence.aliases)),
    ]


def event_line(row: Row) -> str:
    """An event in the life of an id in a line."""
    other = f", {row['other_customer_id']}" if row["other_customer_id"] else ""
    behind = f" ({', '.join(row['identifiers'])})" if row["identifiers"] else ""
    return (
        f"  {row['changed_on']}  {row['customer_id']} {row['event']}{other}:"
        f" {in_words(row['cause'])}{behind}"
    )


def alias_line(row: Row) -> str:
    """What became of an id that is no customer's today."""
    became = row["current_customer_id"] or "nobody: no record of it lives on"
    on = f" since {row['retired_on']}" if row.get("retired_on") else ""
    return f"  {row['customer_id']} is now {became}{on} ({in_words(row['reason'])})"


# --- two records ----------------------------------------------------------------------------------


def of_pair(evidence: Evidence, first: str, second: str) -> str:
    """Why two records are, or are not, one customer."""
    one, two = evidence.records[first], evidence.records[second]
    lines = ["  " + record_line(one), "  " + record_line(two)]
    if one.customer_id != two.customer_id:
        return "\n".join(
            [
                f"{first} and {second} are two customers: {one.customer_id} and {two.customer_id}",
                *lines,
                *between(evidence, one, two),
            ]
        )
    head = f"{first} and {second} are one customer: {one.customer_id}"
    if one.entity_id == two.entity_id:
        steps = strict_path(evidence, one.entity_id, first, second)
        return "\n".join([head + ", by exact evidence", *lines, *path_lines(steps, one)])
    return "\n".join(
        [
            head + ", probably: the strict customers differ",
            *lines,
            *probable_path(evidence, one, two),
        ]
    )


def strict_path(evidence: Evidence, entity: str, first: str, second: str) -> list[Step]:
    """The best path between two records of one strict customer, through its own records only."""
    own = {each.record_id for each in evidence.records.values() if each.entity_id == entity}
    steps = best_path((edge for edge in evidence.edges if edge.record_id in own), first, second)
    return steps or []


def path_lines(steps: Sequence[Step], start: Record) -> list[str]:
    """A path, record by record."""
    if not steps:
        return ["", f"{start.record_id} is a single record"]
    weakest = max(step.level for step in steps)
    lines = [
        "",
        f"path of evidence: {counted(len(steps), 'step')}, the weakest at {level(weakest)}",
        f"  {start.record_id}",
    ]
    for step in steps:
        lines += [
            f"    {step.start.label}: {reason(step.end.reason)}; {level(step.level)}",
            f"  {step.end.record_id}",
        ]
    return lines


def probable_path(evidence: Evidence, one: Record, two: Record) -> list[str]:
    """The chain of probable matches between two strict customers, the strongest there is."""
    merges = [row for row in evidence.probable_links if row["decision"] == "merge"]
    by_pair = {(row["entity_id_1"], row["entity_id_2"]): row for row in merges}
    # Strength by the probability: a thousandth less is a level weaker.
    edges = [
        Edge(entity, "|".join(pair), round((1 - row["match_probability"]) * 1000), "", "")
        for pair, row in by_pair.items()
        for entity in pair
    ]
    steps = best_path(edges, one.entity_id, two.entity_id) or []
    lines = ["", f"probable matches: {counted(len(steps), 'step')}"]
    for record in (one, two):
        if record.record_id != record.entity_id:
            lines.append(
                f"  {record.record_id} is of the strict customer that begins with"
                f" {record.entity_id}"
            )
    for step in steps:
        pair = sorted((step.start.record_id, step.end.record_id))
        lines.append(probable_line(by_pair[pair[0], pair[1]]))
    return lines


def between(evidence: Evidence, one: Record, two: Record) -> list[str]:
    """What two customers share, and what keeps them apart."""
    sides = [
        {record.record_id for record in evidence.of_customer(each.customer_id)}
        for each in (one, two)
    ]
    lines = section("what both have, and why it does not link them", shared_lines(evidence, sides))
    apart = [
        row
        for row in evidence.overrides
        if len({row["record_id_1"], row["record_id_2"]} & sides[0]) == 1
        and len({row["record_id_1"], row["record_id_2"]} & sides[1]) == 1
    ]
    lines += section("decisions of reviewers", (override_line(row) for row in apart))
    components = [
        {row["component"] for row in evidence.contradictions if row["record_id"] in side}
        for side in sides
    ]
    common = components[0] & components[1]
    lines += section(
        "taken apart, since one person has only one of it",
        (
            contradiction_line(row)
            for row in evidence.contradictions
            if row["component"] in common and row["record_id"] in sides[0] | sides[1]
        ),
    )
    scored = [row for row in evidence.probable_links if ends(row, sides, "entity_id_")]
    lines += section("as a probable match", (probable_line(row) for row in scored))
    lines += section(
        "open questions",
        (question_line(row) for row in evidence.questions if ends(row, sides, "record_id_")),
    )
    return lines or [
        "",
        "They share no identifier, and too little else was alike for a comparison to count.",
    ]


def ends(row: Row, sides: Sequence[set[str]], column: str) -> bool:
    """Whether a row of two ends has one on each side."""
    first, second = row[column + "1"], row[column + "2"]
    return (first in sides[0] and second in sides[1]) or (first in sides[1] and second in sides[0])


def shared_lines(evidence: Evidence, sides: Sequence[set[str]]) -> list[str]:
    """Each identifier that stands on both sides, with what the firewall says on each."""
    lines = []
    groups: dict[str, list[Statement]] = {}
    for statement in evidence.statements:
        groups.setdefault(statement.identifier_hash, []).append(statement)
    for statements in groups.values():
        of_sides = [[each for each in statements if each.record_id in side] for side in sides]
        if not all(of_sides):
            continue
        said = (
            f"{listed([each.record_id for each in side], 3)}:"
            f" {'; '.join(sorted({reason(each.reason) for each in side}))}"
            for side in of_sides
        )
        lines.append(f"  {statements[0].label}")
        lines += [f"    {each}" for each in said]
    return lines

"""The separated_components materialization against the written rule in plain Python.

The dbt project in tests/fixtures/separation reads its statements from Parquet files that these
tests write.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

import duckdb
import pytest

PROJECT = Path(__file__).parents[1] / "fixtures" / "separation"

N_GRAPHS = 400
CHAIN_LENGTH = 300

Labels = dict[str, str]


class Statement(NamedTuple):
    """One row of the materialization's input: what it says of a node."""

    node: str
    kind: str
    name: str
    value: str | None
    rank: int


class Row(NamedTuple):
    """One row of the result."""

    node: str
    component: str
    round_no: int
    contradiction: str
    outcome: str
    reason: str
    anchor: str | None
    evidence_level: int | None
    n_steps: int | None
    part: str


def link(node: str, key: str, level: int) -> Statement:
    return Statement(node, "link", key, None, level)


def unique(node: str, name: str, value: str, rank: int = 1) -> Statement:
    return Statement(node, "unique", name, value, rank)


# ---- the rule ----------------------------------------------------------------------------------


def components(groups: Iterable[Iterable[str]]) -> Labels:
    """Union-find: the least member of what hangs together through the groups."""
    parent: Labels = {}

    def root(member: str) -> str:
        parent.setdefault(member, member)
        while parent[member] != member:
            parent[member] = parent[parent[member]]
            member = parent[member]
        return member

    for group in groups:
        members = list(group)
        for member in members:
            one, other = sorted((root(members[0]), root(member)))
            parent[other] = one
    return {member: root(member) for member in list(parent)}


@dataclass
class Reached:
    """How an anchor (None: several at once) came to a unit."""

    anchor: str | None
    level: int
    step: int


def flood(
    members: set[str], anchors: Mapping[str, str], links: Mapping[str, Mapping[str, int]]
) -> dict[str, Reached]:
    """Level by level, within a level step by step; who is reached by two at once passes nothing on.

    `links` is the level of each member in each link: {link: {unit: level}}.
    """
    reached = {unit: Reached(anchor, 0, 0) for unit, anchor in anchors.items()}
    levels = sorted({level for units in links.values() for level in units.values()})
    for level in levels:
        frontier = {unit for unit, how in reached.items() if how.anchor is not None}
        step = 0
        while frontier:
            step += 1
            claims: dict[str, set[str]] = defaultdict(set)
            for units in links.values():
                strong = {unit for unit in members if units.get(unit, level + 1) <= level}
                for source in strong & frontier:
                    anchor = reached[source].anchor
                    assert anchor is not None
                    for unit in strong - reached.keys():
                        claims[unit].add(anchor)
            for unit, claimants in claims.items():
                anchor = claimants.pop() if len(claimants) == 1 else None
                reached[unit] = Reached(anchor, level, step)
            frontier = {unit for unit in claims if reached[unit].anchor is not None}
    return reached


def separated(statements: Sequence[Statement]) -> set[Row]:
    """What the materialization should say of these statements."""
    nodes = sorted({statement.node for statement in statements})
    by_key: dict[tuple[str, bool], set[str]] = defaultdict(set)
    for node, kind, name, _, rank in statements:
        if kind == "link":
            by_key[name, rank == 0].add(node)
    unit_of = components(
        [*([node] for node in nodes), *(group for (_, never), group in by_key.items() if never)]
    )
    links: dict[str, dict[str, int]] = defaultdict(dict)
    for node, kind, name, _, rank in statements:
        if kind == "link" and rank > 0:
            unit = unit_of[node]
            links[name][unit] = min(rank, links[name].get(unit, rank))

    borne: dict[tuple[str, str], set[str]] = defaultdict(set)
    ranks: dict[str, int] = {}
    for node, kind, name, value, rank in statements:
        if kind == "unique" and value is not None:
            borne[unit_of[node], name].add(f"{name}\t{value}")
            ranks[name] = min(rank, ranks.get(name, rank))
    same_value = components(borne.values())
    value_of = {key: same_value[min(values)] for key, values in borne.items()}

    units = set(unit_of.values())
    parts = components([*([unit] for unit in units), *links.values()])
    first_parts = dict(parts)
    steps: list[tuple[int, str, str, Reached | None, str | None]] = []
    for round_no in range(1, len(ranks) + 2):
        contested = dict(contradictions(parts, value_of, ranks))
        if not contested:
            break
        for part, name in contested.items():
            members = {unit for unit in units if parts[unit] == part}
            anchors = {unit: value_of[unit, name] for unit in members if (unit, name) in value_of}
            bearers = {
                anchor: min(
                    node
                    for node, kind, stated, value, _ in statements
                    if (kind, stated) == ("unique", name)
                    and value is not None
                    and anchors.get(unit_of[node]) == anchor
                )
                for anchor in anchors.values()
            }
            reached = flood(members, anchors, links)
            held: dict[str, set[str]] = defaultdict(set)
            for unit in members:
                how = reached.get(unit)
                anchor = how.anchor if how else None
                steps.append((round_no, unit, name, how, bearers[anchor] if anchor else None))
                if anchor:
                    held[anchor].add(unit)
            remaining = members.difference(*held.values())
            parts |= components(
                [
                    *([unit] for unit in remaining),
                    *(remaining & group.keys() for group in links.values()),
                    *held.values(),
                ]
            )
    bears = {
        (node, name) for node, kind, name, value, _ in statements if kind == "unique" and value
    }
    return {
        Row(
            node,
            first_parts[unit],
            round_no,
            name,
            "tied" if bearer is None else "anchor" if (node, name) in bears else "assigned",
            "behind_equal_paths"
            if how is None
            else "equal_paths"
            if how.anchor is None
            else "bears_value"
            if (node, name) in bears
            else "must_link"
            if how.level == 0
            else "strongest_path",
            bearer,
            how.level if how else None,
            how.step if how else None,
            parts[unit],
        )
        for round_no, unit, name, how, bearer in steps
        for node in nodes
        if unit_of[node] == unit
    }


def contradictions(
    parts: Labels, value_of: Mapping[tuple[str, str], str], ranks: Mapping[str, int]
) -> Iterator[tuple[str, str]]:
    """The first name of which a part has several values."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for (unit, name), value in value_of.items():
        found[parts[unit], name].add(value)
    for part in sorted(set(parts.values())):
        names = [
            name
            for (where, name), values in found.items()
            if where == part and values - {min(values)}
        ]
        if names:
            yield part, min(names, key=lambda name: (ranks[name], name))


# ---- the builds --------------------------------------------------------------------------------


def random_graph(number: int) -> list[Statement]:
    """Records with keys of all levels and values of two types, and some that a person keeps
    apart or holds together."""
    chance = random.Random(number)
    n = chance.randint(2, 24)
    names = [f"g{number:03}:n{label:02}" for label in range(n)]
    chance.shuffle(names)
    found: list[Statement] = []
    for key in range(chance.randint(n // 2, 2 * n)):
        size = 2 if chance.random() < 0.8 else min(n, 5)
        found += [
            link(node, f"g{number:03}:k{key}", chance.randint(1, 3))
            for node in chance.sample(names, size)
        ]
    for node in names:
        for rank, name in enumerate(("id", "passport"), start=5):
            if chance.random() < 0.25:
                found.append(unique(node, name, f"g{number:03}:v{chance.randint(1, 3)}", rank))
    if chance.random() < 0.3:
        for node in chance.sample(names, 2):
            found.append(link(node, f"g{number:03}:must", 0))
    for pair in range(chance.choice((0, 0, 1, 2))):
        for node in chance.sample(names, 2):
            found.append(unique(node, f"pair {number}.{pair}", node, pair))
    return found


def write(path: Path, statements: Sequence[Statement]) -> None:
    columns = [list(column) for column in zip(*statements, strict=True)] or [[]] * 5
    with duckdb.connect() as connection:
        connection.execute(
            "create table statements as select unnest(?::varchar[]) as node,"
            " unnest(?::varchar[]) as kind, unnest(?::varchar[]) as name,"
            " unnest(?::varchar[]) as value, unnest(?::int[]) as rank",
            columns,
        )
        connection.execute(f"copy statements to '{path}' (format parquet)")


def chain() -> list[Statement]:
    """From one value to the other, each node linked to the next by a key of its own."""
    chance = random.Random(7)
    labels = list(range(CHAIN_LENGTH))
    chance.shuffle(labels)
    nodes = [f"n{label:06}" for label in labels]
    keys = [
        statement
        for number, (one, other) in enumerate(pairwise(nodes))
        for statement in (link(one, f"k{number}", 1), link(other, f"k{number}", 1))
    ]
    return [unique(nodes[0], "id", "first"), unique(nodes[-1], "id", "last"), *keys]


NOTHING = [
    *(link("a", "k", 1), link("b", "k", 2), unique("a", "id", "1"), unique("b", "id", "1")),
    # Other components may have other values, and other names are other things.
    *(unique("c", "id", "2"), link("c", "lone", 1), unique("b", "passport", "2")),
    # A person holds them together, so both values are one person's.
    *(link("d", "must", 0), link("e", "must", 0), unique("d", "id", "3"), unique("e", "id", "4")),
    *(link("e", "k2", 1), link("f", "k2", 1), unique("f", "id", "3")),
]


@pytest.fixture(scope="module")
def statements() -> list[Statement]:
    return [statement for number in range(N_GRAPHS) for statement in random_graph(number)]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory, statements: list[Statement]) -> Path:
    folder = tmp_path_factory.mktemp("separation")
    (folder / "statements").mkdir()
    shuffled = [*statements, *statements[::7]]
    random.Random(1).shuffle(shuffled)
    write(folder / "statements" / "random_graphs.parquet", statements)
    write(folder / "statements" / "shuffled_graphs.parquet", shuffled)
    write(folder / "statements" / "chain.parquet", chain())
    write(folder / "statements" / "nothing.parquet", NOTHING)
    outcome = subprocess.run(
        [
            *(sys.executable, "-m", "dbt.cli.main", "--no-use-colors", "run"),
            *("--project-dir", PROJECT, "--profiles-dir", PROJECT),
            *("--target-path", folder / "target", "--log-path", folder / "logs"),
            *("--vars", f"statements_path: {folder / 'statements'}"),
        ],
        cwd=folder,
        env={**os.environ, "WAREHOUSE": str(folder / "warehouse.duckdb")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert outcome.returncode == 0, outcome.stdout + outcome.stderr
    return folder / "warehouse.duckdb"


def rows(warehouse: Path, model: str) -> list[Row]:
    with duckdb.connect(warehouse, read_only=True) as connection:
        found = connection.execute(f"select {', '.join(Row._fields)} from {model}").fetchall()
    return [Row(*row) for row in found]


def test_random_graphs_are_taken_apart_as_the_rule_says(
    warehouse: Path, statements: list[Statement]
) -> None:
    found = rows(warehouse, "random_graphs")
    by_graph: dict[str, set[Row]] = defaultdict(set)
    for row in found:
        by_graph[row.node[:4]].add(row)
    assert sum(map(len, by_graph.values())) == len(found), "a row stands there twice"
    for number in range(N_GRAPHS):
        assert by_graph[f"g{number:03}"] == separated(random_graph(number)), number
    # The graphs hold what the rule speaks of.
    assert {row.reason for row in found} == {
        *("bears_value", "must_link", "strongest_path", "equal_paths", "behind_equal_paths")
    }
    assert max(row.round_no for row in found) > 2


def test_order_and_repetition_of_statements_change_nothing(warehouse: Path) -> None:
    assert sorted(map(repr, rows(warehouse, "shuffled_graphs"))) == sorted(
        map(repr, rows(warehouse, "random_graphs"))
    )


def test_a_long_chain_is_cut_in_its_middle(warehouse: Path) -> None:
    found = rows(warehouse, "chain")
    assert len(found) == CHAIN_LENGTH
    sizes: dict[str, int] = defaultdict(int)
    for row in found:
        sizes[row.part] += 1
    assert sorted(sizes.values()) == [CHAIN_LENGTH // 2] * 2
    assert max(row.n_steps or 0 for row in found) == CHAIN_LENGTH // 2 - 1


def test_what_does_not_contradict_itself_is_not_in_the_table(warehouse: Path) -> None:
    assert rows(warehouse, "nothing") == []


def test_nothing_but_the_models_stays_in_the_warehouse(warehouse: Path) -> None:
    with duckdb.connect(warehouse, read_only=True) as connection:
        found = connection.execute("select table_name from duckdb_tables() order by 1").fetchall()
    assert found == [("chain",), ("nothing",), ("random_graphs",), ("shuffled_graphs",)]

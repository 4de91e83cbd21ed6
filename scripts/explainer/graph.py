"""The evidence graph: records on one side, what links them on the other, and paths through it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Edge:
    """A record and one of the keys that link it; a lower level is stronger."""

    record_id: str
    link_key: str
    level: int
    reason: str
    label: str
    is_verified: bool = False


@dataclass(frozen=True)
class Step:
    """From one record to the next by the key that both have."""

    start: Edge
    end: Edge

    @property
    def level(self) -> int:
        """A step is as weak as the weaker of its two ends."""
        return max(self.start.level, self.end.level)


def best_path(edges: Iterable[Edge], first: str, last: str) -> list[Step] | None:
    """Returns the path whose weakest step is strongest, and of those the shortest.

    Levels are opened one after the other, as identity resolution itself does where it takes
    contradicting customers apart. None: no path; an empty list: first and last are one record.
    """
    if first == last:
        return []
    edges = sorted(edges, key=lambda edge: (edge.level, edge.label, edge.link_key, edge.record_id))
    for level in sorted({edge.level for edge in edges}):
        steps = shortest_path([edge for edge in edges if edge.level <= level], first, last)
        if steps is not None:
            return steps
    return None


def shortest_path(edges: Sequence[Edge], first: str, last: str) -> list[Step] | None:
    """Returns the path with fewest steps; of several the one whose edges come first."""
    of_record: Mapping[str, list[Edge]] = grouped(edges, by_key=False)
    of_key: Mapping[str, list[Edge]] = grouped(edges, by_key=True)
    came_by: dict[str, Step | None] = {first: None}
    opened: set[str] = set()
    front = [first]
    while front and last not in came_by:
        reached = []
        for record in front:
            for start in of_record.get(record, []):
                # Whoever opens a key first reaches all of its records: no other way is shorter.
                if start.link_key in opened:
                    continue
                opened.add(start.link_key)
                for end in of_key[start.link_key]:
                    if end.record_id not in came_by:
                        came_by[end.record_id] = Step(start, end)
                        reached.append(end.record_id)
        front = reached
    if last not in came_by:
        return None
    steps = []
    while (step := came_by[last]) is not None:
        steps.append(step)
        last = step.start.record_id
    return steps[::-1]


def grouped(edges: Iterable[Edge], by_key: bool) -> dict[str, list[Edge]]:
    """Edges by their key or by their record, in the order given."""
    found: dict[str, list[Edge]] = defaultdict(list)
    for edge in edges:
        found[edge.link_key if by_key else edge.record_id].append(edge)
    return dict(found)


def shared_keys(edges: Iterable[Edge]) -> list[list[Edge]]:
    """Returns the edges of each key that two records or more have, strongest keys first."""
    groups = [group for group in grouped(edges, by_key=True).values() if len(group) > 1]
    for group in groups:
        group.sort(key=lambda edge: (edge.level, edge.record_id))
    return sorted(groups, key=lambda group: (group[1].level, -len(group), group[0].label))

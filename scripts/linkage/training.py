"""Training without labels: u from pairs drawn evenly, m by expectation maximisation.

The pairs that any blocking rule finds are weighed by the model, and the weights give a better
model. How a comparison agrees among matches is learned from the pairs that a rule has found which
does not look at its columns: among others it always agrees. Nothing is drawn by chance, so the
same warehouse gives the same parameters.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import duckdb
import numpy as np
from numpy.typing import NDArray

from .comparisons import COMPARISONS, ENTITY, PARTS_OF, Comparison, settings
from .parameters import Parameters
from .scoring import compared_sql, linker_of, quiet, register_pairs

Floats = NDArray[np.float64]

PARTNERS_EACH = 40
# A level that was never seen is rare, not impossible: as if so much of a pair were in it.
SMALLEST_COUNT = 0.5
MOST_ROUNDS = 500
DONE = 1e-7
FIRST_PARTNERS = 0.1


@dataclass(frozen=True)
class Patterns:
    """Pairs counted by how they agree."""

    # The rules that have found the pair.
    rules: list[frozenset[str]]
    count: Floats
    # Per comparison: place of the level among the scored ones, -1 where nothing is known.
    level: dict[str, NDArray[np.int64]]
    # Per comparison: how frequent the value is, nan where the level is not weighed by it.
    frequency: dict[str, Floats]


@dataclass(frozen=True)
class Training:
    """The parameters and what people should see of how they came about."""

    parameters: Parameters
    n_entities: int
    n_pairs: int
    rounds: int
    # By rule: the pairs that it finds, and how many of them are matches by the model.
    pairs_of_rule: dict[str, tuple[int, float]]


def untrained() -> Parameters:
    """Any numbers: levels do not depend on them."""
    return Parameters(
        {each.name: dict.fromkeys(each.scored_levels, (0.5, 0.5)) for each in COMPARISONS}, 1.0
    )


def frequency_sql(comparison: Comparison) -> str:
    """How frequent the value is that the level of the pair weighs."""
    cases = [
        f"when {len(comparison.scored_levels) - 1 - place} then"
        f" greatest(tf_{level.frequency_of}_l, tf_{level.frequency_of}_r)"
        for place, level in enumerate(each for each in comparison.levels if not each.is_null)
        if level.frequency_of
    ]
    return f"case gamma_{comparison.name} {' '.join(cases)} end" if cases else "null"


def patterns(connection: duckdb.DuckDBPyConnection, entities: str, pairs: str) -> Patterns:
    """Compares the pairs (table with rules, entity_no_l, entity_no_r) and counts them."""
    with quiet():
        linker = linker_of(connection, entities, settings(untrained(), 2))
        register_pairs(linker, connection, f"select * exclude (rules) from {pairs}")
        compared = linker.inference.predict(warning_mode="never").physical_name
    columns = [
        column
        for each in COMPARISONS
        for column in (
            f"gamma_{each.name} as level_{each.name}",
            f"cast({frequency_sql(each)} as double) as frequency_{each.name}",
        )
    ]
    found = connection.sql(f"""
        select pairs.rules, {", ".join(columns)}, count(*) as n
        from {pairs} as pairs
        inner join {compared} as compared
            on compared.{ENTITY}_l = pairs.{ENTITY}_l and compared.{ENTITY}_r = pairs.{ENTITY}_r
        group by all
        order by all
    """).fetchnumpy()
    levels = {}
    for each in COMPARISONS:
        gamma = np.asarray(found[f"level_{each.name}"], dtype=np.int64)
        levels[each.name] = np.where(gamma < 0, -1, len(each.scored_levels) - 1 - gamma)
    return Patterns(
        rules=[frozenset(str(rules).split("; ")) for rules in found["rules"]],
        count=np.asarray(found["n"], dtype=np.float64),
        level=levels,
        frequency={
            each.name: np.ma.filled(
                np.ma.asarray(found[f"frequency_{each.name}"], dtype=np.float64), np.nan
            )
            for each in COMPARISONS
        },
    )


def counts_of_levels(level: NDArray[np.int64], weight: Floats, n_levels: int) -> Floats:
    """Weight of the pairs in each level."""
    known = level >= 0
    counts = np.bincount(level[known], weights=weight[known], minlength=n_levels)
    return counts.astype(np.float64)


def shares(counts: Floats) -> Floats:
    """As shares of one, none of them nothing."""
    smoothed = counts + SMALLEST_COUNT
    return np.asarray(smoothed / smoothed.sum(), dtype=np.float64)


def columns_of(comparison: Comparison) -> set[str]:
    """The columns of entities that a comparison looks at."""
    text = " ".join(level.condition for level in comparison.levels)
    return set(re.findall(r"\b([a-z_]+)_[lr]\b", text))


def columns_of_rule(rule: str) -> set[str]:
    """The columns of entities of which a blocking rule says something."""
    columns = rule.split(" + ")
    return set(columns).union(*(PARTS_OF.get(column, set()) for column in columns))


def train(connection: duckdb.DuckDBPyConnection, entities: str, blocks: str) -> Training:
    """Parameters from the tables of entities and blocks."""
    connection.execute(f"create or replace table linkage_entities as {compared_sql(entities)}")
    entities = "linkage_entities"
    [(n_entities,)] = connection.sql(f"select count(*) from {entities}").fetchall()
    connection.execute(f"""
        create or replace temp table linkage_even_pairs as
        with drawn as (
            select {ENTITY}, row_number() over (order by md5(entity_id)) - 1 as place
            from {entities}
        ),

        steps as (
            select {ENTITY}, place, unnest(range(1, {PARTNERS_EACH} + 1)) as step
            from drawn
        )

        select
            'even' as rules,
            least(here.{ENTITY}, there.{ENTITY}) as {ENTITY}_l,
            greatest(here.{ENTITY}, there.{ENTITY}) as {ENTITY}_r
        from steps as here
        inner join drawn as there on there.place = (here.place + here.step) % {n_entities}
        where there.place <> here.place
    """)
    even = patterns(connection, entities, "linkage_even_pairs")
    u = {
        each.name: shares(
            counts_of_levels(even.level[each.name], even.count, len(each.scored_levels))
        )
        for each in COMPARISONS
    }

    connection.execute(f"""
        create or replace temp table linkage_blocked_pairs as
        select
            string_agg(distinct here.blocking_rule, '; ' order by here.blocking_rule) as rules,
            here.{ENTITY} as {ENTITY}_l,
            there.{ENTITY} as {ENTITY}_r
        from {blocks} as here
        inner join {blocks} as there
            on
                there.blocking_rule = here.blocking_rule
                and there.block_key = here.block_key
                and there.{ENTITY} > here.{ENTITY}
        where not here.is_left_out
        group by here.{ENTITY}, there.{ENTITY}
    """)
    blocked = patterns(connection, entities, "linkage_blocked_pairs")
    m, partners, weight, rounds = maximise(blocked, u, n_entities)
    rules = sorted({rule for rules in blocked.rules for rule in rules})
    found_by = {
        rule: np.array([rule in rules_of_pair for rules_of_pair in blocked.rules]) for rule in rules
    }
    return Training(
        Parameters(
            {
                each.name: {
                    level: (float(m[each.name][place]), float(u[each.name][place]))
                    for place, level in enumerate(each.scored_levels)
                }
                for each in COMPARISONS
            },
            partners,
        ),
        n_entities=n_entities,
        n_pairs=int(blocked.count.sum()),
        rounds=rounds,
        pairs_of_rule={
            rule: (int(blocked.count[mine].sum()), float(weight[mine].sum()))
            for rule, mine in found_by.items()
        },
    )


def log_ratio(pairs: Patterns, name: str, m: Floats, u: Floats) -> Floats:
    """Natural logarithm of m / u of one comparison for each pattern; 0 where nothing is known."""
    level = pairs.level[name]
    known = level >= 0
    place = np.where(known, level, 0)
    of_level = np.where(np.isnan(pairs.frequency[name]), u[place], pairs.frequency[name])
    return np.where(known, np.log(m[place]) - np.log(of_level), 0.0)


def chances(log_odds: Floats) -> Floats:
    """Probabilities of logarithms of odds."""
    return np.asarray(1 / (1 + np.exp(-np.clip(log_odds, -500, 500))), dtype=np.float64)


def maximise(
    pairs: Patterns, u: dict[str, Floats], n_entities: int
) -> tuple[dict[str, Floats], float, Floats, int]:
    """m of every level, partners of an entity, matches among the pairs, and the rounds it took."""
    teaches = {
        each.name: np.array(
            [
                any(not columns_of(each) & columns_of_rule(rule) for rule in rules)
                for rules in pairs.rules
            ]
        )
        for each in COMPARISONS
    }
    # To begin with, matches mostly agree: the better the level, the more of them.
    m = {
        each.name: shares(np.exp2(np.arange(len(each.scored_levels), 0.0, -1.0)) * 100)
        for each in COMPARISONS
    }
    partners = FIRST_PARTNERS
    rounds = 0
    change = 1.0
    while change >= DONE and rounds < MOST_ROUNDS:
        rounds += 1
        prior = Parameters({}, partners).prior(n_entities)
        log_odds = np.full(len(pairs.count), np.log(prior) - np.log1p(-prior))
        for each in COMPARISONS:
            log_odds += log_ratio(pairs, each.name, m[each.name], u[each.name])
        weight = chances(log_odds) * pairs.count
        before = np.concatenate([*m.values(), [partners]])
        partners = max(2 * float(weight.sum()) / n_entities, 1e-6)
        for each in COMPARISONS:
            taught = np.where(teaches[each.name], weight, 0.0)
            m[each.name] = shares(
                counts_of_levels(pairs.level[each.name], taught, len(each.scored_levels))
            )
        change = float(np.abs(np.concatenate([*m.values(), [partners]]) - before).max())
    return m, partners, weight, rounds

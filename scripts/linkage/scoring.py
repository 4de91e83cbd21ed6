"""Scores of pairs of entities, by Splink on the session's own connection."""

from __future__ import annotations

import contextlib
import io
import logging
import warnings
from collections.abc import Iterator
from typing import Any

import duckdb

from .comparisons import COMPARISONS, DERIVED, DIFFERENT, ENTITY, NAME, Comparison, settings
from .parameters import Parameters

# Sums of logarithms differ in their last digits from run to run and from machine to machine.
DIGITS = 9


@contextlib.contextmanager
def quiet() -> Iterator[None]:
    """Splink reports by logging, warnings and prints; here errors alone matter."""
    # It takes a second to load, which a build without probable matches need not wait for.
    import splink  # noqa: F401

    logger = logging.getLogger("splink")
    level = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(level)


@contextlib.contextmanager
def working_database(connection: duckdb.DuckDBPyConnection) -> Iterator[None]:
    """A place in memory for the tables that Splink makes, which is gone afterwards."""
    [(home,)] = connection.sql("select current_database()").fetchall()
    connection.execute("attach ':memory:' as linkage_work")
    try:
        connection.execute("use linkage_work")
        yield
    finally:
        connection.execute(f'use "{home}"')
        connection.execute("detach linkage_work")


def linker_of(connection: duckdb.DuckDBPyConnection, entities: str, model: dict[str, Any]) -> Any:
    """A Splink linker over a table of entities, whose frequencies are columns of it."""
    from splink import DuckDBAPI, Linker

    api = DuckDBAPI(connection)
    linker = Linker(api.register(entities), model, log_level=logging.ERROR)
    for column in sorted(
        {level.frequency_of for each in COMPARISONS for level in each.levels if level.frequency_of}
    ):
        # Splink would count values again: the columns tf_* of the entities have what it needs.
        connection.execute(
            f"create or replace table linkage_tf_{column} as"
            f" select {column}, tf_{column} from {entities} where false"
        )
        linker.table_management.register_term_frequency_lookup(
            api.register(f"linkage_tf_{column}"), column
        )
    return linker


def compared_sql(entities: str) -> str:
    """The entities with what is made of their columns for comparison."""
    derived = ", ".join(f"{sql} as {name}" for name, sql in DERIVED.items())
    return f"select *, {derived} from {entities}"


def register_pairs(linker: Any, connection: duckdb.DuckDBPyConnection, pairs: str) -> None:
    """Gives Splink the pairs (a query of entity_no_l, entity_no_r) that it would block itself."""
    connection.execute(
        "create or replace table linkage_pairs as"
        f" select '0' as match_key, {ENTITY}_l as join_key_l, {ENTITY}_r as join_key_r"
        f" from ({pairs})"
    )
    api = linker._db_api
    linker.table_management.register_blocked_pairs_for_predict(api.register("linkage_pairs"))


def score(
    connection: duckdb.DuckDBPyConnection,
    entities: str,
    pairs: str,
    parameters: Parameters,
    at_least: float,
) -> Any:
    """Arrow table of the pairs of at least that probability, with the weight of every comparison.

    entities and pairs are full names of tables; pairs has entity_no_l and entity_no_r.
    """
    with working_database(connection), quiet():
        connection.execute(f"create table entities as {compared_sql(entities)}")
        [(n_entities,)] = connection.sql("select count(*) from entities").fetchall()
        linker = linker_of(connection, "entities", settings(parameters, n_entities))
        register_pairs(linker, connection, f"select {ENTITY}_l, {ENTITY}_r from {pairs}")
        predictions = linker.inference.predict(
            threshold_match_probability=at_least, warning_mode="never"
        )
        return connection.sql(scored_sql("entities", predictions.physical_name)).to_arrow_table()


def scored_sql(entities: str, predictions: str) -> str:
    """What Splink predicts, under the names of this project, the smaller id first."""
    weights = ",\n".join(
        f"gamma_{each.name}, round({weight_of(each)}, {DIGITS}) as mw_{each.name}"
        for each in COMPARISONS
    )
    shown = ", ".join(
        f"case when gamma_{each.name} >= 0"
        f" then '{each.name} ' || printf('%+.2f', {weight_of(each)}) end"
        for each in COMPARISONS
    )
    unlike = ", ".join(
        str(NAME.scored_levels[::-1].index(level)) for level in ("family_name", DIFFERENT)
    )
    return f"""
        select
            least(entities_l.entity_id, entities_r.entity_id) as entity_id_1,
            greatest(entities_l.entity_id, entities_r.entity_id) as entity_id_2,
            round(match_probability, {DIGITS}) as match_probability,
            round(match_weight, {DIGITS}) as match_weight,
            concat_ws('; ', {shown}) as comparison_weights,
            -- Who changed the name, or has two that were mixed up, was born on the same day.
            gamma_name in ({unlike}) and entities_l.name is not null and entities_r.name is not null
            and entities_l.birth_date is distinct from entities_r.birth_date as do_names_differ,
            coalesce(
                entities_l.gender <> entities_r.gender
                and entities_l.birth_year <> entities_r.birth_year,
                false
            ) as do_sex_and_birth_year_differ,
            {weights}
        from {predictions} as predictions
        inner join {entities} as entities_l on entities_l.{ENTITY} = predictions.{ENTITY}_l
        inner join {entities} as entities_r on entities_r.{ENTITY} = predictions.{ENTITY}_r
    """


def weight_of(comparison: Comparison) -> str:
    """A comparison's weight with what its frequency adds."""
    weighed = any(level.frequency_of for level in comparison.levels)
    return f"mw_{comparison.name}" + (f" + mw_tf_adj_{comparison.name}" if weighed else "")

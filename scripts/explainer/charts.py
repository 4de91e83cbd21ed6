"""Splink's own charts of probable matches: a pair's waterfall, and all weights of the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from scripts import linkage
from scripts.linkage.comparisons import ENTITY
from scripts.linkage.scoring import compared_sql, linker_of, quiet, register_pairs

PARAMETERS = Path(linkage.__file__).parent / "retail.json"
# Weights of a warehouse are rounded to nine digits.
SAME_WEIGHT = 1e-6
# The entities of a warehouse that pairs name, with what Splink is given beside their columns.
ENTITIES = f"""
    create table entities as
    {compared_sql("built.intermediate.int_identity__entities")}
    where entity_id in (select unnest(?))
"""
PAIRS = f"""
    select entities_1.{ENTITY} as {ENTITY}_l, entities_2.{ENTITY} as {ENTITY}_r
    from (select unnest(?) as entity_id_1, unnest(?) as entity_id_2) as pairs
    inner join entities as entities_1 on entities_1.entity_id = pairs.entity_id_1
    inner join entities as entities_2 on entities_2.entity_id = pairs.entity_id_2
"""


def write(
    warehouse: Path, pairs: Sequence[tuple[str, str]], parameters: Path, folder: Path, name: str
) -> tuple[list[Path], dict[tuple[str, str], float]]:
    """Writes the waterfall chart of pairs of entities, and beside it the weights of the model.

    Both are HTML that needs no network; values of the people are left out of them. Returns the
    files, and the match weight of each pair as the chart has it.

    Raises:
        linkage.ParameterError: the file of parameters cannot be used.
    """
    model = linkage.read_parameters(parameters)
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as connection:
        # Splink makes tables of its own, which a warehouse that is only read cannot take.
        connection.execute(
            f"attach '{str(warehouse).replace(chr(39), chr(39) * 2)}' as built (read_only)"
        )
        [(n_entities,)] = connection.execute(
            "select count(*) from built.intermediate.int_identity__entities"
        ).fetchall()
        connection.execute(ENTITIES, [sorted({end for pair in pairs for end in pair})])
        connection.execute(
            f"create table pairs as {PAIRS}",
            [[pair[0] for pair in pairs], [pair[1] for pair in pairs]],
        )
        connection.execute("detach built")
        with quiet():
            linker = linker_of(connection, "entities", linkage.settings(model, n_entities))
            register_pairs(linker, connection, f"select {ENTITY}_l, {ENTITY}_r from pairs")
            scored: list[dict[str, Any]] = linker.inference.predict(
                warning_mode="never"
            ).as_record_list()
            ids = dict(connection.execute(f"select {ENTITY}, entity_id from entities").fetchall())
            charts = {
                f"weights_{name}": linker.visualisations.match_weights_chart(),
            }
            if scored:
                charts[f"waterfall_{name}"] = linker.visualisations.waterfall_chart(
                    scored, remove_sensitive_data=True
                )
    written = []
    for title, chart in sorted(charts.items(), reverse=True):
        path = folder / f"{title}.html"
        path.write_text(chart.to_html(inline=True), encoding="utf-8")
        written.append(path)
    drawn = {
        (min(ends), max(ends)): float(row["match_weight"])
        for row in scored
        for ends in [(ids[row[f"{ENTITY}_l"]], ids[row[f"{ENTITY}_r"]])]
    }
    return written, drawn


def differing(
    drawn: Mapping[tuple[str, str], float], decided: Mapping[tuple[str, str], float]
) -> list[tuple[str, str]]:
    """The pairs that a chart weighs otherwise than the warehouse did."""
    return [
        pair
        for pair, weight in sorted(drawn.items())
        if pair in decided and abs(weight - decided[pair]) > SAME_WEIGHT
    ]

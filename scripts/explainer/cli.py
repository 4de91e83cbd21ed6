"""The command line of the explanation."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from scripts.linkage import ParameterError
from scripts.warehouse import WarehouseError, default_warehouse

from . import report
from .evidence import (
    Evidence,
    Row,
    UnknownIdError,
    Warehouse,
    current_customer,
    customer_of_record,
    gather,
    open_evidence,
)

# One chart holds as many pairs, of which it shows one at a time.
MOST_CHARTS = 20

DESCRIPTION = """\
Why are these accounts one customer, or why are they not? One id (a customer's, a retired
customer's or a record's): everything that holds the customer together, and what others share with
it. Two record ids: the shortest path over the strongest evidence, or what stands between them.
All values are masked.
"""
EPILOG = """\
with --out FOLDER also draws the evidence graph as FOLDER/evidence_<id>.png (.svg: --format svg)
and, for probable matches, writes Splink's waterfall chart of the pair and its chart of match
weights as HTML that needs no network

exit codes: 0 explained, 1 no such id, 2 the warehouse cannot be read
"""


def parser() -> argparse.ArgumentParser:
    """The options."""
    found = argparse.ArgumentParser(
        prog="explain.py",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    found.add_argument("ids", nargs="+", metavar="ID", help="a customer, or one or two records")
    found.add_argument(
        "--warehouse",
        type=Path,
        default=default_warehouse(),
        help="built warehouse (default: WAREHOUSE, else build/warehouse.duckdb)",
    )
    found.add_argument("--out", type=Path, metavar="FOLDER", help="draw into this folder")
    found.add_argument(
        "--parameters",
        type=Path,
        metavar="FILE",
        help="parameters of probable matches, where var linkage_parameters names others",
    )
    found.add_argument("--format", choices=["png", "svg"], default="png", help="default png")
    return found


def explanation(warehouse: Warehouse, ids: list[str]) -> tuple[str, Evidence | None]:
    """Returns the text for one id or two records, and the evidence behind it.

    Raises:
        UnknownIdError: an id is nobody's.
    """
    if len(ids) == 2:
        evidence = gather(warehouse, [customer_of_record(warehouse, each) for each in ids])
        return report.of_pair(evidence, *ids), evidence
    customer, aliases = current_customer(warehouse, ids[0])
    said = [report.alias_line(row).strip() for row in aliases]
    if customer is None:
        return "\n".join(said), None
    evidence = gather(warehouse, [customer], ids[0])
    return "\n".join([*said, report.of_customer(evidence, customer)]), evidence


def drawn(evidence: Evidence, parsed: argparse.Namespace) -> list[Path]:
    """Draws the evidence, and the charts of its probable matches where there are any.

    Raises:
        ParameterError: the parameters of probable matches cannot be used.
    """
    # Only here: altair belongs to the dev group, which an explanation does not need, and Splink
    # takes a second to load.
    from . import charts, picture

    written = picture.write(evidence, parsed.ids, parsed.out, parsed.format)
    pairs = pairs_to_draw(evidence, parsed.ids)
    if pairs:
        parameters = parsed.parameters or charts.PARAMETERS
        name = picture.file_name(parsed.ids)
        files, drawn_weights = charts.write(parsed.warehouse, pairs, parameters, parsed.out, name)
        written += files
        decided = {
            (row["entity_id_1"], row["entity_id_2"]): row["match_weight"]
            for row in evidence.probable_links
        }
        for one, two in charts.differing(drawn_weights, decided)[:1]:
            print(
                f"explain.py: the charts are drawn with {parameters.name}, but the warehouse was"
                f" built with other parameters: {one} ~ {two} weighs"
                f" {drawn_weights[one, two]:+.2f} here and {decided[one, two]:+.2f} there; name its"
                " file by --parameters",
                file=sys.stderr,
            )
    return written


def pairs_to_draw(evidence: Evidence, ids: list[str]) -> list[tuple[str, str]]:
    """The likeliest pairs of entities that were scored; of two records those that tell of both."""
    asked = [(row["entity_id_1"], row["entity_id_2"]) for row in by_probability(evidence)]
    if len(ids) == 2:
        customer = {each.record_id: each.customer_id for each in evidence.records.values()}
        wanted = {customer[each] for each in ids}
        asked = [pair for pair in asked if {customer.get(each) for each in pair} == wanted]
    return asked[:MOST_CHARTS]


def by_probability(evidence: Evidence) -> list[Row]:
    """The probable links, the likeliest first."""
    return sorted(
        evidence.probable_links,
        key=lambda row: (-row["match_probability"], row["entity_id_1"], row["entity_id_2"]),
    )


def main(arguments: list[str] | None = None) -> int:
    """Prints the explanation, draws where asked to; returns the exit code."""
    parsed = parser().parse_args(arguments)
    if len(parsed.ids) > 2:
        print("explain.py: one id or two record ids, not more", file=sys.stderr)
        return 1
    try:
        warehouse = open_evidence(parsed.warehouse)
        with warehouse.connection:
            text, evidence = explanation(warehouse, parsed.ids)
        print(text, flush=True)
        if parsed.out and evidence is not None:
            for path in drawn(evidence, parsed):
                print(f"written: {path}")
    except (ParameterError, UnknownIdError) as error:
        print(error, file=sys.stderr)
        return 1
    except WarehouseError as error:
        print(error, file=sys.stderr)
        return 2
    except BrokenPipeError:
        # Whoever reads it has read enough (| head); nothing may be written at the end either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0

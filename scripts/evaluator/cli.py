"""The command line of the evaluation: a warehouse, a truth, the tables."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

import duckdb

from . import bounds, breakdown, inputs
from .agreement import Agreement, Pairs, measure
from .inputs import EvaluationError
from .report import CEILING, DECIDED, Evaluation, text

DESCRIPTION = """\
Measures who a build took for one person against who is: pairwise and B-cubed precision, recall and
F1, the share of people found whole, over- and under-merging by channel and by kind of noise,
families that share a number, and what changed against an earlier warehouse.
"""
EPILOG = """\
The ceiling: within each true person all records that share any evidence at all (an identifier that
is no known placeholder, or a full name) are joined; what shares nothing nobody can find. Other
people's records are never joined there, so it is an upper bound that a common name alone keeps out
of reach; the lines below it say how much rests on names, and what nicknames would add.

--truth (record_id, person_id), --errors (channel, record_key, column_name, kind) and --people
(person_id, household_id) are .parquet or .csv; errors and people are looked for beside the truth
where they are not named.

exit codes: 0 measured, 1 below --min-precision or --min-f1, 2 could not measure
"""
LABELS = {
    "exact_keys": "exact keys alone",
    "exact_keys_no_placeholders": "exact keys, placeholders left out",
    "strict_customer_id": "exact evidence (strict_customer_id)",
    DECIDED: "all (customer_id)",
    CEILING: "ceiling: any identifier or full name",
    "ceiling_nicknames": "  nicknames too",
    "ceiling_names_with_more": "  names only with birth date or sex",
    "ceiling_identifiers": "  identifiers alone",
}
TABLE = "evaluated_records"
NOISE = "evaluated_noise"


def parse(arguments: list[str] | None) -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(
        prog="evaluate_identity.py",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--warehouse", type=Path, required=True, metavar="FILE")
    parser.add_argument("--truth", type=Path, required=True, metavar="RECORDS")
    parser.add_argument("--errors", type=Path, metavar="ERRORS", help="the noise and where it is")
    parser.add_argument("--people", type=Path, metavar="PEOPLE", help="who is of one household")
    parser.add_argument(
        "--against", type=Path, metavar="FILE", help="an earlier warehouse: what changed since"
    )
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    for name in ("precision", "f1"):
        parser.add_argument(
            f"--min-{name}", type=float, metavar="X", help=f"least pairwise {name} of customer_id"
        )
    return parser.parse_args(arguments)


def evaluate(
    warehouse: Path,
    truth: Path,
    errors: Path | None = None,
    people: Path | None = None,
    against: Path | None = None,
) -> Evaluation:
    """All figures of a warehouse; raises EvaluationError where something is amiss."""
    con = inputs.open_warehouse(warehouse)
    try:
        return _evaluate(con, truth, errors, people, against)
    except duckdb.Error as error:
        raise EvaluationError(f"{warehouse}: {str(error).splitlines()[0]}") from error
    finally:
        con.close()


def _evaluate(
    con: duckdb.DuckDBPyConnection,
    truth: Path,
    errors: Path | None,
    people: Path | None,
    against: Path | None,
) -> Evaluation:
    source = inputs.read_table(con, truth, ("record_id", "person_id"))
    inputs.load_records(con, source, "main.customer_crosswalk", TABLE)
    inputs.check_records(con, TABLE, truth)
    has_evidence = inputs.has_identity_models(con)
    if has_evidence:
        join_by_evidence(con, TABLE)
    columns = {row[0] for row in con.execute(f"describe {TABLE}").fetchall()}
    agreements = {name: measure(con, TABLE, name) for name in LABELS if name in columns}
    n_records, n_lost = con.execute(
        f"select count(*), count(*) filter (where is_lost) from {TABLE}"
    ).fetchall()[0]
    (n_unknown,) = con.execute(
        f"select count(*) from main.customer_crosswalk anti join {TABLE} using (record_id)"
    ).fetchall()[0]
    return Evaluation(
        n_records=int(n_records),
        n_lost=int(n_lost),
        n_unknown=int(n_unknown),
        agreements=agreements,
        channels=breakdown.by_channels(con, TABLE, DECIDED),
        noise=_noise(con, errors or beside(truth, "errors")),
        families=_families(con, people or beside(truth, "people"), agreements)
        if has_evidence
        else None,
        churn=_churn(con, against) if against else None,
    )


def join_by_evidence(con: duckdb.DuckDBPyConnection, table: str) -> None:
    """Adds the columns that a clustering is held against."""
    either = f"{bounds.IDENTIFIERS} union all {bounds.NAMES}"
    more = f"{bounds.IDENTIFIERS} union all {bounds.NAMES_WITH_MORE}"
    bounds.join_records(con, table, "exact_keys", bounds.RAW_KEYS)
    bounds.join_records(
        con,
        table,
        "exact_keys_no_placeholders",
        f"{bounds.RAW_KEYS} and placeholder_note is null",
    )
    bounds.join_records(con, table, CEILING, either, within="person_id")
    wider = f"{either} union all {bounds.NICKNAMES}"
    bounds.join_records(con, table, "ceiling_nicknames", wider, within="person_id")
    bounds.join_records(con, table, "ceiling_names_with_more", more, within="person_id")
    bounds.join_records(con, table, "ceiling_identifiers", bounds.IDENTIFIERS, within="person_id")


def _noise(con: duckdb.DuckDBPyConnection, errors: Path | None) -> dict[str, Pairs] | None:
    if errors is None:
        return None
    source = inputs.read_table(con, errors, ("channel", "record_key", "column_name", "kind"))
    names = ", ".join(f"'{name}'" for name in breakdown.IDENTITY_COLUMNS)
    con.execute(
        f"""
        create temp table {NOISE} as
        select distinct errors.channel || ':' || errors.record_key as record_id, errors.kind
        from {source} as errors
        where errors.column_name in ({names}) and errors.record_key is not null
        """
    )
    return breakdown.by_noise(con, TABLE, NOISE, DECIDED)


def _families(
    con: duckdb.DuckDBPyConnection, people: Path | None, agreements: dict[str, Agreement]
) -> dict[str, breakdown.Families] | None:
    if people is None:
        return None
    households = inputs.read_table(con, people, ("person_id", "household_id"))
    return {
        name: breakdown.of_families(con, TABLE, households, breakdown.NUMBERS, name)
        for name in agreements
        if not name.startswith(CEILING)
    }


def _churn(con: duckdb.DuckDBPyConnection, against: Path) -> breakdown.Churn:
    inputs.attach(con, against, "earlier")
    try:
        return breakdown.churn(
            con, "earlier.main.customer_crosswalk", "warehouse.main.customer_crosswalk"
        )
    except duckdb.CatalogException:
        raise EvaluationError(f"{against} has no table main.customer_crosswalk") from None


def beside(truth: Path, name: str) -> Path | None:
    """A file of this name in the truth's folder, if there is one."""
    for suffix in (".parquet", ".csv"):
        if (file := truth.with_name(name + suffix)).is_file():
            return file
    return None


def main(arguments: list[str] | None = None) -> int:
    """Runs the command line; returns its exit code."""
    options = parse(arguments)
    try:
        evaluation = evaluate(
            options.warehouse, options.truth, options.errors, options.people, options.against
        )
    except EvaluationError as error:
        print(f"evaluate_identity.py: {error}", file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps(evaluation.as_dict(), indent=2, ensure_ascii=False))
    else:
        print(text(evaluation, LABELS))
    pairs = evaluation.decided.pairs
    missed = [
        f"{name} {figure:.5f} is below {least:g}"
        for name, figure, least in (
            ("precision", pairs.precision, options.min_precision),
            ("F1", pairs.f1, options.min_f1),
        )
        if least is not None and figure < least
    ]
    if missed:
        print(f"evaluate_identity.py: {'; '.join(missed)}", file=sys.stderr)
    return 1 if missed else 0

"""Say what a build made: each mart with its rows and its question, and where the warehouse is."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import duckdb

MARTS = {
    "customer_base": "Who are our customers?",
    "customer_transactions": "What was bought, paid and given back?",
    "customer_transaction_lines": "What exactly was bought?",
    "customer_behavior": "How do customers behave?",
    "rfm_segments": "Who is worth how much?",
    "customer_crosswalk": "Which account is whose?",
    "customer_crosswalk_history": "Which account was whose, and when?",
    "customer_aliases": "Which customer is that id of the past today?",
    "customer_events": "Which customers came, merged, split, ended, and why?",
    "identity_runs": "How long did each stage of identity take?",
    "customer_attribute_lineage": "Where does each cell come from?",
    "identity_review_queue": "Which accounts may be one customer?",
    "quality_rejected_rows": "What was left out, and why?",
    "quality_findings": "What is doubtful?",
    "quality_duplicates": "What came more than once?",
    "quality_mentions": "What found no customer, and why?",
    "reconciliation": "Are the sums those of the shops and of finance?",
    "reconciliation_differences": "Why do sums differ?",
}


def summary(warehouse: Path) -> str:
    """Return the table of marts of a warehouse as text.

    Raises:
        duckdb.Error: the file is no warehouse or lacks a mart.
    """
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = [
            (mart, connection.execute(f"select count(*) from main.{mart}").fetchall()[0][0])
            for mart in MARTS
        ]
    width = max(len(mart) for mart in MARTS)
    lines = [f"  {mart:<{width}}  {n_rows:>10,}  {MARTS[mart]}" for mart, n_rows in rows]
    return "\n".join([f"Built {warehouse}; marts in its schema main, with their rows:", *lines])


def main() -> int:
    """Print the summary of the warehouse that the environment variable WAREHOUSE names."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "warehouse",
        nargs="?",
        type=Path,
        default=Path(os.environ.get("WAREHOUSE", "build/warehouse.duckdb")),
        help="warehouse file (default: WAREHOUSE, else build/warehouse.duckdb)",
    )
    warehouse = parser.parse_args().warehouse
    if not warehouse.is_file():
        print(
            f"{warehouse}: there is no such warehouse. Build it first: make build", file=sys.stderr
        )
        return 2
    try:
        print(summary(warehouse))
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        print(
            f"{warehouse}: cannot be read ({reason}). Build it again: make build", file=sys.stderr
        )
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())

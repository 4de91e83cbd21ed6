"""The project itself as tests run it: dbt commands in processes of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]


def run_dbt(
    folder: Path,
    *command: str,
    variables: Mapping[str, object] | None = None,
    environment: Mapping[str, str] | None = None,
    project: Path = ROOT,
    fails: bool = False,
) -> str:
    """One dbt command of this project, or a copy of it, that leaves its warehouse and all traces in
    a folder.

    Returns:
        What dbt said; a command that fails, or does not where it should, is an error that says it.
    """
    done = subprocess.run(
        [
            *(sys.executable, "-W", "ignore", "-m", "dbt.cli.main", "--no-use-colors", *command),
            *("--project-dir", str(project), "--profiles-dir", str(ROOT)),
            *("--target-path", str(folder / "target"), "--log-path", str(folder / "logs")),
            *("--vars", yaml.safe_dump(dict(variables or {}))),
        ],
        cwd=ROOT,
        env={
            **{name: value for name, value in os.environ.items() if not name.startswith("DBT_")},
            "WAREHOUSE": str(folder / "warehouse.duckdb"),
            "CUSTOMER360_HASH_KEY": "0123456789abcdef" * 4,
            "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
            "PYTHONUTF8": "1",
            **(environment or {}),
        },
        text=True,
        encoding="utf-8",
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    assert done.returncode == (1 if fails else 0), done.stdout
    return done.stdout

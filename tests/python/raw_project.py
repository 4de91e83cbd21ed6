"""The fixture project over raw(), and raw folders to feed it with."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from dbt.cli.main import dbtRunner

from scripts import raw_layout
from scripts.raw_layout import RawTable
from scripts.reference import raw_seed_types

ROOT = Path(__file__).resolve().parents[2]
FIXTURE = ROOT / "tests" / "fixtures" / "raw"
KEY = "0123456789abcdef" * 4

CUSTOMERS = "customer_no,name,gender,mobile,region,source,registered_at,updated_at"
DELIVERIES = "order_id,carrier,shipped_at,delivered_region,status"


def documented_tables() -> tuple[RawTable, ...]:
    """The raw tables as the sources of the project document them."""
    return raw_layout.documented_tables(ROOT / "models" / "staging")


def write_files(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """A folder with these files, text as UTF-8."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


@dataclass
class Outcome:
    """One dbt command: whether it succeeded, and all that it said."""

    success: bool
    messages: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "\n".join(self.messages)


@dataclass(frozen=True)
class RawProject:
    """A copy of the fixture project with the macros and sources of the real one."""

    folder: Path

    @property
    def warehouse(self) -> Path:
        return self.folder / "warehouse.duckdb"

    def environment(self) -> dict[str, str]:
        return {
            "WAREHOUSE": str(self.warehouse),
            "CUSTOMER360_SCRIPTS": str(ROOT / "scripts"),
            "CUSTOMER360_HASH_KEY": KEY,
        }

    def arguments(self, *command: str, **variables: object) -> list[str]:
        return [
            *command,
            *("--project-dir", str(self.folder), "--profiles-dir", str(self.folder)),
            *(
                "--target-path",
                str(self.folder / "target"),
                "--log-path",
                str(self.folder / "logs"),
            ),
            *("--vars", yaml.safe_dump(variables), "--no-partial-parse"),
        ]

    def dbt(self, *command: str, **variables: object) -> Outcome:
        """One dbt command in this process."""
        outcome = Outcome(success=False)

        def keep(event: Any) -> None:
            if event.info.level in ("info", "warn", "error"):
                outcome.messages.append(event.info.msg)

        with pytest.MonkeyPatch.context() as patch:
            for name, value in self.environment().items():
                patch.setenv(name, value)
            patch.chdir(self.folder)
            result = dbtRunner(callbacks=[keep]).invoke(self.arguments(*command, **variables))
        outcome.success = result.success
        if result.exception:
            outcome.messages.append(str(result.exception))
        return outcome

    def rows(self, sql: str) -> list[dict[str, Any]]:
        """Rows of the warehouse without their null columns."""
        with duckdb.connect(self.warehouse) as connection:
            found = connection.execute(sql)
            names = [column[0] for column in found.description]
            return [
                {name: value for name, value in zip(names, row, strict=True) if value is not None}
                for row in found.fetchall()
            ]


def copy_project(folder: Path) -> RawProject:
    """The fixture project, made ready to run in a folder."""
    shutil.copytree(FIXTURE, folder)
    shutil.copytree(ROOT / "macros" / "raw", folder / "macros")
    for path in (ROOT / "models" / "staging").glob("*/_*__sources.yml"):
        shutil.copy(path, folder / "models")
    seeds = {path.stem for path in (folder / "seeds" / "raw").glob("*.csv")}
    tables = raw_seed_types.documented_tables(ROOT / "models" / "staging")
    types = raw_seed_types.seeds_yaml(table for table in tables if table.seed in seeds)
    (folder / "seeds" / "raw" / "_raw__seeds.yml").write_text(types, encoding="utf-8")
    return RawProject(folder)

"""What every DuckDB session of a build has: functions written in Python, and the secret hash key.

dbt-duckdb loads this module as a plugin (profiles.yml) and calls it for each connection and cursor.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import sys
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
from dbt.adapters.duckdb.plugins import BasePlugin
from dbt_common.exceptions import DbtRuntimeError

ROOT = Path(__file__).resolve().parent.parent
# dbt-duckdb loads this file as a module of its own, so its package has to be found first.
if str(ROOT) not in sys.path:
    sys.path.append(str(ROOT))

from scripts import raw_layout  # noqa: E402
from scripts.hash_key import HashKeyError, hash_key  # noqa: E402
from scripts.linkage import ParameterError, read_parameters  # noqa: E402


def nfkc(text: str) -> str:
    """Unicode compatibility form: full-width letters and digits become plain ones."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def answer(function: Callable[[], Any]) -> str:
    """The result as JSON text, or what is wrong: an exception would show a trace of ours."""
    try:
        return json.dumps(function(), ensure_ascii=False)
    except (raw_layout.RawError, OSError) as error:
        return json.dumps({"error": str(error)}, ensure_ascii=False)


def raw_files(raw_path: str, channel: str, entity: str) -> str:
    """JSON list of the files of one raw table."""
    return answer(
        lambda: [file.as_json() for file in raw_layout.raw_files(Path(raw_path), channel, entity)]
    )


def raw_reject_files(raw_path: str) -> str:
    """JSON list of the files with lines that intake could not read."""
    return answer(lambda: raw_layout.reject_files(Path(raw_path)))


def raw_problems(raw_path: str, documented: str) -> str:
    """JSON of problems and warnings of a folder; documented: what documented_tables() gives."""

    def found() -> dict[str, Any]:
        tables = [
            raw_layout.RawTable(
                channel=table["channel"],
                entity=table["entity"],
                columns=tuple(column["name"] for column in table["columns"]),
                required=frozenset(
                    column["name"] for column in table["columns"] if column["required"]
                ),
            )
            for table in json.loads(documented)
        ]
        return dataclasses.asdict(raw_layout.check(Path(raw_path), tables))

    return answer(found)


def extract_info(path: str) -> str:
    """JSON of what `_extract.json` says."""
    return answer(lambda: raw_layout.extract_info(Path(path)))


def linkage_problems(path: str) -> str:
    """JSON list of what is wrong with a file of linkage parameters: nothing, or one line."""

    def found() -> list[str]:
        try:
            read_parameters(Path(path))
        except ParameterError as error:
            return [str(error)]
        return []

    return answer(found)


FUNCTIONS: dict[str, tuple[Callable[..., str], int, bool]] = {
    # name: function, number of arguments, whether it reads files
    "nfkc": (nfkc, 1, False),
    "raw_files": (raw_files, 3, True),
    "raw_reject_files": (raw_reject_files, 1, True),
    "raw_problems": (raw_problems, 2, True),
    "extract_info": (extract_info, 1, True),
    "linkage_problems": (linkage_problems, 1, True),
}


class Plugin(BasePlugin):  # type: ignore[misc]
    """Registers the functions once a database, and the key on every cursor."""

    def initialize(self, plugin_config: dict[str, Any]) -> None:
        """Finds the key; without one there is no session."""
        try:
            self._key = hash_key()
        except HashKeyError as error:
            raise DbtRuntimeError(str(error)) from None

    def configure_connection(self, conn: duckdb.DuckDBPyConnection) -> None:
        """Registers the functions, unless another connection to the same file already did."""
        for name, (function, n_arguments, reads_files) in FUNCTIONS.items():
            with contextlib.suppress(duckdb.CatalogException):
                conn.create_function(
                    name,
                    function,
                    ["VARCHAR"] * n_arguments,
                    "VARCHAR",
                    side_effects=reads_files,
                )

    def configure_cursor(self, cursor: duckdb.DuckDBPyConnection) -> None:
        """Sets the key, which a cursor does not have from its connection."""
        cursor.execute("set variable hash_key = '" + self._key.replace("'", "''") + "'")

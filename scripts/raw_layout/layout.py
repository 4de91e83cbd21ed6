"""Where raw extracts lie: the files of a table, their columns, and `_extract.json`."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from .csv_files import csv_header
from .messages import RawError, shown
from .parquet_files import Column, escaped_pattern, parquet_columns

EXTRACT_FILE = "_extract.json"
REJECTS_FOLDER = "_rejects"
REJECT_COLUMNS = {"source_file", "line_no", "reason", "raw_line"}


@functools.cache
def documented_tables(staging: Path) -> tuple[RawTable, ...]:
    """The raw tables as the sources in the folders of staging document them."""
    tables = []
    for path in sorted(staging.glob("*/_*__sources.yml")):
        for source in yaml.safe_load(path.read_text(encoding="utf-8"))["sources"]:
            for table in source["tables"]:
                required = {
                    column["name"]
                    for column in table["columns"]
                    if column["config"]["meta"]["required"]
                }
                names = tuple(column["name"] for column in table["columns"])
                tables.append(RawTable(source["name"], table["name"], names, frozenset(required)))
    return tuple(tables)


@dataclass(frozen=True)
class Formats:
    """The endings of files that are read, and whether their case matters."""

    endings: tuple[str, ...]
    any_case: bool = False

    def ending_of(self, path: Path) -> str | None:
        """The ending of a file that is read, in small letters."""
        name = path.name.lower() if self.any_case else path.name
        return next((ending for ending in self.endings if name.endswith(ending)), None)

    def stem_of(self, path: Path) -> str:
        """The name of a file before its ending."""
        return path.name[: len(path.name) - len(self.ending_of(path) or path.suffix)]


# What a build reads.
FORMATS = Formats((".csv", ".parquet"))


@dataclass(frozen=True)
class RawFile:
    """One file of a raw table; `pattern` is the path for readers that take wildcards."""

    path: Path
    relative_path: str
    columns: tuple[Column, ...]

    def as_json(self) -> dict[str, Any]:
        """What the macros of raw() need to know of it."""
        return {
            "path": self.path.as_posix(),
            "pattern": escaped_pattern(self.path),
            "relative_path": self.relative_path,
            "format": self.path.suffix[1:],
            "columns": [{"name": column.name, "type": column.type} for column in self.columns],
        }


@dataclass(frozen=True)
class RawTable:
    """A raw table as the sources document it."""

    channel: str
    entity: str
    columns: tuple[str, ...]
    required: frozenset[str]


def is_left_alone(path: Path) -> bool:
    """Files and folders that are not extracts: their names begin with `_` or `.`."""
    return path.name.startswith(("_", "."))


def table_paths(raw_path: Path, channel: str, entity: str) -> list[Path]:
    """The files of one table in reading order: `<entity>.csv`, then those of `<entity>/`."""
    folder = raw_path / channel
    paths = [folder / f"{entity}{suffix}" for suffix in FORMATS.endings]
    several = folder / entity
    if several.is_dir():
        paths += sorted(
            path
            for path in several.iterdir()
            if FORMATS.ending_of(path) and not is_left_alone(path)
        )
    return [path for path in paths if path.is_file()]


def raw_files(raw_path: Path, channel: str, entity: str) -> list[RawFile]:
    """The files of one table with their columns."""
    files = []
    for path in table_paths(raw_path, channel, entity):
        try:
            columns = read_columns(path)
        except RawError as error:
            raise RawError(f"{shown(path)}{error}") from None
        files.append(RawFile(path, path.relative_to(raw_path).as_posix(), columns))
    return files


def reject_files(raw_path: Path) -> list[dict[str, str]]:
    """The files of lines that intake could not read: channel, entity, pattern."""
    files = []
    for path in sorted((raw_path / REJECTS_FOLDER).glob("*/*.parquet")):
        if not {column.name for column in parquet_columns(path)} >= REJECT_COLUMNS:
            raise RawError(
                f"{shown(path)}: was not written by intake: take it out of {REJECTS_FOLDER}."
            )
        files.append(
            {
                "channel": path.parent.name,
                "entity": path.stem,
                "pattern": escaped_pattern(path),
            }
        )
    return files


def read_columns(path: Path) -> tuple[Column, ...]:
    """The columns of a raw file; its errors go on from the name of the file."""
    if path.suffix == ".parquet":
        return tuple(parquet_columns(path))
    return tuple(Column(name) for name in csv_header(path))


def extract_info(path: Path) -> dict[str, Any]:
    """What `_extract.json` says: `extracted_on` (or null) and `kind` by channel."""
    if not path.is_file():
        return {"extracted_on": None, "kind": {}}
    example = '{"extracted_on": "2024-01-01", "kind": {"crm": "full", "shop": "delta"}}'
    try:
        found = json.loads(path.read_text(encoding="utf-8-sig"))
    except json.JSONDecodeError as error:
        raise RawError(
            f"{path}, line {error.lineno}: is not valid JSON: write it like {example}."
        ) from None
    except UnicodeDecodeError:
        raise RawError(f"{path}: is not UTF-8: write it like {example}.") from None
    if not isinstance(found, dict) or not isinstance(found.get("kind") or {}, dict):
        raise RawError(f"{path}: is not of the known form: write it like {example}.")
    day = found.get("extracted_on")
    kinds = found.get("kind") or {}
    if day is not None:
        try:
            day = date.fromisoformat(day).isoformat()
        except (TypeError, ValueError):
            raise RawError(f'{path}: extracted_on is no date such as "2024-01-01".') from None
    if any(kind not in ("full", "delta") for kind in kinds.values()):
        raise RawError(f'{path}: a kind is neither "full" nor "delta".')
    return {"extracted_on": day, "kind": kinds}

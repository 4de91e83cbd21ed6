"""The check before a build: everything that would stop it, and what it would leave out."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from .csv_files import check_is_text, check_lines, check_no_nul
from .layout import (
    EXTRACT_FILE,
    FORMATS,
    Formats,
    RawTable,
    extract_info,
    is_left_alone,
    read_columns,
    table_paths,
)
from .messages import EMPTY, Findings, RawError, column_key, plain, proposal, shown

# What people put beside raw files in the belief that it will be read.
DATA_SUFFIXES = (
    *FORMATS.endings,
    *(".tsv", ".txt", ".xls", ".xlsx", ".xlsm", ".ods", ".gz", ".zip", ".zst", ".bz2", ".7z"),
    *(".json", ".jsonl", ".pq", ".orc", ".avro"),
)
FOLDERS_LEFT_ALONE = ("truth",)


def check(raw_path: Path, tables: Sequence[RawTable], formats: Formats = FORMATS) -> Findings:
    """Everything that would stop a build from this folder, and what it would leave out.

    Files in other formats than a build reads are passed over where `formats` names them.
    """
    findings = Findings()
    if not raw_path.is_dir():
        findings.problems.append(
            f"{raw_path}: the folder of raw extracts (the variable raw_path)"
            f" {'is a file' if raw_path.exists() else 'does not exist'}: name the folder that holds"
            " <channel>/<entities>.csv."
        )
        return findings
    check_layout(raw_path, tables, findings, formats)
    n_files = 0
    for table in tables:
        paths = table_paths(raw_path, table.channel, table.entity)
        n_files += len(paths)
        if len({path.suffix for path in paths}) > 1:
            findings.problems.append(
                f"{raw_path / table.channel / table.entity}: the table is there as CSV and as"
                " Parquet: keep one of them, or its rows come twice."
            )
        for path in paths:
            check_file(path, table, findings)
    if not n_files and not findings.problems:
        known = ", ".join(f"{table.channel}/{table.entity}" for table in tables)
        findings.problems.append(
            f"{raw_path}: holds no extract that is known: put .csv or .parquet files there, named"
            f" as one of {known}."
        )
    try:
        kinds = extract_info(raw_path / EXTRACT_FILE)["kind"]
        channels = sorted({table.channel for table in tables})
        findings.problems += [
            f"{raw_path / EXTRACT_FILE}: kind names a channel that is unknown: {plain(name)}"
            f"{proposal(name, channels)}."
            for name in kinds
            if name not in channels
        ]
    except RawError as error:
        findings.problems.append(str(error))
    except OSError as error:
        findings.problems.append(f"{raw_path / EXTRACT_FILE}: cannot be opened ({error.strerror}).")
    return findings


def check_layout(
    raw_path: Path, tables: Sequence[RawTable], findings: Findings, formats: Formats = FORMATS
) -> None:
    """Files and folders where no table is read from: what a user takes for read would be lost."""
    entities: dict[str, list[str]] = {}
    for table in tables:
        entities.setdefault(table.channel, []).append(table.entity)
    by_path = {f"{table.channel}/{table.entity}": table.entity for table in tables}
    for path in entries(raw_path):
        if path.name in FOLDERS_LEFT_ALONE:
            continue
        if path.is_dir() and path.name not in entities:
            if holds_data(path):
                findings.problems.append(
                    f"{shown(path)}: is no known channel{proposal(path.name, entities)}: rename the"
                    f" folder to one of {', '.join(entities)}, or begin its name with _ to leave it"
                    " out."
                )
        elif path.is_dir():
            for inner in entries(path):
                check_entry(inner, entities[path.name], findings, formats)
        elif is_data(path):
            places = [place for place, name in by_path.items() if name == stem(path).lower()]
            suffix = formats.ending_of(path) or ".csv"
            hint = f" such as {places[0]}{suffix}" if places else ""
            findings.problems.append(
                f"{shown(path)}: lies beside the channels, where nothing is read: put it in the"
                f" folder of its channel{hint}, or begin its name with _."
            )


def check_entry(path: Path, entities: Sequence[str], findings: Findings, formats: Formats) -> None:
    """One file or folder of a channel."""
    known = (path.name if path.is_dir() else formats.stem_of(path)) in entities
    if path.is_dir() and known:
        for inner in entries(path):
            if inner.is_dir() and holds_data(inner):
                findings.problems.append(
                    f"{shown(inner)}: a folder within a table is not read: put its files in"
                    f" {shown(path)} itself."
                )
            elif inner.is_file() and is_data(inner) and not formats.ending_of(inner):
                check_format(inner, entities, findings, formats)
    elif path.is_dir():
        if holds_data(path):
            findings.problems.append(
                f"{shown(path)}: is no known table{proposal(path.name, entities)}: rename it to one"
                f" of {', '.join(entities)}, or begin its name with _ to leave it out."
            )
    elif is_data(path) and not formats.ending_of(path):
        check_format(path, entities, findings, formats)
    elif is_data(path) and not known:
        if formats.ending_of(path) == ".txt" and not proposal(stem(path), entities):
            findings.warnings.append(f"{shown(path)}: is not read, being no known table.")
            return
        hint = proposal(stem(path), entities, path.name[len(stem(path)) :])
        findings.problems.append(
            f"{shown(path)}: is no known table{hint}: rename it to one of {', '.join(entities)}, or"
            " begin its name with _ to leave it out."
        )


def entries(folder: Path) -> list[Path]:
    """What lies in a folder and is not left alone, by name."""
    return sorted(path for path in folder.iterdir() if not is_left_alone(path))


def holds_data(folder: Path) -> bool:
    """Whether there is a file of data anywhere in a folder."""
    return any(is_data(path) for path in folder.rglob("*"))


def is_data(path: Path) -> bool:
    """Whether a user may take the file for one that is read."""
    return path.suffix.lower() in DATA_SUFFIXES and path.is_file()


def stem(path: Path) -> str:
    """The name before all suffixes: orders of orders.csv.gz."""
    return path.name.split(".", 1)[0]


def check_format(path: Path, entities: Sequence[str], findings: Findings, formats: Formats) -> None:
    """A file of data in a format that is not read; a text of another name may be but a note."""
    read = " nor ".join([", ".join(formats.endings[:-1]), formats.endings[-1]])
    if path.suffix.lower() in formats.endings:
        findings.problems.append(
            f"{shown(path)}: endings are written small: rename it to"
            f" {path.stem}{path.suffix.lower()}."
        )
    elif path.suffix in (".txt", ".json") and not proposal(stem(path), entities):
        findings.warnings.append(f"{shown(path)}: is not read, being neither {read}.")
    else:
        findings.problems.append(
            f"{shown(path)}: is neither {read}: save it as {stem(path)}.csv (commas, UTF-8), or"
            " begin its name with _ to leave it out."
        )


def check_file(path: Path, table: RawTable, findings: Findings) -> None:
    """One file: it can be read, its columns are those of the table, no line is lost."""
    try:
        if shown(path) != path.as_posix():
            raise RawError(": the name of the file is not UTF-8: rename it.")
        if path.stat().st_size == 0:
            raise RawError(EMPTY)
        if path.suffix == ".csv":
            check_is_text(path)
            check_no_nul(path)
        header = [column.name for column in read_columns(path)]
        check_header(header, path, table, findings)
        if path.suffix == ".csv":
            check_lines(path, header)
    except RawError as error:
        findings.problems.append(f"{shown(path)}{error}")
    except OSError as error:
        findings.problems.append(f"{shown(path)}: cannot be opened ({error.strerror}).")


def check_header(
    header: list[str], path: Path, table: RawTable, findings: Findings, line_no: int = 1
) -> None:
    """Compares the names of a file with those of its table."""
    line = "" if path.suffix == ".parquet" else f", line {line_no}"
    keys = [column_key(name) for name in header]
    documented = {column_key(name): name for name in table.columns}
    if len(header) == 1:
        for separator, name in ((";", "semicolons"), ("\t", "tabs"), ("|", "bars")):
            if separator in header[0]:
                raise RawError(f"{line}: the columns are separated by {name}: save it with commas.")
    if documented.keys().isdisjoint(keys):
        raise RawError(
            f"{line}: none of the names is a column of {table.channel}.{table.entity}: the first"
            f" line must hold the column names ({', '.join(table.columns)})."
        )
    twice = [name for name, n in Counter(keys).items() if n > 1 and name]
    if twice:
        names = ", ".join(plain(name) for name in twice)
        raise RawError(
            f"{line}: there are several columns of one name ({names}): keep one of each."
        )
    unknown = {
        key: plain(name.strip(), position)
        for position, (key, name) in enumerate(zip(keys, header, strict=True), start=1)
        if key not in documented and key not in ("_source_file", "_source_row")
    }
    missing = [name for name in table.columns if name in table.required and name not in keys]
    if missing:
        close = {
            name: difflib.get_close_matches(name, unknown, n=1, cutoff=0.6) for name in missing
        }
        names = ", ".join(
            name + (f" (is it {unknown[close[name][0]]}?)" if close[name] else "")
            for name in missing
        )
        others = ", ".join(name for name in unknown.values() if name)
        found = f"; unknown columns of the file: {others}" if others else ""
        findings.problems.append(
            f"{shown(path)}{line}: required columns are missing: {names}{found}: rename or add them"
            " (a column may be empty)."
        )
    if unknown and not missing:
        names = ", ".join(
            shown_name or f"column {keys.index(key) + 1}" for key, shown_name in unknown.items()
        )
        findings.warnings.append(
            f"{shown(path)}: columns that no model reads: {names}. Rename them if they are columns"
            f" of {table.channel}.{table.entity} under another name."
        )

"""The registry as a file: what an export holds, and which files an import takes."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import duckdb
import pytest

from scripts import registry

Run = Iterable[tuple[str, str | None]]

FIRST: list[tuple[str, str | None]] = [("crm:1", "C1"), ("crm:2", "C2")]
SECOND: list[tuple[str, str | None]] = [("crm:2", "C1")]
OTHER: list[tuple[str, str | None]] = [("crm:8", "C8")]


def make_warehouse(path: Path, *runs: Run, records: Iterable[str] = ()) -> Path:
    """A warehouse with a registry of these runs, where there are any, and with accounts."""
    columns = ", ".join(f"{name} {kind}" for name, kind in registry.COLUMNS.items())
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema intermediate")
        if runs:
            connection.execute(f"create table {registry.TABLE} ({columns})")
        for run_no, run in enumerate(runs, 1):
            for record_id, id_ in run:
                connection.execute(
                    f"insert into {registry.TABLE} values"
                    " (?, ?, ?, ?, '2024-01-01', null, 0, 'new_record', ['mobile 138****0000'])",
                    [run_no, record_id, id_, id_],
                )
        connection.execute("create table intermediate.int_identity__records (record_id varchar)")
        for record_id in records:
            connection.execute(
                "insert into intermediate.int_identity__records values (?)", [record_id]
            )
    return path


def rows(warehouse: Path) -> list[tuple[object, ...]]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute(f"from {registry.TABLE} order by all").fetchall()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder, with an export of two runs."""
    monkeypatch.chdir(tmp_path)
    make_warehouse(tmp_path / "two.duckdb", FIRST, SECOND)
    assert "3 changes of 2 runs" in registry.export(Path("two.duckdb"), Path("out/two.parquet"))
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["two.parquet"]
    return tmp_path


def refused(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *arguments: str
) -> str:
    """The one line of a command that does nothing."""
    monkeypatch.setenv("WAREHOUSE", "warehouse.duckdb")
    assert registry.main(list(arguments)) == 2
    said = capsys.readouterr()
    assert not said.out
    assert said.err.count("\n") == 1
    return said.err


def test_a_new_warehouse_gets_the_ids(folder: Path) -> None:
    said = registry.import_(Path("new/new.duckdb"), Path("out/two.parquet"), replace=False)
    assert "3 changes of 2 runs" in said
    assert rows(folder / "new/new.duckdb") == rows(folder / "two.duckdb")
    again = folder / "again.parquet"
    registry.export(folder / "new/new.duckdb", again)
    assert again.read_bytes() == (folder / "out/two.parquet").read_bytes()


def test_a_warehouse_that_the_file_goes_on_from_gets_it(folder: Path) -> None:
    make_warehouse(folder / "one.duckdb", FIRST)
    registry.import_(Path("one.duckdb"), Path("out/two.parquet"), replace=False)
    assert rows(folder / "one.duckdb") == rows(folder / "two.duckdb")


@pytest.mark.parametrize(
    ("runs", "records", "message"),
    [
        ([OTHER], [], "is not of this warehouse: warehouse.duckdb began with another first run"),
        ([FIRST, OTHER], [], "parts from the history of warehouse.duckdb at run 2"),
        ([FIRST, SECOND, OTHER], [], "ends at run 2, and warehouse.duckdb is at run 3"),
        ([], ["crm:8", "crm:9"], "is not of this warehouse: it knows none of the 2 accounts"),
    ],
)
def test_another_history_is_kept_unless_it_is_to_be_replaced(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    runs: list[Run],
    records: list[str],
    message: str,
) -> None:
    warehouse = make_warehouse(folder / "warehouse.duckdb", *runs, records=records)
    before = warehouse.read_bytes()
    assert message in refused(capsys, monkeypatch, "import", "out/two.parquet")
    assert warehouse.read_bytes() == before
    assert registry.main(["import", "out/two.parquet", "--replace"]) == 0
    assert rows(warehouse) == rows(folder / "two.duckdb")


def test_what_is_no_registry_is_refused(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "text.parquet").write_text("no Parquet")
    metadata = "format: 'customer360_registry', version: '1', warehouse: '', digest: ''"
    exported = "from 'out/two.parquet'"
    with duckdb.connect("two.duckdb", read_only=True) as connection:
        said = registry.history(connection, registry.TABLE).metadata()
    own = ", ".join(f"{name}: '{value}'" for name, value in said.items())
    for name, query, pairs in [
        ("plain", "select 1 as run_no", "format: 'other'"),
        ("later", exported, metadata.replace("'1'", "'2'")),
        ("columns", "select 1 as run_no", metadata),
        ("changed", exported, metadata),
        (
            "reworded",
            "select * replace (['mobile 13800000000'] as identifiers) from 'out/two.parquet'",
            own,
        ),
    ]:
        duckdb.execute(
            f"copy ({query}) to '{name}.parquet' (format parquet, kv_metadata {{{pairs}}})"
        )
    for name, message in [
        ("none", "there is no such file"),
        ("text", "is no registry of customer ids"),
        ("plain", "is no registry of customer ids"),
        ("later", "is a registry of version 2, and this project reads version 1"),
        ("columns", "is damaged or was changed since it was exported"),
        ("changed", "is damaged or was changed since it was exported"),
        ("reworded", "is damaged or was changed since it was exported"),
    ]:
        line = refused(capsys, monkeypatch, "import", f"{name}.parquet")
        assert line.startswith(f"{name}.parquet: ")
        assert message in line
    assert not (folder / "warehouse.duckdb").exists()


def test_what_cannot_be_exported_is_said(
    folder: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "there is no such warehouse" in refused(capsys, monkeypatch, "export", "x.parquet")
    make_warehouse(folder / "warehouse.duckdb")
    assert "the table int_identity__registry is missing" in refused(
        capsys, monkeypatch, "export", "x.parquet"
    )
    (folder / "warehouse.duckdb").write_text("no warehouse, but long enough to be one" * 99)
    assert "this is no warehouse" in refused(capsys, monkeypatch, "export", "x.parquet")
    make_warehouse(folder / "other.duckdb", FIRST)
    monkeypatch.chdir(folder)
    (folder / "other.duckdb").replace(folder / "warehouse.duckdb")
    (folder / "file").write_text("")
    assert "cannot be written" in refused(capsys, monkeypatch, "export", "file/x.parquet")
    assert not (folder / "x.parquet").exists()

"""The summary that ends a build."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pytest

from scripts import summarize
from tests.python.whole_project import ROOT


def make_warehouse(path: Path, n_rows: dict[str, int]) -> Path:
    """A warehouse with tables of so many rows."""
    with duckdb.connect(str(path)) as connection:
        for mart, n in n_rows.items():
            connection.execute(f"create table {mart} as select * from range({n})")
    return path


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command line, from the project's folder."""
    return subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "summarize.py"), *arguments],
        cwd=ROOT,
        env={"PYTHONUTF8": "1", **environment},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    n_rows = {mart: number for number, mart in enumerate(summarize.MARTS)}
    return make_warehouse(tmp_path / "a warehouse.duckdb", n_rows | {"customer_base": 1234567})


def test_every_mart_is_named_with_its_question(manifest: dict[str, Any]) -> None:
    marts = {
        node["name"]
        for node in manifest["nodes"].values()
        if node["resource_type"] == "model"
        and node["original_file_path"].startswith("models/marts")
    }
    assert set(summarize.MARTS) == marts
    assert all(question.endswith("?") for question in summarize.MARTS.values())


def test_rows_of_every_mart_are_counted(warehouse: Path) -> None:
    first, *lines = summarize.summary(warehouse).splitlines()
    assert first == f"Built {warehouse}; marts in its schema main, with their rows:"
    assert [line.split()[0] for line in lines] == list(summarize.MARTS)
    assert lines[0].split()[1:] == ["1,234,567", "Who", "are", "our", "customers?"]
    assert [line.split()[1] for line in lines[1:]] == [str(n) for n in range(1, len(lines))]
    assert len({line.index(line.split()[2]) for line in lines}) == 1, "questions are in one column"


def test_the_warehouse_is_the_argument_or_that_of_the_environment(warehouse: Path) -> None:
    by_argument = run(str(warehouse))
    by_environment = run(WAREHOUSE=str(warehouse))
    assert (by_argument.returncode, by_argument.stderr) == (0, "")
    assert by_argument.stdout == summarize.summary(warehouse) + "\n"
    assert by_environment.stdout == by_argument.stdout


def test_the_argument_comes_before_the_environment(warehouse: Path) -> None:
    assert run(str(warehouse), WAREHOUSE="nowhere.duckdb").returncode == 0


@pytest.mark.parametrize("what", ["no file", "a folder", "no warehouse", "a mart is missing"])
def test_what_is_no_warehouse_is_one_line_that_says_what_to_do(tmp_path: Path, what: str) -> None:
    path = tmp_path / "warehouse.duckdb"
    if what == "a folder":
        path.mkdir()
    if what == "no warehouse":
        path.write_text("this is no warehouse", encoding="utf-8")
    if what == "a mart is missing":
        make_warehouse(path, {"customer_base": 3})
    done = run(str(path))
    assert done.returncode == 2
    assert done.stdout == ""
    [line] = done.stderr.splitlines()
    assert line.startswith(f"{path}: ")
    assert line.endswith(": make build")


def test_nothing_is_written(warehouse: Path) -> None:
    before = warehouse.read_bytes(), sorted(warehouse.parent.iterdir())
    run(str(warehouse))
    assert (warehouse.read_bytes(), sorted(warehouse.parent.iterdir())) == before

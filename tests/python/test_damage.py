"""Heavy noise: of every damaged line it is known whether intake read it or kept it."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from scripts import intake
from scripts.generator import cli as generate
from scripts.scorer import mapping
from scripts.scorer.lines import score_lines


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("damage")
    for name in ("default", "heavy"):
        arguments = ["--records", "600", "--seed", "7", "--noise", "heavy"]
        assert generate.main([*arguments, "--out", str(folder / name)]) == 0
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_the_same_arguments_give_the_same_bytes(folder: Path) -> None:
    assert contents(folder / "default") == contents(folder / "heavy")


@pytest.fixture(scope="module")
def read(folder: Path) -> Path:
    assert intake.main([str(folder / "heavy"), str(folder / "read")]) == 1
    return folder / "read"


def test_every_damaged_line_is_read_as_it_was_or_kept(folder: Path, read: Path) -> None:
    scores = {score.name: score for score in score_lines(folder / "heavy", read, mapping.kinds())}
    n_damages = duckdb.execute(
        f"select count(*) from '{folder}/heavy/truth/errors.parquet' where column_name is null"
        " and kind not in ('exact_duplicate', 'missing_key')"
    ).fetchall()
    assert sum(score.n_true for score in scores.values() if score.meaning) == n_damages[0][0]
    assert all(score.n_true for score in scores.values())
    assert not [name for name, score in scores.items() if score.is_met is False]
    n = sum(score.n_true for name, score in scores.items() if name.endswith(" read as meant"))
    n_read = sum(
        score.n_caught for name, score in scores.items() if name.endswith(" read as meant")
    )
    assert n_read > 0.8 * n


@pytest.mark.parametrize(
    ("damage", "missed"),
    [
        ("from lines where reason <> 'nul_bytes'", "nul_bytes"),
        (
            "from lines union all by name"
            " (select * replace ('a,sound,line' as raw_line) from lines limit 1)",
            "lines left out",
        ),
    ],
)
def test_a_line_lost_or_left_out_without_damage_shows(
    folder: Path, read: Path, tmp_path: Path, damage: str, missed: str
) -> None:
    changed = tmp_path / "read"
    shutil.copytree(read, changed)
    for path in (changed / "_rejects").glob("*/*.parquet"):
        lines = f"(from '{read / path.relative_to(changed)}')"
        duckdb.execute(f"copy (with lines as {lines} {damage}) to '{path}'")
    scores = score_lines(folder / "heavy", changed, mapping.kinds())
    assert [score.name for score in scores if score.is_met is False] == [missed]


def test_a_record_that_vanished_or_changed_shows(folder: Path, read: Path, tmp_path: Path) -> None:
    changed = tmp_path / "read"
    shutil.copytree(read, changed)
    for path in changed.glob("[a-z]*/*.parquet"):
        duckdb.execute(f"copy (from '{read / path.relative_to(changed)}' limit 0) to '{path}'")
    scores = score_lines(folder / "heavy", changed, mapping.kinds())
    assert {score.name for score in scores if score.is_met is False} == {
        *("broken_line", "open_quote", "long_field")
    }

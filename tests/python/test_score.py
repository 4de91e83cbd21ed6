"""The score: every target is met on a small data set, and what goes wrong shows."""

from __future__ import annotations

import shutil
from pathlib import Path

import duckdb
import pytest

from scripts.generator import noise
from scripts.scorer import cli, mapping
from scripts.scorer.kinds_of_error import Score
from scripts.scorer.report import markdown

N_RECORDS = 3_000


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small data set, generated and built; its own exit code says that every target is met."""
    out = tmp_path_factory.mktemp("score") / "out"
    assert cli.main(["--records", str(N_RECORDS), "--out", str(out)]) == 0
    return out


def test_every_kind_and_column_with_errors_is_mapped() -> None:
    assert set(noise.DEFAULT_RATES) == set(mapping.kinds())
    noisy = {(table, column) for table, columns in noise.COLUMNS.items() for column in columns}
    assert noisy == {(reading.table, reading.column) for reading in mapping.readings()}


def test_formats_duplicates_and_missing_keys_must_be_perfect() -> None:
    kinds = mapping.kinds()
    perfect = {name for name, kind in kinds.items() if kind.target == 1}
    assert {"exact_duplicate", "missing_key"} <= perfect
    assert {name for name in kinds if name.endswith(("_format", "_spelling"))} <= perfect
    assert all(k.target is None or k.target >= 0.99 for k in kinds.values())


def test_all_targets_are_met_and_written(built: Path) -> None:
    """Faked orders, resellers and the like have no target; at least the plain ones are found."""
    scores = {(score.part, score.name): score for score in cli.score(built)}
    assert not [name for name, score in scores.items() if score.is_met is False]
    assert {part for part, _ in scores} == {
        *("error", "identity", "class", "exclusion", "scheme", "mention", "identity_pairs")
    }
    assert scores["class", "employee"].recall == 1
    assert (scores["exclusion", "suspected_fake"].recall or 0) > 0.4
    assert scores["scheme", "office"].n_caught == 0
    for name in ("score.md", "score.csv"):
        text = (built / name).read_text(encoding="utf-8")
        assert "money_outlier" in text


@pytest.mark.parametrize(
    ("damage", "missed"),
    [
        (
            "update staging.base_crm__customers set gender = 'male' where gender = 'female'",
            {"gender_code"},
        ),
        (
            "delete from intermediate.int_quality__findings where rule = 'invalid_age'",
            {"age_outlier"},
        ),
        (
            "insert into intermediate.int_quality__findings by name select 'crm' as channel,"
            " 'customers' as entity, customer_no as record_key, 'age' as column_name,"
            " 'invalid_age' as rule from staging.base_crm__customers",
            {"age_outlier"},
        ),
        (
            "delete from main.quality_duplicates where channel = 'payments'",
            {"exact_duplicate"},
        ),
        ("delete from main.quality_rejected_rows where entity = 'events'", {"missing_key"}),
        (
            "update staging.base_shop__orders set ordered_at = ordered_at + interval 1 hour",
            {"time_format"},
        ),
        (
            "update main.customer_transactions set exclusion_reason = 'cancelled'"
            " where exclusion_reason = 'unpaid'",
            {"cancelled", "unpaid"},
        ),
    ],
)
def test_what_goes_wrong_shows(
    built: Path, tmp_path: Path, damage: str, missed: set[str], capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "raw").symlink_to(built / "raw")
    shutil.copy(built / "warehouse.duckdb", out / "warehouse.duckdb")
    with duckdb.connect(str(out / "warehouse.duckdb")) as con:
        con.execute(damage)
    assert cli.main(["--built", "--out", str(out)]) == 1
    said = capsys.readouterr().err.strip()
    assert said.startswith("score.py: missed the target: ")
    assert set(said.removeprefix("score.py: missed the target: ").split(", ")) == missed


def test_nothing_to_score_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--built", "--out", str(tmp_path)]) == 2
    said = capsys.readouterr().err.strip()
    assert said.startswith(f"score.py: cannot score {tmp_path}") and "\n" not in said


def test_a_share_below_one_is_never_shown_as_one() -> None:
    table = markdown([Score("error", "kind", 100_000, 99_999, 10, 10, 1.0)], "Score")
    assert "| 0.9999 |" in table.replace("  ", " ") and "NO" in table

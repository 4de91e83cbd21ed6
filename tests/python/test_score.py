"""The score: every target is met on a small data set, and what goes wrong shows."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import duckdb
import pytest

from scripts.generator import damage as line_damage
from scripts.generator import noise
from scripts.scorer import cli, mapping
from scripts.scorer.kinds_of_error import Score
from scripts.scorer.report import markdown

N_RECORDS = 3_000


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small data set, generated and built, and one of broken lines; the exit code says that every
    target and floor is met."""
    out = tmp_path_factory.mktemp("score") / "out"
    arguments = ["--records", str(N_RECORDS), "--noise", "heavy", "--out", str(out)]
    assert cli.main(arguments) == 0
    return out


def test_every_kind_and_column_with_errors_is_mapped() -> None:
    of_lines = {*line_damage.LINE_KINDS, "long_field", "before_header", "total_line"}
    assert set(noise.DEFAULT_RATES) | of_lines == set(mapping.kinds())
    noisy = {(table, column) for table, columns in noise.COLUMNS.items() for column in columns}
    assert noisy == {(reading.table, reading.column) for reading in mapping.readings()}


def test_formats_duplicates_and_missing_keys_must_be_perfect() -> None:
    kinds = mapping.kinds()
    perfect = {name for name, kind in kinds.items() if kind.target == 1}
    assert {"exact_duplicate", "missing_key"} <= perfect
    assert {name for name in kinds if name.endswith(("_format", "_spelling"))} <= perfect
    assert all(k.target is None or k.target >= 0.99 for k in kinds.values())


def test_all_targets_and_floors_are_met_and_written(built: Path) -> None:
    scores = {(score.part, score.name): score for score in cli.score(built, is_heavy=True)}
    assert not [name for name, score in scores.items() if score.is_met is False]
    assert {part for part, _ in scores} == {
        *("error", "identity", "line", "class", "exclusion", "scheme", "mention", "identity_pairs")
    }
    for part in ("class", "mention", "identity_pairs"):
        assert all(score.floor for (its, _), score in scores.items() if its == part)
    # Each order has a reason that it states, which has a target, or one that has a floor.
    for (part, name), score in scores.items():
        assert part != "exclusion" or (score.target is None) != (score.floor is None), name
    assert set(mapping.floors()) <= set(scores)
    assert scores["class", "employee"].recall == 1
    assert scores["scheme", "office"].n_caught == 0
    for name in ("score.md", "score.csv"):
        text = (built / name).read_text(encoding="utf-8")
        assert "money_outlier" in text and "open_quote read as meant" in text


def test_a_floor_leaves_room_for_chance_and_no_more() -> None:
    floor = mapping.Floor(0.5, 0.9)
    few, many = Score("class", "x", 10, 3, 2, 2), Score("class", "x", 1_000, 460, 460, 430)
    assert replace(few, floor=floor).is_met is True
    assert replace(many, floor=floor).is_met is False
    assert replace(many, n_caught=500, floor=floor).is_met is True
    assert replace(many, n_caught=500, n_right=390, floor=floor).is_met is False
    assert replace(few, n_true=0, n_caught=0, floor=floor).is_met is None
    # Cases that stand or fall together are few, however many they are.
    assert replace(many, n_caught=400, n_right=390, n_claimed=400, floor=floor).is_met is False
    assert replace(many, n_right=450, n_effective=12.0, floor=floor).is_met is True
    assert few.is_met is None


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
        # What vanished is missed.
        (
            "delete from staging.base_shop__reviews where _source_row % 3 = 0"
            " and _source_row not in (select source_row from '{raw}/truth/errors.parquet'"
            " where entity = 'reviews' and source_row is not null)",
            {"time_format"},
        ),
        ("delete from main.customer_transactions where exclusion_reason = 'unpaid'", {"unpaid"}),
        (
            "delete from main.customer_transactions where customer_id <> 'anonymous'"
            " and exclusion_reason is null",
            {"counted"},
        ),
        ("delete from intermediate.int_activity__mentions where kind = 'touch'", {"touch"}),
        (
            "delete from main.customer_crosswalk",
            {
                *("consumer", "employee", "reseller", "reseller of 3 orders or more"),
                *("suspected_abuse", "suspected_abuse of 3 orders or more", "test"),
                *("sale", "session", "survey", "ticket", "touch", "pairs of accounts"),
                "exact evidence",
            },
        ),
        # What is inferred has floors.
        (
            "update main.customer_base set customer_class = 'consumer'"
            " where customer_class in ('reseller', 'employee')",
            {"reseller", "reseller of 3 orders or more", "employee"},
        ),
        (
            "update main.customer_transactions set exclusion_reason = 'suspected_fake'"
            " where exclusion_reason is null and hash(order_id) % 100 = 0",
            {"counted", "suspected_fake"},
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
        con.execute(damage.format(raw=built / "raw"))
    assert cli.main(["--built", "--out", str(out)]) == 1
    said = capsys.readouterr().err.strip()
    assert said.startswith("score.py: missed the target or floor: ")
    assert set(said.removeprefix("score.py: missed the target or floor: ").split(", ")) == missed


def test_nothing_to_score_is_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--built", "--out", str(tmp_path)]) == 2
    said = capsys.readouterr().err.strip()
    assert said.startswith(f"score.py: cannot score {tmp_path}") and "\n" not in said


def test_a_share_below_one_is_never_shown_as_one() -> None:
    table = markdown([Score("error", "kind", 100_000, 99_999, 10, 10, 1.0)], "Score")
    assert "| 0.9999 |" in table.replace("  ", " ") and "NO" in table

"""FEBRL's files as customers of the CRM: nothing is lost, and nothing tells who is whose copy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pytest

from scripts.datasets import febrl

HEAD = ", ".join(febrl.COLUMNS)
ROWS = {
    "dataset1.csv": [
        "rec-1-org, ann, lee, 6, tullaroop street, willaroo, st james, 4011, wa, 19081209, 698",
        "rec-1-dup-0, lee, , 6, tullaroopstreet, , st james, 4011, , 19081209, 689",
        "rec-2-org, , , , , , , 2776, vic, , 263",
    ],
    "dataset4a.csv": ["rec-7-org, bo, o'neil, 1, x, y, z, 1000, nsw, 19990101, 111"],
    "dataset4b.csv": ["rec-7-dup-0, bo, o'neal, 1, x, y, z, 1000, nsw, 19990101, 111"],
}


@pytest.fixture
def package(tmp_path: Path) -> Path:
    folder = tmp_path / "package"
    folder.mkdir()
    for name, rows in ROWS.items():
        # As in the package, the last line may lack its end.
        (folder / name).write_text("\n".join([HEAD, *rows]))
    return folder


def read(out: Path, table: str) -> list[dict[str, Any]]:
    with duckdb.connect() as con:
        rows = con.execute(f"from '{out}/{table}.parquet'")
        names = [column[0] for column in rows.description or []]
        return [dict(zip(names, row, strict=True)) for row in rows.fetchall()]


def test_every_person_is_a_customer_whose_number_tells_nothing(
    package: Path, tmp_path: Path
) -> None:
    out = tmp_path / "raw"
    assert febrl.main(["--package-data", str(package), "--out", str(out)]) == 0
    for kind in ("with_number", "without_number"):
        customers = {row["name"]: row for row in read(out, f"febrl1/{kind}/crm/customers")}
        assert set(customers) == {"ann lee", "lee", None}
        assert customers["ann lee"]["address"] == ("6 tullaroop street, willaroo, st james WA 4011")
        assert customers["lee"]["address"] == "6 tullaroopstreet, st james 4011"
        assert customers[None]["address"] == "VIC 2776"
        assert customers["ann lee"]["birth_date"] == "19081209"
        assert not any("rec-" in str(value) for row in customers.values() for value in row.values())
        truth = {
            row["record_id"]: row["person_id"] for row in read(out, f"febrl1/{kind}/truth/records")
        }
        people = [truth["crm:" + customers[name]["customer_no"]] for name in customers]
        assert sorted(people) == ["P1", "P1", "P2"]
        assert (out / "febrl1" / kind / "_extract.json").is_file()
    assert not (out / "febrl1/without_number/crm/identifiers.parquet").exists()
    numbers = {
        row["record_key"]: row["value"] for row in read(out, "febrl1/with_number/crm/identifiers")
    }
    assert numbers[customers["lee"]["customer_no"]] == "689"
    both = read(out, "febrl4/with_number/crm/customers")
    assert {(row["name"], row["source"]) for row in both} == {
        ("bo o'neil", "febrl4a"),
        ("bo o'neal", "febrl4b"),
    }


def test_the_same_files_give_the_same_bytes(package: Path, tmp_path: Path) -> None:
    for name in ("a", "b"):
        febrl.map_to_raw(package, tmp_path / name)
    for file in (tmp_path / "a").rglob("*.parquet"):
        other = tmp_path / "b" / file.relative_to(tmp_path / "a")
        assert file.read_bytes() == other.read_bytes(), file


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("no folder", "holds no dataset1.csv"),
        ("not installed", "pip install --no-deps --require-hashes"),
        ("a file is gone", "is missing"),
        ("other columns", "has other columns"),
        ("short line", "cannot be mapped"),
    ],
)
def test_a_package_that_is_not_as_expected_is_one_line(
    damage: str,
    said: str,
    package: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    arguments = ["--package-data", str(package), "--out", str(tmp_path / "raw")]
    if damage == "no folder":
        arguments[1] = str(tmp_path / "nowhere")
    elif damage == "not installed":
        monkeypatch.setattr(febrl, "candidate_folders", lambda **_: [tmp_path / "nowhere"])
        arguments = arguments[2:]
    elif damage == "a file is gone":
        (package / "dataset4b.csv").unlink()
    elif damage == "other columns":
        (package / "dataset1.csv").write_text("rec_id, name\n1, a\n")
    else:
        (package / "dataset1.csv").write_text(f"{HEAD}\nrec-1-org, ann\n")
    assert febrl.main(arguments) == 2
    message = capsys.readouterr().err
    assert said in message and message.count("\n") == 1

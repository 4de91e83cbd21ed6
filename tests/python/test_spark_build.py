"""What scripts/spark_build.py checks before Spark starts, and what it hands to dbt."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from scripts import spark_build
from scripts.spark_build import CannotStartError


@pytest.fixture
def raw_folder(tmp_path: Path) -> Path:
    (tmp_path / "crm").mkdir()
    (tmp_path / "crm" / "customers.parquet").write_bytes(b"PAR1")
    return tmp_path


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ('openjdk version "17.0.15" 2025-04-15', 17),
        ('java version "1.8.0_392"', 8),
        ('openjdk version "21" 2023-09-19', 21),
        ("command not found", None),
    ],
)
def test_java_version(text: str, version: int | None) -> None:
    assert spark_build.java_version(text) == version


def test_no_java_is_one_line(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JAVA_HOME", str(tmp_path))
    with pytest.raises(CannotStartError, match=r"^Spark needs Java, .*: install Java 17") as error:
        spark_build.check_java()
    assert "\n" not in str(error.value)


def test_folder_that_holds_nothing_for_spark(tmp_path: Path) -> None:
    with pytest.raises(CannotStartError, match="there is no such folder"):
        spark_build.check_raw_folder(tmp_path / "none")
    (tmp_path / "crm").mkdir()
    (tmp_path / "crm" / "customers.csv").touch()
    with pytest.raises(CannotStartError, match="on Spark raw extracts are Parquet files"):
        spark_build.check_raw_folder(tmp_path)


@pytest.mark.parametrize("name", ["crm/customers.parquet", "crm/customers/2024.parquet"])
def test_folder_of_one_table(tmp_path: Path, name: str) -> None:
    (tmp_path / name).parent.mkdir(parents=True)
    (tmp_path / name).write_bytes(b"PAR1")
    spark_build.check_raw_folder(tmp_path)


def test_empty_file_that_spark_would_skip(raw_folder: Path) -> None:
    (raw_folder / "crm" / "consents.parquet").touch()
    with pytest.raises(CannotStartError, match=r"consents[.]parquet: the file is empty"):
        spark_build.check_raw_folder(raw_folder)


def test_one_build_at_a_time(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(spark_build, "HOME", tmp_path / "spark")
    with (
        spark_build.the_only_build(),
        pytest.raises(CannotStartError, match="Another build"),
        spark_build.the_only_build(),
    ):
        pass
    with spark_build.the_only_build():
        pass


@pytest.mark.parametrize("text", ["as_of_date", "[1]", "{a: "])
def test_variables_that_are_no_mapping(text: str) -> None:
    with pytest.raises(CannotStartError, match="--vars must be a YAML mapping"):
        spark_build.parse_variables(text)


def test_dbt_gets_the_folder_and_what_its_extracts_say(raw_folder: Path) -> None:
    (raw_folder / "_extract.json").write_text('{"extracted_on": "2024-01-01"}', encoding="utf-8")
    variables = spark_build.parse_variables("{as_of_date: 2023-12-31, raw: seeds}")
    arguments = spark_build.dbt_arguments(raw_folder, variables, ["--select", "rfm_segments"])
    assert arguments[:3] == ["build", "--target", "spark"]
    assert arguments[-2:] == ["--select", "rfm_segments"]
    assert json.loads(arguments[arguments.index("--vars") + 1]) == {
        "as_of_date": "2023-12-31",
        "raw": "files",
        "raw_path": raw_folder.resolve().as_posix(),
        "extract_info": {"extracted_on": "2024-01-01", "kind": {}},
    }


def test_extract_information_may_be_absent_but_not_broken(raw_folder: Path) -> None:
    assert spark_build.extract_info(raw_folder) == {"extracted_on": None, "kind": {}}
    (raw_folder / "_extract.json").write_text("[1]", encoding="utf-8")
    with pytest.raises(CannotStartError, match="is not of the known form"):
        spark_build.extract_info(raw_folder)


def test_arguments_of_dbt_are_left_to_dbt() -> None:
    options, rest = spark_build.parse_arguments(
        ["data", "--small", "--threads", "2", "--fail-fast"]
    )
    assert (options.raw_path, options.small) == (Path("data"), True)
    assert rest == ["--threads", "2", "--fail-fast"]

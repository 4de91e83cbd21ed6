"""A folder of extracts is described before anybody builds from it, and no value is printed."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import openpyxl
import pytest

from scripts import check_inputs, intake
from tests.python.raw_project import DELIVERIES, write_files

SECRET = "张三丰13800001234"
FILE = "logistics/deliveries.csv"
GOOD = f"{DELIVERIES}\n1,sf,2024-01-01,{SECRET},ok\n2,sf,2024-01-01,x,ok\n"


@pytest.mark.parametrize(
    ("files", "code", "said"),
    [
        ({FILE: GOOD}, 0, ["UTF-8     comma         2", "delivered_at", "Good"]),
        (
            {FILE: GOOD.replace("status", "status,deliverd_at")},
            1,
            ["deliverd_at (is it delivered_at?)", "has 5 fields", "run make intake"],
        ),
        (
            {FILE: GOOD.encode("gb18030")},
            1,
            ["GB18030", "is not UTF-8 but probably GB18030", "run make intake"],
        ),
        ({FILE: GOOD.replace(",", ";")}, 1, ["semicolon", "run make intake"]),
        ({"logistics/deliveries.tsv": GOOD.replace(",", "\t")}, 1, ["tab", "run make intake"]),
        (
            {FILE: GOOD.replace("carrier", "carier")},
            2,
            ["carier (is it carrier?)", "required columns are missing: carrier (is it carier?)"],
        ),
        ({FILE: GOOD, "shop/order.csv": GOOD}, 2, ["did you mean orders.csv?", "Not usable"]),
        ({}, 2, ["holds no extract that is known"]),
        ({FILE: ""}, 2, ["the file is empty"]),
    ],
)
def test_what_is_there_and_whether_it_can_be_used(
    files: dict[str, str | bytes],
    code: int,
    said: list[str],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder = write_files(tmp_path / "in", files)
    assert check_inputs.main([str(folder)]) == code
    text = capsys.readouterr().out
    for part in said:
        assert part in text
    assert SECRET[:3] not in text

    assert check_inputs.main([str(folder), "--json"]) == code
    found = json.loads(capsys.readouterr().out)
    assert found["exit_code"] == code
    assert bool(found["problems"]) == (code == 2)
    assert bool(found["warnings"]) == (code == 1)


@pytest.mark.parametrize("codec", ["utf-8", "utf-16", "utf-16-be", "utf-32", "gb18030"])
@pytest.mark.parametrize("end", ["\n", "\r", "\r\n"])
@pytest.mark.parametrize("is_closed", [True, False])
def test_rows_are_counted_in_any_encoding(
    codec: str, end: str, is_closed: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    # Bytes of these characters are those of line ends in UTF-16: U+4E0A, U+4E0D, U+0A4E.
    text = GOOD.replace("ok", "上不ੌ") if codec != "gb18030" else GOOD
    text = text.replace("\n", end) if is_closed else text.rstrip().replace("\n", end)
    folder = write_files(tmp_path / "in", {FILE: text.encode(codec)})
    check_inputs.main([str(folder), "--json"])
    [file] = json.loads(capsys.readouterr().out)["files"]
    assert file["rows"] == 2


def test_what_intake_reads_is_not_to_be_saved_otherwise(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    workbook = openpyxl.Workbook()
    for line in GOOD.splitlines():
        workbook.active.append(line.split(","))
    workbook.save(tmp_path / "made.xlsx")
    as_workbook = (tmp_path / "made.xlsx").read_bytes()
    for others in (
        {"logistics/deliveries.txt": GOOD},
        {"logistics/deliveries.xlsx": as_workbook},
        {"logistics/deliveries.csv.gz": gzip.compress(GOOD.encode())},
        {FILE.replace(".csv", ".CSV"): GOOD},
        {FILE: GOOD, "logistics/deliveries/2.txt": GOOD},
    ):
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        assert check_inputs.main([str(write_files(folder, others)), "--json"]) == 1
        [warning] = json.loads(capsys.readouterr().out)["warnings"]
        assert "a build does not read this as it is: run make intake" in warning


def test_packed_files_that_are_cut_off_or_damaged(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = (f"{number**7},sf,2024-01-01,{number**5},ok\n" for number in range(100_000))
    packed = gzip.compress(f"{DELIVERIES}\n{''.join(lines)}".encode())
    path = "logistics/deliveries.csv.gz"
    half = len(packed) // 2
    assert half > 400_000
    folder = write_files(tmp_path / "cut", {path: packed[:half]})
    assert check_inputs.main([str(folder)]) == 1
    assert f"{path}: is cut off" in capsys.readouterr().out
    folder = write_files(tmp_path / "damaged", {path: packed[:half] + b"x" * 99 + packed[half:]})
    assert check_inputs.main([str(folder)]) == 2
    assert f"{path}: is damaged, and not only at its end" in capsys.readouterr().out


def test_a_folder_that_is_absent(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert check_inputs.main([str(tmp_path / "mine")]) == 2
    assert "mine: the folder of extracts does not exist" in capsys.readouterr().out


def test_what_intake_wrote_and_left_out(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = write_files(tmp_path / "in", {FILE: GOOD.encode("gbk") + b"3,sf\n"})
    assert intake.main([str(folder), str(tmp_path / "out")]) == 1
    assert check_inputs.main([str(tmp_path / "out"), "--json"]) == 1
    found = json.loads(capsys.readouterr().out.split("_rejects.\n")[1])
    assert [(file["file"], file["rows"]) for file in found["files"]] == [
        ("logistics/deliveries.parquet", 2)
    ]
    assert found["warnings"] == [
        "logistics/deliveries: intake left out 1 lines; a build shows each in"
        " quality_rejected_rows."
    ]

    (tmp_path / "out" / "_rejects" / "shop").mkdir()
    rejects = tmp_path / "out" / "_rejects" / "shop" / "orders.parquet"
    rejects.write_bytes((tmp_path / "out" / "logistics" / "deliveries.parquet").read_bytes())
    assert check_inputs.main([str(tmp_path / "out")]) == 2
    assert "orders.parquet: was not written by intake" in capsys.readouterr().out

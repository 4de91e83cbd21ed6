"""Intake reads extracts in any state, and what it cannot read it keeps with its reason."""

from __future__ import annotations

import gzip
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Protocol

import duckdb
import openpyxl
import pytest

from scripts import intake
from scripts.extract_reader import records
from scripts.extract_reader.encoding import find_encoding
from scripts.extract_reader.records import fields_of
from scripts.extract_reader.spreadsheet import cell_text
from tests.python.raw_project import DELIVERIES, ROOT, RawProject, copy_project, write_files

SECRET = "张三丰13800001234"
FILE = "logistics/deliveries.csv"
ROWS = [f"X{number},sf,2024-01-0{number},上海,{SECRET}" for number in range(1, 5)]
GOOD = "\n".join([DELIVERIES, *ROWS]) + "\n"
COLUMNS = DELIVERIES.split(",")
MANY = f"{DELIVERIES}\n" + "".join(
    f"X{number},{number**5 % 99_991},2024-01-01,上海,{number**7 % 999_983}\n"
    for number in range(100_000)
)
MANY_PACKED = gzip.compress(MANY.encode())

Row = tuple[str | int | None, ...]


@dataclass
class Taken:
    """What an intake wrote and said."""

    code: int
    out: Path
    said: str

    def rows(self, name: str = "logistics/deliveries") -> list[Row]:
        """The records of a table, in the order of their numbers, the column of numbers last."""
        path = self.out / f"{name}.parquet"
        with duckdb.connect() as connection:
            return connection.execute(
                f"select {DELIVERIES}, _source_row from '{path}' order by _source_row"
            ).fetchall()

    def rejects(self, name: str = "logistics/deliveries") -> list[tuple[int, str, str]]:
        """Line, reason and text of what was left out."""
        path = self.out / "_rejects" / f"{name}.parquet"
        if not path.is_file():
            return []
        with duckdb.connect() as connection:
            return connection.execute(f"select line_no, reason, raw_line from '{path}'").fetchall()


class Take(Protocol):
    """An intake of some files."""

    def __call__(self, files: Mapping[str, str | bytes], *options: str) -> Taken: ...


@pytest.fixture
def take(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Take:
    """Runs an intake of some files."""

    def run(files: Mapping[str, str | bytes], *options: str) -> Taken:
        folder = write_files(tmp_path / "in", files)
        code = intake.main([str(folder), str(tmp_path / "out"), *options])
        captured = capsys.readouterr()
        said = captured.out + captured.err
        assert SECRET[:3] not in said
        assert SECRET[3:] not in said
        assert "Traceback" not in said
        taken = Taken(code, tmp_path / "out", said.replace(f"{folder}/", ""))
        assert code in (0, 1, 2)
        assert taken.out.is_dir() == (code != 2)
        assert not list(tmp_path.glob(".out*"))
        if code != 2:
            for file in json.loads((taken.out / "_intake.json").read_bytes())["files"]:
                counts = file["counts"]
                assert (
                    counts["lines"]
                    == sum(
                        counts[name] for name in ("header", "blank", "records", "joined", "rejects")
                    )
                    or file["encoding"] == "parquet"
                )
        return taken

    return run


def expected(*rows: str) -> list[Row]:
    """Rows as they should be read, numbered."""
    return [(*row.split(","), number) for number, row in enumerate(rows, start=1)]


# --- what is read without loss --------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        pytest.param(GOOD.encode(), "UTF-8 ", id="UTF-8"),
        pytest.param(GOOD.encode("utf-8-sig"), "UTF-8 with BOM", id="UTF-8 with BOM"),
        pytest.param(b"\xff\xfe" + GOOD.encode("utf-16-le"), "UTF-16 LE ", id="UTF-16 LE"),
        pytest.param(b"\xfe\xff" + GOOD.encode("utf-16-be"), "UTF-16 BE ", id="UTF-16 BE"),
        pytest.param(GOOD.encode("utf-16-le"), "UTF-16 LE without BOM", id="UTF-16 LE unmarked"),
        pytest.param(GOOD.encode("utf-16-be"), "UTF-16 BE without BOM", id="UTF-16 BE unmarked"),
        pytest.param(GOOD.encode("utf-32"), "UTF-32 LE", id="UTF-32"),
        pytest.param(GOOD.encode("gb18030"), "GB18030", id="GB18030"),
        pytest.param(GOOD.replace(",", ";").encode(), "semicolon", id="semicolons"),
        pytest.param(GOOD.replace(",", "\t").encode("gbk"), "tab", id="tabs"),
        pytest.param(GOOD.replace(",", "|").encode("gb2312"), "bar", id="bars"),
        pytest.param(GOOD.replace(",", "\x01").encode(), "^A", id="control-A"),
        pytest.param(GOOD.replace("\n", "\r\n").encode(), "comma", id="Windows line ends"),
        pytest.param(GOOD.replace("\n", "\r").encode(), "comma", id="old Mac line ends"),
        pytest.param(
            GOOD.replace("\n", "\r\n", 2).encode("utf-16"), "UTF-16 LE", id="mixed line ends"
        ),
        pytest.param(GOOD.replace("\n", "\n\n\r\n").encode(), "comma", id="blank lines"),
        pytest.param(GOOD.replace("\n", ",,\n").encode(), "comma", id="empty cells at the end"),
        pytest.param(
            GOOD.replace("\n", ",,\n").replace(",,", "", 1).encode(),
            "comma",
            id="empty cells at the end of all but the header",
        ),
        pytest.param((GOOD + ",,,,\n , ,,,\n").encode(), "comma", id="rows of empty cells"),
        pytest.param(GOOD.rstrip("\n").encode(), "comma", id="no line end at the end"),
        pytest.param(
            GOOD.replace("order_id,carrier", '\ufeff" Order ID ", CARRIER').encode(),
            "comma",
            id="names with blanks, marks and capitals",
        ),
        pytest.param(
            GOOD.replace(DELIVERIES, "订单编号,快递公司,发货时间,签收地区,物流状态").encode(
                "gb18030"
            ),
            "read 订单编号 as order_id",
            id="Chinese names",
        ),
        pytest.param(
            GOOD.replace("X", '="X', 1).replace("1,sf", '1",sf', 1).encode(),
            "comma",
            id="text formulas",
        ),
        pytest.param(
            '"' + GOOD.replace(",", '","').replace("\n", '"\n"').rstrip('"').encode().decode(),
            "comma",
            id="every value in quotes",
        ),
    ],
)
def test_good_rows_come_through(content: bytes | str, shown: str, take: Take) -> None:
    taken = take({FILE: content})
    assert shown in taken.said
    assert taken.rows() == expected(*ROWS)
    assert (taken.code, taken.rejects()) == (0, [])


@pytest.mark.parametrize(
    ("text", "codec", "shown"),
    [
        ("張偉,台灣省台北市信義區,測試資料庫", "big5", "Big5"),
        ("张伟,广东省深圳市南山区科技园", "gb18030", "GB18030"),
        ("王㐂,镕,𠮷野家,朱镕基", "gb18030", "GB18030"),
        ("José Müller,Évora,façade,Łódź"[:22], "cp1252", "Windows-1252"),
        ("naïve café,“quoted”,5 €", "cp1252", "Windows-1252"),
        ("联通", "gb18030", "GB18030"),
        ("plain", "ascii", "UTF-8"),
    ],
)
def test_encodings_without_a_mark(text: str, codec: str, shown: str, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(f"a,b\n{text}\n".encode(codec))
    assert find_encoding(path).shown == shown


def test_one_bad_line_does_not_change_the_encoding(take: Take) -> None:
    lines = GOOD.encode().split(b"\n")
    lines[2] = lines[2].replace("上".encode(), b"\xc4\xff")
    taken = take({FILE: b"\n".join(lines)})
    assert taken.code == 1
    assert "UTF-8 " in taken.said
    [(line_no, reason, raw_line)] = taken.rejects()
    assert (line_no, reason) == (3, "undecodable_bytes")
    assert raw_line.startswith(r"X2,sf,2024-01-02,\xc4\xff海")
    # The number of the record that was left out stays free.
    assert [row[-1] for row in taken.rows()] == [1, 3, 4]


@pytest.mark.parametrize(
    ("codec", "shown", "others"),
    [
        ("gb18030", "GB18030", ["X5,sf,2024-01-05,杭州,李雷", "X6,韩梅,2024-01-05,宁波,𠮷野"]),
        ("big5", "Big5", ["X5,sf,2024-01-05,信義,張偉"]),
        ("cp1252", "Windows-1252", ["X5,café,2024-01-05,Évora,José"]),
    ],
)
def test_lines_in_utf_8_among_others(codec: str, shown: str, others: list[str], take: Take) -> None:
    places = ["Müller", "Århus", "naïve"] if codec == "cp1252" else ["台北市", "高山", "中正"]
    rows = [f"X{number},sf,2024-01-01,{place},x" for number, place in enumerate(places)]
    head = "\r\n".join([DELIVERIES, *rows[:2], ""]).encode(codec)
    end = f"{rows[2]}\n".encode(codec)
    taken = take({FILE: head + "\r".join([*others, ""]).encode() + end})
    assert taken.rows() == expected(*rows[:2], *others, rows[2])
    assert taken.code == 0
    assert f"{FILE}: {len(others)} lines are UTF-8, not {shown}" in taken.said


def test_two_bytes_of_utf_8_are_a_character_of_gb18030(take: Take) -> None:
    # The bytes of this name are valid in both.
    row = "X9,sf,2024-01-01,涓,x"
    taken = take({FILE: f"{GOOD}{row}\n".encode("gb18030")})
    assert taken.rows() == expected(*ROWS, row)
    assert "are UTF-8" not in taken.said


def test_lines_of_other_encodings_in_utf_8_are_left_out(take: Take) -> None:
    taken = take({FILE: GOOD.encode() + "X9,sf,2024-01-01,杭州,x\n".encode("gb18030")})
    assert taken.rows() == expected(*ROWS)
    assert [reject[:2] for reject in taken.rejects()] == [(6, "undecodable_bytes")]


def test_an_encoding_that_is_told(take: Take) -> None:
    taken = take(
        {FILE: GOOD.replace("上海", "서울").replace(SECRET, "x").encode("cp949")},
        "--encoding",
        "cp949",
    )
    assert taken.rows()[0][3] == "서울"


@pytest.mark.parametrize(
    ("line", "value"),
    [
        pytest.param('X9,"a,b",1,c,d', "a,b", id="separator in quotes"),
        pytest.param('X9,"say ""hi""",1,c,d', 'say "hi"', id="doubled quotes"),
        pytest.param(r'X9,"say \"hi\", he",1,c,d', 'say "hi", he', id="escaped quotes"),
        pytest.param(r'X9,"ends in \\",1,c,d', r"ends in \\", id="backslashes before a quote"),
        pytest.param(r"X9,a\,b,1,c,d", "a,b", id="escaped separator"),
        pytest.param('X9,5" tube,1,c,d', '5" tube', id="quote in the middle"),
        pytest.param('X9,"5" tube",1,c,d', '5" tube', id="quote within quotes"),
        pytest.param('X9, "a,b" ,1,c,d', "a,b", id="blanks around quotes"),
        pytest.param('X9,"a,1,c,d', "a,1,c,d"[0], id="quote never closed"),
        pytest.param('X9,"a\nb\r\n\r\nc",1,c,d', "a\nb\r\n\r\nc", id="line ends in quotes"),
        pytest.param('X9,"1\n2,3",1,c,d', "1\n2,3", id="separators after a line end in quotes"),
        pytest.param("X9,a\nb,1,c,d", "a\nb", id="a line end without quotes"),
        pytest.param("X9,a\n\nb\nc,1,c,d", "a\n\nb\nc", id="several line ends without quotes"),
        pytest.param("X9,'0012,1,c,d", "0012", id="apostrophe of a spreadsheet"),
        pytest.param("X9,'t Hart,1,c,d", "'t Hart", id="apostrophe of a name"),
        pytest.param('X9,"=""0012""",1,c,d', "0012", id="text formula in quotes"),
        pytest.param("X9,1.38E+10,1,c,d", "1.38E+10", id="number that lost its digits"),
        pytest.param(f"X9,{'字' * 1_000_000},1,c,d", "字" * 1_000_000, id="a million characters"),
        pytest.param("X9,合计,1,c,d", "合计", id="a total's word within a row"),
    ],
)
def test_habits_of_quoting(line: str, value: str, take: Take) -> None:
    taken = take({FILE: f"{GOOD}{line}\n{ROWS[0]}\n"})
    assert taken.rejects() == []
    assert taken.code == 0
    assert taken.rows()[4:] == [("X9", value, "1", "c", "d", 5), (*ROWS[0].split(","), 6)]


def test_the_end_of_the_last_value_on_a_line_of_its_own(take: Take) -> None:
    content = GOOD + "X8,a,1,b,one\r\ntwo\nthree\nX9,a,1,b,one\n"
    taken = take({FILE: content})
    assert taken.code == 0
    assert [row[4] for row in taken.rows()[4:]] == ["one\r\ntwo\nthree", "one"]


# --- what is left out -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lines", "rejects"),
    [
        pytest.param(["X9,a,b"], [(6, "short_line", "X9,a,b")], id="short line"),
        pytest.param(
            ["X8,a,b", "X9,a,b"],
            [(6, "short_line", "X8,a,b"), (7, "short_line", "X9,a,b")],
            id="two short lines are not one record",
        ),
        pytest.param(["X9,a,1,b,c,d"], [(6, "long_line", "X9,a,1,b,c,d")], id="long line"),
        pytest.param(
            ["X9,x,a,1,b,"],
            [(6, "long_line", "X9,x,a,1,b,")],
            id="a field too many before an empty one",
        ),
        pytest.param(["X9,a\0b,1,c,d"], [(6, "nul_bytes", r"X9,a\x00b,1,c,d")], id="NUL"),
        pytest.param([DELIVERIES], [(6, "repeated_header", DELIVERIES)], id="header again"),
        pytest.param(
            ["\ufeff" + DELIVERIES.upper()],
            [(6, "repeated_header", "\ufeff" + DELIVERIES.upper())],
            id="header of a file that was added",
        ),
        pytest.param(["合计：,,,,1234"], [(6, "total_line", "合计：,,,,1234")], id="total"),
        pytest.param([",,Total:,,9"], [(6, "total_line", ",,Total:,,9")], id="total further on"),
        pytest.param(["小计,3"], [(6, "total_line", "小计,3")], id="short total"),
        pytest.param(
            ['X9,"a,b",c,"d'], [(6, "open_quote", 'X9,"a,b",c,"d')], id="open quote, short"
        ),
        pytest.param(
            [f"X9,{'x' * 20_000_001},1,b,c"],
            [(6, "too_long", None)],
            id="a line over 20 million characters",
        ),
        pytest.param(["共5条记录"], [(6, "short_line", "共5条记录")], id="a note at the end"),
    ],
)
def test_lines_left_out_are_kept(
    lines: list[str],
    rejects: list[tuple[int, str, str | None]],
    take: Take,
) -> None:
    taken = take({FILE: GOOD + "\n".join(lines) + "\n"})
    assert taken.code == 1
    assert f"{len(lines)} lines were left out" in taken.said
    assert taken.rows() == expected(*ROWS)
    for (line_no, reason, raw_line), wanted in zip(taken.rejects(), rejects, strict=True):
        assert (line_no, reason) == wanted[:2]
        assert raw_line == wanted[2] or wanted[2] is None


def test_two_short_lines_are_not_the_first_record(take: Take) -> None:
    taken = take({FILE: f"{DELIVERIES}\nX8,a,b\nX9,a,b\n{ROWS[0]}\n"})
    assert [row[0] for row in taken.rows()] == ["X1"]
    assert [reject[0] for reject in taken.rejects()] == [2, 3]


def test_a_stray_quote_does_not_swallow_rows(take: Take) -> None:
    lines = ['X5,"a,1,b,c', "X6,a,1,b,c", 'X7,a",1,b,c']
    taken = take({FILE: GOOD + "\n".join(lines) + "\n"})
    assert taken.rejects() == []
    assert [row[:2] for row in taken.rows()[4:]] == [("X5", "a"), ("X6", "a"), ("X7", 'a"')]


def test_titles_before_the_header(take: Take) -> None:
    taken = take({FILE: f"发货报表,,,,\n\n{SECRET}: 2024-01\n{GOOD}"})
    assert taken.code == 1
    assert taken.rows() == expected(*ROWS)
    assert [reject[:2] for reject in taken.rejects()] == [
        (1, "before_header"),
        (3, "before_header"),
    ]


@pytest.mark.parametrize(
    ("line", "n_records", "reason"),
    [
        pytest.param('X9,"a,1', 0, "open_quote", id="open quotes"),
        pytest.param("X9,a,1,b,'c\"", 2_000, None, id="good lines with quotes"),
        pytest.param('X9,"a\\",1,"b', 0, "open_quote", id="open quotes after a backslash"),
        pytest.param("a word", 0, "short_line", id="lines of one field"),
        pytest.param("X9,a,1", 0, "short_line", id="short lines"),
        pytest.param('X9,"a,1,b,c', 2_000, None, id="stray quotes"),
        pytest.param(",".join(['"x'] * 20), 0, "open_quote", id="many open quotes in a line"),
    ],
)
def test_broken_lines_cost_little_more_than_good_ones(
    line: str,
    n_records: int,
    reason: str | None,
    take: Take,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    n_lines, n_characters = 2_000, 0

    def counting(text: str, *arguments: Any, **options: Any) -> tuple[list[str], int]:
        nonlocal n_characters
        n_characters += len(text)
        return fields_of(text, *arguments, **options)

    monkeypatch.setattr(records, "fields_of", counting)
    content = DELIVERIES + "\n" + f"{line}\n" * n_lines
    taken = take({FILE: content})
    assert len(taken.rows()) == n_records
    assert {reject[1] for reject in taken.rejects()} == ({reason} if reason else set())
    assert n_characters < 60 * len(content)


def test_a_quote_that_stays_open_hides_no_record_after_it(take: Take) -> None:
    lines = ['X5,1,"a', *["-"] * 10, 'X6,"a', 'b",1,b,c', "X7,a,1,b,c"]
    taken = take({FILE: GOOD + "\n".join(lines) + "\n"})
    assert [row[:2] for row in taken.rows()[4:]] == [("X6", "a\nb"), ("X7", "a")]
    assert [reject[:2] for reject in taken.rejects()] == [
        (6, "open_quote"),
        *((line_no, "short_line") for line_no in range(7, 17)),
    ]


def test_a_body_with_a_separator_of_its_own(take: Take) -> None:
    body = "\n".join(ROWS).replace(",", ";")
    taken = take({FILE: f"{DELIVERIES}\n{body}\n"})
    assert taken.code == 0
    assert "comma, then semicolon" in taken.said
    assert taken.rows() == expected(*ROWS)


@pytest.mark.parametrize(
    ("lines", "n_repaired"),
    [
        (["X9,a,1,b,c", 'X9,"a\nb",1,b,"c ""d"""'], 0),
        (['X9,"a,1,b,c', 'X9,a,1,b,"c'], 2),
        (["X9,a\nb\nc,1,b,c", "X9,a,1,b,c\nd\ne", "X9,a,1,b,c"], 2),
        (['X9,"a,1,b,c\nd\ne', "X9,a,1,b,c"], 1),
        (['X9,"a,1,b'], 0),
    ],
)
def test_values_that_were_changed_are_counted(
    lines: list[str], n_repaired: int, take: Take
) -> None:
    taken = take({FILE: GOOD + "\n".join(lines) + "\n"})
    [file] = json.loads((taken.out / "_intake.json").read_bytes())["files"]
    assert file["counts"]["repaired"] == n_repaired
    [heading, row] = taken.said.splitlines()[:2]
    assert heading.split()[-1] == "repaired"
    assert row.split()[-1] == str(n_repaired)


@pytest.mark.parametrize(
    ("first_line", "separator", "shown"),
    [
        ("sep=;", ";", "semicolon"),
        ("\ufeffSEP=,", ",", "comma"),
        ('"sep=;"', ";", "semicolon"),
        ("sep=\t", "\t", "tab"),
        ("sep=^", "^", "^"),
        ("sep=;", ",", "comma"),
    ],
)
def test_a_separator_that_the_file_states(
    first_line: str, separator: str, shown: str, take: Take
) -> None:
    taken = take({FILE: f"{first_line}\n{GOOD.replace(',', separator)}"})
    assert (taken.code, taken.rejects()) == (0, [])
    assert f" {shown} " in taken.said
    assert taken.rows() == expected(*ROWS)


# --- workbooks, packed files, Parquet -------------------------------------------------------------


def workbook_bytes(tmp_path: Path, *sheets: tuple[str, list[list[object]]]) -> bytes:
    workbook = openpyxl.Workbook()
    workbook.remove(workbook.active)
    for title, rows in sheets:
        sheet = workbook.create_sheet(title)
        for row in rows:
            sheet.append(row)
    if "cover" in workbook:
        workbook["data"].merge_cells("A1:E1")
    workbook.save(tmp_path / "made.xlsx")
    return (tmp_path / "made.xlsx").read_bytes()


def test_workbook(tmp_path: Path, take: Take) -> None:
    rows: list[list[object]] = [
        ["发货报表"],
        [" Order ID ", "承运商", "shipped_at", "delivered_region", "status", None],
        [13800138000, "sf", datetime(2024, 1, 5), "上海", True],
        ["0012", 1.5, datetime(2024, 1, 5, 18, 20), None, 440300199001011234],
        [None, None],
        ["total", None, None, None, 3],
        ["X", "a\nb", date(2024, 1, 6), time(8, 30), "#N/A"],
    ]
    content = workbook_bytes(
        tmp_path, ("cover", []), ("notes", [["hello"]]), ("data", rows), ("more", [["x"]])
    )
    taken = take({"logistics/deliveries.xlsx": content})
    assert taken.rows() == [
        ("13800138000", "sf", "2024-01-05", "上海", "true", 1),
        ("0012", "1.5", "2024-01-05 18:20:00", "", "440300199001011000", 2),
        ("X", "a\nb", "2024-01-06", "08:30:00", "#N/A", 4),
    ]
    assert taken.rejects() == [(1, "before_header", "发货报表"), (6, "total_line", "total,,,,3")]
    assert "the sheet data is read; not read: notes, more" in taken.said


def test_cells_as_text() -> None:
    assert cell_text(1.0) == "1"
    assert cell_text(0.1 + 0.2) == "0.3"
    assert cell_text(1.38e10) == "13800000000"
    assert cell_text(float("nan")) == "nan"
    assert cell_text(False) == "false"


def test_a_formula_has_the_value_that_was_saved(tmp_path: Path, take: Take) -> None:
    rows: list[list[object]] = [list(COLUMNS), ["X1", "=1+1", "=A2", "b", '=""']]
    made = io.BytesIO(workbook_bytes(tmp_path, ("data", rows)))
    saved = io.BytesIO()
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(saved, "w") as new:
        for name in old.namelist():
            # The library writes formulas without values, as some exports do.
            part = old.read(name).replace(b"<f>1+1</f><v />", b"<f>1+1</f><v>2</v>")
            part = part.replace(b'<c r="E2"><f>', b'<c r="E2" t="str"><f>')
            new.writestr(name, part)
    taken = take({"logistics/deliveries.xlsx": saved.getvalue()})
    assert taken.rows() == [("X1", "2", "", "b", "", 1)]
    assert "deliveries.xlsx: 1 formulas were saved without a value and are read" in taken.said


def test_packed_text_and_parts(take: Take) -> None:
    taken = take(
        {
            "logistics/deliveries.tsv": GOOD.replace(",", "\t"),
            "logistics/deliveries/2024-01.CSV.gz": gzip.compress(GOOD.encode("gb18030")),
            "logistics/deliveries/2024-02.txt": GOOD,
            "logistics/README.txt": "a note",
            "_old/x.csv": "not read",
            "_extract.json": '{"extracted_on": "2024-01-01"}',
        }
    )
    assert taken.code == 0
    assert "README.txt: is not read" in taken.said
    for name in ("deliveries", "deliveries/2024-01", "deliveries/2024-02"):
        assert taken.rows(f"logistics/{name}") == expected(*ROWS)
    with duckdb.connect() as connection:
        files = connection.execute(
            f"select distinct _source_file from '{taken.out}/logistics/deliveries/*.parquet'"
        ).fetchall()
    assert sorted(files) == [
        ("logistics/deliveries/2024-01.CSV.gz",),
        ("logistics/deliveries/2024-02.txt",),
    ]
    assert json.loads((taken.out / "_extract.json").read_text()) == {"extracted_on": "2024-01-01"}


def test_of_a_packed_file_that_is_cut_off_the_whole_lines_are_read(take: Take) -> None:
    taken = take({"logistics/deliveries.csv.gz": MANY_PACKED[: len(MANY_PACKED) // 2]})
    assert taken.code == 1
    [(line_no, reason, raw_line)] = taken.rejects()
    n_rows = line_no - 2
    assert reason == "cut_off"
    assert 10_000 < n_rows < 100_000
    lines = MANY.splitlines()
    assert taken.rows() == expected(*lines[1 : n_rows + 1])
    assert lines[n_rows + 1].startswith(raw_line)


def test_parquet_becomes_text(tmp_path: Path, take: Take) -> None:
    with duckdb.connect() as connection:
        connection.execute(
            "copy (select 13800138000::double as \"Order ID\", 'sf' as carrier,"
            " timestamptz '2024-01-01 08:00:00+08' as shipped_at, null as delivered_region,"
            f" true as status, 7 as weight) to '{tmp_path / 'a.parquet'}'"
        )
    taken = take({"logistics/deliveries.parquet": (tmp_path / "a.parquet").read_bytes()})
    assert taken.rows() == [("13800138000", "sf", "2024-01-01T00:00:00.000000Z", None, "true", 1)]


# --- what cannot be used --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("files", "said"),
    [
        pytest.param({}, "holds no extract that is known", id="empty folder"),
        pytest.param({FILE: ""}, f"{FILE}: the file is empty", id="zero bytes"),
        pytest.param({FILE: b"\xef\xbb\xbf"}, f"{FILE}: the file is empty", id="a mark alone"),
        pytest.param({FILE: "\n\n"}, "none of the first 100 lines holds", id="blank lines alone"),
        pytest.param({FILE: b"\0" * 5000}, "none of the first 100 lines holds", id="zeros"),
        pytest.param({FILE: "\n".join(ROWS)}, "none of the first 100 lines holds", id="no header"),
        pytest.param(
            {FILE: GOOD.replace("shipped_at", "shiped_at")},
            f"{FILE}, line 1: required columns are missing: shipped_at (is it shiped_at?)",
            id="misspelt name",
        ),
        pytest.param(
            {FILE: f"report\n{GOOD.replace('carrier', '订单号')}"},
            f"{FILE}, line 2: there are several columns of one name (order_id)",
            id="two names of one column",
        ),
        pytest.param({"shop/order.csv": GOOD}, "did you mean orders.csv?", id="unknown table"),
        pytest.param({"stores/sales.csv": GOOD}, "did you mean store?", id="unknown channel"),
        pytest.param({"orders.tsv": GOOD}, "put it in the folder", id="beside the channels"),
        pytest.param({"shop/orders.xls": "x"}, "is neither .csv, .tsv", id="old workbook"),
        pytest.param(
            {FILE: GOOD, "logistics/deliveries.txt": GOOD},
            "deliveries: is there 2 times (deliveries.csv, deliveries.txt)",
            id="a table twice",
        ),
        pytest.param(
            {FILE: b"PK\x03\x04" + GOOD.encode()}, "is a spreadsheet or zip", id="workbook as .csv"
        ),
        pytest.param(
            {"shop/orders.xlsx": GOOD},
            "or begin its name with _ to leave it out",
            id="text named .xlsx",
        ),
        pytest.param({"shop/orders.parquet": GOOD}, "cannot be read as Parquet", id="no Parquet"),
        pytest.param(
            {"logistics/deliveries.csv.gz": gzip.compress(GOOD.encode())[:8]},
            "deliveries.csv.gz: is cut off so early that nothing of it can be unpacked",
            id="gzip cut off at its beginning",
        ),
        pytest.param(
            {"logistics/deliveries.csv.gz": MANY_PACKED[:40_000] + b"x" * 9 + MANY_PACKED[40_000:]},
            "deliveries.csv.gz: is damaged, and not only at its end: export it again, or begin its"
            " name with _",
            id="gzip damaged",
        ),
        pytest.param({"logistics/deliveries.csv.gz": GOOD}, "is damaged", id="text named .gz"),
        pytest.param({FILE: GOOD, "_extract.json": "["}, "is not valid JSON", id="_extract.json"),
    ],
)
def test_nothing_is_written_where_a_file_cannot_be_used(
    files: Mapping[str, str | bytes],
    said: str,
    take: Take,
) -> None:
    taken = take(files)
    assert taken.code == 2
    [line] = [line for line in taken.said.splitlines() if not line.startswith("note: ")]
    assert said in line


def test_only_what_intake_wrote_is_replaced(tmp_path: Path, take: Take) -> None:
    for _ in range(2):
        assert take({FILE: GOOD}).code == 0
    (tmp_path / "out" / "logistics" / "mine.parquet").write_text("x")
    assert intake.main([str(tmp_path / "in"), str(tmp_path / "out")]) == 2
    assert (tmp_path / "out" / "logistics" / "mine.parquet").is_file()
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "x").write_text("x")
    for out in ("other", "in", "in/out", "."):
        assert intake.main([str(tmp_path / "in"), str(tmp_path / out)]) == 2
    assert intake.main([str(tmp_path / "absent"), str(tmp_path / "new")]) == 2


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="told by Linux alone")
def test_memory_does_not_grow_with_the_file(tmp_path: Path) -> None:
    n_rows, n_characters = 200_000, 2_000
    peak = peak_kilobytes(tmp_path, n_rows, n_characters)
    assert peak < n_rows * n_characters / 1024


def peak_kilobytes(folder: Path, n_rows: int, n_characters: int) -> int:
    """The most memory that an intake of so many rows of such a length takes."""
    line = "x,sf,2024-01-01,y," + "z" * n_characters + "\n"
    path = write_files(folder / "in", {FILE: GOOD}) / FILE
    with path.open("a", encoding="utf-8") as file:
        for _ in range(n_rows):
            file.write(line)
    code = (
        "import re, sys; from pathlib import Path; from scripts import intake;"
        "code = intake.main(sys.argv[1:]);"
        # Unlike getrusage, this does not count what the process had before it became Python.
        "print(re.search('VmHWM:\\\\s+([0-9]+)', Path('/proc/self/status').read_text())[1]);"
        "sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(folder / "in"), str(folder / "out")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout.splitlines()[-1])


# --- and the build --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> RawProject:
    return copy_project(tmp_path_factory.mktemp("intake") / "project")


def test_a_build_reads_what_intake_wrote(project: RawProject) -> None:
    folder = write_files(
        project.folder / "in", {"logistics/deliveries.txt": f"报表\n{GOOD}X9,a\n".encode("gb18030")}
    )
    assert intake.main([str(folder), str(project.folder / "mine")]) == 1
    outcome = project.dbt("build", "--select", "deliveries", raw="files", raw_path="mine")
    assert outcome.success, outcome.text
    rows = project.rows("select order_id, _source_file, _source_row from deliveries order by 1")
    assert rows == [
        {"order_id": f"X{n}", "_source_file": "logistics/deliveries.txt", "_source_row": n}
        for n in range(1, 5)
    ]

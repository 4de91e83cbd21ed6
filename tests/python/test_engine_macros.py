"""The macros of engine and privacy on DuckDB: a row of cases, and patterns that are refused."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import unicodedata
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
FOLDERS = ["engine", "privacy", "cleaning"]
KEY = "0123456789abcdef" * 4

NULL = "cast(null as string)"
NULL_LIST = "(select case when false then ['a'] end)"


def text(value: str) -> str:
    """A literal of SQL within a string of Jinja."""
    return "'" + value.replace("'", "''") + "'"


def call(macro: str, *arguments: object) -> str:
    """A macro call, with its arguments as literals of Jinja."""
    return (
        "{{ "
        + macro
        + "("
        + ", ".join(json.dumps(a, ensure_ascii=False) for a in arguments)
        + ") }}"
    )


def of_values(expression: str, *values: str) -> str:
    """An aggregate over a few values v with their position n."""
    rows = ", ".join(f"({n}, {value})" for n, value in enumerate(values))
    return f"(select {expression} from (values {rows}) as t (n, v))"


def at(moment: str) -> str:
    return f"timestamp '{moment}'"


def masked(value: str) -> str:
    """What mask_any leaves of a text of seven characters and more."""
    return f"{value[0]}****{value[-2:]}"


REGEXP = {
    # name: (text, pattern, whether it is in the text, the text without it)
    "found within": ("ab12", "[0-9]+", True, "ab"),
    "not found": ("abc", "[0-9]", False, "abc"),
    "all matches": ("1a2b3", "[0-9]", True, "ab"),
    "anchored": ("a1", "^[0-9]$", False, "a1"),
    "end is the very end": ("abc\n", "^[a-z]+$", False, "abc\n"),
    "dollar in a class": ("$5", "^[$][0-9]$", True, ""),
    "dot is no line feed": ("a\nb", "a.b", False, "a\nb"),
    "dot is a carriage return": ("a\rb", "a.b", True, ""),
    "dot is one character outside the basic plane": ("😀", "^.$", True, ""),
    "Chinese": ("张伟先生", "[先女][生士]$", True, "张伟"),
    "case of any script": ("ÀB", "(?i)àb", True, ""),
    "quote": ("O'Neil", "O'N", True, "eil"),
    "empty text": ("", "^$", True, ""),
}

# Texts of columns that are not core, as people write them: masked whole where a value shows.
HOLD_A_VALUE = [
    "138.1234.5678",
    "138-1234 5678",
    "(137)12340059",
    "1 3 8 1 2 3 4 5 6 7 8",
    "王姐 １３７１２３４００５９",
    "tel:138\u200b1234\u200d5678",
    "+86-138-1234-5678",
    "/u?mobile=013812345678",
    "137.1234.0059 / 021-62345678",
    "(021) 6234 5678",
    "李姐62345678",
    "62345678李姐",
    "+44 20 7946 0958",
    "110101 19900101 123X",
    "６２２２ ０２１２ ３４５６ ７８９０",
    "zhang＠qq.com",
    "zhang @qq.com",
]
HOLD_NONE = [
    "2023-05-10 13:45:00",
    "2023年5月10日 8时30分",
    "13.05.2023 08:30",
    "202305101345001",
    "SO20230510138123",
    "1234567.89",
    "-12,345.00",
    "13812345",
    "广东省深圳市518000",
    "a.b@home",
]

CASES: dict[str, tuple[str, Any]] = {
    **{
        f"regexp_like: {name}": (call("regexp_like", text(value), pattern), found)
        for name, (value, pattern, found, _) in REGEXP.items()
    },
    **{
        f"regexp_remove: {name}": (call("regexp_remove", text(value), pattern), rest)
        for name, (value, pattern, _, rest) in REGEXP.items()
    },
    "regexp_like: null": (call("regexp_like", NULL, "a"), None),
    "regexp_remove: null": (call("regexp_remove", NULL, "a"), None),
    "regexp_group: second": (call("regexp_group", "'021-5555'", "^([0-9]+)-([0-9]+)$", 2), "5555"),
    "regexp_group: whole match": (call("regexp_group", "'ab12'", "[0-9]+", 0), "12"),
    "regexp_group: first match": (call("regexp_group", "'1-2 3-4'", "([0-9])-([0-9])", 1), "1"),
    "regexp_group: unnumbered": (call("regexp_group", "'2023年5月'", "(?:20)([0-9]+)年", 1), "23"),
    "regexp_group: no match": (call("regexp_group", "'ab'", "([0-9])", 1), ""),
    "regexp_group: took no part": (call("regexp_group", "'x'", "([0-9])?x", 1), ""),
    "regexp_group: null": (call("regexp_group", NULL, "(a)", 1), None),
    "regexp_replace_all: every match": (
        call("regexp_replace_all", "'a1b2'", "[0-9]", "京"),
        "a京b京",
    ),
    "regexp_replace_all: literally": (
        call("regexp_replace_all", "'a1'", "([0-9])", "$1&'"),
        "a$1&'",
    ),
    "regexp_replace_all: no match": (call("regexp_replace_all", "'ab'", "[0-9]", "x"), "ab"),
    "regexp_replace_all: null": (call("regexp_replace_all", NULL, "a", "b"), None),
    "regexp_rewrite: groups": (
        call("regexp_rewrite", "'10/5/2023'", "^([0-9]+)/([0-9]+)/([0-9]{4})$", "$3-0$2-$1"),
        "2023-05-10",
    ),
    "regexp_rewrite: took no part": (
        call("regexp_rewrite", "'8时'", "^([0-9]+)时(?:([0-9]+)分)?$", "$1:$2'"),
        "8:'",
    ),
    "regexp_rewrite: every match": (
        call("regexp_rewrite", "'a1b2'", "([0-9])", "<$1>"),
        "a<1>b<2>",
    ),
    "regexp_rewrite: no match": (call("regexp_rewrite", "'ab'", "([0-9])", "$1$1"), "ab"),
    "regexp_rewrite: null": (call("regexp_rewrite", NULL, "(a)", "$1"), None),
    **{
        f"nfkc: {value!r}": (call("nfkc", text(value)), unicodedata.normalize("NFKC", value))
        for value in (
            *(
                "",
                "plain",
                "张伟",
                "ＡＢＣ１２３",
                "（朝阳）",
                "￥1,234.50",
                "\u3000x",
                "ｶﾞ",
                "ﬁ①㍿",
            ),
            *("e\u0301", "Å", "豈", "한국", "😀x", "𠀀", "حمد", "a\tb", "《“·—”》"),
        )
    },
    "nfkc: null": (call("nfkc", NULL), None),
    "sha256: Chinese": (call("sha256", "'北京'"), hashlib.sha256("北京".encode()).hexdigest()),
    "sha256: empty": (call("sha256", "''"), hashlib.sha256(b"").hexdigest()),
    "sha256: null": (call("sha256", NULL), None),
    "hash_key": (
        "{{ sha256(hash_key() ~ \" || 'x'\") }}",
        hashlib.sha256(f"{KEY}x".encode()).hexdigest(),
    ),
    "list_of": (call("list_of", ["'b'", NULL, "'a'"]), ["b", None, "a"]),
    "list_of_present": (call("list_of_present", ["'b'", NULL, "'a'"]), ["b", "a"]),
    "list_of_present: none": (call("list_of_present", [NULL, NULL]), []),
    "empty_text_list": (call("empty_text_list"), []),
    "empty_text_list: its type": ("typeof({{ empty_text_list() }})", "VARCHAR[]"),
    "list_distinct_sorted": (
        of_values(call("list_distinct_sorted", "v"), "'b'", NULL, "'北'", "'a'", "'Z'", "'b'"),
        ["Z", "a", "b", "北"],
    ),
    "list_distinct_sorted: nulls only": (of_values(call("list_distinct_sorted", "v"), NULL), []),
    "list_distinct_sorted: no row": (
        f"(select {call('list_distinct_sorted', 'v')} from (select 'a' as v) where false)",
        [],
    ),
    "list_length: nulls count": (call("list_length", f"['a', {NULL}]"), 2),
    "list_length: empty": ("{{ list_length(empty_text_list()) }}", 0),
    "list_length: null": (call("list_length", NULL_LIST), None),
    "list_to_text": (call("list_to_text", f"['a', {NULL}, '北']", "; "), "a; 北"),
    "list_to_text: quote": (call("list_to_text", "['a', 'b']", "'"), "a'b"),
    "list_to_text: empty": ("{{ list_to_text(empty_text_list(), ',') }}", ""),
    "list_to_text: nulls only": (call("list_to_text", f"[{NULL}]", ","), ""),
    "list_to_text: null": (
        call("list_to_text", NULL_LIST, ","),
        None,
    ),
    "list_contains_value: yes": (call("list_contains_value", f"['a', {NULL}]", "'a'"), True),
    "list_contains_value: no": (call("list_contains_value", f"['a', {NULL}]", "'b'"), False),
    "list_contains_value: null value": (call("list_contains_value", "['a']", NULL), None),
    "cross_join_list": (
        "(select string_agg(n || x, ',' order by n, x) from"
        " (values (1, ['b', 'a']), (2, []), (3, null)) as t (n, l) "
        + call("cross_join_list", "t.l", "elements", "x")
        + ")",
        "1a,1b",
    ),
    "text_agg": (
        of_values(call("text_agg", "v", "; ", "n desc nulls last"), "'a'", NULL, "'北'"),
        "北; a",
    ),
    "text_agg: quote": (
        of_values(call("text_agg", "v", "'", "n asc nulls last"), "'a'", "'b'"),
        "a'b",
    ),
    "text_agg: nulls only": (of_values(call("text_agg", "v", ",", "n asc nulls last"), NULL), None),
    "json_row": (
        call(
            "json_row",
            [
                ["姓名", "'张\"伟'"],
                ["none", NULL],
                ["money", "cast(1.5 as decimal(18, 2))"],
                ["day", "date '2024-01-31'"],
                ["moment", at("2024-01-31 08:00:00")],
                ["yes", "true"],
                ["n", "7"],
            ],
        ),
        '{"姓名":"张\\"伟","none":null,"money":1.50,"day":"2024-01-31",'
        '"moment":"2024-01-31 08:00:00","yes":true,"n":7}',
    ),
    "days_between: dates": (call("days_between", "date '2024-02-28'", "date '2024-03-01'"), 2),
    "days_between: backwards": (call("days_between", "date '2024-03-01'", "date '2024-02-28'"), -2),
    "days_between: times": (
        call("days_between", at("2024-01-01 23:00:00"), at("2024-01-02 01:00:00")),
        1,
    ),
    "minutes_between: seconds": (
        call("minutes_between", at("2024-01-01 23:59:30"), at("2024-01-02 00:00:00")),
        0.5,
    ),
    "minutes_between: backwards": (
        call("minutes_between", at("2024-01-02 00:00:00"), at("2024-01-01 23:00:30")),
        -59.5,
    ),
    "days_between: null": (call("days_between", "cast(null as date)", "date '2024-01-01'"), None),
    "days_between: added to a date": (
        "date '2024-01-01' + " + call("days_between", "date '2024-01-01'", "date '2024-01-05'"),
        date(2024, 1, 5),
    ),
    "seconds_between": (
        call("seconds_between", at("2024-02-28 23:59:30"), at("2024-03-01 00:00:01")),
        86431,
    ),
    "seconds_between: backwards": (
        call("seconds_between", at("2024-01-01 00:00:01.5"), at("2024-01-01 00:00:00")),
        -1,
    ),
    "seconds_between: null": (
        call("seconds_between", "cast(null as timestamp)", at("2024-01-01 00:00:00")),
        None,
    ),
    "epoch_to_timestamp": (call("epoch_to_timestamp", "1683676800"), datetime(2023, 5, 10)),
    "epoch_to_timestamp: fraction": (
        call("epoch_to_timestamp", "cast('1700000000.123456' as double)"),
        datetime(2023, 11, 14, 22, 13, 20, 123456),
    ),
    "epoch_to_timestamp: before 1970": (
        call("epoch_to_timestamp", "-1.5"),
        datetime(1969, 12, 31, 23, 59, 58, 500000),
    ),
    "epoch_to_timestamp: too much": (call("epoch_to_timestamp", "cast('1e300' as double)"), None),
    "epoch_to_timestamp: no number": (call("epoch_to_timestamp", "cast('nan' as double)"), None),
    "epoch_to_timestamp: null": (call("epoch_to_timestamp", "cast(null as double)"), None),
    "microseconds_to_timestamp": (
        call("microseconds_to_timestamp", "cast(1683676800000001 as bigint)"),
        datetime(2023, 5, 10, 0, 0, 0, 1),
    ),
    "microseconds_to_timestamp: null": (
        call("microseconds_to_timestamp", "cast(null as bigint)"),
        None,
    ),
    "add_minutes": (
        call("add_minutes", at("2024-02-28 23:59:30"), "1"),
        datetime(2024, 2, 29, 0, 0, 30),
    ),
    "add_minutes: earlier": (
        call("add_minutes", at("2024-03-01 00:00:00"), "-1441"),
        datetime(2024, 2, 28, 23, 59),
    ),
    "add_minutes: null": (
        call("add_minutes", at("2024-03-01 00:00:00"), "cast(null as int)"),
        None,
    ),
    "convert_zone: to UTC": (
        call("convert_zone", at("2020-01-01 00:00:00"), "'Asia/Shanghai'", "'UTC'"),
        datetime(2019, 12, 31, 16),
    ),
    "convert_zone: from UTC": (
        call("convert_zone", at("2018-01-01 04:59:59"), "'UTC'", "'America/New_York'"),
        datetime(2017, 12, 31, 23, 59, 59),
    ),
    "convert_zone: skipped in spring": (
        call("convert_zone", at("2024-03-10 02:30:00"), "'America/New_York'", "'UTC'"),
        datetime(2024, 3, 10, 7, 30),
    ),
    "convert_zone: twice in autumn": (
        call("convert_zone", at("2024-11-03 01:30:00"), "'America/New_York'", "'UTC'"),
        datetime(2024, 11, 3, 6, 30),
    ),
    "convert_zone: null": (call("convert_zone", at("2024-01-01 00:00:00"), NULL, "'UTC'"), None),
    "iso_weekday: Monday": (call("iso_weekday", "date '2024-01-01'"), 1),
    "iso_weekday: Sunday night": (call("iso_weekday", at("2024-01-07 23:59:59")), 7),
    "iso_weekday: null": (call("iso_weekday", "cast(null as date)"), None),
    **{
        f"mask_embedded: {value!r}": (call("mask_embedded", text(value)), masked(value))
        for value in HOLD_A_VALUE
    },
    **{
        f"mask_embedded: {value!r}": (call("mask_embedded", text(value)), value)
        for value in HOLD_NONE
    },
    "mask_embedded: null": (call("mask_embedded", NULL), None),
    **{
        f"numbers_in: {number} in {value!r}": (
            "list_contains({{ numbers_in(normalized_text("
            + json.dumps(text(value))
            + f")) }}}}, '{number}')",
            True,
        )
        for value, number in [
            (HOLD_A_VALUE[0], "13812345678"),
            (HOLD_A_VALUE[2], "13712340059"),
            (HOLD_A_VALUE[3], "13812345678"),
            (HOLD_A_VALUE[4], "13712340059"),
            (HOLD_A_VALUE[5], "13812345678"),
            (HOLD_A_VALUE[8], "13712340059"),
            (HOLD_A_VALUE[8], "02162345678"),
            ("13712340059 021-62345678", "13712340059"),
            ("13712340059 021-62345678", "02162345678"),
        ]
    },
    "nfkc_may_change": ("'{{ nfkc_may_change() }}'", None),
}

REFUSED = {
    "backslash": "{{ regexp_like('x', '[0-9]' ~ '\\\\' ~ 'd') }}",
    "posix_class": call("regexp_remove", "x", "[[:alpha:]]"),
    "look_ahead": call("regexp_group", "x", "a(?=b)", 0),
    "look_behind": call("regexp_replace_all", "x", "(?<a)b", ""),
    "intersection": call("regexp_like", "x", "[a-z&&b]"),
}


@dataclass(frozen=True)
class Run:
    """What one dbt run gave: the row of cases, the message of every model, the SQL it sent."""

    row: dict[str, Any]
    messages: dict[str, str]
    compiled: str


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    folder = tmp_path_factory.mktemp("engine")
    models = folder / "models"
    models.mkdir()
    columns = ",\n".join(f"{sql} as c_{n}" for n, (sql, _) in enumerate(CASES.values()))
    (models / "cases.sql").write_text(f"select\n{columns}\n", encoding="utf-8")
    for name, sql in REFUSED.items():
        (models / f"refused_{name}.sql").write_text(
            f"select {{% if execute %}}{sql}{{% endif %}} as x\n", encoding="utf-8"
        )
    for name in FOLDERS:
        shutil.copytree(ROOT / "macros" / name, folder / "macros" / name)
    profile = {
        "type": "duckdb",
        "path": str(folder / "warehouse.duckdb"),
        "module_paths": [str(ROOT / "scripts")],
        "plugins": [{"module": "duckdb_session"}],
    }
    for name, content in {
        "dbt_project.yml": {
            "name": "customer360",
            "profile": "customer360",
            "macro-paths": ["macros"],
            "models": {"+materialized": "table"},
            "flags": {"send_anonymous_usage_stats": False},
        },
        "profiles.yml": {"customer360": {"target": "duckdb", "outputs": {"duckdb": profile}}},
    }.items():
        (folder / name).write_text(yaml.safe_dump(content), encoding="utf-8")
    result = subprocess.run(
        [sys.executable, "-m", "dbt.cli.main", "--no-use-colors", "run", "--threads", "1"],
        cwd=folder,
        env={**os.environ, "CUSTOMER360_HASH_KEY": KEY},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "OK created sql table model main.cases" in result.stdout, result.stdout
    warehouse = folder / "warehouse.duckdb"
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        (values,) = connection.execute("select * from cases").fetchall()
    results = json.loads((folder / "target" / "run_results.json").read_text(encoding="utf-8"))
    return Run(
        row=dict(zip(CASES, values, strict=True)),
        messages={r["unique_id"].rsplit(".", 1)[1]: r["message"] for r in results["results"]},
        compiled="".join(
            path.read_text(encoding="utf-8") for path in (folder / "target").rglob("*.sql")
        ),
    )


@pytest.mark.parametrize("name", [name for name in CASES if name != "nfkc_may_change"])
def test_macro_gives(run: Run, name: str) -> None:
    expected = CASES[name][1]
    assert run.row[name] == expected
    assert type(run.row[name]) is type(expected)


@pytest.mark.parametrize("name", REFUSED)
def test_pattern_that_engines_read_differently_is_refused(run: Run, name: str) -> None:
    assert "which engines read differently" in run.messages[f"refused_{name}"]


def test_key_is_in_no_sql(run: Run) -> None:
    assert "getvariable('hash_key')" in run.compiled
    assert KEY not in run.compiled


def test_what_nfkc_passes_by_is_never_changed(run: Run) -> None:
    """No character that is passed by changes alone, or joins the one before it."""
    may_change = re.compile(run.row["nfkc_may_change"])
    passed_by = [
        chr(code)
        for code in range(sys.maxunicode + 1)
        if not 0xD800 <= code <= 0xDFFF and not may_change.match(chr(code))
    ]
    joins_before = {
        chr(int(parts[1], 16))
        for code in range(sys.maxunicode + 1)
        if len(parts := unicodedata.decomposition(chr(code)).split()) == 2 and parts[0][0] != "<"
    }
    assert {"A", "9", "张", "。", "é"} <= set(passed_by)
    assert not [
        character
        for character in passed_by
        if unicodedata.normalize("NFKC", character) != character
        or unicodedata.combining(character)
        or character in joins_before
    ]

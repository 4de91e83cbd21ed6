"""The review: a person's decisions, their file, and the keyboard."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from scripts.reviewer import cli, decisions, text
from scripts.reviewer.decisions import CANNOT_LINK, MUST_LINK, Decision, DecisionError
from scripts.reviewer.questions import Question, QuestionError, as_question, find, left_open, load
from scripts.reviewer.session import Screen, Session, run
from tests.python.whole_project import ROOT

NOW = "2024-03-01 10:00:00"
HEADER = ",".join(decisions.HEADER) + "\n"


def row(review_id: str, first: str, second: str, **values: Any) -> dict[str, Any]:
    """A question of the mart on two records, each a customer of its own."""
    found: dict[str, Any] = {
        "review_id": review_id,
        "kind": "shared_value",
        "priority": 4,
        "question": "Does it belong to this one?",
        "proposed_decision": "undecided",
        "proposed_reason": "nothing_tells",
        "evidence": ["mobile 138****5678 (verified): ambiguous_name"],
        "match_probability": None,
        "match_weight": None,
        "comparison_weights": None,
    }
    for number, record in ((1, first), (2, second)):
        side = {
            "record_id": record,
            "channel": record.split(":")[0],
            "customer_id": "C" + record,
            "n_records": 1,
            "name_masked": "张*",
            "gender": "female",
            "birth_year": 1990,
            "mobile_masked": "138****5678",
            "email_masked": None,
            "region": "广东省-深圳市",
        }
        found |= {f"{name}_{number}": value for name, value in side.items()}
    for check in ("name", "gender", "birth_date", "region"):
        found[f"{check}_check"] = "unknown"
    return found | values


QUEUE = [
    row("aa11", "shop:1", "crm:1"),
    row("aa22", "shop:1", "crm:2", region_2="湖南省-长沙市", region_check="differs"),
    row("bb33", "shop:2", "crm:3", kind="probable_match", priority=5, n_records_2=4)
    | {"match_probability": 0.7, "match_weight": 1.25, "comparison_weights": "name +5.00"},
    row("cc44", "shop:3", "crm:4", kind="tie", priority=2, name_masked_1=None),
]


def make_warehouse(path: Path) -> Path:
    with duckdb.connect(str(path)) as connection:
        columns = ", ".join(
            f"{name} varchar[]"
            if name == "evidence"
            else f"{name} int"
            if name.startswith(("priority", "n_records", "birth_year"))
            else f"{name} double"
            if name in ("match_probability", "match_weight")
            else f"{name} varchar"
            for name in QUEUE[0]
        )
        connection.execute(f"create table main.identity_review_queue ({columns})")
        marks = ", ".join("?" for _ in QUEUE[0])
        for question in QUEUE:
            connection.execute(
                f"insert into main.identity_review_queue values ({marks})", list(question.values())
            )
        connection.execute(
            "create table main.customer_crosswalk (record_id varchar, customer_id varchar)"
        )
        records = {question[f"record_id_{side}"] for question in QUEUE for side in (1, 2)}
        # crm:9 is another account of the customer of crm:1.
        pairs = [(record, "C" + record) for record in sorted(records)] + [("crm:9", "Ccrm:1")]
        connection.executemany("insert into main.customer_crosswalk values (?, ?)", pairs)
    return path


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    return make_warehouse(tmp_path / "warehouse.duckdb")


@pytest.fixture
def overrides(tmp_path: Path) -> Path:
    path = tmp_path / "identity_overrides.csv"
    path.write_text(HEADER, encoding="utf-8")
    return path


def decision(kind: str, first: str, second: str, reason: str = "asked by telephone") -> Decision:
    return Decision(kind, first, second, reason, "Li Lei", NOW)


def must(first: str, second: str) -> Decision:
    return decision(MUST_LINK, first, second)


def cannot(first: str, second: str) -> Decision:
    return decision(CANNOT_LINK, first, second)


# --- the file -------------------------------------------------------------------------------------


def test_the_seed_of_the_project_is_read(manifest: dict[str, Any]) -> None:
    decisions.read(cli.OVERRIDES)
    seed = manifest["nodes"]["seed.customer360.identity_overrides"]
    assert tuple(seed["columns"]) == decisions.HEADER


def test_a_decision_is_added_and_taken_back_and_the_rest_of_the_file_stays(overrides: Path) -> None:
    first, second = must("crm:1", "shop:1"), cannot("crm:1", "shop:2")
    decisions.record(overrides, first)
    before = overrides.read_bytes()
    decisions.record(
        overrides, decision(CANNOT_LINK, "crm:1", "shop:2", 'his brother, "the other"')
    )
    assert overrides.read_bytes().startswith(before)
    assert decisions.read(overrides)[1].reason == 'his brother, "the other"'
    assert decisions.withdraw(overrides, "shop:2", "crm:1").pair == second.pair
    assert overrides.read_bytes() == before
    assert [path.name for path in overrides.parent.iterdir()] == [overrides.name]
    with pytest.raises(DecisionError, match="there is no decision on crm:1 and shop:2"):
        decisions.withdraw(overrides, "crm:1", "shop:2")


def test_a_file_that_cannot_be_written_is_left_as_it_was(
    overrides: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = overrides.read_bytes()

    def fails(_: int) -> None:
        raise OSError("disk full")

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(OSError, match="disk full"):
        decisions.record(overrides, must("crm:1", "shop:1"))
    assert overrides.read_bytes() == before
    assert list(overrides.parent.iterdir()) == [overrides]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ([must("a", "b")], must("b", "a"), r"decided so before: line 2 \(must_link a b\)"),
        ([must("a", "b")], cannot("b", "a"), r"opposite was decided before: line 2 .*withdraw a b"),
        ([must("a", "b"), must("b", "c")], cannot("c", "a"), r"apart: line 2 \(.*\), line 3 \("),
        (
            [must("x", "y"), cannot("a", "c"), must("a", "b")],
            must("b", "c"),
            r"apart: line 3 \(cannot_link a c\), line 4 \(must_link a b\);",
        ),
        ([], must("a", "a"), "one and the same"),
        ([], decision(MUST_LINK, "a", "b", "  "), "needs its reason"),
        ([], decision(MUST_LINK, "a", "b", "called 138 1234 5678"), "number or an address"),
        ([], decision(MUST_LINK, "a", "b", "wrote from li@qq.com"), "number or an address"),
    ],
)
def test_what_cannot_stand_beside_the_other_decisions_is_refused(
    overrides: Path, old: list[Decision], new: Decision, message: str
) -> None:
    decisions.write(overrides, old)
    before = overrides.read_bytes()
    with pytest.raises(DecisionError, match=message) as error:
        decisions.record(overrides, new)
    assert "\n" not in str(error.value)
    assert overrides.read_bytes() == before


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ([must("a", "b")], must("b", "c")),
        ([cannot("a", "b")], must("b", "c")),
        ([must("a", "b"), cannot("a", "c")], cannot("b", "c")),
        # A quarrel between others is theirs.
        ([must("x", "y"), cannot("x", "z"), must("y", "z")], must("a", "b")),
    ],
)
def test_what_agrees_is_recorded(overrides: Path, old: list[Decision], new: Decision) -> None:
    decisions.write(overrides, old)
    decisions.record(overrides, new)
    assert decisions.read(overrides) == [*old, new]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", "first line must be decision,"),
        ("a,b\n", "first line must be decision,"),
        (HEADER + "must_link,a,b\n", "line 2 is no decision"),
        (HEADER + "perhaps,a,b,r,w,t\n", "line 2 is no decision"),
        (None, "cannot be read"),
    ],
)
def test_a_damaged_file_is_one_line(overrides: Path, content: str | None, message: str) -> None:
    if content is None:
        overrides.unlink()
    else:
        overrides.write_text(content, encoding="utf-8")
    with pytest.raises(DecisionError, match=message) as error:
        decisions.read(overrides)
    assert "\n" not in str(error.value)


# --- the questions --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("order", "ids"),
    [
        ("priority", ["cc44", "aa11", "aa22", "bb33"]),
        ("records", ["bb33", "cc44", "aa11", "aa22"]),
        ("score", ["bb33", "cc44", "aa11", "aa22"]),
    ],
)
def test_questions_come_in_the_order_asked_for(warehouse: Path, order: str, ids: list[str]) -> None:
    assert [each.review_id for each in load(warehouse, order, [])] == ids


def test_what_was_decided_since_the_build_is_not_asked_again(warehouse: Path) -> None:
    """Neither by the records themselves nor by others of the same customers."""
    asked = load(warehouse, "priority", [cannot("crm:9", "shop:1"), must("crm:3", "shop:2")])
    assert [each.review_id for each in asked] == ["cc44", "aa22"]


def test_who_is_one_of_several_is_not_asked_of_the_rest() -> None:
    questions = [as_question(each) for each in QUEUE]
    assert ids(left_open(questions, questions[0], MUST_LINK)) == ["bb33", "cc44"]
    assert ids(left_open(questions, questions[0], CANNOT_LINK)) == ["aa22", "bb33", "cc44"]


def ids(questions: list[Question]) -> list[str]:
    return [each.review_id for each in questions]


def test_a_question_is_found_by_the_beginning_of_its_id() -> None:
    questions = [as_question(each) for each in QUEUE]
    assert find(questions, "bb").review_id == "bb33"
    for wrong, message in (
        ("aa", "2 questions begin so"),
        ("dd", "no open question"),
        ("", "no op"),
    ):
        with pytest.raises(QuestionError, match=message):
            find(questions, wrong)


def test_a_question_shows_both_sides_the_evidence_and_the_proposal() -> None:
    shown = text.shown(as_question(QUEUE[1]), 100)
    region = next(line for line in shown.splitlines() if line.startswith("  region"))
    assert region.split() == ["region", "广东省-深圳市", "湖南省-长沙市", "differs"]
    assert "mobile 138****5678 (verified): ambiguous_name" in shown
    assert "e-mail" not in shown, "neither side has one"
    assert shown.endswith("proposal  undecided: nothing tells")
    scored = text.shown(as_question(QUEUE[2]), 100)
    assert "probability 0.7000" in scored
    assert "weights name +5.00; in all, with the prior +1.25" in scored


def test_columns_are_straight_though_chinese_signs_are_wide() -> None:
    assert text.fitted("张伟", 6) == "张伟  "
    assert text.fitted("张伟民的", 6) == "张伟…" + " "
    assert {text.width(text.list_line(as_question(each), 90)) for each in QUEUE} <= set(range(91))


# --- the keyboard ---------------------------------------------------------------------------------


def session(overrides: Path) -> Session:
    return Session([as_question(each) for each in QUEUE], overrides, "Li Lei", lambda: NOW)


def play(session: Session, keys: list[str], reasons: list[str]) -> list[str]:
    """Presses keys, answers with reasons; returns what the screen showed."""
    seen: list[str] = []
    pressed, answers = iter(keys), iter(reasons)
    run(
        session,
        Screen(
            key=lambda: next(pressed),
            ask=lambda _: next(answers),
            show=seen.append,
            size=lambda: (100, 30),
        ),
    )
    return seen


def test_keys_open_decide_skip_undo_and_quit(overrides: Path) -> None:
    seen = play(session(overrides), ["\r", "y", "s", "n", "u", "q"], ["same card", "two people"])
    assert decisions.read(overrides) == [
        Decision(MUST_LINK, "crm:4", "shop:3", "same card", "Li Lei", NOW)
    ]
    assert seen[0].splitlines()[2].startswith("> cc44"), "the highest priority is first"
    assert "tie  cc44" in seen[1]
    assert "Recorded: must link." in seen[2]
    assert "aa11" in seen[2], "the next one comes up"
    assert "aa22" in seen[3]
    assert "Recorded: cannot link." in seen[4]
    assert "Taken back: cannot link." in seen[5]
    assert "aa22" in seen[5], "what was taken back is asked again"


def test_the_list_is_filtered_and_sorted(overrides: Path) -> None:
    seen = play(session(overrides), ["f", "f", "o", "down", "j", "k", "\r", "l", "q"], [])
    assert "1 open questions of probable match, by priority" in seen[1]
    assert "2 open questions of shared value, by priority" in seen[2]
    assert "2 open questions of shared value, by records" in seen[3]
    assert seen[4].splitlines()[3].startswith("> aa22")
    assert "aa11" in seen[7].splitlines()[2]
    assert seen[8].splitlines()[1].startswith("  id")


def test_without_a_reason_or_against_another_decision_nothing_is_recorded(overrides: Path) -> None:
    decisions.write(overrides, [must("crm:4", "crm:5"), must("crm:5", "shop:3")])
    before = overrides.read_bytes()
    seen = play(session(overrides), ["\r", "n", "n", "u", "q"], ["", "two people"])
    assert overrides.read_bytes() == before
    assert "Not decided." in seen[2]
    assert "Not recorded: together with earlier decisions" in seen[3]
    assert "Nothing was decided in this session." in seen[4]


def test_when_all_is_decided_it_says_so(overrides: Path) -> None:
    seen = play(session(overrides), ["\r", *"yyy", "x", "q"], ["a", "b", "c"])
    assert "Nothing is left to decide here." in seen[-1]
    assert len(decisions.read(overrides)) == 3


def test_a_list_longer_than_the_screen_moves_with_the_choice(overrides: Path) -> None:
    many = [as_question(row(f"q{number:03}", f"shop:{number}", "crm:1")) for number in range(99)]
    seen = session(overrides)
    seen.questions, seen.at = many, 98
    lines = seen.picture(80, 24).splitlines()
    assert len(lines) <= 24
    assert "> q098" in "\n".join(lines)


# --- the command line -----------------------------------------------------------------------------


@pytest.fixture
def command(warehouse: Path, overrides: Path) -> Iterator[list[str]]:
    yield ["--warehouse", str(warehouse), "--overrides", str(overrides)]


def test_without_a_terminal_it_lists_shows_and_decides(
    command: list[str], overrides: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main([*command, "--list", "--kind", "shared_value", "--limit", "1"]) == 0
    listed = capsys.readouterr().out.splitlines()
    assert listed[1].startswith("aa11")
    assert listed[-1] == "2 open questions"
    assert cli.main(["show", "cc", *command]) == 0
    assert "tie  cc44" in capsys.readouterr().out
    said = ["decide", "cc", "must_link", "--reason", "same card", "--by", "Han Meimei"]
    assert cli.main([*said, *command]) == 0
    assert capsys.readouterr().out == "recorded: must_link crm:4 shop:3; build to apply it\n"
    [recorded] = decisions.read(overrides)
    assert (recorded.decided_by, recorded.reason) == ("Han Meimei", "same card")
    assert len(recorded.decided_at) == len(NOW)
    assert cli.main([*command, *said]) == 1
    assert "no open question has this id" in capsys.readouterr().err
    assert cli.main([*command, "withdraw", "crm:4", "shop:3"]) == 0
    assert decisions.read(overrides) == []


@pytest.mark.parametrize("wrong", ["nothing", "no warehouse", "no queue", "locked", "a kind"])
def test_what_cannot_be_read_is_one_line(
    tmp_path: Path, command: list[str], wrong: str, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "other.duckdb"
    writer: subprocess.Popen[str] | None = None
    if wrong == "no warehouse":
        path.write_text("this is no warehouse", encoding="utf-8")
    if wrong == "no queue":
        duckdb.connect(str(path)).close()
    if wrong == "locked":
        holds = (
            f"import duckdb; c = duckdb.connect({str(path)!r}); print('held', flush=True); input()"
        )
        writer = subprocess.Popen(
            [sys.executable, "-c", holds],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert writer.stdout is not None
        assert writer.stdout.readline() == "held\n"
    if wrong == "a kind":
        assert cli.main([*command, "--list", "--kind", "ties"]) == 1
    else:
        assert cli.main([*command, "--warehouse", str(path), "--list"]) == 2
    if writer is not None:
        writer.communicate("\n")
    [line] = capsys.readouterr().err.splitlines()
    expected = {
        "nothing": "no such warehouse",
        "no warehouse": "this is no warehouse",
        "no queue": "the table customer_crosswalk is missing",
        "locked": "a build, or another program that writes, holds it",
        "a kind": "there are: probable_match shared_value tie",
    }
    assert expected[wrong] in line


def test_without_a_terminal_the_keyboard_is_refused(command: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "scripts" / "review.py"), *command],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("review.py: there is no terminal here. Without one: --list")


def test_a_real_terminal_decides_with_single_keys(command: list[str], overrides: Path) -> None:
    here, there = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, str(ROOT / "scripts" / "review.py"), *command, "--by", "Li Lei"],
        stdin=there,
        stdout=there,
        stderr=there,
        env={**os.environ, "PYTHONUTF8": "1", "TERM": "xterm"},
    )
    os.close(there)
    seen = ""

    def wait_for(words: str) -> None:
        nonlocal seen
        seen, until = "", time.monotonic() + 30
        while words not in seen and time.monotonic() < until:
            if select.select([here], [], [], 0.5)[0]:
                seen += os.read(here, 65536).decode("utf-8", "replace")
        assert words in seen

    try:
        wait_for("q quit")
        os.write(here, b"\x1b[B")
        wait_for("q quit")
        os.write(here, b"\r")
        wait_for("l list")
        os.write(here, b"y")
        wait_for("because")
        os.write(here, "同一张会员卡\n".encode())
        wait_for("Recorded")
        os.write(here, b"q")
        assert process.wait(timeout=30) == 0
    finally:
        process.kill()
        os.close(here)
    assert [(each.pair, each.reason) for each in decisions.read(overrides)] == [
        (frozenset(("shop:1", "crm:1")), "同一张会员卡")
    ]

"""The command line of the review."""

from __future__ import annotations

import argparse
import getpass
import os
import shutil
import subprocess
import sys
from datetime import datetime
from pathlib import Path

from scripts.warehouse import WarehouseError, default_warehouse

from . import decisions, text
from .decisions import CANNOT_LINK, MUST_LINK, DecisionError
from .questions import ORDERS, Question, QuestionError, find, load
from .session import Session, made, run

ROOT = Path(__file__).resolve().parents[2]
OVERRIDES = ROOT / "seeds" / "reference" / "identity_overrides.csv"

DESCRIPTION = """\
Which accounts are one customer, where the evidence alone does not tell: a person decides, and the
next build obeys. Without --list and without a command it opens in the terminal, keyboard only:
arrows and enter choose a question; y one customer, n two customers, s skip, u undo, q quit.
Decisions are rows of seeds/reference/identity_overrides.csv. Everything shown is masked.
"""
EPILOG = """\
commands, which need no terminal:
  show ID                             the whole question; the beginning of its id is enough
  decide ID must_link|cannot_link --reason TEXT [--by NAME]
  withdraw RECORD_1 RECORD_2          take a decision back

exit codes: 0 done, 1 not decided (the line says why), 2 the warehouse or the file cannot be read
"""


def parser() -> argparse.ArgumentParser:
    """The options and commands."""
    options = argparse.ArgumentParser(add_help=False)
    # Options may stand before and after the command, so no default overwrites the other place.
    options.add_argument(
        "--warehouse",
        type=Path,
        default=argparse.SUPPRESS,
        help="built warehouse (default: WAREHOUSE, else build/warehouse.duckdb)",
    )
    options.add_argument(
        "--overrides",
        type=Path,
        metavar="FILE",
        default=argparse.SUPPRESS,
        help="the seed of decisions (default: the project's)",
    )
    options.add_argument(
        "--by",
        metavar="NAME",
        default=argparse.SUPPRESS,
        help="who decides (default: the user of git, else of the system)",
    )
    found = argparse.ArgumentParser(
        prog="review.py",
        description=DESCRIPTION,
        epilog=EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        parents=[options],
    )
    found.add_argument("--list", action="store_true", help="list the open questions and end")
    found.add_argument("--kind", help="only questions of this kind, such as shared_value")
    found.add_argument("--sort", choices=list(ORDERS), default="priority", help="default priority")
    found.add_argument("--limit", type=int, metavar="N", help="list no more than so many")
    commands = found.add_subparsers(dest="command", metavar="command")
    show = commands.add_parser("show", parents=[options], help="print one question")
    show.add_argument("review_id")
    decide = commands.add_parser("decide", parents=[options], help="answer one question")
    decide.add_argument("review_id")
    decide.add_argument("decision", choices=[MUST_LINK, CANNOT_LINK])
    decide.add_argument("--reason", required=True)
    withdraw = commands.add_parser("withdraw", parents=[options], help="take a decision back")
    withdraw.add_argument("record_id_1")
    withdraw.add_argument("record_id_2")
    return found


def reviewer() -> str:
    """The name of whoever sits here: git's, else the system's."""
    try:
        done = subprocess.run(
            ["git", "config", "user.name"], capture_output=True, text=True, check=False
        )
        name = done.stdout.strip()
    except OSError:
        name = ""
    return name or getpass.getuser()


def now() -> str:
    """The time of a decision: the one act here that is dated by the clock."""
    return datetime.now().strftime("%Y-%m-%d %H:%M:%S")


def of_kind(questions: list[Question], kind: str | None) -> list[Question]:
    """The questions of one kind, or all.

    Raises:
        QuestionError: there is no open question of this kind.
    """
    kinds = sorted({question.kind for question in questions})
    if kind and kinds and kind not in kinds:
        raise QuestionError(
            f"{kind}: no open question is of this kind; there are: {' '.join(kinds)}"
        )
    return [question for question in questions if kind in (None, question.kind)]


def act(arguments: argparse.Namespace) -> None:
    """Does what the command line asks for; errors are raised."""
    warehouse: Path = getattr(arguments, "warehouse", default_warehouse())
    overrides: Path = getattr(arguments, "overrides", OVERRIDES)
    columns = shutil.get_terminal_size((120, 40)).columns
    if arguments.command == "withdraw":
        taken = decisions.withdraw(overrides, arguments.record_id_1, arguments.record_id_2)
        print(f"taken back: {taken.decision} {taken.record_id_1} {taken.record_id_2}")
        return
    questions = load(warehouse, arguments.sort, decisions.read(overrides))
    if arguments.command == "show":
        print(text.shown(find(questions, arguments.review_id), columns))
    elif arguments.command == "decide":
        question = find(questions, arguments.review_id)
        by = getattr(arguments, "by", None) or reviewer()
        new = made(question, arguments.decision, arguments.reason, by, now())
        decisions.record(overrides, new)
        print(f"recorded: {new.decision} {new.record_id_1} {new.record_id_2}; build to apply it")
    elif arguments.list:
        questions = of_kind(questions, arguments.kind)
        print(text.listed(questions[: arguments.limit], columns))
        print(f"{len(questions)} open questions", flush=True)
    else:
        session = Session(
            of_kind(questions, arguments.kind),
            overrides,
            getattr(arguments, "by", None) or reviewer(),
            now,
            arguments.kind,
            arguments.sort,
        )
        # Only here: a system without terminals may still list and decide.
        from . import terminal

        with terminal.single_keys():
            run(session, terminal.screen())
        print(f"{session.n_decided} decided" + (", build to apply" if session.n_decided else ""))


def main(arguments: list[str] | None = None) -> int:
    """Runs the command line; the exit code says whether it was done."""
    parsed = parser().parse_args(arguments)
    interactive = not parsed.list and parsed.command is None
    if interactive and not (sys.stdin.isatty() and sys.stdout.isatty()):
        print(
            "review.py: there is no terminal here. Without one: --list, show ID, or decide ID"
            " must_link|cannot_link --reason TEXT",
            file=sys.stderr,
        )
        return 2
    try:
        act(parsed)
    except (DecisionError, QuestionError) as error:
        print(error, file=sys.stderr)
        return 1
    except WarehouseError as error:
        print(error, file=sys.stderr)
        return 2
    except BrokenPipeError:
        # Whoever reads it has read enough (| head); nothing may be written at the end either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0

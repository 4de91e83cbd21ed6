"""What the README tells a newcomer to type does what it says."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from tests.python.whole_project import ROOT

READMES = ("README.md", "README.zh-CN.md")
PARTS = (
    "dbt_project.yml",
    "profiles.yml",
    ".dbtignore",
    "models",
    "macros",
    "seeds",
    "scripts",
    "tests",
    "analyses",
)


def own_data_block(readme: str) -> str:
    """The block of commands that brings two channels of one's own."""
    blocks = (ROOT / readme).read_text(encoding="utf-8").split("```sh\n")[1:]
    return next(block.split("```")[0] for block in blocks if "data/mine" in block)


def test_both_languages_show_the_same_commands() -> None:
    assert own_data_block(READMES[0]) == own_data_block(READMES[1])


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder like a fresh clone with its environment, into which the commands may write."""
    folder = tmp_path_factory.mktemp("readme")
    for part in PARTS:
        (folder / part).symlink_to(ROOT / part)
    (folder / ".venv").symlink_to(sys.prefix)
    (folder / "build").mkdir()
    return folder


def test_own_data_of_two_channels_becomes_marts(project: Path) -> None:
    commands = own_data_block(READMES[0])
    assert len(commands.splitlines()) <= 10
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(project),
        "PYTHONUTF8": "1",
        "CUSTOMER360_HASH_KEY_FILE": str(project / "build" / "hash_key"),
    }
    result = subprocess.run(
        ["bash", "-e", "-c", commands],
        cwd=project,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-3000:]
    assert "customer_base" in result.stdout

    with duckdb.connect(str(project / "build" / "mine.duckdb"), read_only=True) as connection:
        customers = connection.sql(
            "select name, mobile_masked, region from main.customer_base order by name"
        ).fetchall()
        orders = connection.sql(
            "select order_id, customer_id = 'anonymous', paid_amount, ordered_at"
            " from main.customer_transactions order by order_id"
        ).fetchall()
    assert customers == [
        ("Maria Santos", "+35****5678", None),
        ("张伟", "138****5679", "广东省-深圳市"),
    ]
    assert [(order[0], order[1], str(order[2]), str(order[3])) for order in orders] == [
        ("store:R1", False, "1234.50", "2023-05-10 18:20:00"),
        ("store:R2", True, "88.00", "2023-05-11 09:05:00"),
    ]

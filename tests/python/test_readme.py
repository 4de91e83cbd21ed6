"""What the README tells a newcomer to type does what it says."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from tests.python.raw_project import write_files
from tests.python.whole_project import ROOT

READMES = ("README.md", "README.zh-CN.md")
PARTS = (
    "Makefile",
    "requirements",
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


def intake_block(readme: str) -> str:
    """The block of commands that makes marts of damaged extracts."""
    blocks = (ROOT / readme).read_text(encoding="utf-8").split("```sh\n")[1:]
    return next(block.split("```")[0] for block in blocks if "make intake" in block)


def test_both_languages_show_the_same_commands() -> None:
    assert own_data_block(READMES[0]) == own_data_block(READMES[1])
    assert intake_block(READMES[0]) == intake_block(READMES[1])


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder like a fresh clone with its environment, into which the commands may write."""
    folder = tmp_path_factory.mktemp("readme")
    for part in PARTS:
        (folder / part).symlink_to(ROOT / part)
    # The environment, as installed as make wants it.
    (folder / ".venv").mkdir()
    for path in Path(sys.prefix).iterdir():
        if path.suffix != ".stamp":
            (folder / ".venv" / path.name).symlink_to(path)
    (folder / ".venv" / "run.stamp").touch()
    (folder / "build").mkdir()
    return folder


def run(commands: str, project: Path) -> subprocess.CompletedProcess[str]:
    """What a newcomer types, in a shell that knows nothing else."""
    return subprocess.run(
        ["bash", "-e", "-c", commands],
        cwd=project,
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(project),
            "PYTHONUTF8": "1",
            "CUSTOMER360_HASH_KEY_FILE": str(project / "build" / "hash_key"),
        },
        capture_output=True,
        text=True,
        check=False,
    )


def test_own_data_of_two_channels_becomes_marts(project: Path) -> None:
    commands = own_data_block(READMES[0])
    assert len(commands.splitlines()) <= 10
    result = run(commands, project)
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


def test_damaged_extracts_become_marts_and_show_each_line_left_out(project: Path) -> None:
    sales = """门店销售明细,,,,,,,
receipt_no,mobile,store_id,销售时间,amount,discount_amount,支付方式,is_return
R1,13812345679,S1,2023年5月10日 18:20,"¥1,234.50",0,微信,否
R2,13812345678,S1,2023-05-11 09:05:00,88元,0,现
金,0
R3,13812345678,S1,2023-05-11 09:05:00,88元
R4,13812345678,S1,2023-05-12 09:05:00,10,0,"微信,0
,,,,,,,
,13812345678,S1,2023-05-12 09:05:00,10,0,cash,0
合计,,,,1332.5,,,
"""
    write_files(
        project / "extracts",
        {
            "store/sales.csv": sales.encode("gb18030"),
            "crm/customers.txt": (
                "客户编号\t姓名\t性别\t手机号\t地区\t来源\t注册时间\t更新时间\n"
                "1\t张伟\t男\t138-1234-5679\t广东-深圳\t门店\t2023/1/5\t2023-06-01\n"
            ).encode("utf-16"),
        },
    )
    result = run(intake_block(READMES[0]), project)
    assert result.returncode == 0, result.stdout[-3000:] + result.stderr[-3000:]
    assert "customer_base" in result.stdout
    with duckdb.connect(str(project / "build" / "clean.duckdb"), read_only=True) as connection:
        customers = connection.sql("select name, mobile_masked from main.customer_base").fetchall()
        orders = connection.sql(
            "select order_id, paid_amount from main.customer_transactions order by order_id"
        ).fetchall()
        rejected = connection.sql(
            "select source_row, column_name, reason, raw_row from main.quality_rejected_rows"
            " order by all"
        ).fetchall()
    assert customers == [("张伟", "138****5679")]
    assert [(order[0], str(order[1])) for order in orders] == [
        ("store:R1", "1234.50"),
        ("store:R2", "88.00"),
        ("store:R4", "10.00"),
    ]
    assert [row[:3] for row in rejected] == [
        (1, "*", "before_header"),
        (5, "receipt_no", "missing_key"),
        (6, "*", "short_line"),
        (10, "*", "total_line"),
    ]
    assert rejected[2][3] == '{"line":"x9,99999999999,x9,9999-99-99 99:99:99,99x"}'
    for row in rejected[:1] + rejected[2:]:
        assert row[2] in result.stdout

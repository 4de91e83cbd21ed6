"""The explanation: paths of evidence, what stands between two customers, the picture."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import duckdb
import networkx
import pytest

from scripts.explainer import charts, cli, wording
from scripts.explainer.evidence import REQUIRED, gather, open_evidence
from scripts.explainer.graph import Edge, best_path
from scripts.explainer.layout import MOST_RECORDS, lay_out
from tests.python.test_linkage import COLUMNS
from tests.python.whole_project import ROOT

# --- paths ----------------------------------------------------------------------------------------


def edge(record: str, key: str, level: int) -> Edge:
    return Edge(record, key, level, "verified", key)


def bottleneck_and_length(edges: Iterable[Edge], first: str, last: str) -> tuple[int, int] | None:
    """The same by another library: the least level that joins both, then the fewest steps."""
    edges = list(edges)
    for level in sorted({each.level for each in edges}):
        graph = networkx.Graph(
            (f"record {each.record_id}", f"key {each.link_key}")
            for each in edges
            if each.level <= level
        )
        ends = (f"record {first}", f"record {last}")
        if all(end in graph for end in ends) and networkx.has_path(graph, *ends):
            return level, networkx.shortest_path_length(graph, *ends) // 2
    return None


def test_the_path_is_the_strongest_and_of_those_the_shortest() -> None:
    chance = random.Random(7)
    n_paths = 0
    for _ in range(150):
        records = [f"r{number}" for number in range(chance.randint(2, 12))]
        keys = [f"k{number}" for number in range(chance.randint(1, 10))]
        edges = [
            edge(record, key, chance.randint(0, 5))
            for record, key in product(records, keys)
            if chance.random() < 0.25
        ]
        steps = best_path(edges, "r0", "r1")
        expected = bottleneck_and_length(edges, "r0", "r1")
        assert (steps is None) == (expected is None)
        if steps:
            n_paths += 1
            assert (max(step.level for step in steps), len(steps)) == expected
            ends = ["r0", *(step.end.record_id for step in steps)]
            assert ends[-1] == "r1"
            assert [step.start.record_id for step in steps] == ends[:-1]
            assert all(step.start.link_key == step.end.link_key for step in steps)
            chance.shuffle(edges)
            assert best_path(edges, "r0", "r1") == steps, "no order of rows decides"
    assert n_paths > 50


def test_a_long_chain_has_a_path() -> None:
    edges = [
        edge(f"r{number + side}", f"k{number}", 1) for number in range(20000) for side in (0, 1)
    ]
    steps = best_path(edges, "r0", "r20000")
    assert steps is not None
    assert len(steps) == 20000


def test_a_record_is_one_with_itself() -> None:
    assert best_path([], "r1", "r1") == []


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张伟", "张*"),
        ("欧阳娜", "欧*娜"),
        ("Maria Santos", "M*** S***"),
        ("13812345678", "1***"),
        (None, ""),
    ],
)
def test_names_are_masked_as_the_macro_does(name: str | None, masked: str) -> None:
    assert wording.masked_name(name) == masked


def test_every_reason_of_the_firewall_is_explained() -> None:
    """docs/identity.md names the reasons; an explanation says what each means."""
    text = (ROOT / "docs" / "identity.md").read_text(encoding="utf-8")
    table = text.split("## Reasons of the firewall")[1].split("\n## ")[0]
    cells = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    reasons = {reason for cell in cells for reason in re.findall("`([a-z_]+)`", cell)}
    assert len(reasons) > 15
    assert not reasons - wording.REASONS.keys()


# --- a small warehouse ----------------------------------------------------------------------------

# C1: crm:1, shop:1 (verified mobile), store:1 (weaker), joined with C1's other strict customer S2
# (web:1) by a probable match. C3: crm:3 shares the mobile, by another name. C4: a reviewer keeps it
# from C1. C5 and C6 were taken apart. C7 is alone.
RECORDS = [
    ("crm:1", "crm", "C1", "C1", "crm:1", "张伟"),
    ("shop:1", "shop", "C1", "C1", "crm:1", None),
    ("store:1", "store", "C1", "C1", "crm:1", "张伟"),
    ("web:1", "web", "C1", "S2", "web:1", "张伟"),
    ("crm:3", "crm", "C3", "C3", "crm:3", "王芳"),
    ("crm:4", "crm", "C4", "C4", "crm:4", None),
    ("crm:5", "crm", "C5", "C5", "crm:5", None),
    ("crm:6", "crm", "C6", "C6", "crm:6", None),
    ("crm:7", "crm", "C7", "C7", "crm:7", "Maria Santos"),
]
MOBILE, MAIL, CARD = "mobile", "email", "national_id"
FIREWALL = [
    ("crm:1", MOBILE, "h1", "138****0001", True, 4, 2, "name_of_several", "link", "h1#a", 2),
    ("shop:1", MOBILE, "h1", "138****0001", True, 4, 2, "name_of_several", "link", "h1#a", 2),
    ("store:1", MOBILE, "h1", "138****0001", False, 4, 2, "name_of_several", "link", "h1#a", 4),
    ("crm:3", MOBILE, "h1", "138****0001", True, 4, 2, "name_of_several", "link", "h1#b", 2),
    ("shop:1", MAIL, "h2", "z***@qq.com", True, 2, 1, "one_name", "link", "h2", 2),
    ("store:1", MAIL, "h2", "z***@qq.com", True, 2, 1, "one_name", "link", "h2", 3),
    ("crm:1", MAIL, "h3", "i***@x.com", False, 60, 9, "hub_of_people", "exclude", None, None),
    ("crm:4", MAIL, "h3", "i***@x.com", False, 60, 9, "hub_of_people", "exclude", None, None),
    ("crm:5", CARD, "h5", "1****11", True, 1, 0, "decisive", "link", "h5", 1),
    ("crm:6", CARD, "h6", "1****22", True, 1, 0, "decisive", "link", "h6", 1),
]


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("explain") / "warehouse.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("create schema intermediate")

        def table(name: str, columns: str, rows: list[tuple[Any, ...]]) -> None:
            connection.execute(f"create table {name} ({columns})")
            if rows:
                marks = ", ".join("?" for _ in rows[0])
                connection.executemany(f"insert into {name} values ({marks})", rows)

        table(
            "main.customer_crosswalk",
            "record_id text, channel text, customer_id text, strict_customer_id text,"
            " match_rule text, match_probability double",
            [(*row[:4], "mobile:verified", 1.0) for row in RECORDS],
        )
        table(
            "intermediate.int_identity__strict_entities",
            "record_id text, entity_id text",
            [(row[0], row[4]) for row in RECORDS],
        )
        table(
            "intermediate.int_identity__records",
            "record_id text, name text, registered_at timestamp, updated_at timestamp",
            [(row[0], row[5], "2020-01-01 08:00:00", None) for row in RECORDS],
        )
        table(
            "intermediate.int_identity__firewall",
            "record_id text, identifier_type text, identifier_hash text, value_masked text,"
            " is_verified boolean, n_records int, n_people int, reason text, decision text,"
            " link_key text",
            [row[:10] for row in FIREWALL],
        )
        table(
            "intermediate.int_identity__link_keys",
            "record_id text, link_key text, evidence_level int, reason text",
            [(row[0], row[9], row[10], row[7]) for row in FIREWALL if row[9]],
        )
        table(
            "intermediate.int_identity__overrides",
            "override_no int, decision text, record_id_1 text, record_id_2 text, reason text,"
            " decided_by text, decided_at text",
            [(1, "cannot_link", "crm:1", "crm:4", "two brothers", "Li Lei", "2024-01-01")],
        )
        table(
            "intermediate.int_identity__contradictions",
            "component text, round_no int, contradiction text, record_id text, outcome text,"
            " anchor_record_id text, anchor_id text, evidence_level int, n_steps int, reason text",
            [
                ("crm:5", 1, CARD, "crm:5", "anchor", "crm:5", "crm:5", None, None, "bears_value"),
                ("crm:5", 1, CARD, "crm:6", "anchor", "crm:6", "crm:6", None, None, "bears_value"),
            ],
        )
        table(
            "intermediate.int_identity__probable_links",
            "entity_id_1 text, entity_id_2 text, match_probability double, decision text,"
            " reason text, match_weight double, comparison_weights text",
            [
                ("crm:1", "web:1", 0.98, "merge", "above_threshold", 5.6, "name +7.00"),
                ("crm:1", "crm:7", 0.6, "review", "between_thresholds", 0.6, "name +2.00"),
            ],
        )
        traits = {
            "crm:1": {"name": "张伟", "tf_name": 1 / 1024, "province": "44", "gender": "male"},
            "web:1": {"name": "张伟", "tf_name": 1 / 1024, "province": "44", "gender": "male"},
            "crm:7": {"name": "maria santos", "tf_name": 1 / 1024, "gender": "female"},
        }
        table(
            "intermediate.int_identity__entities",
            ", ".join(f"{name} {type_}" for name, type_ in COLUMNS.items()),
            [
                tuple(
                    {"entity_id": entity, "entity_no": number, **known}.get(name)
                    for name in COLUMNS
                )
                for number, (entity, known) in enumerate(traits.items())
            ],
        )
        table(
            "main.customer_aliases",
            "customer_id text, current_customer_id text, reason text, retired_on date",
            [("C0", "C1", "merged", "2023-05-01"), ("C00", None, "retired", "2023-06-01")],
        )
        table(
            "main.customer_events",
            "run_no int, changed_on date, event text, customer_id text, other_customer_id text,"
            " cause text, identifiers text[], n_records int",
            [(2, "2023-05-01", "merged", "C0", "C1", "new_record", ["mobile 138****0001"], 1)],
        )
        table(
            "main.identity_review_queue",
            "review_id text, kind text, record_id_1 text, record_id_2 text, customer_id_1 text,"
            " customer_id_2 text, proposed_decision text",
            [("abcdef0123", "probable_match", "crm:7", "crm:1", "C7", "C1", "undecided")],
        )
    return path


def explain(warehouse: Path, capsys: pytest.CaptureFixture[str], *ids: str) -> str:
    assert cli.main([*ids, "--warehouse", str(warehouse)]) == 0
    return capsys.readouterr().out


def test_a_customer_is_explained_by_all_that_holds_it(
    warehouse: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = explain(warehouse, capsys, "C1")
    assert said.startswith("C1: 4 records, 2 strict customers that are probably one\n")
    assert "strict customer S2\n  web:1  web, 张* since 2020-01-01" in said
    assert (
        "  mobile 138****0001: name of several (several people share it, and it links those of"
        " one name)\n    level 2, verified, with a full name: crm:1, shop:1\n"
        "    level 4, typed in, with a name that agrees: store:1\n" in said
    )
    assert "crm:1 ~ web:1: probability 0.9800, merge: above threshold" in said
    assert "crm:1 ~ crm:7: probability 0.6000, review: between thresholds" in said
    assert "mobile 138****0001: crm:1, shop:1, store:1: name of several" in said
    assert "also of C3 (name of several) (4 records, 2 full names)" in said
    assert "email i***@x.com: crm:1: hub of people" in said
    assert "cannot link: crm:1 and crm:4, by Li Lei on 2024-01-01: two brothers" in said
    assert "2023-05-01  C0 merged, C1: new record (mobile 138****0001)" in said
    assert "C0 is now C1 since 2023-05-01 (merged)" in said
    assert "abcdef01  probable match: crm:7 and crm:1" in said
    assert "张伟" not in said


@pytest.mark.parametrize("asked", ["C1", "web:1", "S2", "C0"])
def test_any_id_of_a_customer_finds_it(
    warehouse: Path, capsys: pytest.CaptureFixture[str], asked: str
) -> None:
    said = explain(warehouse, capsys, asked)
    assert "C1: 4 records" in said
    assert said.startswith("C0 is now C1 since 2023-05-01 (merged)\n") == (asked == "C0")


def test_an_id_that_nobody_has_any_more_says_so(
    warehouse: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    said = explain(warehouse, capsys, "C00")
    assert said == "C00 is now nobody: no record of it lives on since 2023-06-01 (retired)\n"


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        (
            "crm:1",
            "store:1",
            [
                "crm:1 and store:1 are one customer: C1, by exact evidence",
                "path of evidence: 2 steps, the weakest at level 3, verified, without a name",
                "    mobile 138****0001: name of several",
                "  shop:1\n    email z***@qq.com: one name",
            ],
        ),
        (
            "store:1",
            "web:1",
            [
                "are one customer: C1, probably: the strict customers differ",
                "store:1 is of the strict customer that begins with crm:1",
                "crm:1 ~ web:1: probability 0.9800, merge",
            ],
        ),
        (
            "shop:1",
            "crm:3",
            ["two customers: C1 and C3", "  mobile 138****0001\n    crm:1, shop:1, store:1: name"],
        ),
        ("crm:4", "store:1", ["email i***@x.com", "cannot link: crm:1 and crm:4, by Li Lei"]),
        ("crm:5", "crm:6", ["taken apart", "national id: crm:5 stands for one of the values"]),
        ("crm:7", "shop:1", ["crm:1 ~ crm:7: probability 0.6000", "abcdef01  probable match"]),
        ("crm:7", "crm:5", ["They share no identifier"]),
        ("crm:7", "crm:7", ["one customer: C7", "crm:7 is a single record"]),
    ],
)
def test_two_records_are_one_customer_or_not_and_why(
    warehouse: Path,
    capsys: pytest.CaptureFixture[str],
    first: str,
    second: str,
    expected: list[str],
) -> None:
    said = explain(warehouse, capsys, first, second)
    for words in expected:
        assert words in said


@pytest.mark.parametrize(
    ("ids", "code", "message"),
    [
        (["C9"], 1, "C9: no customer and no record has this id"),
        (["crm:1", "crm:99"], 1, "crm:99: there is no such record"),
        (["a", "b", "c"], 1, "one id or two record ids"),
        (["C1", "--warehouse", "nowhere.duckdb"], 2, "nowhere.duckdb: there is no such warehouse"),
    ],
)
def test_what_cannot_be_explained_is_one_line(
    warehouse: Path,
    capsys: pytest.CaptureFixture[str],
    ids: list[str],
    code: int,
    message: str,
) -> None:
    assert cli.main(["--warehouse", str(warehouse), *ids]) == code
    [line] = capsys.readouterr().err.splitlines()
    assert message in line


def test_a_build_without_the_later_models_is_explained_all_the_same(
    warehouse: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "plain.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute(f"attach '{warehouse}' as full_one (read_only)")
        connection.execute("create schema intermediate")
        for name in REQUIRED:
            schema = "main" if name == "customer_crosswalk" else "intermediate"
            connection.execute(f"create table {schema}.{name} as from full_one.{schema}.{name}")
    assert explain(path, capsys, "C3").startswith("C3: 1 record\n")
    with duckdb.connect(str(path)) as connection:
        connection.execute("drop table intermediate.int_identity__link_keys")
    assert cli.main(["C3", "--warehouse", str(path)]) == 2
    assert "int_identity__link_keys is missing" in capsys.readouterr().err


# --- the picture ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def drawn(warehouse: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The files that an explanation of C1 draws, by name."""
    out = tmp_path_factory.mktemp("drawn") / "pictures"
    command = ["C1", "--warehouse", str(warehouse), "--out", str(out), "--format", "svg"]
    assert cli.main(command) == 0
    return {path.name: path.read_text(encoding="utf-8") for path in out.iterdir()}


def test_the_picture_shows_records_and_what_they_share(drawn: dict[str, str]) -> None:
    picture = drawn["evidence_C1.svg"]
    shown = ("strict customer S2", "store:1", "张*", "138****0001", "probable match 0.980")
    for words in (*shown, "cannot link", "not linked", "also on 1 other customer"):
        assert words in picture
    assert "张伟" not in picture


def test_splinks_charts_of_probable_matches_need_no_network_and_name_nobody(
    drawn: dict[str, str],
) -> None:
    assert sorted(drawn) == ["evidence_C1.svg", "waterfall_C1.html", "weights_C1.html"]
    for name in ("waterfall_C1.html", "weights_C1.html"):
        page = drawn[name]
        assert "vega" in page
        assert "<script src" not in page
        assert not [words for words in ("张伟", "maria santos", "crm:1") if words in page]
    assert "Final score" in drawn["waterfall_C1.html"]


def test_parameters_of_another_kind_are_one_line(
    warehouse: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text("{}", encoding="utf-8")
    command = ["crm:7", "crm:1", "--warehouse", str(warehouse), "--out", str(tmp_path / "out")]
    assert cli.main([*command, "--parameters", str(broken)]) == 1
    [line] = capsys.readouterr().err.splitlines()
    assert line.startswith(str(broken))


def test_charts_of_other_parameters_than_the_warehouses_say_so(
    warehouse: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    command = ["crm:7", "crm:1", "--warehouse", str(warehouse), "--out", str(tmp_path)]
    assert cli.main(command) == 0
    [line] = capsys.readouterr().err.splitlines()
    assert "drawn with retail.json, but the warehouse was built with other parameters" in line
    assert "crm:1 ~ crm:7 weighs" in line
    assert "+0.60 there; name its file by --parameters" in line
    monkeypatch.setattr(charts, "write", lambda *_: ([], {("crm:1", "crm:7"): 0.6 + 1e-9}))
    assert cli.main(command) == 0
    assert not capsys.readouterr().err


@pytest.mark.parametrize(
    ("ids", "pairs"),
    [
        (["C1"], [("crm:1", "web:1"), ("crm:1", "crm:7")]),
        (["web:1"], [("crm:1", "web:1"), ("crm:1", "crm:7")]),
        (["web:1", "store:1"], [("crm:1", "web:1")]),
        (["crm:7", "store:1"], [("crm:1", "crm:7")]),
        (["crm:3", "store:1"], []),
    ],
)
def test_charts_are_drawn_of_the_pairs_asked_about(
    warehouse: Path, ids: list[str], pairs: list[tuple[str, str]]
) -> None:
    opened = open_evidence(warehouse)
    with opened.connection:
        _, evidence = cli.explanation(opened, ids)
    assert evidence is not None
    assert cli.pairs_to_draw(evidence, ids) == pairs


def test_labels_stand_one_a_line_however_many_there_are(warehouse: Path) -> None:
    opened = open_evidence(warehouse)
    with opened.connection:
        evidence = gather(opened, ["C1", "C3"])
    layout = lay_out(evidence)
    for nodes in (layout.records, layout.shared):
        heights = sorted(node.y for node in nodes)
        assert all(after - before >= 20 for before, after in pairwise(heights))
        assert 0 < heights[0] <= heights[-1] < layout.height
    assert {title for title, _, _ in layout.groups} == {
        "strict customer C1 of C1",
        "strict customer S2 of C1",
        "customer C3",
    }
    one = evidence.records["crm:1"]
    for number in range(MOST_RECORDS):
        name = f"shop:many{number:04}"
        evidence.records[name] = type(one)(**{**vars(one), "record_id": name})
    many = lay_out(evidence, ["web:1"])
    assert len(many.records) == MOST_RECORDS
    assert many.n_left_out == 5
    assert "web:1" in {node.key for node in many.records}

"""The evaluation of identities: its figures against er-evaluation and against pairs one by one."""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Callable
from pathlib import Path

import duckdb
import er_evaluation
import numpy as np
import pandas
import pytest
from er_evaluation.error_analysis import record_error_table

from scripts.evaluator import breakdown, cli
from scripts.evaluator.agreement import Pairs, measure

# er-evaluation uses words that pandas has given up.
pytestmark = pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")

Rows = list[tuple[str, str, str, str]]  # record_id, person_id, channel, cluster


def random_rows(seed: int, n_records: int, n_people: int, split: float, mix: float) -> Rows:
    """Records of people, some clusters split and some records in another person's cluster."""
    rng = random.Random(seed)
    rows = []
    for record in range(n_records):
        person = rng.randrange(n_people)
        cluster = f"{person}{'b' if rng.random() < split else 'a'}"
        if rng.random() < mix:
            cluster = f"{rng.randrange(n_people)}a"
        channel = rng.choice(["crm", "shop", "store"])
        rows.append((f"{channel}:{record}", f"P{person}", channel, cluster))
    return rows


def loaded(rows: Rows) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.execute("create table t (record_id text, person_id text, channel text, cluster text)")
    con.executemany("insert into t values (?, ?, ?, ?)", rows)
    return con


def pairs_one_by_one(rows: Rows, chosen: Callable[..., bool]) -> Pairs:
    counts = [0, 0, 0]
    for a, b in itertools.combinations(rows, 2):
        if chosen(a, b):
            is_true, is_claimed = a[1] == b[1], a[3] == b[3]
            counts = [
                n + is_it
                for n, is_it in zip(
                    counts, (is_true, is_claimed, is_true and is_claimed), strict=True
                )
            ]
    return Pairs(*counts)


@pytest.mark.parametrize(
    ("seed", "n_records", "n_people", "split", "mix"),
    [(1, 300, 100, 0.2, 0.1), (2, 200, 5, 0.5, 0.5), (3, 150, 150, 0, 0), (4, 80, 30, 1, 0.02)],
)
def test_figures_are_those_of_er_evaluation(
    seed: int, n_records: int, n_people: int, split: float, mix: float
) -> None:
    rows = random_rows(seed, n_records, n_people, split, mix)
    found = measure(loaded(rows), "t", "cluster")
    ids = [row[0] for row in rows]
    truth = pandas.Series([row[1] for row in rows], index=ids)
    mine = pandas.Series([row[3] for row in rows], index=ids)
    assert found.pairs.precision == pytest.approx(er_evaluation.pairwise_precision(mine, truth))
    assert found.pairs.recall == pytest.approx(er_evaluation.pairwise_recall(mine, truth))
    assert found.pairs.f1 == pytest.approx(er_evaluation.pairwise_f(mine, truth))
    # The library's B-cubed weighs people alike, not records; its table of errors has each record's.
    errors = record_error_table(mine, truth)
    precision = 1 - np.mean(errors["extra"] / errors["pred_cluster_size"])
    recall = 1 - np.mean(errors["missing"] / errors["ref_cluster_size"])
    assert found.b_cubed_precision == pytest.approx(precision)
    assert found.b_cubed_recall == pytest.approx(recall)
    assert found.exact_precision == pytest.approx(er_evaluation.cluster_precision(mine, truth))
    assert found.exact_rate == pytest.approx(er_evaluation.cluster_recall(mine, truth))
    of_clusters, of_people = (
        pandas.crosstab(mine, truth).astype(bool).sum(axis=axis).to_numpy() for axis in (1, 0)
    )
    assert (found.n_overmerged, found.n_undermerged) == (
        (of_clusters > 1).sum(),
        (of_people > 1).sum(),
    )


def test_pairs_by_channel_and_noise_are_those_counted_one_by_one() -> None:
    rows = random_rows(7, 150, 40, 0.3, 0.2)
    con = loaded(rows)
    by_channels = breakdown.by_channels(con, "t", "cluster")
    for channels, pairs in by_channels.items():
        assert pairs == pairs_one_by_one(
            rows, lambda a, b, its=channels: tuple(sorted((a[2], b[2]))) == its
        )
    assert sum(p.n_claimed for p in by_channels.values()) == (
        measure(con, "t", "cluster").pairs.n_claimed
    )
    rng = random.Random(8)
    noise = {(row[0], kind) for row in rows for kind in ("typo", "gone") if rng.random() < 0.2}
    con.execute("create table noise (record_id text, kind text)")
    con.executemany("insert into noise values (?, ?)", sorted(noise))
    found = breakdown.by_noise(con, "t", "noise", "cluster")
    noisy = {record_id for record_id, _ in noise}
    assert set(found) == {"typo", "gone", breakdown.NO_NOISE}
    for kind, pairs in found.items():
        if kind == breakdown.NO_NOISE:
            expected = pairs_one_by_one(rows, lambda a, b: not {a[0], b[0]} & noisy)
        else:
            bearers = {record_id for record_id, its in noise if its == kind}
            expected = pairs_one_by_one(rows, lambda a, b, its=bearers: bool({a[0], b[0]} & its))
        assert pairs == expected, kind


def write_warehouse(path: Path, customers: dict[str, str]) -> Path:
    """A crosswalk, and what the accounts are known by: 1 and 2 share a mobile and are of one
    family, 3 has the name of 1 and another number, 4 is of a placeholder, 5 bears nothing."""
    with duckdb.connect(str(path)) as con:
        con.execute("create table customer_crosswalk (record_id text, customer_id text)")
        con.execute("alter table customer_crosswalk add column strict_customer_id text")
        con.executemany(
            "insert into customer_crosswalk values (?, ?, 'S' || ?)",
            [(record, customer, record) for record, customer in customers.items()],
        )
        con.execute("create schema intermediate")
        con.execute(
            """
            create table intermediate.int_identity__identifiers as
            select * from (values
                ('crm:1', 'mobile', 'm1', null), ('crm:2', 'mobile', 'm1', null),
                ('shop:3', 'mobile', 'm3', null), ('shop:4', 'mobile', 'm0', 'sample card'),
                ('crm:1', 'mobile', 'm0', 'sample card'), ('shop:3', 'device_id', 'd1', null),
                ('shop:6', 'device_id', 'd1', null)
            ) as x (record_id, identifier_type, identifier_hash, placeholder_note)
            """
        )
        con.execute(
            """
            create table intermediate.int_identity__records as
            select *, null::date as birth_date from (values
                ('crm:1', '王丽', 'female', null), ('crm:2', '王强', 'male', null),
                ('shop:3', '王丽', null, null), ('shop:4', null, null, 'lili22'),
                ('shop:5', null, null, null), ('shop:6', null, null, 'lili22')
            ) as x (record_id, name_key, gender, nickname_key)
            """
        )
    return path


CUSTOMERS = {
    **{"crm:1": "A", "crm:2": "A", "shop:3": "B", "shop:4": "C", "shop:5": "D"},
    **{"shop:6": "B", "shop:9": "D"},
}


@pytest.fixture
def truth(tmp_path: Path) -> Path:
    (tmp_path / "errors.csv").write_text(
        "channel,record_key,column_name,kind\ncrm,1,mobile,mobile_typo\ncrm,1,level,missing\n"
    )
    (tmp_path / "people.csv").write_text("person_id,household_id\nP1,H1\nP2,H1\n")
    file = tmp_path / "records.csv"
    file.write_text(
        "record_id,person_id\ncrm:1,P1\ncrm:2,P2\nshop:3,P1\nshop:4,P1\nshop:5,P1\nshop:6,P1\n"
    )
    return file


def test_the_evaluation_of_a_warehouse(
    tmp_path: Path, truth: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    warehouse = write_warehouse(tmp_path / "a.duckdb", CUSTOMERS)
    before = write_warehouse(
        tmp_path / "b.duckdb", {**CUSTOMERS, "shop:3": "Z", "shop:6": "A", "crm:7": "Q"}
    )
    arguments = ["--warehouse", str(warehouse), "--truth", str(truth), "--against", str(before)]
    assert cli.main([*arguments, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    found = said["clusterings"]
    # Of one person: 1, 3, 4, 5, 6, ten pairs. Joined: 1 with 2, which is wrong, and 3 with 6.
    assert found["customer_id"]["pairwise"]["n_true"] == 10
    assert found["customer_id"]["pairwise"]["n_claimed"] == 2
    assert found["customer_id"]["pairwise"]["n_right"] == 1
    assert found["strict_customer_id"]["pairwise"]["n_claimed"] == 0
    # Every value as it stands: 1 and 2 by their number, 4 by the placeholder; no device.
    assert found["exact_keys"]["pairwise"]["n_claimed"] == 3
    assert found["exact_keys_no_placeholders"]["pairwise"]["n_claimed"] == 1
    # Within P1: 1 and 3 by the name, 3 and 6 by the device; the name of 1 has no sex in 3.
    assert found["ceiling"]["pairwise"]["n_right"] == 3
    assert found["ceiling_nicknames"]["pairwise"]["n_right"] == 6
    assert found["ceiling_names_with_more"]["pairwise"]["n_right"] == 1
    assert found["ceiling_identifiers"]["pairwise"]["n_right"] == 1
    assert all(found[name]["pairwise"]["precision"] == 1 for name in found if "ceiling" in name)
    assert said["families"]["customer_id"] == {
        **{"n": 1, "n_apart": 0, "share_apart": 0},
        **{"n_named": 1, "n_named_apart": 0, "share_named_apart": 0},
        **{"n_pairs": 1, "n_pairs_apart": 0, "share_pairs_apart": 0},
    }
    assert said["families"]["strict_customer_id"]["share_apart"] == 1
    assert set(said["noise"]) == {"mobile_typo", breakdown.NO_NOISE}
    assert said["churn"] == {
        **{"n_records": 7, "n_moved": 2, "n_ids_before": 5, "n_ids_kept": 3},
        **{"n_records_gone": 1, "n_records_new": 0, "share_moved": 2 / 7},
        "share_of_ids_kept": 3 / 5,
    }
    assert (said["n_records"], said["n_lost"], said["n_unknown"]) == (6, 0, 1)
    assert cli.main(arguments) == 0
    table = capsys.readouterr().out
    assert "ceiling" in table and "crm - shop" in table and "28.57%" in table
    assert cli.main([*arguments, "--min-f1", "0.1", "--min-precision", "0.6"]) == 1
    assert "precision 0.50000 is below 0.6" in capsys.readouterr().err


def test_a_lost_record_is_missed_and_the_evidence_is_not_needed(
    tmp_path: Path, truth: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    warehouse = write_warehouse(tmp_path / "a.duckdb", {"crm:1": "A", "shop:3": "A"})
    with duckdb.connect(str(warehouse)) as con:
        con.execute("drop schema intermediate cascade")
    assert cli.main(["--warehouse", str(warehouse), "--truth", str(truth), "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    pairs = said["clusterings"]["customer_id"]["pairwise"]
    assert (pairs["n_true"], pairs["n_claimed"], said["n_lost"]) == (10, 1, 4)
    assert said["families"] is None and "ceiling" not in said["clusterings"]


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("no warehouse", "does not exist"),
        ("no database", "cannot be opened"),
        ("no crosswalk", "has no table main.customer_crosswalk"),
        ("old crosswalk", "lacks strict_customer_id"),
        ("no truth", "does not exist"),
        ("other columns", "lacks person_id"),
        ("other suffix", "neither .parquet nor .csv"),
        ("empty", "holds no record"),
        ("no person", "1 rows without record_id or person_id"),
        ("twice", "stand there twice"),
        ("other extracts", "none of the 1 records"),
        ("bad errors", "lacks channel, column_name, kind"),
    ],
)
def test_bad_input_is_one_line(
    damage: str, said: str, tmp_path: Path, truth: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    warehouse = tmp_path / "a.duckdb"
    if damage == "no database":
        warehouse.write_text("no database")
    elif damage == "no crosswalk":
        duckdb.connect(str(warehouse)).close()
    elif damage != "no warehouse":
        write_warehouse(warehouse, CUSTOMERS)
    if damage == "old crosswalk":
        with duckdb.connect(str(warehouse)) as con:
            con.execute("alter table customer_crosswalk drop column strict_customer_id")
    texts = {
        "other columns": "record_id,owner\ncrm:1,P1\n",
        "empty": "record_id,person_id\n",
        "no person": "record_id,person_id\ncrm:1,P1\ncrm:2,\n",
        "twice": "record_id,person_id\ncrm:1,P1\ncrm:1,P2\n",
        "other extracts": "record_id,person_id\ncrm:77,P1\n",
    }
    if damage in texts:
        truth.write_text(texts[damage])
    elif damage == "no truth":
        truth.unlink()
    elif damage == "other suffix":
        truth = truth.rename(truth.with_suffix(".txt"))
    elif damage == "bad errors":
        truth.with_name("errors.csv").write_text("record_key\n1\n")
    assert cli.main(["--warehouse", str(warehouse), "--truth", str(truth)]) == 2
    message = capsys.readouterr().err
    assert said in message and message.count("\n") == 1

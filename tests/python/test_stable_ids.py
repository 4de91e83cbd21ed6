"""Stable ids: registry, crosswalk, history, events, aliases through builds that change everything.

The models that keep ids run in a project of their own, on entities and clusters that these tests
write: hundreds of small random worlds and some told cases side by side, build after build. What
each build must answer is worked out once more in plain Python.
"""

from __future__ import annotations

import dataclasses
import hashlib
import itertools
import random
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest
import yaml
from dbt.cli.main import dbtRunner

from scripts import identity_diff, registry
from tests.python.whole_project import ROOT

SEED = 20240607
N_WORLDS = 250
N_STEPS = 5

MODELS = (
    *("last_assignment", "used_ids", "kept_ids", "assignment", "registry", "changes", "crosswalk"),
)
MARTS = ("customer_crosswalk_history", "customer_events", "customer_aliases")
TESTS = ("an_id_names_one_customer_and_never_comes_back", "no_decision_of_a_person_is_broken")
INPUTS = {
    "records": "record_id varchar, channel varchar, registered_at timestamp, updated_at timestamp",
    "strict_entities": "record_id varchar, entity_id varchar",
    "clusters": "record_id varchar, entity_id varchar, cluster_id varchar,"
    " match_probability double",
    "link_keys": "record_id varchar, link_key varchar, evidence_level int, reason varchar",
    "firewall": "record_id varchar, identifier_type varchar, value_masked varchar,"
    " is_verified boolean, decision varchar, link_key varchar",
    "overrides": "decision varchar, record_id_1 varchar, record_id_2 varchar",
    "separations": "node varchar, contradiction varchar",
    "cluster_separations": "node varchar, contradiction varchar",
}
PROJECT = {
    "name": "customer360",
    "version": "0.1.0",
    "profile": "customer360",
    "flags": {"send_anonymous_usage_stats": False},
    "models": {
        "customer360": {
            "+materialized": "table",
            "+schema": "intermediate",
            "inputs": {"+materialized": "view"},
            "marts": {"+schema": "main"},
        }
    },
    # The day of a build is the last one that its records tell: variables would be parsed each time.
    "vars": {"raw": "tables", "as_of_date": None, "allow_other_accounts": False},
}
PROFILE = {
    "customer360": {
        "target": "duckdb",
        "outputs": {
            "duckdb": {"type": "duckdb", "path": "{{ env_var('WAREHOUSE') }}", "threads": 2}
        },
    }
}


# --- worlds ---------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Record:
    """An account, the strict entity and the cluster that evidence puts it in, and what it bears."""

    entity: str
    cluster: str
    # verified, typed in, or on a value that never links; none: no member account
    member: str | None = None
    identifiers: tuple[str, ...] = ()
    is_joined_by_a_person: bool = False


World = dict[str, Record]
Decisions = tuple[tuple[str, str, str], ...]


@dataclasses.dataclass(frozen=True)
class Step:
    """What one build reads."""

    day: str
    world: World
    decisions: Decisions = ()

    def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """The rows of each input, entities and clusters named by their least record."""
        least_of_entity, least_of_cluster = {}, {}
        for record_id in sorted(self.world, reverse=True):
            least_of_entity[self.world[record_id].entity] = record_id
            least_of_cluster[self.world[record_id].cluster] = record_id
        rows: dict[str, list[tuple[Any, ...]]] = {name: [] for name in INPUTS}
        for record_id, record in self.world.items():
            entity = least_of_entity[record.entity]
            channel = "crm" if record.member else "shop"
            is_verified = record.member != "typed"
            never_links = record.member == "excluded"
            rows["records"].append((record_id, channel, "2020-01-01", self.day))
            rows["strict_entities"].append((record_id, entity))
            rows["clusters"].append((record_id, entity, least_of_cluster[record.cluster], 1.0))
            for value in record.identifiers:
                decision, link_key = ("exclude", None) if never_links else ("link", value)
                row = (record_id, "mobile", value, is_verified, decision, link_key)
                rows["firewall"].append(row)
                if not never_links:
                    rows["link_keys"].append((record_id, value, 2, "verified"))
            if record.is_joined_by_a_person:
                rows["link_keys"].append((record_id, f"must_link {entity}", 0, "must_link"))
        rows["overrides"] += self.decisions
        return rows


MEMBERS = ("verified", "typed", "excluded", *[None] * 5)


def random_world(rng: random.Random, prefix: str, last: World) -> World:
    """Some records of before and some new ones, in entities that partly are those of before."""
    names = [f"{prefix}:{number}" for number in range(12)]
    world: World = {}
    for name in names:
        if rng.random() < (0.85 if name in last else 0.35):
            if name in last and rng.random() < 0.6:
                entity = last[name].entity
            else:
                entity = f"{prefix}-{rng.randrange(5)}"
            kind = MEMBERS[hash_of(name) % len(MEMBERS)]
            world[name] = Record(entity, "", member=kind)
    joined = {entity: entity for entity in {record.entity for record in world.values()}}
    for entity in sorted(joined):
        if rng.random() < 0.25:
            joined[entity] = rng.choice(sorted(joined.values()))
    return {
        name: dataclasses.replace(
            record,
            cluster=joined[record.entity],
            identifiers=(f"number of {record.entity}",),
        )
        for name, record in world.items()
    }


def hash_of(text: str) -> int:
    return int(hashlib.md5(text.encode()).hexdigest(), 16)


def parts(
    text: str,
    *,
    members: str = "",
    joined: str = "",
    identifiers: Mapping[str, str] | None = None,
) -> World:
    """A told world: 'ab+c d' is a cluster of the entities {a, b} and {c}, and another of {d}."""
    world = {}
    for cluster in text.split():
        for entity in cluster.split("+"):
            for name in entity:
                value = (identifiers or {}).get(name, f"number of {entity}")
                world[name] = Record(
                    entity,
                    cluster,
                    member="verified" if name in members else None,
                    identifiers=tuple(value.split(",")),
                    is_joined_by_a_person=name in joined,
                )
    return world


# Cases by name: the world of each build, or of the builds that are told, with decisions.
CASES: dict[str, list[World]] = {
    "larger part keeps": [parts("abc"), parts("a bc")],
    "member keeps": [parts("abc", members="a"), parts("a bc", members="a")],
    "three merge": [parts("abc de f"), parts("abcdef")],
    "older keeps": [parts("b"), parts("b a"), parts("ab")],
    "smaller record joins": [parts("bc"), parts("abc")],
    "gone and back": [parts("ab c"), parts("c"), parts("ab c")],
    "bridge": [
        parts("ab cd", identifiers={"a": "1", "b": "1", "c": "2", "d": "2"}),
        parts("abxcd", identifiers={"a": "1", "b": "1", "c": "2", "d": "2", "x": "1,2"}),
    ],
    "bridge lost": [parts("abx"), parts("a b")],
    "probable and back": [parts("ab c"), parts("ab+c"), parts("ab c")],
    "probable, then gone": [parts("ab+c"), parts("c")],
    "absorbed, then gone": [parts("ab+c"), parts("ab")],
    "number changed": [
        parts("ab c", identifiers={"a": "1", "b": "1", "c": "2"}),
        parts("abc", identifiers={"a": "1", "b": "1,2", "c": "2"}),
        parts("ac b", identifiers={"a": "1", "b": "3", "c": "1"}),
    ],
    "moved": [parts("abc de"), parts("ab cde")],
    "must link": [
        parts("a b"),
        parts("ab", joined="ab", identifiers={"a": "1", "b": "2"}),
        parts("a b"),
    ],
    "cannot link": [parts("ab"), parts("a b")],
    "merged twice": [parts("ab cde fghi"), parts("abcde fghi"), parts("abcdefghi")],
}
DECISIONS = {
    ("must link", 1): ("must_link", "a", "b"),
    ("cannot link", 1): ("cannot_link", "a", "b"),
}


def case_id(case: str, name: str) -> str:
    return f"case {case}:{name}"


def steps() -> list[Step]:
    """The builds: every random world and every case in each, the cases standing still at last."""
    rng = random.Random(SEED)
    last: dict[str, World] = defaultdict(dict)
    found = []
    for number in range(N_STEPS):
        world: World = {}
        decisions = []
        for index in range(N_WORLDS):
            prefix = f"world{index:03}"
            last[prefix] = random_world(rng, prefix, last[prefix])
            world |= last[prefix]
        for case, worlds in CASES.items():
            told = worlds[min(number, len(worlds) - 1)]
            world |= {
                case_id(case, name): dataclasses.replace(
                    record,
                    entity=case_id(case, record.entity),
                    cluster=case_id(case, record.cluster),
                    identifiers=tuple(f"{case}, {value}" for value in record.identifiers),
                )
                for name, record in told.items()
            }
            if (case, number) in DECISIONS:
                decision, one, other = DECISIONS[case, number]
                decisions.append((decision, case_id(case, one), case_id(case, other)))
        found.append(Step(f"2024-0{number + 1}-01", world, tuple(decisions)))
    return found


# --- the rule once more ---------------------------------------------------------------------------

Ids = dict[str, tuple[str, str]]


class Reference:
    """Ids by the written rule, one pair after the other."""

    def __init__(self) -> None:
        self.ids: Ids = {}
        self.minted: dict[str, int] = {}
        self.generations: Counter[str] = Counter()

    def build(self, step: Step, number: int) -> None:
        """Strict id and customer of every record."""
        entities: dict[str, list[str]] = defaultdict(list)
        for name in sorted(step.world):
            entities[step.world[name].entity].append(name)
        pairs: Counter[tuple[str, str]] = Counter()
        members = set()
        for entity, names in entities.items():
            for name in names:
                if name in self.ids:
                    pairs[self.ids[name][0], entity] += 1
                    if step.world[name].member == "verified":
                        members.add((self.ids[name][0], entity))
        strict: dict[str, str] = {}
        for old, entity in sorted(
            pairs,
            key=lambda pair: (
                pair not in members,
                -pairs[pair],
                self.minted[pair[0]],
                pair[0],
                entities[pair[1]][0],
            ),
        ):
            if entity not in strict and old not in strict.values():
                strict[entity] = old
        for entity, names in entities.items():
            if entity not in strict:
                least = names[0]
                text = f"{least}#{self.generations[least]}"
                strict[entity] = "C" + hashlib.md5(text.encode()).hexdigest()[:15]
                self.generations[least] += 1
                assert strict[entity] not in self.minted
                self.minted[strict[entity]] = number
        clusters: dict[str, set[str]] = defaultdict(set)
        for record in step.world.values():
            clusters[record.cluster].add(record.entity)
        customers = {}
        for cluster, members_of in clusters.items():
            before = Counter(
                self.ids[name][1]
                for entity in members_of
                for name in entities[entity]
                if name in self.ids
            )
            customers[cluster] = min(
                (strict[entity] for entity in members_of),
                key=lambda id_: (
                    -before[id_],
                    -max(len(entities[e]) for e in members_of if strict[e] == id_),
                    self.minted[id_],
                    id_,
                ),
            )
        self.ids = {
            name: (strict[record.entity], customers[record.cluster])
            for name, record in step.world.items()
        }


# --- builds ---------------------------------------------------------------------------------------


@dataclasses.dataclass(frozen=True)
class Project:
    """The models of stable ids on inputs of ours."""

    folder: Path

    @property
    def warehouse(self) -> Path:
        return self.folder / "warehouse.duckdb"

    def build(self, step: Step, rng: random.Random, *arguments: str) -> dict[str, str]:
        """One build from rows in any order; returns the status of every node."""
        for name, rows in step.rows().items():
            with duckdb.connect() as connection:
                connection.execute(f"create table input ({INPUTS[name]})")
                rng.shuffle(rows)
                if rows:
                    columns = ", ".join(f"unnest(${number + 1})" for number in range(len(rows[0])))
                    connection.execute(
                        f"insert into input select {columns}",
                        [list(column) for column in zip(*rows, strict=True)],
                    )
                path = self.folder / "inputs" / f"{name}.parquet"
                connection.execute(f"copy input to '{path}' (format parquet)")
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("WAREHOUSE", str(self.warehouse))
            patch.setenv("INPUTS", str(self.folder / "inputs"))
            result = dbtRunner().invoke(
                [
                    *("build", "--quiet", "--project-dir", str(self.folder)),
                    *("--profiles-dir", str(self.folder)),
                    *("--target-path", str(self.folder / "target")),
                    *("--log-path", str(self.folder / "logs")),
                    *arguments,
                ]
            )
        assert not result.exception, result.exception
        return {row.node.name: str(row.status) for row in result.result.results}

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        with duckdb.connect(str(self.warehouse)) as connection:
            connection.execute("create schema if not exists intermediate")
            connection.execute("set search_path = 'main,intermediate'")
            return connection.execute(sql).fetchall()


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    folder = tmp_path_factory.mktemp("stable_ids")
    for name in ("inputs", "models/inputs", "models/marts", "tests"):
        (folder / name).mkdir(parents=True)
    for name in ("engine", "identity", "raw", "schema"):
        shutil.copytree(ROOT / "macros" / name, folder / "macros" / name)
    for name in MODELS:
        file = f"int_identity__{name}.sql"
        shutil.copy(ROOT / "models/intermediate/identity" / file, folder / "models" / file)
    for name in MARTS:
        shutil.copy(ROOT / f"models/marts/customer/{name}.sql", folder / "models/marts")
    for name in TESTS:
        shutil.copy(ROOT / f"tests/conservation/{name}.sql", folder / "tests")
    for name in INPUTS:
        (folder / f"models/inputs/int_identity__{name}.sql").write_text(
            'select * from read_parquet(\'{{ env_var("INPUTS") }}/' + name + ".parquet')"
        )
    (folder / "dbt_project.yml").write_text(yaml.safe_dump(PROJECT))
    (folder / "profiles.yml").write_text(yaml.safe_dump(PROFILE))
    return Project(folder)


@dataclasses.dataclass(frozen=True)
class Answer:
    """The crosswalk and the ids by the rule after one build, and the size of the registry."""

    step: Step
    crosswalk: Ids
    expected: Ids
    n_changes: int


@pytest.fixture(scope="module")
def answers(project: Project) -> list[Answer]:
    """All builds; the last one twice, with everything else the same and --full-refresh."""
    rng = random.Random(SEED)
    reference = Reference()
    found = []
    plan = steps()
    for number, step in enumerate([*plan, plan[-1]], 1):
        status = project.build(step, rng, *(["--full-refresh"] if number > len(plan) else []))
        assert set(status.values()) == {"success", "pass"}, status
        reference.build(step, number)
        crosswalk = project.rows(
            "select record_id, strict_customer_id, customer_id from int_identity__crosswalk"
        )
        [(n_changes,)] = project.rows("select count(*) from int_identity__registry")
        found.append(
            Answer(
                step,
                {record_id: (strict, customer) for record_id, strict, customer in crosswalk},
                dict(reference.ids),
                n_changes,
            )
        )
        assert len(crosswalk) == len(found[-1].crosswalk)
    return found


def transitions(answers: Iterable[Answer]) -> Iterator[tuple[int, Ids, Ids]]:
    """Run number, crosswalk before, crosswalk after."""
    last: Ids = {}
    for number, answer in enumerate(answers, 1):
        yield number, last, answer.crosswalk
        last = answer.crosswalk


# --- properties -----------------------------------------------------------------------------------


def test_every_build_gives_the_ids_of_the_written_rule(answers: list[Answer]) -> None:
    for answer in answers:
        assert answer.crosswalk == answer.expected
    # Otherwise the random worlds say little.
    assert len({strict for answer in answers for strict, _ in answer.crosswalk.values()}) > 1500


def test_the_partition_is_that_of_the_evidence(answers: list[Answer]) -> None:
    for answer in answers:
        for index, label in enumerate(("entity", "cluster")):
            pairs = {
                (getattr(record, label), answer.crosswalk[name][index])
                for name, record in answer.step.world.items()
            }
            assert len(pairs) == len({a for a, _ in pairs}) == len({b for _, b in pairs})


def test_no_id_comes_back(answers: list[Answer]) -> None:
    borne: list[set[str]] = [
        {strict for strict, _ in answer.crosswalk.values()} for answer in answers
    ]
    retired: set[str] = set()
    for before, after in itertools.pairwise(borne):
        retired |= before - after
        assert not retired & after
    assert len(retired) > 500


def test_a_repeated_build_changes_nothing(project: Project, answers: list[Answer]) -> None:
    *_, last, repeated = answers
    assert repeated.crosswalk == last.crosswalk
    assert repeated.n_changes == last.n_changes
    assert project.rows("select max(run_no) from int_identity__registry") == [(N_STEPS,)]


def test_history_tells_every_crosswalk(project: Project, answers: list[Answer]) -> None:
    history = project.rows(
        "select record_id, strict_customer_id, customer_id, run_no, valid_from::date::varchar,"
        " valid_to::date::varchar, is_current from customer_crosswalk_history"
    )
    for number, answer in enumerate(answers[:N_STEPS], 1):
        day = answer.step.day
        at_the_end_of_the_day = {
            record_id: (strict, customer)
            for record_id, strict, customer, _, start, end, _ in history
            if start <= day and (end is None or day < end)
        }
        # A first period begins with the account's own dates, before the build that brought it.
        known = {row[0] for row in history if row[3] <= number}
        told = {name: ids for name, ids in at_the_end_of_the_day.items() if name in known}
        assert told == answer.crosswalk
    assert {row[0]: row[1:3] for row in history if row[6]} == answers[-1].crosswalk


def test_events_explain_every_difference(project: Project, answers: list[Answer]) -> None:
    told: dict[int, list[tuple[Any, ...]]] = defaultdict(list)
    for run_no, *event in project.rows(
        "select run_no, event, customer_id, other_customer_id, cause, n_records"
        " from customer_events"
    ):
        told[run_no].append(tuple(event))
    kinds: Counter[str] = Counter()
    for number, before, after in transitions(answers[:N_STEPS]):
        customers_before = {customer for _, customer in before.values()}
        customers_after = {customer for _, customer in after.values()}
        begun, ended = Counter[str](), Counter[str]()
        renamed = set[str]()
        moved = Counter[tuple[str, str]]()
        for event, customer, other, _, n_records in told[number]:
            kinds[event] += 1
            if event in ("created", "split"):
                begun[customer] += 1
            if event == "merged" and other not in customers_before:
                renamed.add(other)
            if event in ("merged", "retired"):
                ended[customer] += 1
            if event == "merged":
                moved[customer, other] += n_records
            if event in ("split", "moved"):
                moved[other, customer] += n_records
        assert begun | Counter(renamed) == Counter(customers_after - customers_before)
        assert ended == Counter(customers_before - customers_after)
        assert moved == Counter(
            (before[name][1], after[name][1])
            for name in before.keys() & after.keys()
            if before[name][1] != after[name][1]
        )
    assert min(kinds[kind] for kind in ("created", "split", "merged", "retired", "moved")) > 50


def test_aliases_lead_from_every_old_id_to_a_customer_of_today(
    project: Project, answers: list[Answer]
) -> None:
    rows = project.rows("select customer_id, current_customer_id, reason from customer_aliases")
    aliases = {old: current for old, current, _ in rows}
    today = answers[-1].crosswalk
    customers = {customer for _, customer in today.values()}
    ever = {id_ for answer in answers for ids in answer.crosswalk.values() for id_ in ids}
    assert len(aliases) == len(rows)
    assert aliases.keys() == ever - customers
    assert set(aliases.values()) <= customers | {None}
    # The entity that only a probable match joined is gone; its customer is not.
    absorbed = answers[0].crosswalk[case_id("absorbed, then gone", "c")][0]
    assert aliases[absorbed] == today[case_id("absorbed, then gone", "a")][1]
    assert {reason for *_, reason in rows} == {"merged", "retired", "probable_match"}
    assert all((current is None) == (reason == "retired") for _, current, reason in rows)
    living = dict(today.values())
    assert all(aliases[id_] == living[id_] for id_ in aliases.keys() & living.keys())


@pytest.fixture(scope="module")
def copy(
    project: Project, answers: list[Answer], tmp_path_factory: pytest.TempPathFactory
) -> Project:
    """The last build again in another warehouse, from the registry as it was before and from rows
    in another order."""
    folder = tmp_path_factory.mktemp("copy")
    copy = Project(folder / "project")
    shutil.copytree(project.folder, copy.folder, ignore=shutil.ignore_patterns("warehouse*"))
    path = folder / "registry.parquet"
    project.rows(f"copy (from int_identity__registry where run_no < {N_STEPS}) to '{path}'")
    copy.rows(f"create table {registry.TABLE} as from '{path}'")
    copy.build(answers[N_STEPS - 1].step, random.Random(SEED + 1))
    return copy


def test_shuffled_rows_and_a_copy_of_the_registry_give_the_same(
    project: Project, copy: Project
) -> None:
    for table in ("int_identity__registry", "int_identity__crosswalk", *MARTS):
        assert Counter(map(str, copy.rows(f"from {table}"))) == Counter(
            map(str, project.rows(f"from {table}"))
        ), table


def test_a_dry_run_says_what_the_last_build_changed(
    copy: Project, answers: list[Answer], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It builds aside from the registry alone; the build itself is here the one made before."""

    def build(scratch: Path, variables: dict[str, Any]) -> None:
        assert variables == {"raw": "seeds"}
        with duckdb.connect(str(scratch)) as connection:
            assert connection.execute(f"select max(run_no) from {registry.TABLE}").fetchall() == [
                (N_STEPS - 1,)
            ]
        copy.rows("checkpoint")
        shutil.copyfile(copy.warehouse, scratch)

    monkeypatch.setattr(identity_diff, "build", build)
    path = tmp_path / "registry.parquet"
    copy.rows(f"copy (from int_identity__registry where run_no < {N_STEPS}) to '{path}'")
    with duckdb.connect(str(tmp_path / "built.duckdb")) as connection:
        connection.execute("create schema intermediate")
        connection.execute(f"create table {registry.TABLE} as from '{path}'")
    found = identity_diff.dry_run(tmp_path / "built.duckdb", {"raw": "seeds"})
    before, after = answers[N_STEPS - 2].crosswalk, answers[N_STEPS - 1].crosswalk
    assert found.n_new == len(after.keys() - before.keys())
    assert found.n_gone == len(before.keys() - after.keys())
    assert found.n_changed == sum(
        before[name][1] != after[name][1] for name in before.keys() & after.keys()
    )
    customers_before = {customer for _, customer in before.values()}
    assert found.n_customers_before == len(customers_before)
    assert found.n_customers_after == len({customer for _, customer in after.values()})
    assert found.n_joining == sum(
        after[name][1] in customers_before for name in after.keys() - before.keys()
    )
    assert len(found.events) == len(copy.rows(f"from customer_events where run_no = {N_STEPS}"))
    for event, customer, other, _, _, n_records, record_ids in found.events:
        names = record_ids.split(", ")
        assert len(names) == n_records
        start, end = (other, customer) if event in ("split", "moved") else (customer, other)
        for name in names:
            assert event == "created" or before[name][1] == start
            assert event == "retired" or after[name][1] == (end or customer)
    said = list(identity_diff.lines(found, 3))
    assert said[0] == (
        f"Customers: {found.n_customers_before:,} now, {found.n_customers_after:,} after."
    )
    assert said[-1].startswith(f"and {len(found.events) - 3:,} more")


def test_a_registry_of_others_stops_the_build(copy: Project, answers: list[Answer]) -> None:
    """Else every id in it would be retired."""
    [before] = copy.rows("select count(*) from int_identity__registry")
    others = dataclasses.replace(answers[-1].step, world={"crm:other": Record("other", "other")})
    status = copy.build(others, random.Random(SEED))
    assert status["int_identity__last_assignment"] == "error"
    assert status["int_identity__registry"] == "skipped"
    assert [before] == copy.rows("select count(*) from int_identity__registry")


def test_a_failing_test_of_identity_leaves_ids_and_crosswalk_as_they_were(
    copy: Project, answers: list[Answer]
) -> None:
    """A decision that the entities do not obey, beside a record that is new."""
    tables = ("int_identity__registry", "int_identity__crosswalk", *MARTS)
    before = {table: Counter(map(str, copy.rows(f"from {table}"))) for table in tables}
    last = answers[-1].step
    broken = dataclasses.replace(
        last,
        world=last.world | {"crm:new": Record("new", "new")},
        decisions=(("cannot_link", case_id("merged twice", "a"), case_id("merged twice", "b")),),
    )
    status = copy.build(broken, random.Random(SEED))
    assert status["no_decision_of_a_person_is_broken"] == "fail"
    assert status["int_identity__assignment"] == "success"
    assert {status[table] for table in tables} == {"skipped"}
    assert before == {table: Counter(map(str, copy.rows(f"from {table}"))) for table in tables}


# --- cases ----------------------------------------------------------------------------------------


def letters(answer: Answer, case: str) -> str:
    """Who is whose, as in `parts`, each customer behind the record its id was minted from first."""
    minted = {}
    for name in answer.crosswalk:
        for generation in range(3):
            text = f"{name}#{generation}"
            minted["C" + hashlib.md5(text.encode()).hexdigest()[:15]] = (
                f"{name.partition(':')[2]}{generation or ''}"
            )
    found: dict[str, str] = defaultdict(str)
    for name in sorted(answer.crosswalk):
        if name.startswith(f"case {case}:"):
            customer = answer.crosswalk[name][1]
            found[minted.get(customer, "gone")] += name.partition(":")[2]
    return " ".join(f"{id_}={names}" for id_, names in sorted(found.items()))


EXPECTED = {
    "larger part keeps": "a=bc a1=a",
    "member keeps": "a=a b=bc",
    "three merge": "a=abcdef",
    "older keeps": "b=ab",
    "smaller record joins": "b=abc",
    "gone and back": "a1=ab c=c",
    "bridge": "a=abcdx",
    "bridge lost": "a=a b=b",
    "probable and back": "a=ab c=c",
    "probable, then gone": "c=c",
    "absorbed, then gone": "a=ab",
    "number changed": "a=ac b=b",
    "moved": "a=ab d=cde",
    "must link": "a=a b1=b",
    "cannot link": "a=a b=b",
    "merged twice": "c=abcdefghi",
}


@pytest.mark.parametrize("case", CASES)
def test_ids_are_kept(case: str, answers: list[Answer]) -> None:
    assert letters(answers[-1], case) == EXPECTED[case]


EVENTS = {
    "larger part keeps": [(2, "split", "changed_identifier", ["number of abc"])],
    "three merge": [(2, "merged", "changed_identifier", ["number of abcdef"])] * 2,
    "gone and back": [
        (2, "retired", "lost_record", ["number of ab"]),
        (3, "created", "new_record", ["number of ab"]),
    ],
    "bridge": [(2, "merged", "new_record", ["2"])],
    "bridge lost": [(2, "split", "lost_record", ["number of abx"])],
    "probable and back": [(2, "merged", "probable_match", []), (3, "split", "probable_match", [])],
    "probable, then gone": [(2, "merged", "lost_record", [])],
    "absorbed, then gone": [],
    "number changed": [
        (2, "merged", "changed_identifier", ["2"]),
        (3, "split", "changed_identifier", ["1"]),
    ],
    "moved": [(2, "moved", "changed_identifier", ["number of cde"])],
    "must link": [
        (2, "merged", "override", ["must_link"]),
        (3, "split", "override", ["must_link"]),
    ],
    "cannot link": [(2, "split", "override", ["number of ab"])],
}


@pytest.mark.parametrize("case", EVENTS)
def test_events_say_why_and_by_what(case: str, project: Project, answers: list[Answer]) -> None:
    ids = {
        id_
        for answer in answers
        for name, both in answer.crosswalk.items()
        for id_ in both
        if name.startswith(f"case {case}:")
    }
    told = [
        (run_no, event, cause, [text.removeprefix(f"mobile {case}, ") for text in identifiers])
        for run_no, event, customer, cause, identifiers in project.rows(
            "select run_no, event, customer_id, cause, identifiers from customer_events"
            " where run_no > 1 order by run_no, customer_id"
        )
        if customer in ids
    ]
    assert told == EVENTS[case]

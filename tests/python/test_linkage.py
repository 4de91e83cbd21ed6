"""What is compared of two entities, the file of parameters, and the same scores every time."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import duckdb
import pytest

from scripts import duckdb_session, linkage
from scripts.linkage.comparisons import COMPARISONS, NAME, NICKNAME
from scripts.linkage.parameters import splink_version

PARAMETERS = Path(__file__).parents[2] / "scripts" / "linkage" / "retail.json"

COLUMNS = {
    "entity_no": "bigint",
    "entity_id": "varchar",
    "name": "varchar",
    "family_name": "varchar",
    "sound": "varchar",
    "nickname": "varchar",
    "email_name": "varchar",
    "gender": "varchar",
    "birth_date": "date",
    "birth_year": "integer",
    "province": "varchar",
    "city": "varchar",
    "district": "varchar",
    "latin_name": "varchar",
    "address": "varchar",
    "house_number": "varchar",
    "postcode": "varchar",
    "mobiles": "varchar[]",
    "full_mobiles": "varchar[]",
    "tf_name": "double",
    "tf_sound": "double",
    "tf_nickname": "double",
    "tf_city": "double",
    "tf_district": "double",
}

Entity = dict[str, Any]


def person(name: str | None, sound: str | None = None, **traits: Any) -> Entity:
    latin = {"latin_name": name} if name and name.isascii() else {}
    return {"name": name, "sound": "".join(sorted(sound or "")) or name, **latin, **traits}


ZHANG_WEI = person("张伟", "zhangwei")
# First, second, comparison, the level in which the two agree (None: nothing is known of both).
PAIRS: list[tuple[Entity, Entity, str, str | None]] = [
    (ZHANG_WEI, person("张伟", "zhangwei"), "name", "exact"),
    (ZHANG_WEI, person("伟张", "weizhang"), "name", "sound"),
    (ZHANG_WEI, person("章炜", "zhangwei"), "name", "sound"),
    (ZHANG_WEI, person("张玮芳", "zhangweifang"), "name", "family_name"),
    (ZHANG_WEI, person("李伟", "liwei"), "name", "different"),
    (person("王小明", "wangxiaoming"), person("王小朋", "wangxiaopeng"), "name", "one_sign"),
    (person("王小明", "wangxiaoming"), person("王大朋", "wangdapeng"), "name", "family_name"),
    (person("王明", "wangming"), person("王朋", "wangpeng"), "name", "family_name"),
    (ZHANG_WEI, person(None, family_name="张"), "name", "partial"),
    (ZHANG_WEI, person(None, family_name="李"), "name", "different"),
    (person(None, family_name="张"), person(None, family_name="张"), "name", "partial"),
    (ZHANG_WEI, person(None), "name", None),
    (person("john smith"), person("john smith"), "name", "exact"),
    (person("john smith"), person("jon smyth"), "name", "words_alike"),
    (person("anna smith"), person("amith anna"), "name", "words_alike"),
    (person("john smith"), person("jones mary"), "name", "different"),
    (person("john smith"), person("peter smith"), "name", "one_word_alike"),
    (person("john smith"), person(None, latin_name="smith"), "name", "one_word_alike"),
    (person(None, latin_name="smith"), person(None, latin_name="smith"), "name", "one_word_alike"),
    (person("de laney"), person("dela ney"), "name", "written_alike"),
    (person(None, latin_name="smith"), person(None, latin_name="jones"), "name", "different"),
    (person(None, nickname="月亮9"), person(None, nickname="月亮9"), "nickname", "exact"),
    (ZHANG_WEI, person(None, "weizhang", nickname="weizhang5"), "nickname", "sound"),
    (person("张伟", "zhangwei", nickname="a"), person("张维", "zhangwei"), "nickname", None),
    (person(None, nickname="月亮9"), person(None, nickname="月亮8"), "nickname", "different"),
    (person(None, nickname="月亮9"), person(None), "nickname", None),
]
BIRTHS = [
    ("1990-03-07", 1990, "1990-03-07", 1990, "exact"),
    ("1990-03-07", 1990, "1990-07-03", 1990, "mistyped"),
    ("1990-03-07", 1990, "1990-03-09", 1990, "mistyped"),
    ("1990-03-07", 1990, "1909-03-07", 1909, "mistyped"),
    ("1990-03-07", 1990, "1991-03-09", 1991, "different"),
    ("1990-03-07", 1990, None, 1990, "year"),
    ("1990-03-07", 1990, None, 1991, "different"),
    ("1990-03-07", 1990, None, None, None),
]
PAIRS += [
    (
        person(None, birth_date=date_1, birth_year=year_1),
        person(None, birth_date=date_2, birth_year=year_2),
        "birth",
        level,
    )
    for date_1, year_1, date_2, year_2, level in BIRTHS
]
PAIRS += [
    (
        person(None, mobiles=["138****5678", "139****1111"]),
        person(None, mobiles=mobiles),
        "mobile",
        level,
    )
    for mobiles, level in [
        (["139****1111"], "masked"),
        (["150****5678"], "tail"),
        (["150****5679"], "different"),
        (None, None),
    ]
]
PAIRS += [
    (
        person(None, mobiles=["138****5678"], full_mobiles=["one"]),
        person(None, mobiles=["138****5678"], full_mobiles=full),
        "mobile",
        level,
    )
    for full, level in [(None, "masked"), (["one", "two"], "masked"), (["two"], "tail")]
]
HOME: Entity = {"province": "44", "city": "4403", "district": "440305"}
PAIRS += [
    (person(None, **HOME), person(None, **place), "place", level)
    for place, level in [
        (HOME, "district"),
        ({**HOME, "district": None}, "city"),
        ({**HOME, "district": "440306"}, "city"),
        ({"province": "44", "city": "4401"}, "province"),
        ({"province": "11"}, "different"),
        ({}, None),
    ]
]
STREET = "6 tullaroop street willaroo st james wa 4011"
PAIRS += [
    (person(None, address=STREET), person(None, address=address), "address", level)
    for address, level in [
        (STREET, "exact"),
        ("6 willaroo tullaroopstreet st james wa 4011", "alike_75"),
        ("6 tullaroop street st james 4011", "alike_60"),
        ("17 tullaroop street 4011", "alike_45"),
        ("17 tullaroop street st jmaes", "alike_30"),
        ("12 chave street keelee gowrie qld 2906", "different"),
        ("", "different"),
        (None, None),
    ]
]
PAIRS += [
    (person(None, house_number="17", postcode="4011"), person(None, **numbers), name, level)
    for numbers, name, level in [
        ({"house_number": "17"}, "house", "exact"),
        ({"house_number": "71"}, "house", "mistyped"),
        ({"house_number": "7"}, "house", "mistyped"),
        ({"house_number": "6"}, "house", "different"),
        ({"postcode": "4011"}, "postcode", "exact"),
        ({"postcode": "4101"}, "postcode", "mistyped"),
        ({"postcode": "2906"}, "postcode", "different"),
        ({}, "postcode", None),
    ]
]
# A name tells the sex: that it is the same says nothing more.
PAIRS += [
    ({**ZHANG_WEI, "gender": "male"}, {**ZHANG_WEI, "gender": "male"}, "gender", None),
    ({**ZHANG_WEI, "gender": "male"}, {**ZHANG_WEI, "gender": "female"}, "gender", "different"),
    (person("李伟", "liwei", gender="male"), {**ZHANG_WEI, "gender": "male"}, "gender", "exact"),
]


def load(
    connection: duckdb.DuckDBPyConnection, entities: list[Entity], pairs: list[tuple[int, int]]
) -> None:
    columns = ", ".join(f"{name} {type_}" for name, type_ in COLUMNS.items())
    connection.execute(f"create table people ({columns})")
    connection.execute("create table pairs (entity_no_l bigint, entity_no_r bigint)")
    rows = []
    for number, entity in enumerate(entities):
        filled = {"entity_no": number, "entity_id": f"crm:{number:05}", **entity}
        for column in ("name", "sound", "nickname", "city", "district"):
            if filled.get(column) is not None:
                filled.setdefault(f"tf_{column}", 1 / 1024)
        rows.append([filled.get(column) for column in COLUMNS])
    marks = ", ".join("?" * len(COLUMNS))
    connection.executemany(f"insert into people values ({marks})", rows)
    connection.executemany("insert into pairs values (?, ?)", pairs)


def scores(connection: duckdb.DuckDBPyConnection, at_least: float = 1e-300) -> list[Entity]:
    [(home,)] = connection.sql("select current_database()").fetchall()
    scored = linkage.score(
        connection,
        f"{home}.main.people",
        f"{home}.main.pairs",
        linkage.read_parameters(PARAMETERS),
        at_least,
    )
    rows: list[Entity] = scored.to_pylist()
    return sorted(rows, key=lambda row: (row["entity_id_1"], row["entity_id_2"]))


def test_pairs_agree_in_the_levels_that_people_would_say() -> None:
    entities = [entity for pair in PAIRS for entity in pair[:2]]
    with duckdb.connect() as connection:
        load(connection, entities, [(2 * k, 2 * k + 1) for k in range(len(PAIRS))])
        found = scores(connection)
    wrong = []
    for (first, second, name, expected), row in zip(PAIRS, found, strict=True):
        comparison = next(each for each in COMPARISONS if each.name == name)
        gamma = row[f"gamma_{name}"]
        level = comparison.scored_levels[::-1][gamma] if gamma >= 0 else None
        if level != expected:
            wrong.append((first, second, name, level, expected))
    assert not wrong


def test_the_rarer_a_name_the_more_it_says() -> None:
    """Name and place join the rarest names only."""
    same = {**ZHANG_WEI, **HOME}
    entities = [{**same, "tf_name": 2**-power} for power in (20, 20, 7, 7)]
    with duckdb.connect() as connection:
        load(connection, entities, [(0, 1), (2, 3)])
        # As in a warehouse of a million entities.
        connection.execute(
            "insert into people (entity_no, entity_id)"
            " select 10 + n, 'other:' || n from range(1000000) as numbers (n)"
        )
        (rare, common) = (row["match_probability"] for row in scores(connection))
    assert rare > 0.9
    assert common < 0.5


def test_order_of_rows_and_threads_change_no_score() -> None:
    entities = [entity for pair in PAIRS for entity in pair[:2]] * 3
    pairs = [(a, b) for a in range(len(entities)) for b in range(a + 1, len(entities), 7)]
    answers = []
    for seed, threads in ((1, 1), (2, 4)):
        order = random.Random(seed)
        with duckdb.connect(config={"threads": threads}) as connection:
            load(connection, entities, order.sample(pairs, len(pairs)))
            connection.execute(
                "create table shuffled as from people order by md5(entity_id || ?)", [seed]
            )
            connection.execute("drop table people")
            connection.execute("alter table shuffled rename to people")
            answers.append(scores(connection, at_least=0.01))
    assert answers[0] == answers[1]
    assert answers[0]


def test_nothing_of_splink_stays() -> None:
    with duckdb.connect() as connection:
        load(connection, [ZHANG_WEI, ZHANG_WEI], [(0, 1)])
        before = connection.sql("show all tables").fetchall()
        scores(connection)
        assert connection.sql("show all tables").fetchall() == before
        assert ("linkage_work",) not in connection.sql("show databases").fetchall()


def changed(tmp_path: Path, **changes: Any) -> Path:
    document = {**json.loads(PARAMETERS.read_text(encoding="utf-8")), **changes}
    path = tmp_path / "changed.json"
    path.write_text(json.dumps(document), encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"format": 2}, "format is 2 and this project has 1"),
        ({"splink": "4.0.1"}, f"splink is '4.0.1' and this project has '{splink_version()}'"),
        ({"comparisons": {}}, "comparisons are other ones than the project's (address, birth"),
        ({"partners_per_entity": 0}, "partners_per_entity is no number above 0"),
    ],
)
def test_a_file_of_another_version_is_one_clear_line(
    tmp_path: Path, changes: dict[str, Any], message: str
) -> None:
    path = changed(tmp_path, **changes)
    with pytest.raises(linkage.ParameterError) as error:
        linkage.read_parameters(path)
    text = str(error.value)
    assert message in text
    assert text.startswith(f"{path}: ")
    assert "train_linkage.py" in text
    assert "\n" not in text


def test_a_run_stops_before_its_first_model_where_the_file_cannot_be_used(tmp_path: Path) -> None:
    path = changed(tmp_path, format=2)
    [problem] = json.loads(duckdb_session.linkage_problems(str(path)))
    assert problem.startswith(f"{path}: format is 2")
    assert json.loads(duckdb_session.linkage_problems(str(PARAMETERS))) == []


def test_a_missing_or_broken_file_is_one_clear_line(tmp_path: Path) -> None:
    broken = tmp_path / "broken.json"
    broken.write_text("{", encoding="utf-8")
    for path, message in ((tmp_path / "none.json", "cannot be read"), (broken, "is not JSON")):
        with pytest.raises(linkage.ParameterError, match=message):
            linkage.read_parameters(path)


def test_a_file_is_read_as_it_was_written(tmp_path: Path) -> None:
    parameters = linkage.read_parameters(PARAMETERS)
    linkage.write_parameters(tmp_path / "again.json", parameters)
    assert (tmp_path / "again.json").read_bytes() == PARAMETERS.read_bytes()
    assert set(parameters.levels[NAME.name]) == set(NAME.scored_levels)
    assert set(parameters.levels[NICKNAME.name]) == {"exact", "sound", "different"}

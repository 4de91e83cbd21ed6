"""Writes a drawn world: raw files with their errors, the truth, and the extract's own statement."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np

from . import noise
from .config import AD_CHANNELS, CAMPAIGNS, CONTROL_SHARE, PROMOTIONS, Settings, Stream
from .reference import strings
from .schema import TABLES, Table
from .tables import CleanTable, clean_tables, load_world
from .tables.truth import Truth, truths
from .world.activity import make_activity
from .world.people import People, make_people

FORMATS = {
    "csv": "(format csv, header, delimiter ',', quote '\"', escape '\"')",
    "parquet": "(format parquet, compression zstd)",
}
Progress = Callable[[str], None]


def generate(
    settings: Settings,
    folder: Path,
    file_format: str,
    file_of: Callable[[Table], str],
    with_truth: bool = True,
    progress: Progress = lambda step: None,
) -> dict[str, int]:
    """Writes everything into an existing folder; returns the number of rows per table."""
    progress("people")
    people, accounts = make_people(settings, settings.stream(Stream.PEOPLE))
    progress("activity")
    activity = make_activity(settings, people, accounts)
    counts: dict[str, int] = {}
    with duckdb.connect() as con:
        con.execute("set preserve_insertion_order = true")
        con.execute("set timezone = 'UTC'")
        text_rng, noise_rng = settings.stream(Stream.TEXT), settings.stream(Stream.NOISE)
        load_world(con, settings, people, accounts, activity.community.contacts, text_rng)
        con.execute(
            "create table errors (channel varchar, entity varchar, record_key varchar,"
            " column_name varchar, kind varchar, original varchar, injected varchar,"
            " source_row bigint)"
        )
        for clean in clean_tables(settings, people, accounts, activity, text_rng):
            progress(clean.name)
            table = TABLES[clean.name]
            path = folder / file_of(table)
            path.parent.mkdir(parents=True, exist_ok=True)
            _assemble(con, table, clean, settings, noise_rng)
            columns = ", ".join(table.columns)
            con.execute(
                f"copy (select {columns} from noisy) to {_text(path)} {FORMATS[file_format]}"
            )
            found = con.execute("select count(*) from noisy").fetchall()
            counts[clean.name] = int(found[0][0])
        progress("truth")
        if with_truth:
            _write_truth(con, settings, people, folder / "truth", counts)
            for truth in truths(activity):
                _write_part_of_truth(con, truth, folder / "truth")
    _write_extract(settings, folder)
    progress("done")
    return counts


def _text(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _assemble(
    con: duckdb.DuckDBPyConnection,
    table: Table,
    clean: CleanTable,
    settings: Settings,
    rng: np.random.Generator,
) -> None:
    """Table `noisy`: the clean rows with their errors, then duplicates and rows without key."""
    with_noise = settings.noise != "none"
    arrays = {**clean.arrays, "_i": np.arange(clean.n)}
    noisy_columns = noise.COLUMNS.get(clean.name, {}) if with_noise else {}
    if with_noise:
        arrays["_r"] = noise.row_numbers(clean.n, rng)
        for name, column in noisy_columns.items():
            arrays[f"_n_{name}"] = noise.draw_codes(
                clean.n, column.kinds, noise.rates_of(column), rng
            )
        arrays["_copy"] = _copies(clean.name, clean.n, rng)
    carried = ", ".join(f"t.{name}" for name in arrays if name.startswith("_"))
    helpers = f", {clean.helpers}" if clean.helpers else ""
    deleted = ", cast(null as varchar) as is_deleted"
    con.register("t", arrays)
    con.execute(
        f"create or replace temp table clean as select {carried}{helpers}, {clean.select}{deleted}"
        f" from t {clean.joins} {'order by t._i' if clean.joins else ''}"
    )
    con.unregister("t")
    if not with_noise:
        con.execute("create or replace temp table noisy as select * from clean order by _i")
        return
    if clean.name == "store.sales":
        _till_cards(con)

    n_hubs = 1 + settings.records // 20_000
    values: list[str] = []
    for name in table.columns:
        if name not in noisy_columns:
            values.append(name)
            continue
        column = noisy_columns[name]
        branches = []
        for number, kind in enumerate(column.kinds, start=1):
            value = noise.expression(kind, f"clean.{name}", column.zone, n_hubs)
            if kind not in noise.FILLING:
                value = f"case when clean.{name} is not null then {value} end"
            branches.append(f"when {number} then {value}")
            con.execute(
                f"""
                insert into errors
                select '{table.channel}', '{table.entity}', {table.key}, '{name}', '{kind}',
                    clean.{name}, {value}, _i + 1
                from clean
                where _n_{name} = {number} and clean.{name} is distinct from {value}
                order by _i
                """
            )
        values.append(f"case _n_{name} {' '.join(branches)} else clean.{name} end as {name}")
    con.execute(
        f"create or replace temp table noisy as select _i, _r, _copy, {table.key} as _key,"
        f" {', '.join(values)} from clean order by _i"
    )
    _add_copies(con, table)


def _copies(name: str, n: int, rng: np.random.Generator) -> np.ndarray[Any, np.dtype[np.uint8]]:
    kinds = ("exact_duplicate", "near_duplicate", "missing_key")
    rates = [noise.DEFAULT_RATES[kind] for kind in kinds]
    if name not in noise.NEAR_DUPLICATES:
        rates[1] = 0.0
    if name in noise.KEYED_BY_ANY:
        rates[2] = 0.0
    return noise.draw_codes(n, kinds, rates, rng)


def _till_cards(con: duckdb.DuckDBPyConnection) -> None:
    """One member card per brand lies at the till: it may stand on sales of nobody."""
    con.execute(
        """
        create or replace temp table clean as
        with cards as (
            select store_id, min(member_no) as card
            from clean where store_id in ('S0001', 'S0002') group by store_id
        )
        select clean.* replace (case when clean.mobile is null then cards.card end as _till_card)
        from clean left join cards using (store_id)
        order by _i
        """
    )


def _add_copies(con: duckdb.DuckDBPyConnection, table: Table) -> None:
    """Appends exact duplicates, newer copies of accounts, and copies without their key."""
    columns = ", ".join(table.columns)
    changed, updated, value = noise.NEAR_DUPLICATES.get(table.name, ("", "", ""))
    if changed:
        # Only rows whose copy differs by what is recorded here and by nothing else.
        con.execute(
            f"""
            update noisy set _copy = 0
            where _copy = {noise.NEAR} and exists (
                select 1 from clean
                where clean._i = noisy._i and (
                    clean._n_{updated} > 0 or clean._n_{changed} > 0
                    or clean.{updated} > '2023-12-01'
                )
            )
            """
        )
    con.execute("create or replace temp table copied as select * from noisy where _copy > 0")
    con.execute(
        f"""
        insert into errors
        select '{table.channel}', '{table.entity}', _key, null, 'exact_duplicate', null, null,
            _i + 1
        from copied where _copy = {noise.EXACT} order by _i
        """
    )
    con.execute(
        f"insert into noisy (_i, {columns}) select _i, {columns} from copied"
        f" where _copy = {noise.EXACT} order by _i"
    )
    if changed:
        new_value = value.replace("{c}", changed)
        hours = "to_hours(cast(1 + _r % 600 as integer))"
        newer = f"cast(cast({updated} as timestamp) + {hours} as varchar)"
        con.execute(
            f"""
            insert into errors
            select '{table.channel}', '{table.entity}', _key, '{changed}', 'near_duplicate',
                {changed}, {new_value}, _i + 1
            from copied where _copy = {noise.NEAR} order by _i
            """
        )
        con.execute(
            f"""
            insert into noisy (_i, {columns})
            select _i, {columns}
            from (select * replace ({new_value} as {changed}, {newer} as {updated}) from copied)
            where _copy = {noise.NEAR} order by _i
            """
        )
    con.execute(
        f"""
        insert into errors
        select '{table.channel}', '{table.entity}', null, '{table.key_column}', 'missing_key',
            {table.key_column}, null, null
        from copied where _copy = {noise.KEYLESS} order by _i
        """
    )
    con.execute(
        f"""
        insert into noisy (_i, {columns})
        select _i, {columns} from (select * replace (null as {table.key_column}) from copied)
        where _copy = {noise.KEYLESS} order by _i
        """
    )


def _write_truth(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    people: People,
    folder: Path,
    counts: dict[str, int],
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    con.execute(
        f"""
        copy (
            select
                channel || ':' || record_key as record_id,
                'P' || lpad(cast(person + 1 as varchar), 8, '0') as person_id
            from accounts order by account
        ) to {_text(folder / "records.parquet")} {FORMATS["parquet"]}
        """
    )
    con.register(
        "drawn",
        {
            "person": np.arange(people.n),
            "household": people.household,
            "kind": strings(["person", "person", "person", "company"])[people.kind],
            "is_employee": people.is_employee,
            "is_reseller": people.is_reseller,
        },
    )
    con.execute(
        f"""
        copy (
            select
                'P' || lpad(cast(drawn.person + 1 as varchar), 8, '0') as person_id,
                'H' || lpad(cast(drawn.household + 1 as varchar), 8, '0') as household_id,
                drawn.kind,
                people.name,
                people.gender,
                people.birth_date,
                people.mobile,
                people.id_card_no,
                drawn.is_employee,
                drawn.is_reseller
            from drawn join people using (person) order by person
        ) to {_text(folder / "people.parquet")} {FORMATS["parquet"]}
        """
    )
    con.unregister("drawn")
    con.execute(f"copy errors to {_text(folder / 'errors.parquet')} {FORMATS['parquet']}")
    found = con.execute("select kind, count(*) from errors group by kind order by kind").fetchall()
    parameters = {
        "records": settings.records,
        "seed": settings.seed,
        "noise": settings.noise,
        "window_start": settings.window_start.isoformat(),
        "extracted_on": settings.extracted_on.isoformat(),
        "world": dataclasses.asdict(settings.world),
        "promotions": [dataclasses.asdict(promotion) for promotion in PROMOTIONS],
        "ad_channels": [dataclasses.asdict(channel) for channel in AD_CHANNELS],
        "campaigns": [dataclasses.asdict(campaign) for campaign in CAMPAIGNS],
        "control_share": CONTROL_SHARE,
        "rates": noise.DEFAULT_RATES if settings.noise != "none" else {},
        "column_rates": {
            table: {name: column.rates for name, column in columns.items() if column.rates}
            for table, columns in noise.COLUMNS.items()
            if settings.noise != "none"
        },
        "rows": counts,
        "errors": dict(found),
        "conventions": {
            "shop.orders": "paid_amount = goods_amount - discount_amount + freight_amount for every"
            " order, paid or not; goods_amount is the sum of the lines",
            "store.sales": "amount = sum of the lines - discount_amount; a return has negative"
            " quantities at the price really paid, and no discount",
            "payments.tenders": "the tenders of an order with paid_at, or of a receipt, add up to"
            " its paid_amount or amount; unpaid orders have none",
            "parent_order_id": "the parts of a split order share it; no row of its own",
            "returns": "a return is a row of shop.refunds or a return receipt, never both;"
            " original_order_id is a receipt_no, or shop:<order_id> for a shop's order",
            "unionid": "scope op01 everywhere, on shop.accounts and store.members too",
            "local_time": "times are local to the channel, sold_at to the store's time zone",
        },
    }
    text = json.dumps(parameters, ensure_ascii=False, indent=2)
    (folder / "parameters.json").write_text(text + "\n", encoding="utf-8")


def _write_part_of_truth(con: duckdb.DuckDBPyConnection, truth: Truth, folder: Path) -> None:
    selects = []
    for number, (arrays, select) in enumerate(truth.parts):
        con.register(f"part_{number}", arrays)
        selects.append(f"select {select} from part_{number} as t")
    path = _text(folder / f"{truth.name}.parquet")
    con.execute(f"copy ({' union all '.join(selects)}) to {path} {FORMATS['parquet']}")
    for number in range(len(truth.parts)):
        con.unregister(f"part_{number}")


def _write_extract(settings: Settings, folder: Path) -> None:
    kinds = dict.fromkeys(dict.fromkeys(t.channel for t in TABLES.values()), "full")
    text = json.dumps({"extracted_on": settings.extracted_on.isoformat(), "kind": kinds})
    (folder / "_extract.json").write_text(text + "\n", encoding="utf-8")


STEPS = ("people", "activity", *TABLES, "truth", "done")

"""Writes a drawn world: raw files with their errors, the truth, and the extract's own statement."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np

from . import noise, reference
from .config import (
    AD_CHANNELS,
    CAMPAIGNS,
    CONTROL_SHARE,
    PROMOTIONS,
    TICKET_TYPES,
    Settings,
    Stream,
)
from .raw_file import FORMATS, RawFile, connect, text
from .reference import strings
from .schema import TABLES, Table
from .tables import clean_tables, load_world
from .tables.truth import Truth, truths
from .world.activity import make_activity
from .world.baskets import ONLINE_HOURS, STORE_HOURS
from .world.people import CATEGORY_WEIGHTS, People, make_people
from .world.schemes import CLASSES

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
    with connect() as con:
        text_rng, noise_rng = settings.stream(Stream.TEXT), settings.stream(Stream.NOISE)
        load_world(con, settings, people, accounts, activity.community.contacts, text_rng)
        for clean in clean_tables(settings, people, accounts, activity, text_rng):
            progress(clean.name)
            table = TABLES[clean.name]
            raw_file = RawFile(con, table, clean, settings, noise_rng)
            counts[clean.name] = raw_file.write(folder / file_of(table), file_format)
        progress("truth")
        if with_truth:
            _write_truth(con, settings, people, folder / "truth", counts)
            for truth in truths(people, activity):
                _write_part_of_truth(con, truth, folder / "truth")
    _write_extract(settings, folder)
    progress("done")
    return counts


def _write_truth(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    people: People,
    folder: Path,
    counts: dict[str, int],
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    is_test_account = people.schemes.is_test_account
    con.register(
        "test_accounts",
        {"account": np.arange(len(is_test_account)), "is_test_account": is_test_account},
    )
    con.execute(
        f"""
        copy (
            select
                channel || ':' || record_key as record_id,
                'P' || lpad(cast(person + 1 as varchar), 8, '0') as person_id,
                is_test_account
            from accounts join test_accounts using (account) order by account
        ) to {text(folder / "records.parquet")} {FORMATS["parquet"]}
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
            "class": strings(list(CLASSES))[people.schemes.customer_class],
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
                drawn.is_reseller,
                drawn.class as customer_class
            from drawn join people using (person) order by person
        ) to {text(folder / "people.parquet")} {FORMATS["parquet"]}
        """
    )
    con.unregister("drawn")
    con.unregister("test_accounts")
    con.execute(f"copy errors to {text(folder / 'errors.parquet')} {FORMATS['parquet']}")
    found = con.execute("select kind, count(*) from errors group by kind order by kind").fetchall()
    parameters = {
        "records": settings.records,
        "seed": settings.seed,
        "noise": settings.noise,
        "noise_factor": settings.noise_factor,
        "window_start": settings.window_start.isoformat(),
        "extracted_on": settings.extracted_on.isoformat(),
        "world": dataclasses.asdict(settings.world),
        "promotions": [dataclasses.asdict(promotion) for promotion in PROMOTIONS],
        "ad_channels": [dataclasses.asdict(channel) for channel in AD_CHANNELS],
        "campaigns": [dataclasses.asdict(campaign) for campaign in CAMPAIGNS],
        "control_share": CONTROL_SHARE,
        "ticket_types": [dataclasses.asdict(kind) for kind in TICKET_TYPES],
        "hours": {"online": ONLINE_HOURS, "store": STORE_HOURS},
        "category_weights": {
            sex: dict(zip(reference.catalogue().categories, weights, strict=True))
            for sex, weights in zip(reference.SEXES, CATEGORY_WEIGHTS, strict=True)
        },
        "browsing": settings.browsing,
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
            "ad_channels": "an exposure is a visit with its utm; each causes purchases_per_exposure"
            " more purchases, ad_lag_days later on average, of persons whoever they are",
            "campaigns": "of the persons drawn control_share get nothing; each other one buys"
            " purchases_per_person more (for low, middle, high promotion sensitivity),"
            " campaign_lag_days later on average",
            "truth/causes": "orders that would not have been without their cause",
            "local_time": "times are local to the channel, sold_at to the store's time zone",
        },
    }
    told = json.dumps(parameters, ensure_ascii=False, indent=2)
    (folder / "parameters.json").write_text(told + "\n", encoding="utf-8")


def _write_part_of_truth(con: duckdb.DuckDBPyConnection, truth: Truth, folder: Path) -> None:
    selects = []
    for number, (arrays, select) in enumerate(truth.parts):
        con.register(f"part_{number}", arrays)
        selects.append(f"select {select} from part_{number} as t")
    path = text(folder / f"{truth.name}.parquet")
    con.execute(f"copy ({' union all '.join(selects)}) to {path} {FORMATS['parquet']}")
    for number in range(len(truth.parts)):
        con.unregister(f"part_{number}")


def _write_extract(settings: Settings, folder: Path) -> None:
    kinds = dict.fromkeys(dict.fromkeys(t.channel for t in TABLES.values()), "full")
    told = json.dumps({"extracted_on": settings.extracted_on.isoformat(), "kind": kinds})
    (folder / "_extract.json").write_text(told + "\n", encoding="utf-8")


STEPS = ("people", "activity", *TABLES, "truth", "done")

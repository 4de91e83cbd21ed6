"""The generator: same seed same files, exact truth, coherent money, every error recorded."""

from __future__ import annotations

import csv
import json
import math
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pytest
import yaml

from scripts.generator import cli, raw_file, writer
from scripts.generator.config import CAMPAIGNS, DATA, DAY, PROJECT, Settings, Stream
from scripts.generator.noise import COLUMNS, DEFAULT_RATES
from scripts.generator.reference import Floats
from scripts.generator.schema import TABLES, Table
from scripts.generator.world.marketing import make_marketing
from scripts.generator.world.people import Accounts, People, make_people
from scripts.generator.world.purchases import day_weights, make_purchases
from scripts.generator.world.schemes import CONSUMER

N_RECORDS = 3_000
N_EFFECTS = 20_000
# Of the numbering plan: three operators and broadcasting, virtual operators (162, 165, 167, 170,
# 171), data cards (145 to 149); without satellite and machine numbers.
MOBILE_PREFIXES = {
    *(f"13{digit}" for digit in "0123456789"),
    *(f"14{digit}" for digit in "56789"),
    *(f"15{digit}" for digit in "012356789"),
    *(f"16{digit}" for digit in "2567"),
    *(f"17{digit}" for digit in "01235678"),
    *(f"18{digit}" for digit in "0123456789"),
    *(f"19{digit}" for digit in "012356789"),
}
RECORD_IDS = """
    select 'crm:' || customer_no as record_id from crm_customers where customer_no is not null
    union
    select 'shop:' || concat_ws('.', platform, shop_id, account_id)
    from shop_accounts where account_id is not null
    union
    select 'store:' || concat_ws('.', brand, member_no)
    from store_members where member_no is not null
    union
    select 'social:' || concat_ws('.', app_id, openid)
    from social_followers where openid is not null
    union
    select 'wecom:' || concat_ws('.', corp_id, external_userid, staff_id)
    from wecom_contacts where external_userid is not null
"""


class Generated:
    """A generated folder as views `<channel>_<entities>`, and one per file of truth."""

    def __init__(self, folder: Path, file_format: str) -> None:
        self.folder = folder
        self.con = duckdb.connect()
        for table in TABLES.values():
            path = folder / cli.raw_file(table, file_format)
            reader = (
                f"read_csv('{path}', header = true, all_varchar = true, auto_detect = false,"
                f" delim = ',', quote = '\"', escape = '\"', columns = {columns_of(table)})"
                if file_format == "csv"
                else f"read_parquet('{path}')"
            )
            view = f"{table.channel}_{table.entity}"
            self.con.execute(f"create view {view} as select * from {reader}")
        for path in sorted((folder / "truth").glob("*.parquet")):
            self.con.execute(f"create view {path.stem} as select * from read_parquet('{path}')")

    def rows(self, sql: str) -> list[tuple[object, ...]]:
        return self.con.execute(sql).fetchall()

    def pairs(self, sql: str) -> dict[Any, Any]:
        return dict(self.con.execute(sql).fetchall())

    def value(self, sql: str) -> object:
        return self.rows(sql)[0][0]


def columns_of(table: Table) -> str:
    return "{" + ", ".join(f"'{name}': 'varchar'" for name in table.columns) + "}"


def run(folder: Path, *arguments: str, records: int = N_RECORDS) -> None:
    assert cli.main(["--records", str(records), "--out", str(folder), *arguments]) == 0


def parameters_of(generated: Generated) -> dict[str, Any]:
    path = generated.folder / "truth" / "parameters.json"
    read: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return read


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Generated:
    folder = tmp_path_factory.mktemp("generate") / "clean"
    run(folder, "--noise", "none", "--format", "parquet")
    return Generated(folder, "parquet")


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Generated:
    """Clean data of enough people that known effects stand out of chance."""
    folder = tmp_path_factory.mktemp("generate") / "large"
    run(folder, "--noise", "none", "--format", "parquet", records=N_EFFECTS)
    generated = Generated(folder, "parquet")
    generated.con.execute(
        """
        create temp table purchases as
        select person_id, min(cast(ordered_at as timestamp)) as bought_at
        from shop_orders join orders on orders.order_id = 'shop:' || shop_orders.order_id
        where coalesce(exclusion_reason, '') not in ('test', 'suspected_fake')
        group by person_id, coalesce(parent_order_id, shop_orders.order_id)
        union all
        select person_id, cast(sold_at as timestamp)
        from store_sales join orders on orders.order_id = 'store:' || receipt_no
        where is_return = 'false'
        """
    )
    return generated


@pytest.fixture(scope="module")
def noisy(tmp_path_factory: pytest.TempPathFactory) -> Generated:
    folder = tmp_path_factory.mktemp("generate") / "noisy"
    run(folder)
    return Generated(folder, "csv")


def test_headers_are_the_documented_columns() -> None:
    documented = {
        f"{source['name']}.{table['name']}": tuple(column["name"] for column in table["columns"])
        for path in (PROJECT / "models" / "staging").glob("*/_*__sources.yml")
        for source in yaml.safe_load(path.read_text(encoding="utf-8"))["sources"]
        for table in source["tables"]
    }
    for name, table in TABLES.items():
        assert table.columns == documented[name], name


def test_same_seed_gives_the_same_bytes_and_another_seed_others(
    noisy: Generated, tmp_path: Path
) -> None:
    run(tmp_path / "again")
    run(tmp_path / "other", "--seed", "7")
    for table in TABLES.values():
        name = cli.raw_file(table, "csv")
        first = (noisy.folder / name).read_bytes()
        assert first == (tmp_path / "again" / name).read_bytes(), name
        if table.name not in ("shop.products",):
            assert first != (tmp_path / "other" / name).read_bytes(), name
    for name in ("truth/parameters.json", "_extract.json"):
        assert (noisy.folder / name).read_bytes() == (tmp_path / "again" / name).read_bytes()


@pytest.mark.parametrize("kind", ["clean", "noisy"])
def test_truth_covers_every_account_record_exactly(
    kind: str, request: pytest.FixtureRequest
) -> None:
    generated: Generated = request.getfixturevalue(kind)
    assert generated.value("select count(*) from records") == N_RECORDS
    assert generated.value("select count(distinct record_id) from records") == N_RECORDS
    assert generated.value(f"select count(*) from ({RECORD_IDS})") == N_RECORDS
    assert generated.rows(f"({RECORD_IDS}) except select record_id from records") == []
    assert generated.rows("select person_id from records except select person_id from people") == []


def test_noise_leaves_the_world_as_it_is(clean: Generated, noisy: Generated) -> None:
    for sql in ("select * from records order by 1", "select * from people order by 1"):
        assert clean.rows(sql) == noisy.rows(sql)


def test_errors_name_the_row_of_the_file(noisy: Generated) -> None:
    """By the columns of the key that get no errors themselves."""
    for table in TABLES.values():
        path = noisy.folder / cli.raw_file(table, "csv")
        rows = (
            f"select row_number() over () as source_row, {table.key} as key"
            f" from (from {table.channel}_{table.entity})"
        )
        if table.name in ("crm.identifiers", "crm.consents"):
            rows = rows.replace(table.key, "channel || '.' || record_key")
        if table.name == "logistics.deliveries":
            rows = rows.replace(table.key, "order_id")
        wrong = noisy.rows(
            f"""
            select e.record_key, r.key
            from errors as e inner join ({rows}) as r using (source_row)
            where
                e.channel = '{table.channel}' and e.entity = '{table.entity}'
                and not starts_with(e.record_key, r.key)
            """
        )
        assert wrong == [], path


def test_schemes_are_what_truth_says(large: Generated) -> None:
    """Who fakes, abuses and tests; what gives a ring away, and what only looks like one."""
    truth = f"read_parquet('{large.folder / 'truth' / 'orders.parquet'}')"
    large.con.execute(
        f"""
        create or replace temp view schemes as
        select
            truth.scheme,
            truth.exclusion_reason,
            o.*,
            people.customer_class,
            d.order_id as parcel,
            date_diff('minute', cast(d.shipped_at as timestamp), cast(d.delivered_at as timestamp))
                as minutes,
            cast(o.ordered_at as date) as day
        from {truth} as truth
        inner join shop_orders as o on truth.order_id = 'shop:' || o.order_id
        inner join people using (person_id)
        left join logistics_deliveries as d on d.order_id = o.order_id
        """
    )
    assert large.value(f"select count(*) from {truth}") == large.value(
        "select (select count(*) from shop_orders) + (select count(*) from store_sales)"
    )
    classes = {row[0] for row in large.rows("select distinct customer_class from people")}
    assert classes == {"consumer", "employee", "reseller", "suspected_abuse", "test"}
    found = {
        row[0]: row[1:]
        for row in large.rows(
            """
            select
                scheme,
                bool_and(exclusion_reason is not distinct from 'suspected_fake'),
                bool_and(parcel is not null and minutes >= 25),
                count(distinct receiver_mobile) <= count(distinct day),
                count(distinct receiver_address) <= count(distinct day)
            from schemes where scheme is not null group by scheme
            """
        )
    }
    assert found["one_receiver"] == (True, True, True, True)
    assert found["one_address"] == (True, True, False, True)
    assert found["instant"][:2] == (True, False)
    assert found["unsent"][:2] == (True, False)
    assert found["coupons"] == (False, True, True, True)
    assert found["office"][0] is False and found["office"][3] is True
    assert large.value("select count(*) from schemes where scheme = 'unsent' and parcel > ''") == 0
    assert large.value("select max(minutes) < 20 from schemes where scheme = 'instant'")
    # A company knows its employees: each stands in the CRM.
    assert (
        large.rows(
            "select person_id from people where is_employee"
            " except select person_id from crm_customers"
            " join records on record_id = 'crm:' || customer_no"
        )
        == []
    )
    statuses = large.rows("select distinct account_status from crm_customers order by 1")
    assert ("test",) in statuses


def test_extract_says_its_day(noisy: Generated) -> None:
    extract = json.loads((noisy.folder / "_extract.json").read_text(encoding="utf-8"))
    assert extract["extracted_on"] == "2024-01-01"
    assert set(extract["kind"]) == {table.channel for table in TABLES.values()}


def test_clean_keys_are_unique_and_references_hold(clean: Generated) -> None:
    for table in TABLES.values():
        view = f"{table.channel}_{table.entity}"
        twice = f"select {table.key} from {view} group by all having count(*) > 1"
        assert clean.rows(twice) == [], table.name
    for child, column, parent in (
        ("shop_order_items", "order_id", "shop_orders"),
        ("shop_order_items", "sku", "shop_products"),
        ("shop_refunds", "order_id", "shop_orders"),
        ("logistics_deliveries", "order_id", "shop_orders"),
        ("store_sale_items", "receipt_no", "store_sales"),
        ("store_sales", "store_id", "store_stores"),
        ("store_members", "store_id", "store_stores"),
    ):
        orphans = f"select {column} from {child} except select {column} from {parent}"
        assert clean.rows(orphans) == [], (child, column)
    for table_name in ("crm_identifiers", "crm_consents"):
        assert (
            clean.rows(
                f"select channel || ':' || record_key from {table_name}"
                " except select record_id from records"
            )
            == []
        )


def test_clean_money_is_coherent(clean: Generated) -> None:
    amount = "cast({} as decimal(18, 2))".format
    clean.con.execute(
        f"""
        create or replace temp view paid as
        select 'shop' as channel, order_id, {amount("paid_amount")} as paid,
            paid_at is not null as is_paid
        from shop_orders
        union all
        select 'store', receipt_no, {amount("amount")}, true from store_sales
        """
    )
    for lines, key, head, total in (
        ("shop_order_items", "order_id", "shop_orders", amount("goods_amount")),
        (
            "store_sale_items",
            "receipt_no",
            "store_sales",
            f"{amount('amount')} + {amount('discount_amount')}",
        ),
    ):
        differs = f"""
            select {key}
            from {head}
            left join (
                select {key}, sum({amount("line_amount")}) as lines,
                    sum(cast(quantity as integer) * {amount("unit_price")}) as recomputed
                from {lines} group by {key}
            ) using ({key})
            where lines is distinct from {total} or recomputed is distinct from {total}
        """
        assert clean.rows(differs) == []
    assert (
        clean.rows(
            f"""
            select order_id from shop_orders
            where {amount("paid_amount")} <> {amount("goods_amount")}
                - {amount("discount_amount")} + {amount("freight_amount")}
            """
        )
        == []
    )
    assert (
        clean.rows(
            f"""
            select channel, order_id
            from paid
            left join (
                select channel, order_id, sum({amount("amount")}) as tendered
                from payments_tenders group by all
            ) using (channel, order_id)
            where tendered is distinct from case when is_paid then paid end
            """
        )
        == []
    )
    assert (
        clean.rows(
            f"""
            select order_id
            from (
                select order_id, sum({amount("amount")}) as refunded from shop_refunds group by all
            )
            join shop_orders using (order_id)
            where refunded > {amount("paid_amount")}
            """
        )
        == []
    )


def test_some_orders_go_in_two_parcels(large: Generated) -> None:
    """The second later, to the same place, and none of a scheme's, whose parcels give it away."""
    share = parameters_of(large)["world"]["two_parcels_share"]
    ((n, n_two, most, is_later, is_one_place, has_scheme),) = large.rows(
        """
        with parcels as (
            select order_id, count(*) as n, min(shipped_at) < max(shipped_at) as is_later,
                count(distinct delivered_region) = 1 as is_one_place
            from logistics_deliveries group by order_id
        )
        select count(*), count(*) filter (n = 2), max(n), bool_and(is_later) filter (n > 1),
            bool_and(is_one_place), bool_or(n > 1 and scheme is not null)
        from parcels join orders on orders.order_id = 'shop:' || parcels.order_id
        """
    )
    assert isinstance(n, int) and isinstance(n_two, int)
    assert abs(n_two - share * n) < 4 * (share * n) ** 0.5 and most == 2
    assert (is_later, is_one_place, has_scheme) == (True, True, False)


def test_clean_values_are_iso_and_in_time(clean: Generated) -> None:
    stamp = "^20[0-9]{2}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$"
    n_times = 0
    for table in TABLES.values():
        for column in table.columns:
            if not column.endswith("_at"):
                continue
            n_times += 1
            wrong = f"""
                select {column} from {table.channel}_{table.entity}
                where not regexp_matches({column}, '{stamp}') or {column} >= '2024-01-01'
            """
            assert clean.rows(wrong) == [], (table.name, column)
    assert n_times > 10
    assert clean.value("select count(*) from errors") == 0
    assert (
        clean.value("select count(*) from crm_customers where gender not in ('male', 'female')")
        == 0
    )


def test_sessions_hold_together(clean: Generated) -> None:
    """Times run forward, steps follow the funnel, what is bought is an order of the own mall."""
    clean.con.execute(
        """
        create or replace temp view steps as
        select *, cast(substr(event_id, 3) as int) as number,
            lag(event_at) over (partition by session_id order by event_id) as before
        from web_events
        """
    )
    assert clean.rows("select event_id from steps where event_at < before") == []
    for column in ("device_id", "platform"):
        several = f"select session_id from steps group by 1 having count(distinct {column}) > 1"
        assert clean.rows(several) == []
    bought = clean.rows(
        """
        with bought as (
            select session_id, order_id, event_at, account_id,
                list(event_name) over session as came,
                list(sku) filter (event_name = 'add_to_cart') over session as cart
            from steps
            window session as (partition by session_id)
        )
        select came, cart, event_at = ordered_at, platform is null and paid_at is not null,
            bought.account_id = shop_orders.account_id or shop_orders.account_id is null,
            (select list(sku order by line_no) from shop_order_items as i
                where i.order_id = bought.order_id)
        from bought left join shop_orders using (order_id)
        where bought.order_id is not null
        """
    )
    assert len(bought) > 100
    for came, cart, at_once, own_and_paid, same_account, skus in bought:
        assert {"page_view", "product_view", "add_to_cart", "checkout"} <= set(came)  # type: ignore[call-overload]
        assert sorted(cart) == sorted(skus)  # type: ignore[call-overload]
        assert at_once and own_and_paid and same_account
    strangers = """
        select account_id from web_events where account_id is not null
        except select account_id from shop_accounts where platform is null
    """
    assert clean.rows(strangers) == []
    assert clean.rows("select sku from web_events except select sku from shop_products") == [
        (None,)
    ]
    # Before a login nobody knows who it is.
    early = """
        select session_id from steps
        where session_id in (select session_id from steps where event_name = 'login')
        group by session_id
        having min(number) filter (account_id is not null)
            < min(number) filter (event_name = 'login')
    """
    assert clean.rows(early) == []
    funnel = clean.pairs(
        "select event_name, count(distinct session_id) from web_events group by event_name"
    )
    sizes = [funnel[name] for name in ("page_view", "product_view", "add_to_cart", "checkout")]
    assert sizes == sorted(sizes, reverse=True) and len(set(sizes)) == len(sizes)


def test_devices_are_mostly_one_persons(clean: Generated) -> None:
    holders = """
        select device_id, count(distinct person_id) as n
        from (select distinct device_id, session_id from web_events)
        join mentions on mention_id = 'session:' || session_id
        group by device_id
    """
    alone = clean.value(f"select avg(cast(n = 1 as int)) from ({holders})")
    shared = clean.value(f"select count(*) from ({holders}) where n between 2 and 5")
    assert isinstance(alone, float) and 0.9 < alone < 0.995
    assert isinstance(shared, int) and shared > 5


def test_truth_covers_every_mention(clean: Generated) -> None:
    mentions = """
        select 'ticket:' || ticket_id as mention_id from service_tickets
        union all select 'survey:' || response_id from survey_responses
        union all select 'touch:' || touch_id from marketing_touches
        union all select 'sale:' || receipt_no from store_sales where member_no is null
        union all select distinct 'session:' || session_id from web_events
    """
    assert clean.rows(f"({mentions}) except select mention_id from mentions") == []
    assert clean.rows(f"select mention_id from mentions except ({mentions})") == []
    assert clean.value("select count(*) - count(distinct mention_id) from mentions") == 0
    assert clean.rows("select person_id from mentions except select person_id from people") == []
    assert (
        clean.rows("select ticket_id from service_tickets except select ticket_id from tickets")
        == []
    )


def test_what_tickets_say_agrees_with_their_type(clean: Generated) -> None:
    with (DATA / "texts.csv").open(encoding="utf-8", newline="") as file:
        said = [row for row in csv.DictReader(file) if row["kind"] == "ticket"]
    types = {row["text"]: row["code"] for row in said if "{product}" not in row["text"]}
    complaints = {"logistics", "quality", "refund", "service", "price", "fake_goods"}
    assert {row["code"] for row in said} > complaints
    n_seen = 0
    for text, complaint_type in clean.rows(
        "select text, complaint_type from service_tickets join tickets using (ticket_id)"
    ):
        code = types.get(str(text))
        if code is None:
            continue
        n_seen += 1
        assert complaint_type == (code if code in complaints else None), text
    assert n_seen > 100
    languages = clean.value(
        "select avg(cast(regexp_matches(text, '^[ -~]+$') as int)) from service_tickets"
    )
    assert isinstance(languages, float) and 0.1 < languages < 0.4


def credit_code_holds(code: str) -> bool:
    """GB 32100-2015, with the organisation code of GB 11714-1997 inside."""
    characters = "0123456789ABCDEFGHJKLMNPQRTUWXY"
    total = sum(characters.index(c) * pow(3, place, 31) for place, c in enumerate(code[:17]))
    inner = sum(int(c) * w for c, w in zip(code[8:16], (3, 7, 9, 10, 5, 8, 4, 2), strict=True))
    return characters[-total % 31] == code[17] and "0123456789X0"[11 - inner % 11] == code[16]


def test_companies_are_registered(clean: Generated) -> None:
    codes = [str(row[0]) for row in clean.rows("select credit_code from registry_companies")]
    assert len(codes) == len(set(codes)) > 20
    for code in codes:
        assert len(code) == 18 and credit_code_holds(code), code
    unknown = """
        select name from people where kind = 'company'
        except select company_name from registry_companies
    """
    assert clean.rows(unknown) == []
    employers = clean.value(
        "select avg(cast(company_name in (select company_name from registry_companies) as int))"
        " from crm_customers where company_name is not null"
    )
    assert isinstance(employers, float) and employers > 0.8


def test_campaigns_cause_what_they_should(large: Generated) -> None:
    """Purchases of treated and control consumers differ by the parameter, within chance."""
    drawn = parameters_of(large)
    after = drawn["world"]["campaign_lag_days"] * 4
    groups = large.rows(
        f"""
        with touched as (
            select campaign_id, person_id, variant, cast(touched_at as timestamp) as touched_at
            from marketing_touches join mentions on mention_id = 'touch:' || touch_id
                join people using (person_id)
            where customer_class = 'consumer'
        ),
        counted as (
            select campaign_id, touched.person_id, variant, count(bought_at) as n
            from touched left join purchases
                on purchases.person_id = touched.person_id and bought_at
                    between cast(touched_at as date) and touched_at + to_days({int(after)})
            group by all
        )
        select campaign_id,
            avg(n) filter (variant = 'treatment') - avg(n) filter (variant = 'control'),
            sqrt(var_samp(n) filter (variant = 'treatment')
                / count(*) filter (variant = 'treatment')
                + var_samp(n) filter (variant = 'control')
                / count(*) filter (variant = 'control')),
            avg(cast(variant = 'control' as int))
        from counted group by campaign_id
        """
    )
    assert len(groups) == len(drawn["campaigns"])
    shares = drawn["world"]["promotion_sensitivity_shares"]
    for campaign in drawn["campaigns"]:
        _, difference, error, control = next(
            row for row in groups if row[0] == campaign["campaign_id"]
        )
        assert isinstance(difference, float) and isinstance(error, float)
        expected = sum(
            share * effect
            for share, effect in zip(shares, campaign["purchases_per_person"], strict=True)
        )
        assert abs(difference - expected) < 4 * error, campaign["campaign_id"]
        assert control == pytest.approx(drawn["control_share"], abs=0.05)
    assert sum(max(c["purchases_per_person"]) == 0 for c in drawn["campaigns"]) == 1


def purchases_after_touches(settings: Settings, people: People, accounts: Accounts) -> Floats:
    """Mean purchases of treated less those of control consumers, and its variance, by campaign."""
    marketing, caused = make_marketing(settings, people, accounts, day_weights(settings))
    purchases = make_purchases(settings, people, caused, settings.stream(Stream.ACTIVITY))
    touches = marketing.touches
    window = int(settings.world.campaign_lag_days * 4)
    # Persons and days as one number, so that one sorted column finds the days of a person.
    per_person = 10_000
    bought = np.sort(purchases.person * per_person + (purchases.day - settings.start) // DAY)
    touched = touches.person * per_person + (touches.touched - settings.start) // DAY
    n_after = np.searchsorted(bought, touched + window, "right") - np.searchsorted(bought, touched)
    is_consumer = people.schemes.customer_class[touches.person] == CONSUMER
    effects = []
    for number in range(len(CAMPAIGNS)):
        mine = is_consumer & (touches.campaign == number)
        treated, control = n_after[mine & touches.is_treated], n_after[mine & ~touches.is_treated]
        variance = treated.var() / len(treated) + control.var() / len(control)
        effects.append((treated.mean() - control.mean(), variance))
    return np.array(effects)


def test_each_campaign_shows_against_none_and_against_the_one_without_effect() -> None:
    """The people of one world live through its campaigns several times, each time by other chance:
    enough of them that every effect stands out of chance by more than three standard errors."""
    n_lives = 12
    settings = Settings(records=60_000, noise="none")
    people, accounts = make_people(settings, settings.stream(Stream.PEOPLE))
    lives = [
        purchases_after_touches(replace(settings, seed=life), people, accounts)
        for life in range(n_lives)
    ]
    found = np.mean([life[:, 0] for life in lives], axis=0)
    variance = np.sum([life[:, 1] for life in lives], axis=0) / n_lives**2
    shares = settings.world.promotion_sensitivity_shares
    expected = np.array([np.dot(shares, campaign.purchases_per_person) for campaign in CAMPAIGNS])
    [without_effect] = np.flatnonzero(expected == 0)
    effective = np.flatnonzero(expected)
    assert np.all(np.abs(found - expected) < 3 * np.sqrt(variance))
    beyond_none = 3 * np.sqrt(variance[effective])
    beyond_other = 3 * np.sqrt(variance[effective] + variance[without_effect])
    # The bar leaves room: true effects lie well beyond it, not at it.
    assert np.all(expected[effective] > 1.5 * beyond_none)
    assert np.all(expected[effective] > 1.3 * beyond_other)
    assert np.all(found[effective] > beyond_none)
    assert np.all(found[effective] - found[without_effect] > beyond_other)


def test_advertising_causes_what_it_should(large: Generated) -> None:
    """Purchases after an exposure exceed those before it by the parameter, within chance."""
    drawn = parameters_of(large)
    window = int(drawn["world"]["ad_lag_days"] * 4)
    seen = large.rows(
        f"""
        with visits as (
            select session_id, any_value(utm_source) as utm_source, min(event_at) as first_at
            from web_events where utm_medium <> 'crm' group by session_id
        ),
        exposed as (
            select visits.session_id, utm_source, person_id, cast(first_at as timestamp) as seen_at
            from visits join mentions on mention_id = 'session:' || session_id
            where first_at between '2022-02-01' and '2023-12-01'
        )
        select utm_source, avg(d), stddev_samp(d) / sqrt(count(*)), count(*)
        from (
            select exposed.session_id, any_value(utm_source) as utm_source,
                count(*) filter (bought_at >= cast(seen_at as date))
                - count(*) filter (bought_at < cast(seen_at as date)) as d
            from exposed left join purchases
                on purchases.person_id = exposed.person_id and bought_at
                    between seen_at - to_days({window}) and seen_at + to_days({window})
            group by exposed.session_id
        )
        group by utm_source
        """
    )
    assert len(seen) == len(drawn["ad_channels"])
    caused = large.pairs("select cause, count(*) from causes group by cause")
    lifts = [channel["purchases_per_exposure"] for channel in drawn["ad_channels"]]
    assert lifts.count(0.0) == 1 and len(set(lifts)) == len(lifts) - 1
    for channel in drawn["ad_channels"]:
        _, difference, error, n = next(row for row in seen if row[0] == channel["utm_source"])
        assert isinstance(difference, float) and isinstance(error, float)
        # Customers come and go: before they came nothing could be bought.
        drift = 0.04
        assert abs(difference - channel["purchases_per_exposure"]) < 4 * error + drift
        name = f"{channel['utm_source']}/{channel['utm_medium']}"
        assert isinstance(n, int)
        expected = n * channel["purchases_per_exposure"]
        assert caused.get(name, 0) == pytest.approx(
            expected, abs=4 * math.sqrt(expected + 1) + 0.12 * expected
        ), name


def test_persons_behave_as_truth_says(large: Generated) -> None:
    """Taste shows in views and in baskets, sensitivity in promotions, activity in time."""
    for lines in (
        "select person_id, sku from web_events"
        " join mentions on mention_id = 'session:' || session_id where event_name = 'product_view'",
        "select person_id, sku from shop_order_items join shop_orders using (order_id)"
        " join records on record_id = 'shop:' || concat_ws('.', platform, shop_id, account_id)",
    ):
        share = large.value(
            f"select avg(cast(category = favourite_category as int)) from ({lines})"
            " join shop_products using (sku) join behavior using (person_id)"
        )
        assert isinstance(share, float) and 0.55 < share < 0.75
    promoted = large.pairs(
        "select promotion_sensitivity, avg(cast(promotion_id is not null as int)) from shop_orders"
        " join records on record_id = 'shop:' || concat_ws('.', platform, shop_id, account_id)"
        " join behavior using (person_id) group by 1"
    )
    assert promoted["low"] * 2 < promoted["mid"] and promoted["mid"] * 1.5 < promoted["high"]
    after = large.value(
        "select avg(cast(bought_at > active_until + interval 2 day as int))"
        " from purchases join behavior using (person_id)"
    )
    # Advertising reaches those too who have stopped buying of their own wish.
    assert isinstance(after, float) and after < 0.08
    days = "cast(bought_at as date)"
    festival = large.value(
        f"select count(*) filter ({days} = '2023-11-11') / (count(*) / 730.0) from purchases"
    )
    assert isinstance(festival, float) and 4 < festival < 14


def test_trouble_shows_in_what_customers_say(large: Generated) -> None:
    late = """
        select order_id, date_diff('hour', cast(paid_at as timestamp),
            cast(delivered_at as timestamp)) > 96 as is_late
        from logistics_deliveries join shop_orders using (order_id) where delivered_at is not null
    """
    rating = large.pairs(
        f"select is_late, avg(cast(rating as int)) from ({late})"
        " join shop_reviews using (order_id) group by 1"
    )
    assert rating[True] < rating[False] - 0.8
    score = large.pairs(
        "select complaint_type is not null, avg(cast(satisfaction as int))"
        " from service_tickets join tickets using (ticket_id) group by 1"
    )
    assert score[True] < 2.6 and score[False] > 3.8
    nps = large.pairs(
        """
            with complained as (
                select person_id, min(opened_at) as opened_at
                from service_tickets join tickets using (ticket_id)
                where complaint_type is not null group by person_id
            )
            select coalesce(opened_at < submitted_at, false), avg(cast(nps as int))
            from survey_responses join mentions on mention_id = 'survey:' || response_id
            left join complained using (person_id) group by 1
            """
    )
    assert nps[True] < nps[False] - 2


def checksum_holds(number: str) -> bool:
    total = sum(int(digit) * (2 ** (17 - place) % 11) for place, digit in enumerate(number[:17]))
    return "10X98765432"[total % 11] == number[17]


def test_national_ids_agree_with_their_person(clean: Generated) -> None:
    with (PROJECT / "seeds/reference/divisions.csv").open(encoding="utf-8", newline="") as file:
        codes = {row["division_code"] for row in csv.DictReader(file)}
    rows = clean.rows(
        "select id_card_no, birth_date, gender from people where id_card_no is not null"
    )
    assert len(rows) > 1_000
    assert len({row[0] for row in rows}) == len(rows)
    for number, birth_date, gender in rows:
        text = str(number)
        assert checksum_holds(text), text
        assert text[:6] in codes, text
        assert text[6:14] == str(birth_date).replace("-", ""), text
        assert (int(text[16]) % 2 == 1) == (gender == "male"), text
    shown = clean.value("select count(*) from crm_customers where id_card_no is not null")
    assert isinstance(shown, int) and shown > 20


def test_people_are_plausible(clean: Generated) -> None:
    latin = clean.value("select avg(cast(regexp_matches(name, '[A-Za-z]') as int)) from people")
    assert isinstance(latin, float) and 0.04 < latin < 0.12
    top = [
        row[0]
        for row in clean.rows(
            "select left(name, 1) from people where kind = 'person'"
            " group by 1 order by count(*) desc limit 5"
        )
    ]
    assert set(top) & {"王", "李", "张"} == {"王", "李", "张"}
    three = clean.value(
        "select avg(cast(left(name, 1) in ('王', '李', '张') as int)) from people"
        " where kind = 'person' and not regexp_matches(name, '[A-Za-z]')"
    )
    # 21 of 100 people in the name report of the Ministry of Public Security (2020).
    assert isinstance(three, float) and 0.185 < three < 0.235
    held = {str(row[0]) for row in clean.rows("select distinct left(mobile, 3) from people")}
    mainland = {prefix for prefix in held if prefix.startswith("1") and len(prefix) == 3}
    assert mainland <= MOBILE_PREFIXES
    assert len(mainland) > len(MOBILE_PREFIXES) * 0.9
    assert clean.value("select count(*) - count(distinct mobile) from people") in range(0, 40)
    shared = clean.value(
        """
        with numbers as (
            select 'crm:' || customer_no as record_id, mobile from crm_customers
            union all
            select 'store:' || brand || '.' || member_no, mobile from store_members
        )
        select count(*) from (
            select mobile from numbers join records using (record_id)
            where mobile is not null group by mobile having count(distinct person_id) > 1
        )
        """
    )
    assert isinstance(shared, int) and 5 < shared < N_RECORDS * 0.1
    assert clean.value("select count(*) from crm_identifiers where ended_at is not null") != 0


def test_every_kind_of_noise_is_there_at_its_rate(noisy: Generated) -> None:
    found = {row[0] for row in noisy.rows("select distinct kind from errors")}
    used = {
        kind for columns in COLUMNS.values() for column in columns.values() for kind in column.kinds
    }
    assert used | {"exact_duplicate", "near_duplicate", "missing_key"} == set(DEFAULT_RATES)
    assert found == set(DEFAULT_RATES)
    for table, column, kind in (
        ("crm.customers", "gender", "gender_code"),
        ("shop.accounts", "mobile", "mobile_format"),
        ("store.sales", "sold_at", "time_format"),
    ):
        channel, entity = table.split(".")
        n_cells = noisy.value(f"select count({column}) from {channel}_{entity}")
        n_errors = noisy.value(
            f"select count(*) from errors where channel = '{channel}' and entity = '{entity}'"
            f" and column_name = '{column}' and kind = '{kind}'"
        )
        assert isinstance(n_cells, int) and isinstance(n_errors, int)
        assert n_errors / n_cells == pytest.approx(DEFAULT_RATES[kind], rel=0.25), kind


def test_recorded_errors_stand_in_the_files(clean: Generated, noisy: Generated) -> None:
    """Each recorded cell holds what was injected; each cell that is not recorded is clean."""
    for table in TABLES.values():
        view = f"{table.channel}_{table.entity}"
        mine = f"channel = '{table.channel}' and entity = '{table.entity}'"
        whole_rows = "('exact_duplicate', 'near_duplicate', 'missing_key')"
        noisy.con.execute(
            f"create or replace temp view mine as select * from errors"
            f" where {mine} and kind not in {whole_rows}"
        )
        # The first rows are those of the clean table, in its order; copies follow.
        n = clean.value(f"select count(*) from {view}")
        before = clean.con.execute(f"select {table.key}, * from {view}").fetchall()
        after = noisy.con.execute(f"select * from {view} limit {n}").fetchall()
        recorded = {
            (key, column): (original, injected)
            for key, column, original, injected in noisy.rows(
                "select record_key, column_name, original, injected from mine"
            )
        }
        seen = 0
        for old, new in zip(before, after, strict=True):
            for column, original, injected in zip(table.columns, old[1:], new, strict=True):
                if original == injected:
                    continue
                assert recorded[(old[0], column)] == (original, injected), (table.name, column)
                seen += 1
        assert seen == len(recorded), table.name

        copies = noisy.value(f"select count(*) from {view}")
        n_recorded = noisy.value(
            f"select count(*) from errors where {mine} and kind in {whole_rows}"
        )
        assert isinstance(copies, int) and isinstance(n, int)
        assert copies - n == n_recorded, table.name
        keyless = noisy.value(f"select count(*) from {view} where {table.key_column} is null")
        assert keyless == noisy.value(
            f"select count(*) from errors where {mine} and kind = 'missing_key'"
        ), table.name


def test_heavy_noise_is_more_of_it(noisy: Generated, tmp_path: Path) -> None:
    run(tmp_path / "heavy", "--noise", "heavy")
    errors = tmp_path / "heavy" / "truth" / "errors.parquet"
    cells = "kind not in ('exact_duplicate', 'near_duplicate', 'missing_key')"
    n_heavy = noisy.value(f"select count(*) from read_parquet('{errors}') where {cells}")
    n_default = noisy.value(f"select count(*) from errors where {cells}")
    assert isinstance(n_heavy, int) and isinstance(n_default, int)
    assert 1.5 < n_heavy / n_default < 2.1


def test_threads_change_no_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def connect_with(threads: int) -> None:
        def connect() -> duckdb.DuckDBPyConnection:
            con = raw_file.connect()
            con.execute(f"set threads = {threads}")
            return con

        monkeypatch.setattr(writer, "connect", connect)

    for threads in (1, 3):
        connect_with(threads)
        run(tmp_path / str(threads), "--format", "parquet", records=N_EFFECTS)
    for path in sorted((tmp_path / "1").rglob("*.*")):
        other = tmp_path / "3" / path.relative_to(tmp_path / "1")
        assert path.read_bytes() == other.read_bytes(), path.name


def test_newer_copies_are_newer(noisy: Generated) -> None:
    older = noisy.rows(
        """
        select customer_no
        from crm_customers
        join errors on errors.record_key = customer_no and errors.kind = 'near_duplicate'
            and errors.entity = 'customers'
        group by customer_no
        having count(distinct updated_at) <> 2
            or max_by(member_level, updated_at) is distinct from any_value(injected)
        """
    )
    assert older == []


def test_committed_seeds_are_what_the_sample_command_writes(tmp_path: Path) -> None:
    cli.write_sample(tmp_path)
    for name in ["_extract.json", *(table.seed_file for table in TABLES.values())]:
        committed = (PROJECT / "seeds" / "raw" / name).read_bytes()
        assert committed == (tmp_path / name).read_bytes(), f"{name}: run generate.py --sample"
    size = sum(path.stat().st_size for path in tmp_path.rglob("*.csv"))
    assert size < 4_000_000


@pytest.mark.parametrize("records", [1, 2, 17])
def test_small_worlds(records: int, tmp_path: Path) -> None:
    assert cli.main(["--records", str(records), "--out", str(tmp_path / "small")]) == 0
    generated = Generated(tmp_path / "small", "csv")
    assert generated.value("select count(*) from records") == records


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ([], "--records N and --out DIR are needed"),
        (["--records", "0", "--out", "x"], "from 1 to"),
        (["--records", "many", "--out", "x"], "invalid int value"),
        (["--records", "5", "--out", "x", "--format", "xml"], "invalid choice"),
        (["--records", "5", "--out", "x", "--noise", "loud"], "invalid choice"),
        (
            ["--records", "5", "--out", "x", "--noise", "heavy", "--format", "parquet"],
            "heavy noise breaks CSV files",
        ),
        (["--records", "5", "--out", "x", "--seed", "-1"], "must not be negative"),
        (["--records", "5", "--out", "FULL"], "is not empty"),
        (["--records", "5", "--out", "FULL", "--overwrite"], "did not write"),
        (["--records", "5", "--out", "FULL/mine.txt"], "is a file"),
        (["--sample", "--seed", "3"], "takes no other argument"),
    ],
)
def test_bad_arguments_end_in_one_line(
    arguments: list[str], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    full = tmp_path / "full"
    full.mkdir()
    (full / "mine.txt").write_text("mine")
    given = [a.replace("FULL", str(full)) if a.startswith("FULL") else a for a in arguments]
    assert cli.main(given) == 2
    output = capsys.readouterr()
    assert output.out == ""
    assert says in output.err
    assert output.err.count("\n") == 1
    assert (full / "mine.txt").read_text() == "mine"


def test_an_earlier_run_is_replaced_only_when_asked(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert cli.main(["--records", "20", "--out", str(out)]) == 0
    assert cli.main(["--records", "30", "--out", str(out)]) == 2
    assert cli.main(["--records", "30", "--out", str(out), "--overwrite"]) == 0
    assert Generated(out, "csv").value("select count(*) from records") == 30
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_failure_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> dict[str, int]:
        raise OSError("disk is full")

    monkeypatch.setattr(cli, "generate", fail)
    assert cli.main(["--records", "20", "--out", str(tmp_path / "out")]) == 1
    assert list(tmp_path.iterdir()) == []


def test_settings_default_to_the_committed_sample() -> None:
    assert Settings(records=1).seed == cli.SAMPLE.seed

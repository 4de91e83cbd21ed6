"""The clean raw tables: arrays of the drawn world become text columns by SQL."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import duckdb
import numpy as np
from numpy.typing import NDArray

from . import reference
from .activity import METHODS, STATUSES, STORE_SLOTS, TENDERS, Activity
from .config import (
    CORPORATION,
    COUPON,
    OPEN_PLATFORM,
    PROMOTIONS,
    SLOTS,
    Promotion,
    Settings,
    day_number,
)
from .people import COMPANY, PERSON, Accounts, People
from .reference import Ints, Strings, pick, shares, strings, words

Arrays = dict[str, NDArray[Any]]


@dataclass
class CleanTable:
    """Arrays with one element per row; `select` gives the documented columns by name."""

    name: str
    arrays: Arrays
    select: str
    joins: str = ""
    helpers: str = ""

    @property
    def n(self) -> int:
        """Number of rows."""
        return len(next(iter(self.arrays.values())))


def time_of(seconds: str) -> str:
    """SQL: ISO text of seconds since 1970; none when negative."""
    return f"case when {seconds} >= 0 then cast(make_timestamp({seconds} * 1000000) as varchar) end"


def money_of(cents: str) -> str:
    """SQL: yuan with two decimals of cents."""
    return (
        f"cast(cast(cast({cents} as decimal(15, 0)) * cast(0.01 as decimal(3, 2))"
        " as decimal(18, 2)) as varchar)"
    )


def mobile_of(number: str) -> str:
    """SQL: digits of a mobile, a plus sign before foreign ones; none for 0."""
    return (
        f"case when {number} > 0 then cast({number} as varchar)"
        f" when {number} < 0 then '+' || cast(-({number}) as varchar) end"
    )


def flag_of(flag: str) -> str:
    """SQL: true or false in words."""
    return f"case when {flag} then 'true' else 'false' end"


def filled(condition: NDArray[np.bool_], values: Strings) -> Strings:
    """The values where the condition holds, elsewhere nothing."""
    result = np.empty(len(condition), dtype=object)
    result[condition] = values[condition]
    return result


EDUCATIONS = strings(
    ["junior_high", "senior_high", "college", "bachelor", "master", "doctor", "primary"]
)
LEVELS = strings(["普通", "银卡", "金卡", "铂金卡"])
SOURCES = strings(["门店", "官网", "小程序", "展会", "转介绍", "导入"])
REGISTER_CHANNELS = strings(["app", "pc", "miniprogram", "livestream", "qr_code"])
INCOMES = strings(["5千以下", "5千-1万", "1万-2万", "2万-5万", "5万以上"])


# Of GB 11643: each of the 17 digits times 2 to the power of its place, mod 11.
ID_WEIGHTED_SUM = " + ".join(
    f"(id_number // {10 ** (16 - k)} % 10) * {2 ** (17 - k) % 11}" for k in range(17)
)
UNIONID = "'o' || substr(md5('unionid' || cast(p.person as varchar)), 1, 27)"


def load_world(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    people: People,
    accounts: Accounts,
    rng: np.random.Generator,
) -> None:
    """Tables `people` and `accounts` with every text that several raw tables show."""
    divisions = reference.divisions(settings.divisions)
    places = reference.foreign_places()
    abroad = people.foreign_place >= 0
    place = np.where(abroad, people.foreign_place, 0)
    here = ~abroad
    n = people.n
    arrays: Arrays = {
        "person": np.arange(n),
        "kind": people.kind,
        "name": people.name,
        "latin": people.latin,
        "sex": people.sex,
        "birth_day": people.birth_day,
        "id_area": people.id_area,
        "id_sequence": people.id_sequence,
        "house": people.house,
        "street": np.where(abroad, places.street[place], words("street").text[people.street]),
        "place": filled(abroad, places.place[place]),
        "province": filled(here, divisions.province[people.division]),
        "city": filled(here, divisions.city[people.division]),
        "district": filled(here, divisions.district[people.division]),
        "province_short": filled(here, divisions.province_short[people.division]),
        "city_short": filled(here, divisions.city_short[people.division]),
        "district_short": filled(here, divisions.district_short[people.division]),
        "province_english": filled(here, divisions.province_english[people.division]),
        "city_english": filled(here, divisions.city_english[people.division]),
        "mail_host": words("mail_host").text[pick(rng.random(n), words("mail_host").cumulated)],
        "nickname": words("nickname").text[pick(rng.random(n), words("nickname").cumulated)],
        "mobile": people.mobile,
    }
    con.register("drawn", arrays)
    con.execute(
        f"""
        create or replace table people as
        with numbered as (
            select
                *,
                id_area * 100000000000 + id_sequence
                    + (year(birth) * 10000 + month(birth) * 100 + day(birth)) * 1000 as id_number
            from (select *, date '1970-01-01' + cast(birth_day as integer) as birth from drawn)
        )
        select
            person,
            kind,
            name,
            case when kind = {COMPANY} then null when sex = 0 then 'male' else 'female' end
                as gender,
            case when kind <> {COMPANY} then cast(birth as varchar) end as birth_date,
            birth,
            case when kind = {PERSON} then cast(id_number as varchar) || substr(
                '10X98765432',
                1 + cast((
                    {ID_WEIGHTED_SUM}
                ) % 11 as integer),
                1
            ) end as id_card_no,
            {mobile_of("mobile")} as mobile,
            case mail_host
                when 'qq.com' then cast(100000000 + person * 37 + house % 37 as varchar)
                else latin || cast(house % 90 + 10 as varchar) || cast(person as varchar)
            end || '@' || mail_host as email,
            case house % 3
                when 0 then nickname when 1 then nickname || cast(house % 997 as varchar)
                else replace(latin, '.', '') || cast(house % 97 as varchar)
            end as nickname,
            coalesce(place, case when province = city then '' else province end || city || district)
                as region,
            case when place is not null then cast(house % 400 + 1 as varchar) || ' ' || street
                else street || cast(house % 300 + 1 as varchar) || '号'
                    || cast(house // 300 % 30 + 1 as varchar)
                    || '栋' || cast(house // 9000 % 30 * 100 + 101 + house % 4 as varchar) || '室'
            end as street_address,
            province, city, district, province_short, city_short, district_short,
            province_english, city_english
        from numbered
        order by person
        """
    )
    con.unregister("drawn")
    slots = accounts.slot
    con.register(
        "drawn",
        {
            "account": np.arange(accounts.n),
            "person": accounts.person,
            "number": accounts.number,
            "channel": strings([s.channel for s in SLOTS])[slots],
            "platform": strings([s.platform or None for s in SLOTS])[slots],
            "shop_id": strings([s.shop_id or None for s in SLOTS])[slots],
            "brand": strings([s.brand or None for s in SLOTS])[slots],
            "entity": strings([s.legal_entity or None for s in SLOTS])[slots],
        },
    )
    con.execute(
        """
        create or replace table accounts as
        with keyed as (
            select
                account, person, channel, platform, shop_id, brand, entity,
                case
                    when channel = 'crm' then cast(10000001 + number as varchar)
                    when channel = 'store' then 'M' || cast(2000001 + number as varchar)
                    when platform is null then 'U' || cast(30000001 + number as varchar)
                    else cast(2200000001 + number * 3 as varchar)
                end as account_key
            from drawn
        )
        select
            *,
            concat_ws(
                '.', platform, shop_id, case when channel = 'store' then brand end, account_key
            ) as record_key
        from keyed
        order by account
        """
    )
    con.unregister("drawn")


PERSON_HELPERS = ", ".join(
    f"p.{name} as _{name}"
    for name in (
        "province",
        "city",
        "district",
        "province_short",
        "city_short",
        "district_short",
        "province_english",
        "city_english",
    )
)


def clean_tables(
    settings: Settings,
    people: People,
    accounts: Accounts,
    activity: Activity,
    rng: np.random.Generator,
) -> Iterator[CleanTable]:
    """The raw tables of the slice, one after the other."""
    yield _customers(settings, people, accounts, rng)
    yield _identifiers(people, accounts, rng)
    yield _consents(settings, people, accounts, rng)
    yield _shop_accounts(people, accounts, rng)
    yield _members(settings, people, accounts, activity, rng)
    yield _products()
    yield _stores(settings, activity)
    yield from _shop_activity(people, activity, rng)
    yield from _store_activity(settings, activity)
    yield _tenders(activity)
    yield _deliveries(activity)


ACCOUNT_JOINS = "join accounts as a using (account) join people as p on p.person = a.person"


def _age(at: str) -> str:
    at_date = f"cast(make_timestamp({at} * 1000000) as date)"
    return f"cast(datesub('year', p.birth, {at_date}) as varchar)"


def _by_registration(accounts: Accounts, channel: str) -> Ints:
    is_mine = np.array([slot.channel == channel for slot in SLOTS])[accounts.slot]
    mine = np.flatnonzero(is_mine)
    order = np.lexsort((accounts.number[mine], accounts.slot[mine], accounts.registered[mine]))
    return mine[order]


def _customers(
    settings: Settings, people: People, accounts: Accounts, rng: np.random.Generator
) -> CleanTable:
    account = _by_registration(accounts, "crm")
    n = len(account)
    person = accounts.person[account]
    is_company = people.kind[person] == COMPANY
    employee = people.is_employee[person]
    adult = people.birth_day[person] < day_number(settings.extracted_on) - 18 * 366
    works = adult & ~is_company
    level = pick(rng.random(n), shares([60, 22, 13, 5]))
    status = strings(["active", "frozen", "closed"])[pick(rng.random(n), shares([94, 2, 4]))]
    brands = [(s.brand, s.legal_entity) for s in SLOTS if s.channel == "store"]
    brand = rng.integers(0, len(brands), n)
    branded = rng.random(n) < 0.8
    draw = rng.random((12, n))
    company = words("employer").text
    referrer = rng.integers(0, max(n, 1), n)
    return CleanTable(
        "crm.customers",
        {
            "account": account,
            "has_gender": draw[0] < 0.9,
            "has_birth": draw[1] < 0.7,
            "has_age": draw[2] < 0.4,
            "has_id": draw[3] < settings.world.id_card_crm_share,
            "mobile": accounts.mobile[account],
            "verified": filled(draw[4] < 0.6, strings(["true", "false"])[(draw[4] > 0.35) * 1]),
            "has_email": draw[5] < 0.45,
            "has_region": draw[6] < 0.92,
            "has_address": draw[6] < 0.55,
            "occupation": filled(
                works & (draw[7] < 0.5),
                words("occupation").text[(draw[7] * 29).astype(np.int64) % 15],
            ),
            "education": filled(
                works & (draw[8] < 0.45),
                EDUCATIONS[pick(draw[9], shares([14, 22, 24, 30, 7, 1, 2]))],
            ),
            "company": filled(works & (draw[10] < 0.15), company[(draw[10] * 40).astype(int) % 6]),
            "is_company": is_company,
            "level": LEVELS[level],
            "brand": filled(branded, strings([b for b, _ in brands])[brand]),
            "entity": filled(branded, strings([e for _, e in brands])[brand]),
            "source": SOURCES[pick(draw[11], shares([35, 15, 25, 5, 12, 8]))],
            "referrer": np.where(
                (draw[9] < 0.1)
                & (accounts.registered[account[referrer]] < accounts.registered[account]),
                accounts.number[account[referrer]],
                -1,
            )
            if n
            else np.zeros(0, dtype=np.int64),
            "status": status,
            "employee": employee,
            "registered": accounts.registered[account],
            "updated": accounts.updated[account],
        },
        f"""
            a.account_key as customer_no,
            p.name,
            case when t.has_gender then p.gender end as gender,
            case when t.has_birth then p.birth_date end as birth_date,
            case when t.has_age and not t.is_company then {_age("t.updated")} end as age,
            case when t.has_id then p.id_card_no end as id_card_no,
            {mobile_of("t.mobile")} as mobile,
            t.verified as mobile_verified,
            case when t.has_email then p.email end as email,
            case when t.has_region then p.region end as region,
            case when t.has_address then p.street_address end as address,
            t.occupation,
            t.education,
            case when t.is_company then p.name else t.company end as company_name,
            t.level as member_level,
            t.brand,
            t.entity as legal_entity,
            t.source,
            case when t.referrer >= 0 then cast(10000001 + t.referrer as varchar) end
                as referrer_no,
            t.status as account_status,
            {flag_of("t.employee")} as is_employee,
            {time_of("t.registered")} as registered_at,
            {time_of("t.updated")} as updated_at
        """,
        ACCOUNT_JOINS,
        PERSON_HELPERS,
    )


def _identifiers(people: People, accounts: Accounts, rng: np.random.Generator) -> CleanTable:
    """Further ids of accounts: bound accounts, membership cards, old mobiles, platform ids."""
    slot_channel = strings([slot.channel for slot in SLOTS])
    channel = slot_channel[accounts.slot]
    every = np.arange(accounts.n)
    person = accounts.person
    is_crm = channel == "crm"
    is_own_shop = (channel == "shop") & (np.array([s.app_id != "" for s in SLOTS])[accounts.slot])

    # A bound account: another account of the same person, of a shop or of a store.
    other = accounts.first_of_person[person] + (
        rng.random(accounts.n) * accounts.n_of_person[person]
    ).astype(np.int64)
    bound = is_crm & (channel[other] != "crm") & (rng.random(accounts.n) < 0.5)

    changed = people.changed_at[person]
    had_old = (
        (changed > 0)
        & (accounts.registered < changed)
        & (accounts.updated >= changed)
        & (accounts.mobile == people.mobile[person])
        & (rng.random(accounts.n) < 0.75)
    )
    unionid = is_crm & people.has_unionid[person] & (rng.random(accounts.n) < 0.3)
    openid = is_own_shop & people.has_unionid[person] & (rng.random(accounts.n) < 0.8)
    contact = is_crm & (people.kind[person] != COMPANY) & (rng.random(accounts.n) < 0.1)
    device = is_own_shop & (rng.random(accounts.n) < 0.25)

    groups = [(bound, 0), (had_old, 1), (unionid, 2), (openid, 3), (contact, 4), (device, 5)]
    account = np.concatenate([every[mask] for mask, _ in groups])
    kind = np.concatenate([np.full(int(mask.sum()), k) for mask, k in groups])
    order = np.lexsort((kind, account))
    account, kind = account[order], kind[order]
    registered, updated = accounts.registered[account], accounts.updated[account]
    between = registered + ((updated - registered) * rng.random(len(account))).astype(np.int64)
    is_old = kind == 1
    own_app = next(slot.app_id for slot in SLOTS if slot.app_id)
    return CleanTable(
        "crm.identifiers",
        {
            "account": account,
            "type": kind,
            "other": other[account],
            "person_no": person[account],
            "household": people.household[person[account]],
            "old_mobile": people.old_mobile[person[account]],
            "verified": np.where(
                is_old, registered, np.where(rng.random(len(account)) < 0.8, between, -1)
            ),
            "ended": np.where(is_old, changed[account], -1),
        },
        f"""
            a.channel,
            a.record_key,
            case t.type
                when 0 then case o.channel when 'shop' then 'account' else 'member_no' end
                when 1 then 'mobile' when 2 then 'unionid' when 3 then 'openid'
                when 4 then 'external_userid' else 'device_id'
            end as identifier_type,
            case t.type
                when 0 then case o.channel
                    when 'shop' then nullif(concat_ws('.', o.platform, o.shop_id), '') else o.brand
                end
                when 2 then '{OPEN_PLATFORM}' when 3 then '{own_app}' when 4 then '{CORPORATION}'
            end as scope,
            case t.type
                when 0 then o.account_key
                when 1 then cast(t.old_mobile as varchar)
                when 2 then 'o' || substr(md5('unionid' || cast(t.person_no as varchar)), 1, 27)
                when 3 then 'w' || substr(md5('openid' || cast(t.person_no as varchar)), 1, 27)
                when 4 then 'wm' || substr(md5('external' || cast(t.person_no as varchar)), 1, 30)
                else 'd-' || substr(md5('device' || cast(t.household as varchar)), 1, 16)
            end as value,
            {time_of("t.verified")} as verified_at,
            {time_of("t.ended")} as ended_at
        """,
        "join accounts as a using (account) join accounts as o on o.account = t.other",
    )


PURPOSES = strings(["personalisation", "marketing", "data_sharing"])


def _consents(
    settings: Settings, people: People, accounts: Accounts, rng: np.random.Generator
) -> CleanTable:
    """Statements of accounts; some are taken back later, some contradict another account's."""
    n = accounts.n
    states = rng.random(n) < 0.5
    said = (rng.random((n, 3)) < np.array([0.6, 0.8, 0.35])) & states[:, None]
    account, purpose = np.nonzero(said)
    granted = rng.random(len(account)) < np.array([0.75, 0.6, 0.35])[purpose]
    contact = pick(rng.random(len(account)), shares([70, 14, 6, 6, 4]))
    contact = np.where(purpose == 1, contact, 0)
    registered = accounts.registered[account]
    again = np.flatnonzero(rng.random(len(account)) < 0.1)
    later = (
        registered[again]
        + 60
        + ((settings.end - registered[again] - 60) * rng.random(len(again))).astype(np.int64)
    )
    account_all = np.concatenate([account, account[again]])
    purpose_all = np.concatenate([purpose, purpose[again]])
    changed = np.concatenate([registered, np.maximum(later, registered[again] + 1)])
    changed = np.minimum(changed, settings.end)
    granted_all = np.concatenate([granted, ~granted[again]])
    contact_all = np.concatenate([contact, contact[again]])
    order = np.lexsort((purpose_all, account_all, changed))
    account, purpose = account_all[order], purpose_all[order]
    person = accounts.person[account]
    is_minor = people.birth_day[person] > day_number(settings.extracted_on) - 18 * 365
    heads = np.searchsorted(people.household, people.household[person])
    guardian = accounts.first_of_person[heads]
    return CleanTable(
        "crm.consents",
        {
            "account": account,
            "guardian": np.where(is_minor & (heads != person), guardian, -1),
            "purpose": PURPOSES[purpose],
            "contact": strings([None, "sms", "email", "phone", "app"])[contact_all[order]],
            "granted": granted_all[order],
            "changed": changed[order],
            "version": strings(["v1.0", "v2.0"])[(changed[order] > settings.start) * 1],
            "separate": purpose == 2,
        },
        f"""
            a.channel,
            a.record_key,
            t.purpose,
            t.contact as contact_channel,
            {flag_of("t.granted")} as granted,
            {time_of("t.changed")} as changed_at,
            t.version as policy_version,
            {flag_of("t.separate")} as is_separate,
            g.channel || ':' || g.record_key as guardian_key
        """,
        "join accounts as a using (account) left join accounts as g on g.account = t.guardian",
    )


def _shop_accounts(people: People, accounts: Accounts, rng: np.random.Generator) -> CleanTable:
    account = _by_registration(accounts, "shop")
    n = len(account)
    draw = rng.random((7, n))
    own = np.array([s.app_id != "" for s in SLOTS])[accounts.slot[account]]
    person = accounts.person[account]
    return CleanTable(
        "shop.accounts",
        {
            "account": account,
            "has_name": draw[0] < 0.45,
            "has_mobile": draw[1] < 0.94,
            "mobile": accounts.mobile[account],
            "verified": filled(draw[2] < 0.7, strings(["true", "false"])[(draw[2] > 0.67) * 1]),
            "has_email": draw[3] < 0.3,
            "has_unionid": own & people.has_unionid[person] & (draw[4] < 0.8),
            "has_gender": draw[5] < 0.5,
            "has_region": draw[6] < 0.6,
            "register": REGISTER_CHANNELS[pick(draw[6], shares([45, 12, 25, 12, 6]))],
            "registered": accounts.registered[account],
            "updated": accounts.updated[account],
        },
        f"""
            a.platform,
            a.shop_id,
            a.account_key as account_id,
            p.nickname,
            case when t.has_name then p.name end as real_name,
            case when t.has_mobile then {mobile_of("t.mobile")} end as mobile,
            t.verified as mobile_verified,
            case when t.has_email then p.email end as email,
            case when t.has_unionid then {UNIONID} end as unionid,
            case when t.has_gender then p.gender end as gender,
            case when t.has_region then p.region end as region,
            a.brand,
            a.entity as legal_entity,
            t.register as register_channel,
            {time_of("t.registered")} as registered_at,
            {time_of("t.updated")} as updated_at
        """,
        ACCOUNT_JOINS,
        PERSON_HELPERS,
    )


def _members(
    settings: Settings,
    people: People,
    accounts: Accounts,
    activity: Activity,
    rng: np.random.Generator,
) -> CleanTable:
    account = _by_registration(accounts, "store")
    n = len(account)
    draw = rng.random((10, n))
    person = accounts.person[account]
    brand = accounts.slot[account] - STORE_SLOTS[0]
    return CleanTable(
        "store.members",
        {
            "account": account,
            "mobile": accounts.mobile[account],
            "verified": filled(draw[0] < 0.6, strings(["true", "false"])[(draw[0] > 0.45) * 1]),
            "has_id": draw[1] < settings.world.id_card_store_share,
            "has_unionid": people.has_unionid[person] & (draw[2] < 0.45),
            "has_gender": draw[3] < 0.8,
            "has_birth": draw[4] < 0.6,
            "has_age": draw[5] < 0.3,
            "income": filled(draw[6] < 0.4, INCOMES[pick(draw[7], shares([20, 40, 25, 12, 3]))]),
            "household": filled(
                draw[8] < 0.35, strings(list("12345"))[(draw[8] * 14).astype(int) % 5]
            ),
            "level": LEVELS[pick(draw[9], shares([55, 25, 14, 6]))],
            "store": activity.home_store[person, brand],
            "registered": accounts.registered[account],
            "updated": accounts.updated[account],
        },
        f"""
            a.account_key as member_no,
            a.brand,
            a.entity as legal_entity,
            p.name,
            {mobile_of("t.mobile")} as mobile,
            t.verified as mobile_verified,
            case when t.has_id then p.id_card_no end as id_card_no,
            case when t.has_unionid then {UNIONID} end as unionid,
            case when t.has_gender then p.gender end as gender,
            case when t.has_birth then p.birth_date end as birth_date,
            case when t.has_age then {_age("t.updated")} end as age,
            t.income as income_band,
            t.household as household_size,
            t.level as member_level,
            {STORE_ID} as store_id,
            {time_of("t.registered")} as joined_at,
            {time_of("t.updated")} as updated_at
        """,
        ACCOUNT_JOINS,
        PERSON_HELPERS,
    )


STORE_ID = "'S' || lpad(cast(t.store + 1 as varchar), 4, '0')"


def _products() -> CleanTable:
    catalogue = reference.catalogue()
    return CleanTable(
        "shop.products",
        {
            "sku": catalogue.sku,
            "product_name": catalogue.product_name,
            "category": catalogue.category,
            "subcategory": catalogue.subcategory,
            "cost": catalogue.cost,
        },
        f"t.sku, t.product_name, t.category, t.subcategory, {money_of('t.cost')} as unit_cost",
    )


def _stores(settings: Settings, activity: Activity) -> CleanTable:
    stores = activity.stores
    divisions = reference.divisions(settings.divisions)
    names = ("province", "city", "district", "province_short", "city_short", "district_short")
    arrays: Arrays = {
        "store": np.arange(stores.n),
        "brand": strings([slot.brand for slot in SLOTS])[stores.slot],
        "entity": strings([slot.legal_entity for slot in SLOTS])[stores.slot],
        "zone": filled(
            stores.is_western | (np.arange(stores.n) % 5 == 0),
            strings(["Asia/Shanghai", "Asia/Urumqi"])[stores.is_western * 1],
        ),
        "province_english": divisions.province_english[stores.division],
        "city_english": divisions.city_english[stores.division],
    }
    for name in names:
        arrays[name] = getattr(divisions, name)[stores.division]
    return CleanTable(
        "store.stores",
        arrays,
        f"""
            {STORE_ID} as store_id,
            t.brand || t.city_short || t.district_short || '店' as store_name,
            case when t.province = t.city then '' else t.province end || t.city || t.district
                as region,
            t.brand,
            t.entity as legal_entity,
            t.zone as timezone
        """,
        helpers=", ".join(
            f"t.{name} as _{name}" for name in (*names, "province_english", "city_english")
        ),
    )


def promotion_names() -> Strings:
    """Ids by number of the promotion; the last, number -1, is none."""
    known: list[Promotion] = [*PROMOTIONS, COUPON]
    return strings([p.promotion_id for p in known] + [None])


def _order_id(number: str) -> str:
    return f"'21' || lpad(cast(({number}) + 1 as varchar), 14, '0')"


def _receipt_no(number: str) -> str:
    return f"'R' || lpad(cast(({number}) + 1 as varchar), 10, '0')"


def _shop_activity(
    people: People, activity: Activity, rng: np.random.Generator
) -> Iterator[CleanTable]:
    orders = activity.orders
    catalogue = reference.catalogue()
    n = len(orders.number)
    guest = rng.random(n) < 0.01
    yield CleanTable(
        "shop.orders",
        {
            "number": orders.number,
            "account": orders.account,
            "gift_to": orders.gift_to,
            "parent": orders.parent,
            "guest": guest,
            "ordered": orders.ordered,
            "paid": orders.paid,
            "status": strings(list(STATUSES))[orders.status],
            "method": strings(list(METHODS))[orders.method],
            "goods": orders.goods,
            "discount": orders.discount,
            "freight": orders.freight,
            "amount": orders.amount,
            "promotion": promotion_names()[orders.promotion],
            "pickup": orders.is_pickup,
        },
        f"""
            {_order_id("t.number")} as order_id,
            a.platform,
            a.shop_id,
            case when not (t.guest and a.platform is null) then a.account_key end as account_id,
            case when t.parent > 0 then 'P' || lpad(cast(t.parent as varchar), 14, '0') end
                as parent_order_id,
            {time_of("t.ordered")} as ordered_at,
            {time_of("t.paid")} as paid_at,
            t.status,
            t.method as payment_method,
            {money_of("t.goods")} as goods_amount,
            {money_of("t.discount")} as discount_amount,
            {money_of("t.freight")} as freight_amount,
            {money_of("t.amount")} as paid_amount,
            t.promotion as promotion_id,
            case when t.pickup then 'pickup' else 'delivery' end as fulfilment,
            p.name as receiver_name,
            p.mobile as receiver_mobile,
            p.region as receiver_region,
            p.street_address as receiver_address
        """,
        "join accounts as a using (account) join people as p on p.person = t.gift_to",
        PERSON_HELPERS,
    )
    lines = orders.lines
    yield CleanTable(
        "shop.order_items",
        {
            "number": lines.order,
            "line_no": lines.line_no,
            "sku": catalogue.sku[lines.product],
            "quantity": lines.quantity,
            "price": lines.unit_price,
            "amount": lines.amount,
        },
        f"""
            {_order_id("t.number")} as order_id,
            cast(t.line_no as varchar) as line_no,
            t.sku,
            cast(t.quantity as varchar) as quantity,
            {money_of("t.price")} as unit_price,
            {money_of("t.amount")} as line_amount
        """,
    )
    refunds = activity.refunds
    yield CleanTable(
        "shop.refunds",
        {
            "refund": np.arange(len(refunds.order)),
            "number": refunds.order,
            "line_no": refunds.line_no,
            "quantity": refunds.quantity,
            "type": strings(["refund", "return", "exchange"])[refunds.kind],
            "channel": strings(["shop", "store"])[refunds.in_store * 1],
            "amount": refunds.amount,
            "reason": words("refund_reason").text[refunds.reason],
            "refunded": refunds.refunded,
        },
        f"""
            'RF' || lpad(cast(t.refund + 1 as varchar), 8, '0') as refund_id,
            {_order_id("t.number")} as order_id,
            case when t.line_no > 0 then cast(t.line_no as varchar) end as line_no,
            case when t.line_no > 0 then cast(t.quantity as varchar) end as quantity,
            t.type as refund_type,
            t.channel as return_channel,
            {money_of("t.amount")} as amount,
            t.reason,
            {time_of("t.refunded")} as refunded_at
        """,
    )


def _store_activity(settings: Settings, activity: Activity) -> Iterator[CleanTable]:
    sales = activity.sales
    catalogue = reference.catalogue()
    stores = activity.stores
    western = stores.is_western[sales.store]
    yield CleanTable(
        "store.sales",
        {
            "number": np.arange(len(sales.person)),
            "account": sales.account,
            "mobile": sales.mobile,
            "store": sales.store,
            "staff": sales.staff,
            "sold": sales.sold,
            "amount": sales.amount,
            "discount": sales.discount,
            "method": strings(list(METHODS))[sales.method],
            "promotion": promotion_names()[sales.promotion],
            "is_return": sales.is_return,
            "original_sale": sales.original_sale,
            "original_order": sales.original_order,
            "zone": np.where(western, 6, 8),
        },
        f"""
            {_receipt_no("t.number")} as receipt_no,
            a.account_key as member_no,
            {mobile_of("t.mobile")} as mobile,
            {STORE_ID} as store_id,
            'E' || lpad(cast(t.store + 1 as varchar), 4, '0') || cast(t.staff as varchar)
                as staff_id,
            {time_of("t.sold")} as sold_at,
            {money_of("t.amount")} as amount,
            {money_of("t.discount")} as discount_amount,
            t.method as payment_method,
            t.promotion as promotion_id,
            {flag_of("t.is_return")} as is_return,
            case
                when t.original_sale >= 0 then {_receipt_no("t.original_sale")}
                when t.original_order >= 0 then 'shop:' || {_order_id("t.original_order")}
            end as original_order_id
        """,
        "left join accounts as a using (account)",
        "cast(t.zone as bigint) as _zone, cast(null as varchar) as _till_card",
    )
    lines = sales.lines
    yield CleanTable(
        "store.sale_items",
        {
            "number": lines.order,
            "line_no": lines.line_no,
            "sku": catalogue.sku[lines.product],
            "quantity": lines.quantity,
            "price": lines.unit_price,
            "amount": lines.amount,
        },
        f"""
            {_receipt_no("t.number")} as receipt_no,
            cast(t.line_no as varchar) as line_no,
            t.sku,
            cast(t.quantity as varchar) as quantity,
            {money_of("t.price")} as unit_price,
            {money_of("t.amount")} as line_amount
        """,
    )


def _tenders(activity: Activity) -> CleanTable:
    tenders, sales = activity.tenders, activity.sales
    western = np.append(activity.stores.is_western[sales.store], False)
    zone = np.where(~tenders.is_shop & western[np.where(tenders.is_shop, -1, tenders.order)], 6, 8)
    return CleanTable(
        "payments.tenders",
        {
            "is_shop": tenders.is_shop,
            "number": tenders.order,
            "tender": tenders.number,
            "type": strings(list(TENDERS))[tenders.kind],
            "amount": tenders.amount,
            "paid": tenders.paid,
            "zone": zone,
        },
        f"""
            case when t.is_shop then 'shop' else 'store' end as channel,
            case when t.is_shop then {_order_id("t.number")} else {_receipt_no("t.number")} end
                as order_id,
            cast(t.tender as varchar) as tender_no,
            t.type as tender_type,
            {money_of("t.amount")} as amount,
            {time_of("t.paid")} as paid_at
        """,
        helpers="cast(t.zone as bigint) as _zone",
    )


def _deliveries(activity: Activity) -> CleanTable:
    deliveries, orders = activity.deliveries, activity.orders
    return CleanTable(
        "logistics.deliveries",
        {
            "number": deliveries.order,
            "receiver": orders.gift_to[deliveries.order],
            "carrier": words("carrier").text[deliveries.carrier],
            "shipped": deliveries.shipped,
            "delivered": deliveries.delivered,
            "returned": deliveries.is_returned,
        },
        f"""
            {_order_id("t.number")} as order_id,
            t.carrier,
            {time_of("t.shipped")} as shipped_at,
            {time_of("t.delivered")} as delivered_at,
            p.region as delivered_region,
            case
                when t.returned then 'returned' when t.delivered >= 0 then 'delivered'
                else 'shipped'
            end as status
        """,
        "join people as p on p.person = t.receiver",
        PERSON_HELPERS,
    )

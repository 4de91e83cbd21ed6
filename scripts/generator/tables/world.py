"""Tables `people` and `accounts`: every text that several raw tables show."""

from __future__ import annotations

import duckdb
import numpy as np

from .. import reference
from ..config import CORPORATION, SLOTS, Settings
from ..reference import Ints, pick, strings, words
from ..world.community import Contacts
from ..world.people import COMPANY, PERSON, Accounts, People
from .sql import Arrays, filled, mall_account, member_no, mobile_of, staff_of

# Of GB 11643: each of the 17 digits times 2 to the power of its place, mod 11.
ID_WEIGHTED_SUM = " + ".join(
    f"(id_number // {10 ** (16 - k)} % 10) * {2 ** (17 - k) % 11}" for k in range(17)
)


def load_world(
    con: duckdb.DuckDBPyConnection,
    settings: Settings,
    people: People,
    accounts: Accounts,
    contacts: Contacts,
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
            place, province, city, district, province_short, city_short, district_short,
            province_english, city_english
        from numbered
        order by person
        """
    )
    con.unregister("drawn")
    slots = accounts.slot
    guide = staff_of("guide // 10", "guide % 10")
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
            "app_id": strings([s.app_id or None for s in SLOTS])[slots],
            "guide": _guides(accounts, contacts),
        },
    )
    con.execute(
        f"""
        create or replace table accounts as
        with keyed as (
            select
                *,
                case
                    when channel = 'crm' then cast(10000001 + number as varchar)
                    when channel = 'store' then {member_no("number")}
                    when channel = 'social' then 'oa' || substr(md5(app_id || person), 1, 26)
                    when channel = 'wecom' then 'wm' || substr(md5('external' || person), 1, 30)
                    when platform is null then {mall_account("number")}
                    else cast(2200000001 + number * 3 as varchar)
                end as account_key
            from (select *, case when guide > 0 then {guide} end as staff_id from drawn)
        )
        select
            *,
            concat_ws(
                '.',
                platform,
                shop_id,
                case when channel = 'store' then brand when channel = 'social' then app_id end,
                case when channel = 'wecom' then '{CORPORATION}' end,
                account_key,
                staff_id
            ) as record_key
        from keyed
        order by account
        """
    )
    con.unregister("drawn")


def _guides(accounts: Accounts, contacts: Contacts) -> Ints:
    """The guide of each account of the enterprise chat, store and staff in one number; else -1."""
    guide = np.full(accounts.n, -1)
    guide[contacts.account] = contacts.store * 10 + contacts.staff
    return guide

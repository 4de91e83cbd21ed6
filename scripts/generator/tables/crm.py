"""Raw tables of the CRM: customers, their further identifiers, consents."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from ..config import CORPORATION, OPEN_PLATFORM, SLOTS, Settings, day_number
from ..reference import Ints, pick, shares, strings, words
from ..world.activity import Activity
from ..world.browsing import device_ids
from ..world.community import accounts_of
from ..world.people import COMPANY, Accounts, People
from .sql import (
    ACCOUNT_JOINS,
    PERSON_HELPERS,
    CleanTable,
    age_at,
    by_registration,
    device_id,
    filled,
    flag_of,
    mobile_of,
    time_of,
)

EDUCATIONS = strings(
    ["junior_high", "senior_high", "college", "bachelor", "master", "doctor", "primary"]
)
LEVELS = strings(["普通", "银卡", "金卡", "铂金卡"])
SOURCES = strings(["门店", "官网", "小程序", "展会", "转介绍", "导入"])


def customers(
    settings: Settings,
    people: People,
    accounts: Accounts,
    activity: Activity,
    rng: np.random.Generator,
) -> CleanTable:
    """Customers of the CRM, by the day of their registration."""
    account = by_registration(accounts, "crm")
    n = len(account)
    person = accounts.person[account]
    is_company = people.kind[person] == COMPANY
    employee = people.is_employee[person]
    adult = people.birth_day[person] < day_number(settings.extracted_on) - 18 * 366
    works = adult & ~is_company
    level = pick(rng.random(n), shares([60, 22, 13, 5]))
    status = strings(["active", "frozen", "closed"])[pick(rng.random(n), shares([94, 2, 4]))]
    status = np.where(people.schemes.test_status[person], "test", status)
    brands = [(s.brand, s.legal_entity) for s in SLOTS if s.channel == "store"]
    brand = rng.integers(0, len(brands), n)
    branded = rng.random(n) < 0.8
    draw = rng.random((12, n))
    employers = activity.companies.employers
    popularity = shares([1.0 / (k + 3) for k in range(len(employers))])
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
            "company": filled(works & (draw[10] < 0.15), employers[pick(draw[3], popularity)]),
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
            case when t.has_age and not t.is_company then {age_at("t.updated")} end as age,
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


def first_account(accounts: Accounts, n_people: int, channel: str) -> Ints:
    """Each person's first account of a channel, -1 without one."""
    account = np.full(n_people, -1)
    mine = accounts_of(accounts, channel)[::-1]
    account[accounts.person[mine]] = mine
    return account


def _main_device(
    people: People, activity: Activity, person: Ints, rng: np.random.Generator
) -> NDArray[np.uint64]:
    """The device on which an account was registered: the person's, or the family's tablet."""
    household = people.household[person]
    shared = activity.sessions.has_tablet[household] & (rng.random(len(person)) < 0.3)
    return np.where(shared, device_ids(3, household), device_ids(0, person))


def identifiers(
    people: People, accounts: Accounts, activity: Activity, rng: np.random.Generator
) -> CleanTable:
    """Further ids of accounts: bound accounts, membership cards, old mobiles, platform ids."""
    slot_channel = strings([slot.channel for slot in SLOTS])
    channel = slot_channel[accounts.slot]
    every = np.arange(accounts.n)
    person = accounts.person
    is_crm = channel == "crm"
    is_own_shop = (channel == "shop") & (np.array([s.platform == "" for s in SLOTS])[accounts.slot])

    # A bound account: another account of the same person, of a shop or of a store.
    other = accounts.first_of_person[person] + (
        rng.random(accounts.n) * accounts.n_buying[person]
    ).astype(np.int64)
    bound = is_crm & np.isin(channel[other], ("shop", "store")) & (rng.random(accounts.n) < 0.5)

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
    follower = first_account(accounts, people.n, "social")[person]
    contact = first_account(accounts, people.n, "wecom")[person]
    follows = is_crm & (follower >= 0) & (rng.random(accounts.n) < 0.25)
    chats = is_crm & (contact >= 0) & (rng.random(accounts.n) < 0.5)
    device = is_own_shop & (rng.random(accounts.n) < 0.25)

    groups = [(bound, 0), (had_old, 1), (unionid, 2), (openid, 3), (chats, 4), (device, 5)]
    groups.append((follows, 6))
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
            "other": np.select(
                [kind == 4, kind == 6],
                [contact[account], follower[account]],
                other[account],
            ),
            "person_no": person[account],
            "device": _main_device(people, activity, person[account], rng),
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
                when 4 then 'external_userid' when 5 then 'device_id' else 'openid'
            end as identifier_type,
            case t.type
                when 0 then case o.channel
                    when 'shop' then nullif(concat_ws('.', o.platform, o.shop_id), '') else o.brand
                end
                when 2 then '{OPEN_PLATFORM}' when 3 then '{own_app}' when 4 then '{CORPORATION}'
                when 6 then o.app_id
            end as scope,
            case t.type
                when 0 then o.account_key
                when 1 then cast(t.old_mobile as varchar)
                when 2 then 'o' || substr(md5('unionid' || cast(t.person_no as varchar)), 1, 27)
                when 3 then 'w' || substr(md5('openid' || cast(t.person_no as varchar)), 1, 27)
                when 5 then {device_id("t.device")}
                else o.account_key
            end as value,
            {time_of("t.verified")} as verified_at,
            {time_of("t.ended")} as ended_at
        """,
        "join accounts as a using (account) join accounts as o on o.account = t.other",
    )


PURPOSES = strings(["personalisation", "marketing", "data_sharing"])


def consents(
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

"""Raw tables of the stores: stores, members, receipts and their lines."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from .. import reference
from ..config import SLOTS, Settings
from ..reference import Ints, pick, shares, strings
from ..world.activity import Activity
from ..world.people import Accounts, People
from ..world.stores import STORE_SLOTS
from ..world.tenders import METHODS
from .crm import LEVELS
from .sql import (
    ACCOUNT_JOINS,
    PERSON_HELPERS,
    STORE_ID,
    UNIONID,
    Arrays,
    CleanTable,
    age_at,
    by_registration,
    filled,
    flag_of,
    member_no,
    mobile_of,
    money_of,
    one_of,
    order_id,
    promotion_names,
    receipt_no,
    sku_of,
    staff_of,
    time_of,
)

INCOMES = strings(["5千以下", "5千-1万", "1万-2万", "2万-5万", "5万以上"])


def members(
    settings: Settings,
    people: People,
    accounts: Accounts,
    activity: Activity,
    rng: np.random.Generator,
) -> CleanTable:
    """Members of the brands."""
    account = by_registration(accounts, "store")
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
            case when t.has_age then {age_at("t.updated")} end as age,
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


def stores(settings: Settings, activity: Activity) -> CleanTable:
    """The stores."""
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


def store_activity(accounts: Accounts, activity: Activity) -> Iterator[CleanTable]:
    """Receipts and their lines."""
    sales = activity.sales
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
            "method": sales.method,
            "promotion": sales.promotion,
            "is_return": sales.is_return,
            "original_sale": sales.original_sale,
            "original_order": sales.original_order,
            "zone": np.where(western, 6, 8),
            "till_card": _till_cards(accounts, activity),
        },
        f"""
            {receipt_no("t.number")} as receipt_no,
            a.account_key as member_no,
            {mobile_of("t.mobile")} as mobile,
            {STORE_ID} as store_id,
            {staff_of("t.store", "t.staff")} as staff_id,
            {time_of("t.sold")} as sold_at,
            {money_of("t.amount")} as amount,
            {money_of("t.discount")} as discount_amount,
            {one_of(METHODS, "t.method")} as payment_method,
            {one_of(promotion_names(), "t.promotion")} as promotion_id,
            {flag_of("t.is_return")} as is_return,
            case
                when t.original_sale >= 0 then {receipt_no("t.original_sale")}
                when t.original_order >= 0 then 'shop:' || {order_id("t.original_order")}
            end as original_order_id
        """,
        "left join accounts as a using (account)",
        f"cast(t.zone as bigint) as _zone,"
        f" case when t.till_card >= 0 then {member_no('t.till_card')} end as _till_card",
    )
    lines = sales.lines
    yield CleanTable(
        "store.sale_items",
        {
            "number": lines.order,
            "line_no": lines.line_no,
            "product": lines.product,
            "quantity": lines.quantity,
            "price": lines.unit_price,
            "amount": lines.amount,
        },
        f"""
            {receipt_no("t.number")} as receipt_no,
            cast(t.line_no as varchar) as line_no,
            {sku_of("t.product")} as sku,
            cast(t.quantity as varchar) as quantity,
            {money_of("t.price")} as unit_price,
            {money_of("t.amount")} as line_amount
        """,
    )


def _till_cards(accounts: Accounts, activity: Activity) -> Ints:
    """One member card per brand lies at a till: it may stand on sales of nobody."""
    sales = activity.sales
    card = np.full(len(sales.person), -1)
    for store in range(min(2, activity.stores.n)):
        of_store = sales.store == store
        shown = sales.account[of_store & (sales.account >= 0)]
        if len(shown):
            card[of_store & (sales.mobile == 0)] = accounts.number[shown].min()
    return card

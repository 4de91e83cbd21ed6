"""Raw tables of the shops: accounts, products, orders, lines, refunds."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from .. import reference
from ..config import SLOTS
from ..reference import pick, shares, strings, words
from ..world.activity import Activity
from ..world.orders import STATUSES
from ..world.people import Accounts, People
from ..world.schemes import TEST
from ..world.tenders import METHODS
from .sql import (
    ACCOUNT_JOINS,
    PERSON_HELPERS,
    UNIONID,
    CleanTable,
    by_registration,
    filled,
    mobile_of,
    money_of,
    one_of,
    order_id,
    promotion_names,
    sku_of,
    time_of,
)

REGISTER_CHANNELS = strings(["app", "pc", "miniprogram", "livestream", "qr_code"])


def shop_accounts(people: People, accounts: Accounts, rng: np.random.Generator) -> CleanTable:
    """Accounts of every shop."""
    account = by_registration(accounts, "shop")
    n = len(account)
    draw = rng.random((7, n))
    own = np.array([s.platform == "" for s in SLOTS])[accounts.slot[account]]
    person = accounts.person[account]
    schemes = people.schemes
    is_second_test = schemes.is_test_account[account] & (schemes.customer_class[person] != TEST)
    return CleanTable(
        "shop.accounts",
        {
            "account": account,
            "has_name": (draw[0] < 0.45) & ~is_second_test,
            "test_nickname": people.schemes.test_nickname[account],
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
            coalesce(t.test_nickname, p.nickname) as nickname,
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


def products() -> CleanTable:
    """The catalogue."""
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


def shop_activity(
    people: People, activity: Activity, rng: np.random.Generator
) -> Iterator[CleanTable]:
    """Orders, their lines, their refunds."""
    orders = activity.orders
    n = len(orders.number)
    guest = rng.random(n) < 0.01
    yield CleanTable(
        "shop.orders",
        {
            "number": orders.number,
            "account": orders.account,
            "gift_to": orders.gift_to,
            "address": orders.address,
            "parent": orders.parent,
            "guest": guest,
            "ordered": orders.ordered,
            "paid": orders.paid,
            "status": orders.status,
            "method": orders.method,
            "goods": orders.goods,
            "discount": orders.discount,
            "freight": orders.freight,
            "amount": orders.amount,
            "promotion": orders.promotion,
            "pickup": orders.is_pickup,
        },
        f"""
            {order_id("t.number")} as order_id,
            a.platform,
            a.shop_id,
            case when not (t.guest and a.platform is null) then a.account_key end as account_id,
            case when t.parent > 0 then 'P' || lpad(cast(t.parent as varchar), 14, '0') end
                as parent_order_id,
            {time_of("t.ordered")} as ordered_at,
            {time_of("t.paid")} as paid_at,
            {one_of(STATUSES, "t.status")} as status,
            {one_of(METHODS, "t.method")} as payment_method,
            {money_of("t.goods")} as goods_amount,
            {money_of("t.discount")} as discount_amount,
            {money_of("t.freight")} as freight_amount,
            {money_of("t.amount")} as paid_amount,
            {one_of(promotion_names(), "t.promotion")} as promotion_id,
            case when t.pickup then 'pickup' else 'delivery' end as fulfilment,
            r.name as receiver_name,
            r.mobile as receiver_mobile,
            p.region as receiver_region,
            p.street_address as receiver_address
        """,
        "join accounts as a using (account) join people as p on p.person = t.address"
        " join people as r on r.person = t.gift_to",
        PERSON_HELPERS,
    )
    lines = orders.lines
    yield CleanTable(
        "shop.order_items",
        {
            "number": lines.order,
            "line_no": lines.line_no,
            "product": lines.product,
            "quantity": lines.quantity,
            "price": lines.unit_price,
            "amount": lines.amount,
        },
        f"""
            {order_id("t.number")} as order_id,
            cast(t.line_no as varchar) as line_no,
            {sku_of("t.product")} as sku,
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
            {order_id("t.number")} as order_id,
            case when t.line_no > 0 then cast(t.line_no as varchar) end as line_no,
            case when t.line_no > 0 then cast(t.quantity as varchar) end as quantity,
            t.type as refund_type,
            t.channel as return_channel,
            {money_of("t.amount")} as amount,
            t.reason,
            {time_of("t.refunded")} as refunded_at
        """,
    )

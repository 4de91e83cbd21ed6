"""Raw table of the visits of the own mall."""

from __future__ import annotations

import numpy as np

from ..config import (
    AD_CHANNELS,
    Settings,
    Stream,
)
from ..reference import taken
from ..world import browsing
from ..world.activity import Activity
from ..world.people import Accounts
from .sql import (
    CleanTable,
    numbered,
    one_of,
    order_id,
    time_of,
)


def session_id(number: str) -> str:
    """SQL: the id of a session by its number."""
    return numbered("s", number, 9)


PAGES = ("/home", "/category", "/activity", "/help", "/member")


def events(settings: Settings, accounts: Accounts, activity: Activity) -> CleanTable:
    """Events of the sessions, session by session."""
    sessions = activity.sessions
    drawn = browsing.events_of(
        sessions, activity.orders, 0, sessions.n, settings.stream(Stream.EVENTS)
    )
    session = drawn.session
    account = sessions.account[session]
    buys = drawn.step == browsing.PURCHASE
    return CleanTable(
        "web.events",
        {
            "number": np.arange(len(session)),
            "session": session,
            "at": drawn.at,
            "device": sessions.device[session],
            "account": taken(accounts.number, np.where(drawn.shows_account, account, -1)),
            "platform": sessions.platform[session],
            "step": drawn.step,
            "product": drawn.product,
            "place": drawn.place,
            "order_no": np.where(buys, sessions.order[session], -1),
            "utm": sessions.utm[session],
        },
        f"""
            {numbered("ev", "t.number", 10)} as event_id,
            {time_of("t.at")} as event_at,
            'd-' || lpad(to_hex(t.device), 16, '0') as device_id,
            case when t.account >= 0 then {numbered("U3", "t.account", 7)} end as account_id,
            {session_id("t.session")} as session_id,
            {one_of(browsing.PLATFORMS, "t.platform")} as platform,
            {one_of(browsing.STEPS, "t.step")} as event_name,
            case
                when t.product >= 0 then '/product'
                when t.step = {browsing.SEARCH} then '/search'
                else {one_of(PAGES, "t.place")}
            end as page,
            case when t.product >= 0 then 'SKU' || cast(t.product + 1001 as varchar) end as sku,
            case when t.order_no >= 0 then {order_id("t.order_no")} end as order_id,
            {one_of([ad.utm_source for ad in AD_CHANNELS], "t.utm")} as utm_source,
            {one_of([ad.utm_medium for ad in AD_CHANNELS], "t.utm")} as utm_medium,
            case when t.utm >= 0 then strftime(make_timestamp(t.at * 1000000), 'brand-%Y%m') end
                as utm_campaign
        """,
    )

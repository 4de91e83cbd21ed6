"""Raw table of the visits of the own mall."""

from __future__ import annotations

import numpy as np

from ..config import AD_CHANNELS, CAMPAIGNS, Settings
from ..reference import taken
from ..world import browsing
from ..world.activity import Activity
from ..world.people import Accounts
from .sql import (
    CleanTable,
    device_id,
    mall_account,
    numbered,
    one_of,
    order_id,
    sku_of,
    time_of,
)


def session_id(number: str) -> str:
    """SQL: the id of a session by its number."""
    return numbered("s", number, 9)


PAGES = ("/home", "/category", "/activity", "/help", "/member")


def events(settings: Settings, accounts: Accounts, activity: Activity) -> CleanTable:
    """Events of the sessions, session by session."""
    sessions = activity.sessions
    drawn = browsing.make_events(settings, sessions, activity.orders, len(PAGES))
    session = drawn.session
    account = taken(accounts.number, sessions.account).astype(np.int32)[session]
    order = sessions.order.astype(np.int32)[session]
    sources = [ad.utm_source for ad in AD_CHANNELS] + [c.touch_channel for c in CAMPAIGNS]
    media = [ad.utm_medium for ad in AD_CHANNELS] + ["crm" for _ in CAMPAIGNS]
    campaigns = [c.campaign_id for c in CAMPAIGNS]
    return CleanTable(
        "web.events",
        {
            "number": np.arange(len(session), dtype=np.int32),
            "session": session,
            "at": drawn.at,
            "device": sessions.device[session],
            "account": np.where(drawn.shows_account, account, -1),
            "platform": sessions.platform.astype(np.int8)[session],
            "step": drawn.step,
            "product": drawn.product,
            "place": drawn.place,
            "order_no": np.where(drawn.step == browsing.PURCHASE, order, -1),
            "utm": sessions.utm.astype(np.int8)[session],
        },
        f"""
            {numbered("ev", "t.number", 10)} as event_id,
            {time_of("t.at")} as event_at,
            {device_id("t.device")} as device_id,
            case when t.account >= 0 then {mall_account("t.account")} end as account_id,
            {session_id("t.session")} as session_id,
            {one_of(browsing.PLATFORMS, "t.platform")} as platform,
            {one_of(browsing.STEPS, "t.step")} as event_name,
            case
                when t.product >= 0 then '/product'
                when t.step = {browsing.SEARCH} then '/search'
                else {one_of(PAGES, "t.place")}
            end as page,
            case when t.product >= 0 then {sku_of("t.product")} end as sku,
            case when t.order_no >= 0 then {order_id("t.order_no")} end as order_id,
            {one_of(sources, "t.utm")} as utm_source,
            {one_of(media, "t.utm")} as utm_medium,
            case
                when t.utm >= {len(AD_CHANNELS)}
                    then {one_of(campaigns, f"t.utm - {len(AD_CHANNELS)}")}
                when t.utm >= 0 then strftime(make_timestamp(t.at * 1000000), 'brand-%Y%m')
            end as utm_campaign
        """,
    )

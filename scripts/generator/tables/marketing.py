"""Raw tables of marketing: campaigns, touches, spend."""

from __future__ import annotations

import numpy as np

from ..config import (
    AD_CHANNELS,
    CAMPAIGNS,
    DAY,
    SLOTS,
    Settings,
)
from ..reference import strings
from ..world.activity import Activity
from ..world.people import Accounts, People
from .sql import (
    CleanTable,
    mobile_of,
    money_of,
    numbered,
    one_of,
    time_of,
)


def touch_id(number: str) -> str:
    """SQL: the id of a touch by its number."""
    return numbered("MT", number)


def campaigns(activity: Activity) -> CleanTable:
    """The campaigns and what they cost."""
    touches = activity.marketing.touches
    n_touches = np.bincount(touches.campaign[touches.is_treated], minlength=len(CAMPAIGNS))
    return CleanTable(
        "marketing.campaigns",
        {
            "campaign_id": strings([c.campaign_id for c in CAMPAIGNS]),
            "name": strings([c.campaign_name for c in CAMPAIGNS]),
            "channel": strings([c.touch_channel for c in CAMPAIGNS]),
            "offer": strings([c.offer_type for c in CAMPAIGNS]),
            "first": strings([c.first for c in CAMPAIGNS]),
            "last": strings([c.last for c in CAMPAIGNS]),
            "cost": 50_000 + n_touches * np.array([c.cost_per_touch for c in CAMPAIGNS]),
        },
        f"""
            t.campaign_id,
            t.name as campaign_name,
            t.channel as touch_channel,
            t.offer as offer_type,
            t.first || ' 00:00:00' as started_at,
            t.last || ' 23:59:59' as ended_at,
            {money_of("t.cost")} as cost_amount
        """,
    )


def touches(
    settings: Settings,
    people: People,
    accounts: Accounts,
    activity: Activity,
    rng: np.random.Generator,
) -> CleanTable:
    """Messages sent, and persons of control groups, who got none."""
    drawn = activity.marketing.touches
    n = len(drawn.person)
    refers = np.array([slot.channel in ("shop", "store") for slot in SLOTS])
    return CleanTable(
        "marketing.touches",
        {
            "number": np.arange(n),
            "campaign": drawn.campaign,
            "account": drawn.account,
            "mobile": np.where(
                ~refers[accounts.slot[drawn.account]] | (rng.random(n) < 0.3),
                people.mobile[drawn.person],
                0,
            ),
            "treated": drawn.is_treated,
            "touched": drawn.touched,
            "opened": np.minimum(drawn.opened, settings.end),
            "clicked": np.minimum(drawn.clicked, settings.end),
        },
        f"""
            {touch_id("t.number")} as touch_id,
            {one_of([c.campaign_id for c in CAMPAIGNS], "t.campaign")} as campaign_id,
            case when a.channel = 'shop' then a.account_key end as account_id,
            case when a.channel = 'store' then a.account_key end as member_no,
            {mobile_of("t.mobile")} as mobile,
            case when t.treated then 'treatment' else 'control' end as variant,
            {time_of("t.touched")} as touched_at,
            {time_of("t.opened")} as opened_at,
            {time_of("t.clicked")} as clicked_at
        """,
        "join accounts as a using (account)",
    )


def spend(settings: Settings, activity: Activity) -> CleanTable:
    """What each channel cost on each day."""
    cents = activity.marketing.spend.T
    n_days, n_channels = cents.shape
    return CleanTable(
        "marketing.spend",
        {
            "at": settings.start + np.repeat(np.arange(n_days), n_channels) * DAY,
            "channel": np.tile(np.arange(n_channels), n_days),
            "cost": cents.ravel(),
        },
        f"""
            cast(cast(make_timestamp(t.at * 1000000) as date) as varchar) as spent_on,
            {one_of([ad.utm_source for ad in AD_CHANNELS], "t.channel")} as utm_source,
            {one_of([ad.utm_medium for ad in AD_CHANNELS], "t.channel")} as utm_medium,
            {money_of("t.cost")} as cost_amount
        """,
    )

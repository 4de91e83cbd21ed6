"""Raw tables of social media: followers and what they do."""

from __future__ import annotations

import numpy as np

from .. import reference
from ..reference import texts
from ..world import community
from ..world.activity import Activity
from ..world.people import Accounts, People
from .sql import (
    ACCOUNT_JOINS,
    PERSON_HELPERS,
    UNIONID,
    CleanTable,
    by_registration,
    mobile_of,
    numbered,
    one_of,
    time_of,
)


def followers(people: People, accounts: Accounts, rng: np.random.Generator) -> CleanTable:
    """Followers of the official account."""
    account = by_registration(accounts, "social")
    draw = rng.random((4, len(account)))
    person = accounts.person[account]
    return CleanTable(
        "social.followers",
        {
            "account": account,
            "has_unionid": people.has_unionid[person] & (draw[0] < 0.7),
            "mobile": np.where(draw[1] < 0.35, accounts.mobile[account], 0),
            "has_gender": draw[2] < 0.6,
            "has_region": draw[3] < 0.5,
            "registered": accounts.registered[account],
            "updated": accounts.updated[account],
        },
        f"""
            a.account_key as openid,
            a.app_id,
            case when t.has_unionid then {UNIONID} end as unionid,
            p.nickname,
            {mobile_of("t.mobile")} as mobile,
            case when t.has_gender then p.gender end as gender,
            case when t.has_region then p.region end as region,
            {time_of("t.registered")} as followed_at,
            {time_of("t.updated")} as updated_at
        """,
        ACCOUNT_JOINS,
        PERSON_HELPERS,
    )


def interactions(activity: Activity, rng: np.random.Generator) -> CleanTable:
    """Likes, comments and the like."""
    done = activity.community.interactions
    n = len(done.account)
    said = texts("comment")["any"]
    speaks = np.isin(done.kind, (community.COMMENT, community.MENTION))
    return CleanTable(
        "social.interactions",
        {
            "number": np.arange(n),
            "account": done.account,
            "kind": done.kind,
            "content": done.content,
            "text": np.where(speaks, done.wording % len(said), -1),
            "product": reference.catalogue().product_name[rng.integers(0, 100, n)],
            "happened": done.happened,
        },
        f"""
            {numbered("IN", "t.number")} as interaction_id,
            a.account_key as openid,
            {one_of(community.INTERACTIONS, "t.kind")} as interaction_type,
            {one_of(community.CONTENTS, "t.content")} as content_type,
            replace({one_of(said, "t.text")}, '{{product}}', t.product) as text,
            {time_of("t.happened")} as happened_at
        """,
        "join accounts as a using (account)",
    )

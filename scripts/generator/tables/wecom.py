"""Raw table of the enterprise chat: contacts of guides."""

from __future__ import annotations

import numpy as np

from ..config import (
    CORPORATION,
)
from ..reference import words
from ..world.activity import Activity
from ..world.people import COMPANY, Accounts, People
from .sql import (
    ACCOUNT_JOINS,
    PERSON_HELPERS,
    UNIONID,
    CleanTable,
    mobile_of,
    one_of,
    staff_of,
    time_of,
)

ADD_WAYS = ("扫码", "手机号", "群聊", "名片")


def contacts(people: People, accounts: Accounts, activity: Activity) -> CleanTable:
    """Contacts with the remarks that guides write; few of them are names."""
    chat = activity.community.contacts
    order = np.argsort(accounts.registered[chat.account], kind="stable")
    account = chat.account[order]
    person = accounts.person[account]
    tags = words("remark_tag").text
    return CleanTable(
        "wecom.contacts",
        {
            "account": account,
            "remark": chat.remark[order],
            "store": chat.store[order],
            "staff": chat.staff[order],
            "has_unionid": people.has_unionid[person] & (chat.remark[order] // 1024 % 10 < 7),
            "mobile": np.where(chat.has_mobile[order], accounts.mobile[account], 0),
            "registered": accounts.registered[account],
            "deleted": chat.deleted[order],
            "add_way": chat.add_way[order],
        },
        f"""
            a.account_key as external_userid,
            '{CORPORATION}' as corp_id,
            case when t.has_unionid then {UNIONID} end as unionid,
            {staff_of("t.store", "t.staff")} as staff_id,
            case
                when p.kind = {COMPANY} then p.name
                when p.place is not null then p.name
                else case t.remark % 8
                    when 0 then null
                    when 1 then p.nickname
                    when 2 then p.name
                    when 3 then {one_of(list(tags), f"t.remark // 8 % {len(tags)}")}
                        || '-小' || substr(p.name, 1, 1)
                    when 4 then p.name || ' ' || p.city_short
                    else substr(p.name, 1, 1)
                        || case p.gender when 'female' then '女士' else '先生' end
                end
            end as remark,
            {mobile_of("t.mobile")} as remark_mobile,
            {time_of("t.registered")} as added_at,
            {time_of("t.deleted")} as deleted_at,
            {one_of(ADD_WAYS, "t.add_way")} as add_way
        """,
        ACCOUNT_JOINS,
        PERSON_HELPERS,
    )

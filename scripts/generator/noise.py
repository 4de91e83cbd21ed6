"""Errors of real extracts, injected at known rates; each one is recorded by the writer.

An injection is an SQL expression over the clean text `{c}` of a column, a whole number `_r` drawn
for the row, and helper columns of the table (names that begin with an underscore).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from .reference import read_rows

# Share of the cells of a column that get this kind of error, unless the column has its own rate.
DEFAULT_RATES: dict[str, float] = {
    "whitespace": 0.02,
    "full_width": 0.015,
    "missing": 0.02,
    "missing_marker": 0.015,
    "name_typo": 0.025,
    "name_partial": 0.015,
    "gender_code": 0.5,
    "code_spelling": 0.15,
    "flag_spelling": 0.3,
    "date_format": 0.35,
    "date_impossible": 0.005,
    "birth_future": 0.01,
    "birth_too_long_ago": 0.008,
    "birth_first_january": 0.02,
    "age_outlier": 0.02,
    "time_format": 0.15,
    "time_future": 0.002,
    "time_impossible": 0.002,
    "id_checksum": 0.08,
    "id_format": 0.08,
    "id_placeholder": 0.04,
    "mobile_format": 0.2,
    "mobile_scientific": 0.008,
    "mobile_typo": 0.01,
    "mobile_length": 0.006,
    "mobile_placeholder": 0.008,
    "mobile_hub": 0.012,
    "mobile_landline": 0.006,
    "mobile_masked": 0.06,
    "mobile_virtual": 0.03,
    "email_case": 0.06,
    "email_invalid": 0.02,
    "email_placeholder": 0.02,
    "email_role": 0.02,
    "region_format": 0.4,
    "region_district_only": 0.015,
    "region_unknown": 0.004,
    "money_format": 0.05,
    "money_negative": 0.002,
    "money_outlier": 0.002,
    "till_card": 0.6,
    "unknown_code": 0.002,
    "score_out_of_range": 0.02,
    "credit_code_invalid": 0.05,
    "exact_duplicate": 0.01,
    "near_duplicate": 0.015,
    "missing_key": 0.003,
}


@dataclass(frozen=True)
class Column:
    """The kinds of error that a column may get; rates and texts where they differ from others'."""

    kinds: tuple[str, ...]
    rates: dict[str, float] = field(default_factory=dict)
    zone: str = "8"
    own: dict[str, str] = field(default_factory=dict)


def cases(values: list[str], number: str = "_r") -> str:
    """One of several SQL expressions by the row's number."""
    branches = " ".join(f"when {k} then {value}" for k, value in enumerate(values[:-1]))
    return f"case {number} % {len(values)} {branches} else {values[-1]} end"


def literals(*values: str) -> list[str]:
    """SQL text literals of values."""
    return ["'" + value.replace("'", "''") + "'" for value in values]


FULL_WIDTH = (
    "translate({c}, '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz+-.',"
    " '０１２３４５６７８９ＡＢＣＤＥＦＧＨＩＪＫＬＭＮＯＰＱＲＳＴＵＶＷＸＹＺ"
    "ａｂｃｄｅｆｇｈｉｊｋｌｍｎｏｐｑｒｓｔｕｖｗｘｙｚ＋－．')"
)

SPELLINGS: dict[str, tuple[str, ...]] = {
    "unpaid": ("待付款", "未付款", "WAIT_BUYER_PAY"),
    "paid": ("已付款", "待发货"),
    "shipped": ("已发货", "运输中"),
    "completed": ("已完成", "交易成功", "TRADE_FINISHED"),
    "cancelled": ("已取消", "交易关闭", "canceled"),
    "returned": ("已退货", "已退款"),
    "delivered": ("已签收", "签收"),
    "wechat": ("微信支付", "微信", "wxpay"),
    "alipay": ("支付宝",),
    "card": ("银行卡", "信用卡", "银联"),
    "cash": ("现金",),
    "stored_value": ("储值卡", "储值"),
    "gift_card": ("礼品卡",),
    "points": ("积分",),
    "coupon": ("优惠券",),
    "deposit": ("定金",),
    "refund": ("仅退款", "退款"),
    "return": ("退货退款", "退货"),
    "exchange": ("换货",),
    "marketing": ("营销",),
    "personalisation": ("个性化推荐", "personalization"),
    "data_sharing": ("数据共享",),
    "active": ("正常", "启用"),
    "frozen": ("冻结",),
    "closed": ("已注销",),
    "primary": ("小学",),
    "junior_high": ("初中",),
    "senior_high": ("高中", "中专"),
    "college": ("大专",),
    "bachelor": ("本科",),
    "master": ("硕士", "研究生"),
    "doctor": ("博士",),
    "page_view": ("pageview", "浏览"),
    "product_view": ("view_item", "商品浏览"),
    "search": ("搜索",),
    "add_to_cart": ("加入购物车", "addtocart"),
    "checkout": ("提交订单", "begin_checkout"),
    "purchase": ("支付成功", "pay_success"),
    "like": ("点赞",),
    "share": ("分享", "转发"),
    "comment": ("评论",),
    "mention": ("提及",),
    "join_group": ("加群", "入群"),
    "article": ("图文", "文章"),
    "image": ("图片",),
    "video": ("视频", "短视频"),
    "live": ("直播",),
    "call": ("电话", "来电"),
    "chat": ("在线客服", "在线"),
    "form": ("表单",),
}
TICKET_SPELLINGS: dict[str, tuple[str, ...]] = {
    "logistics": ("物流问题", "快递", "delivery"),
    "quality": ("质量问题", "商品质量", "Quality"),
    "refund": ("退款问题", "退换货"),
    "service": ("服务态度",),
    "price": ("价格问题", "价保"),
    "fake_goods": ("假货", "疑似假货"),
    "consult": ("咨询", "售前咨询"),
    "order_query": ("查单", "订单查询"),
    "invoice": ("开发票", "发票"),
    "praise": ("表扬",),
    "other": ("其他",),
}


def spelling(known: dict[str, tuple[str, ...]]) -> str:
    """SQL: a code as somebody may have written it."""
    branches = " ".join(
        f"when '{code}' then {cases(literals(*spellings))}"
        if len(spellings) > 1
        else f"when '{code}' then '{spellings[0]}'"
        for code, spellings in known.items()
    )
    return f"case {{c}} {branches} else {{c}} end"


def _similar_character() -> str:
    rows = read_rows("similar_characters.csv")
    known: dict[str, str] = {}
    for row in rows:
        known.setdefault(row["character"], row["mistaken_for"])
    source, target = "".join(known), "".join(known.values())
    at = "(1 + _r % length({c}))"
    chinese = (
        f"substr({{c}}, 1, {at} - 1) || translate(substr({{c}}, {at}, 1), '{source}', '{target}')"
        f" || substr({{c}}, {at} + 1)"
    )
    place = "(2 + _r % greatest(length({c}) - 3, 1))"
    latin = cases(
        [
            f"substr({{c}}, 1, {place} - 1) || substr({{c}}, {place} + 1)",
            f"substr({{c}}, 1, {place}) || substr({{c}}, {place}, 1) || substr({{c}}, {place} + 1)",
            f"substr({{c}}, 1, {place} - 1) || substr({{c}}, {place} + 1, 1)"
            f" || substr({{c}}, {place}, 1) || substr({{c}}, {place} + 2)",
        ],
        "(_r // 64)",
    )
    return f"case when length({{c}}) > 4 then {latin} else {chinese} end"


MASK = "case when {c} like '+%' then {c} else substr({c}, 1, 3) || '****' || right({c}, 4) end"
STAMP = "cast({c} as timestamp)"
UTC = "(cast(epoch_us(cast({c} as timestamp)) as bigint) // 1000000 - 3600 * {zone})"
SERIAL = "(date_diff('day', date '1899-12-30', cast({c} as date)))"
AMOUNT = "cast({c} as decimal(18, 2))"
WAN = f"{AMOUNT} * cast(0.0001 as decimal(5, 4))"

EXPRESSIONS: dict[str, str] = {
    "whitespace": cases(
        ["' ' || {c}", "{c} || '  '", "'　' || {c}", "replace({c}, ' ', '   ') || ' '"]
    ),
    "full_width": FULL_WIDTH,
    "missing": "cast(null as varchar)",
    "missing_marker": cases(literals("NULL", "N/A", "-", "无", "未知", "未填写", "null", " ")),
    "name_typo": _similar_character(),
    "name_partial": (
        "case when length({c}) > 4 then split_part({c}, ' ', 1) when _r % 2 = 0 then "
        "substr({c}, 1, 1)"
        " || case gender when 'female' then '女士' when 'male' then '先生' else '**' end"
        " else substr({c}, 1, 1) || '**' end"
    ),
    "gender_code": (
        "case {c}"
        f" when 'male' then {cases(literals('男', 'M', '1', '先生', 'Male', '男性', 'Mr'))}"
        f" when 'female' then {cases(literals('女', 'F', '2', '女士', 'Female', '女性', 'Ms'))}"
        " else {c} end"
    ),
    "code_spelling": spelling(SPELLINGS),
    "flag_spelling": (
        f"case {{c}} when 'true' then {cases(literals('1', '是', 'Y', 'TRUE', 'yes', '1.0'))}"
        f" when 'false' then {cases(literals('0', '否', 'N', 'FALSE', 'no', '0.0'))} else {{c}} end"
    ),
    "date_format": cases(
        [
            "strftime(cast({c} as date), '%Y/%-m/%-d')",
            "strftime(cast({c} as date), '%Y%m%d')",
            "strftime(cast({c} as date), '%Y年%-m月%-d日')",
            "strftime(cast({c} as date), '%Y-%-m-%-d')",
            "strftime(cast({c} as date), '%Y.%m.%d')",
            "strftime(cast({c} as date), '%Y-%m-%d 00:00:00')",
            f"cast({SERIAL} as varchar)",
        ]
    ),
    "date_impossible": cases(
        ["substr({c}, 1, 4) || '-02-30'", "substr({c}, 1, 4) || '-13-05'", "'0000-00-00'"]
    ),
    "birth_future": "cast(date '2024-03-01' + cast(_r % 9000 as integer) as varchar)",
    "birth_too_long_ago": "'18' || substr({c}, 3)",
    "birth_first_january": "substr({c}, 1, 4) || '-01-01'",
    "age_outlier": cases(literals("200", "999", "-5", "150")),
    "time_format": cases(
        [
            f"strftime({STAMP}, '%Y/%-m/%-d %-H:%M:%S')",
            f"strftime({STAMP}, '%Y年%-m月%-d日 %H:%M:%S')",
            f"strftime({STAMP}, '%Y年%m月%d日 %H时%M分%S秒')",
            f"strftime({STAMP}, '%Y.%m.%d %H:%M:%S')",
            f"strftime({STAMP}, '%Y%m%d%H%M%S')",
            f"strftime({STAMP}, '%Y-%m-%dT%H:%M:%S')",
            f"strftime({STAMP}, '%Y-%m-%dT%H:%M:%S') || '+0{{zone}}:00'",
            f"strftime({STAMP}, '%Y-%m-%d %H:%M:%S') || '+0{{zone}}00'",
            f"strftime(make_timestamp({UTC} * 1000000), '%Y-%m-%dT%H:%M:%SZ')",
            f"strftime(make_timestamp({UTC} * 1000000), '%Y-%m-%dT%H:%M:%S.000Z')",
            f"cast({UTC} as varchar)",
            f"cast({UTC} * 1000 as varchar)",
            f"printf('%.10f', {SERIAL} + (epoch_us({STAMP}) // 1000000 % 86400) / 86400.0)",
        ]
    ),
    "time_future": "cast(cast(substr({c}, 1, 4) as integer) + 8 as varchar) || substr({c}, 5)",
    "time_impossible": cases(
        [
            "substr({c}, 1, 4) || '-02-30' || substr({c}, 11)",
            "substr({c}, 1, 4) || '-13-01' || substr({c}, 11)",
            "substr({c}, 1, 10) || ' 25:61:00'",
        ]
    ),
    "id_checksum": ("substr({c}, 1, 17) || case when right({c}, 1) = '7' then '3' else '7' end"),
    "id_format": cases(["lower({c})", "' ' || {c}", FULL_WIDTH]),
    "id_placeholder": "'110101199003078515'",
    "mobile_format": (
        "case when {c} like '+%' then "
        + cases(
            [
                "'00' || substr({c}, 2)",
                "substr({c}, 1, length({c}) - 7) || ' ' || substr({c}, length({c}) - 6, 3)"
                " || '-' || right({c}, 4)",
            ]
        )
        + " else "
        + cases(
            [
                "'+86' || {c}",
                "'+86 ' || {c}",
                "'0086' || {c}",
                "'86-' || {c}",
                "substr({c}, 1, 3) || ' ' || substr({c}, 4, 4) || ' ' || substr({c}, 8)",
                "substr({c}, 1, 3) || '-' || substr({c}, 4, 4) || '-' || substr({c}, 8)",
                "'+86 ' || substr({c}, 1, 3) || ' ' || substr({c}, 4, 4) || ' ' || substr({c}, 8)",
                "'+86-' || substr({c}, 1, 3) || '-' || substr({c}, 4, 4) || '-' || substr({c}, 8)",
                "'(+86)' || {c}",
                "{c} || '.0'",
                FULL_WIDTH,
            ]
        )
        + " end"
    ),
    "mobile_scientific": (
        "case when {c} like '+%' then {c} else "
        "printf('%.' || (2 + _r % 4) || 'fE+10', cast({c} as bigint) / 1e10) end"
    ),
    "mobile_typo": (
        "case when {c} like '+%' then {c} else substr({c}, 1, 3 + _r % 8)"
        " || cast((cast(substr({c}, 4 + _r % 8, 1) as integer) + 1 + _r // 8 % 9) % 10 as varchar)"
        " || substr({c}, 5 + _r % 8) end"
    ),
    "mobile_length": (
        "case when {c} like '+%' then {c} else "
        + cases(["substr({c}, 1, 10)", "{c} || cast(_r // 8 % 10 as varchar)", "substr({c}, 1, 7)"])
        + " end"
    ),
    "mobile_placeholder": cases(
        literals("13800138000", "13800000000", "11111111111", "00000000000", "13912345678")
    ),
    "mobile_hub": "'15900553' || lpad(cast(_r % {n_hubs} as varchar), 3, '0')",
    "mobile_landline": cases(
        [
            "'0571-8' || lpad(cast(_r // 4 % 8999999 + 1000000 as varchar), 7, '0')",
            "'(010)6' || lpad(cast(_r // 4 % 8999999 + 1000000 as varchar), 7, '0')",
            "'021 5' || lpad(cast(_r // 4 % 8999999 + 1000000 as varchar), 7, '0')",
        ]
    ),
    "mobile_masked": MASK,
    "mobile_virtual": (
        "case when {c} like '+%' then {c} else"
        " '1887' || lpad(cast(_r % 10000000 as varchar), 7, '0')"
        " || '-' || cast(100 + _r // 7 % 900 as varchar) end"
    ),
    "email_case": cases(["upper({c})", "{c} || ' '", "' ' || {c}", FULL_WIDTH]),
    "email_invalid": cases(
        ["replace({c}, '@', '#')", "split_part({c}, '@', 1)", "replace({c}, '.', '')", "{c} || '@'"]
    ),
    "email_placeholder": cases(literals("test@test.com", "123@qq.com", "none@none.com")),
    "email_role": cases(literals("info@example.cn", "noreply@shanye.cn", "kefu@mujian.cn")),
    "region_format": "coalesce("
    + cases(
        [
            "_province_short || '-' || _city_short",
            "_city || _district",
            "_province_english || ' ' || _city_english",
            "_province_short || ' ' || _city_short || ' ' || _district_short",
            "_province || '/' || _city || '/' || _district",
            "_province || _city",
            "_city_short",
            "_province_short || _city_short || _district",
            "'中国 ' || _province || ' ' || _city || ' ' || _district",
            "_province || ',' || _city || ',' || _district",
        ]
    )
    + ", {c})",
    "region_district_only": "coalesce(nullif(_district, ''), {c})",
    "region_unknown": cases(literals("火星基地", "某某省某某市", "???")),
    "money_format": (
        f"case when {AMOUNT} < 0 then "
        + cases(
            [
                "{c} || '元'",
                "'-¥' || substr({c}, 2)",
                "'¥' || {c}",
                "'(' || substr({c}, 2) || ')'",
            ]
        )
        + " else "
        + cases(
            [
                "'¥' || format('{{:,.2f}}', cast({c} as double))",
                "'￥' || {c}",
                "rtrim(rtrim({c}, '0'), '.') || '元'",
                f"rtrim(rtrim(cast({WAN} as varchar), '0'), '.') || '万'",
                FULL_WIDTH,
                "format('{{:,.2f}}', cast({c} as double))",
                "{c} || ' 元'",
                "'RMB ' || {c}",
                "'CNY' || format('{{:,.2f}}', cast({c} as double))",
                "'人民币' || {c} || '元'",
            ]
        )
        + " end"
    ),
    "money_negative": "case when {c} like '-%' or {c} = '0.00' then {c} else '-' || {c} end",
    "money_outlier": f"cast(cast({AMOUNT} * 1000 as decimal(18, 2)) as varchar)",
    "till_card": "coalesce({c}, _till_card)",
    "unknown_code": cases(literals("scroll_depth", "heartbeat", "type_9", "测试值")),
    "score_out_of_range": cases(literals("9", "0", "99", "-1")),
    "credit_code_invalid": cases(
        [
            "substr({c}, 1, 17) || case when right({c}, 1) = 'A' then 'B' else 'A' end",
            "substr({c}, 1, 15)",
        ]
    ),
}

# Kinds that put a value where there was none.
FILLING = ("till_card",)

TEXT = ("whitespace", "missing", "missing_marker")
TIME = ("time_format", "time_future", "time_impossible")
MONEY = ("money_format",)
MOBILE = (
    "mobile_format",
    "mobile_scientific",
    "mobile_typo",
    "mobile_length",
    "mobile_placeholder",
    "mobile_landline",
    "missing",
    "missing_marker",
)
NAME = ("name_typo", "name_partial", "whitespace", "full_width", "missing", "missing_marker")
REGION = ("region_format", "region_district_only", "region_unknown", "missing", "missing_marker")
GENDER = ("gender_code", "missing", "missing_marker")
EMAIL = (
    "email_case",
    "email_invalid",
    "email_placeholder",
    "email_role",
    "missing",
    "missing_marker",
)
ID_CARD = ("id_checksum", "id_format", "id_placeholder", "missing_marker")
BIRTH = (
    "date_format",
    "date_impossible",
    "birth_future",
    "birth_too_long_ago",
    "birth_first_january",
    "missing_marker",
)
FEW_FORMATS = {"money_format": 0.01}
RARE_TIMES = {"time_future": 0.0002, "time_impossible": 0.0002}
RARE = {"missing": 0.005, "missing_marker": 0.005}

COLUMNS: dict[str, dict[str, Column]] = {
    "crm.customers": {
        "name": Column(NAME),
        "gender": Column(GENDER),
        "birth_date": Column(BIRTH),
        "age": Column(("age_outlier", "missing_marker")),
        "id_card_no": Column(ID_CARD),
        "mobile": Column((*MOBILE, "mobile_hub")),
        "mobile_verified": Column(("flag_spelling",)),
        "email": Column(EMAIL),
        "region": Column(REGION),
        "address": Column(("full_width", "whitespace", "missing_marker")),
        "occupation": Column(TEXT),
        "education": Column(("code_spelling", "missing_marker"), {"code_spelling": 0.4}),
        "company_name": Column(("whitespace", "full_width")),
        "member_level": Column(("whitespace", "missing")),
        "account_status": Column(("code_spelling", "missing")),
        "is_employee": Column(("flag_spelling",)),
        "registered_at": Column(TIME),
        "updated_at": Column(TIME),
    },
    "crm.identifiers": {
        "value": Column(("whitespace",), {"whitespace": 0.01}),
        "verified_at": Column(TIME),
        # A day in the future is no error here: the identifier holds until then.
        "ended_at": Column(("time_format", "time_impossible")),
    },
    "crm.consents": {
        "purpose": Column(("code_spelling",)),
        "granted": Column(("flag_spelling",)),
        "changed_at": Column(TIME),
    },
    "shop.accounts": {
        "nickname": Column(("whitespace",)),
        "real_name": Column(NAME),
        "mobile": Column((*MOBILE, "mobile_masked", "mobile_virtual")),
        "mobile_verified": Column(("flag_spelling",)),
        "email": Column(EMAIL),
        "gender": Column(GENDER),
        "region": Column(REGION),
        "registered_at": Column(TIME),
        "updated_at": Column(TIME),
    },
    "shop.orders": {
        "ordered_at": Column(TIME),
        "paid_at": Column(("time_format", "time_impossible")),
        "status": Column(("code_spelling",)),
        "payment_method": Column(("code_spelling", "missing_marker"), {"missing_marker": 0.003}),
        "goods_amount": Column(MONEY),
        "discount_amount": Column((*MONEY, "missing"), RARE),
        "freight_amount": Column((*MONEY, "missing"), RARE),
        "paid_amount": Column((*MONEY, "money_negative", "money_outlier")),
        "receiver_mobile": Column(
            ("mobile_format", "mobile_masked", "mobile_virtual"),
            {"mobile_format": 0.05, "mobile_masked": 0.15, "mobile_virtual": 0.1},
        ),
        "receiver_region": Column(REGION, {"region_format": 0.2}),
    },
    "shop.order_items": {
        "unit_price": Column(MONEY, FEW_FORMATS),
        "line_amount": Column(
            (*MONEY, "missing", "money_negative"), {**FEW_FORMATS, "money_negative": 0.001}
        ),
    },
    "shop.refunds": {
        "refund_type": Column(("code_spelling", "missing")),
        "amount": Column(MONEY),
        "reason": Column(TEXT),
        "refunded_at": Column(TIME),
    },
    "shop.products": {
        "category": Column(("whitespace",)),
        "unit_cost": Column((*MONEY, "missing")),
    },
    "store.stores": {"region": Column(("region_format",))},
    "store.members": {
        "name": Column(NAME),
        "mobile": Column((*MOBILE, "mobile_hub"), {"mobile_hub": 0.025}),
        "mobile_verified": Column(("flag_spelling",)),
        "id_card_no": Column(ID_CARD),
        "gender": Column(GENDER),
        "birth_date": Column(BIRTH),
        "age": Column(("age_outlier", "missing_marker")),
        "household_size": Column(("missing_marker",)),
        "member_level": Column(("whitespace", "missing")),
        "joined_at": Column(TIME),
        "updated_at": Column(TIME),
    },
    "store.sales": {
        "member_no": Column(("till_card",)),
        "mobile": Column(("mobile_format", "mobile_length", "mobile_placeholder")),
        "sold_at": Column(TIME, zone="_zone"),
        "amount": Column((*MONEY, "money_negative", "money_outlier")),
        "discount_amount": Column((*MONEY, "missing"), RARE),
        "payment_method": Column(("code_spelling",)),
        "is_return": Column(("flag_spelling",)),
    },
    "store.sale_items": {
        "unit_price": Column(MONEY, FEW_FORMATS),
        "line_amount": Column((*MONEY, "missing"), FEW_FORMATS),
    },
    "payments.tenders": {
        "tender_type": Column(("code_spelling",)),
        "amount": Column(MONEY, {"money_format": 0.02}),
        "paid_at": Column(("time_format",), {"time_format": 0.05}, zone="_zone"),
    },
    "logistics.deliveries": {
        "shipped_at": Column(TIME, {"time_format": 0.05}),
        "delivered_at": Column(TIME, {"time_format": 0.05}),
        "delivered_region": Column(REGION, {"region_format": 0.2}),
        "status": Column(("code_spelling",)),
    },
}

# The channels beside those of sales.
COLUMNS |= {
    "shop.reviews": {
        "rating": Column(("score_out_of_range",)),
        "text": Column(("missing",)),
        "reviewed_at": Column(TIME),
    },
    "web.events": {
        "event_at": Column(TIME, {"time_format": 0.02, **RARE_TIMES}),
        "event_name": Column(("code_spelling", "unknown_code"), {"code_spelling": 0.02}),
    },
    "social.followers": {
        "nickname": Column(("whitespace",)),
        "mobile": Column((*MOBILE, "mobile_masked", "mobile_virtual")),
        "gender": Column(GENDER),
        "region": Column(REGION),
        "followed_at": Column(TIME),
        "updated_at": Column(TIME),
    },
    "social.interactions": {
        "interaction_type": Column(("code_spelling", "unknown_code")),
        "content_type": Column(("code_spelling", "unknown_code", "missing")),
        "happened_at": Column(TIME),
    },
    "wecom.contacts": {
        "remark": Column(("whitespace",)),
        "remark_mobile": Column((*MOBILE, "mobile_masked")),
        "added_at": Column(TIME),
        "deleted_at": Column(("time_format", "time_impossible")),
    },
    "service.tickets": {
        "contact_name": Column(NAME),
        "contact_mobile": Column((*MOBILE, "mobile_masked")),
        "contact_email": Column(EMAIL),
        "contact_method": Column(("code_spelling", "unknown_code")),
        "opened_at": Column(TIME),
        "resolved_at": Column(("time_format", "time_impossible")),
        "category": Column(
            ("code_spelling", "unknown_code", "missing"),
            {"code_spelling": 0.5},
            own={"code_spelling": spelling(TICKET_SPELLINGS)},
        ),
        "satisfaction": Column(("score_out_of_range",)),
    },
    "survey.responses": {
        "mobile": Column((*MOBILE, "mobile_masked")),
        "email": Column(EMAIL),
        "submitted_at": Column(TIME),
        "nps": Column(
            ("score_out_of_range",),
            own={"score_out_of_range": cases(literals("11", "-1", "99", "100"))},
        ),
        "preferred_feature": Column(TEXT),
        "industry": Column(("whitespace", "full_width")),
    },
    "marketing.campaigns": {"cost_amount": Column(MONEY, {"money_format": 0.3})},
    "marketing.touches": {
        "mobile": Column(("mobile_format",)),
        "touched_at": Column(TIME, {"time_format": 0.05}),
        "opened_at": Column(("time_format", "time_impossible"), {"time_format": 0.05}),
        "clicked_at": Column(("time_format", "time_impossible"), {"time_format": 0.05}),
    },
    "marketing.spend": {"cost_amount": Column((*MONEY, "missing"), RARE)},
    "registry.companies": {
        "credit_code": Column(("credit_code_invalid", "missing")),
        "industry": Column(TEXT),
        "region": Column(REGION),
    },
}

# Which column a newer copy of an account changes, and to what.
NEAR_DUPLICATES: dict[str, tuple[str, str, str]] = {
    "crm.customers": (
        "member_level",
        "updated_at",
        "case {c} when '金卡' then '铂金卡' else '金卡' end",
    ),
    "shop.accounts": ("nickname", "updated_at", "coalesce({c}, '') || '_新'"),
    "social.followers": ("nickname", "updated_at", "coalesce({c}, '') || '_新'"),
    "store.members": (
        "member_level",
        "updated_at",
        "case {c} when '金卡' then '铂金卡' else '金卡' end",
    ),
}
# A row of these still has a key when one of its columns is missing.
KEYED_BY_ANY = ("registry.companies",)
EXACT, NEAR, KEYLESS = 1, 2, 3
ROW_KINDS = ("exact_duplicate", "near_duplicate", "missing_key")
# Heavy noise leaves some cells of each column as they are.
MOST_NOISE = 0.8


def draw_codes(
    n: int, kinds: tuple[str, ...], rates: list[float], rng: np.random.Generator
) -> np.ndarray[tuple[int], np.dtype[np.uint8]]:
    """For each cell 0 (clean) or the number of its error: at most one per cell."""
    limits = np.cumsum(np.asarray(rates))
    if limits[-1] > 1:
        raise ValueError(f"rates of {kinds} add up to more than 1")
    found = np.searchsorted(limits, rng.random(n), side="right")
    return np.where(found == len(kinds), 0, found + 1).astype(np.uint8)


def rates_of(column: Column, factor: float = 1.0) -> list[float]:
    """The rate of each kind of a column, all of them smaller where they add up to too much."""
    rates = [factor * column.rates.get(kind, DEFAULT_RATES[kind]) for kind in column.kinds]
    excess = max(sum(rates) / MOST_NOISE, 1.0) if factor > 1 else 1.0
    return [rate / excess for rate in rates]


def expression(column: Column, kind: str, text: str, n_hubs: int) -> str:
    """The SQL of an injection over the column `text`; double braces stand for single ones."""
    template = column.own.get(kind, EXPRESSIONS[kind])
    zone = column.zone
    if zone != "8":
        for minutes in (":00", "00"):
            template = template.replace(
                f"'+0{{zone}}{minutes}'", f"'+0' || {{zone}} || '{minutes}'"
            )
    return (
        template.replace("{{", "\x00")
        .replace("}}", "\x01")
        .replace("{c}", text)
        .replace("{zone}", zone)
        .replace("{n_hubs}", str(n_hubs))
        .replace("\x00", "{")
        .replace("\x01", "}")
    )


def row_numbers(n: int, rng: np.random.Generator) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    """A whole number for each row, from which an injection takes its variant."""
    return rng.integers(0, 2**31 - 1, n, dtype=np.int32)

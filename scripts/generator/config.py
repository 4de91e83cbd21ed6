"""What may be asked of the generator, and the known parameters of the world that it draws."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum
from pathlib import Path

import numpy as np

PROJECT = Path(__file__).resolve().parents[2]
DATA = Path(__file__).resolve().parent / "data"
DIVISIONS = PROJECT / "seeds" / "reference" / "divisions.csv"

EPOCH = date(1970, 1, 1)
DAY = 86_400


def day_number(day: date) -> int:
    """Days since 1970-01-01."""
    return (day - EPOCH).days


@dataclass(frozen=True)
class Slot:
    """A place in which a person may hold an account."""

    channel: str
    share: float
    platform: str = ""
    shop_id: str = ""
    brand: str = ""
    legal_entity: str = ""
    app_id: str = ""


OUTDOOR, HOME = "山野", "木简"
OUTDOOR_ENTITY, HOME_ENTITY = "杭州山野商贸有限公司", "上海木简生活用品有限公司"

SLOTS: tuple[Slot, ...] = (
    Slot("crm", 0.42),
    Slot("crm", 0.03),
    Slot("shop", 0.26, "tmall", "s01", OUTDOOR, OUTDOOR_ENTITY),
    Slot("shop", 0.10, "tmall", "s02", HOME, HOME_ENTITY),
    Slot("shop", 0.17, "jd", "j01", OUTDOOR, OUTDOOR_ENTITY),
    Slot("shop", 0.08, "douyin", "d01", HOME, HOME_ENTITY),
    Slot("shop", 0.14, app_id="wxmall01"),
    Slot("store", 0.24, brand=OUTDOOR, legal_entity=OUTDOOR_ENTITY),
    Slot("store", 0.12, brand=HOME, legal_entity=HOME_ENTITY),
    Slot("social", 0.2, app_id="wxoa01"),
    Slot("wecom", 0.1),
    Slot("wecom", 0.012),
)
# The second account of a channel is held only beside the first.
SECOND_SLOTS = ((0, 1), (10, 11))
# Accounts that nothing can be bought with stand after all others.
FIRST_COMMUNITY_SLOT = 9
OPEN_PLATFORM = "op01"
CORPORATION = "corp01"


@dataclass(frozen=True)
class World:
    """Parameters of people and behaviour; written to truth/parameters.json."""

    foreign_share: float = 0.08
    foreign_other_script_share: float = 0.05
    foreign_number_share: float = 0.5
    company_share: float = 0.015
    employee_share: float = 0.012
    reseller_share: float = 0.008
    test_share: float = 0.004
    second_test_account_share: float = 0.002
    refund_abuser_share: float = 0.004
    refund_abuser_rate_factor: float = 3.0
    refund_abuse_share: float = 0.55
    rings_per_10000: float = 14.0
    ring_size: tuple[int, int] = (5, 14)
    coupon_rings_per_10000: float = 6.0
    coupon_ring_size: tuple[int, int] = (5, 12)
    offices_per_10000: float = 6.0
    office_size: tuple[int, int] = (4, 8)
    old_account_share: float = 0.25
    same_day_rider_share: float = 0.02
    lost_parcel_record_share: float = 0.003
    redirected_parcel_share: float = 0.003
    minor_share: float = 0.015
    household_share: float = 0.3
    shared_phone_share: float = 0.06
    changed_number_share: float = 0.12
    recycled_number_share: float = 0.02
    recycled_after_days: int = 400
    unionid_share: float = 0.7
    id_card_crm_share: float = 0.1
    id_card_store_share: float = 0.05
    id_area_is_home_share: float = 0.8
    purchase_rate_shape: float = 0.85
    purchase_rate_scale_days: float = 48.5
    dropout_rate_shape: float = 1.1
    dropout_rate_scale_days: float = 420.0
    first_purchase_share: float = 0.55
    reseller_rate_factor: float = 4.0
    weekday_weights: tuple[float, ...] = (0.9, 0.88, 0.9, 0.95, 1.1, 1.25, 1.15)
    # January to December; spring festival and promotions come on top.
    month_weights: tuple[float, ...] = (
        *(1.05, 0.85, 0.95, 0.95, 1.02, 1.05),
        *(0.92, 0.9, 1.0, 1.05, 1.12, 1.14),
    )
    lines_per_order_extra: float = 1.05
    favourite_category_share: float = 0.6
    second_category_share: float = 0.2
    promotion_sensitivities: tuple[float, ...] = (0.1, 0.4, 0.85)
    promotion_sensitivity_shares: tuple[float, ...] = (0.4, 0.4, 0.2)
    unpaid_share: float = 0.03
    cancelled_share: float = 0.04
    cancelled_after_payment_share: float = 0.5
    split_share: float = 0.025
    two_parcels_share: float = 0.03
    pickup_share: float = 0.04
    gift_share: float = 0.08
    reseller_gift_share: float = 0.6
    drop_shipper_share: float = 0.7
    drop_shipper_gift_share: float = 0.9
    drop_shipper_rate_factor: float = 15.0
    refund_share: float = 0.07
    full_refund_share: float = 0.4
    refunded_in_store_share: float = 0.12
    returned_at_till_share: float = 0.12
    store_return_share: float = 0.035
    store_return_names_sale_share: float = 0.75
    member_shown_share: float = 0.85
    mobile_only_share: float = 0.4
    mixed_tender_share: float = 0.15
    late_delivery_share: float = 0.06
    ad_lag_days: float = 3.0
    campaign_lag_days: float = 5.0
    organic_sessions_shape: float = 0.7
    organic_sessions_mean: float = 5.8
    tracked_order_share: float = 0.9
    remembered_share: float = 0.5
    logs_in_share: float = 0.25
    second_device_share: float = 0.35
    family_tablet_share: float = 0.12
    shop_tablet_session_share: float = 0.01
    second_device_session_share: float = 0.35
    family_tablet_session_share: float = 0.3
    session_goes_on_share: float = 0.75
    session_views_share: float = 0.9
    view_consults_share: float = 0.06
    view_likes_share: float = 0.1
    view_shares_share: float = 0.04
    view_carts_share: float = 0.22
    cart_checks_out_share: float = 0.35
    interactions_shape: float = 0.6
    interactions_mean: float = 2.5
    survey_share: float = 0.06
    review_share: float = 0.08
    ticket_identified_share: float = 0.6
    ticket_uncategorised_share: float = 0.1
    ticket_misfiled_share: float = 0.03
    late_after_days: int = 4
    store_ticket_share: float = 0.02
    satisfaction_given_share: float = 0.55
    # Of 1 to 5 for ratings and satisfaction, of 0 to 10 for recommendation.
    satisfaction_after_complaint: tuple[float, ...] = (34, 27, 20, 12, 7)
    satisfaction_else: tuple[float, ...] = (3, 5, 14, 33, 45)
    rating_without_trouble: tuple[float, ...] = (2, 3, 8, 22, 65)
    rating_when_late: tuple[float, ...] = (14, 22, 30, 22, 12)
    rating_in_trouble: tuple[float, ...] = (52, 25, 13, 6, 4)
    nps_without_complaint: tuple[float, ...] = (1, 0.5, 0.5, 1, 2, 6, 6, 13, 22, 20, 28)
    nps_after_complaint: tuple[float, ...] = (14, 8, 9, 10, 11, 16, 11, 9, 6, 3, 3)
    free_freight_from: int = 9_900
    freight: int = 1_000
    day_weights: tuple[tuple[str, str, float], ...] = (
        ("2022-01-10", "2022-01-28", 1.4),
        ("2022-01-31", "2022-02-06", 0.4),
        ("2022-06-01", "2022-06-15", 1.5),
        ("2022-06-16", "2022-06-18", 4.0),
        ("2022-10-31", "2022-11-10", 1.8),
        ("2022-11-11", "2022-11-11", 8.0),
        ("2022-12-12", "2022-12-12", 2.5),
        ("2023-01-01", "2023-01-18", 1.4),
        ("2023-01-21", "2023-01-27", 0.4),
        ("2023-03-08", "2023-03-08", 2.0),
        ("2023-06-01", "2023-06-15", 1.5),
        ("2023-06-16", "2023-06-18", 4.0),
        ("2023-10-31", "2023-11-10", 1.8),
        ("2023-11-11", "2023-11-11", 8.0),
        ("2023-12-12", "2023-12-12", 2.5),
    )


@dataclass(frozen=True)
class Promotion:
    """A promotion of the calendar; dates inclusive."""

    promotion_id: str
    first: str
    last: str
    rate_percent: int


PROMOTIONS: tuple[Promotion, ...] = (
    Promotion("NH2022", "2022-01-10", "2022-01-28", 10),
    Promotion("618-2022", "2022-06-01", "2022-06-20", 15),
    Promotion("D11-2022", "2022-10-31", "2022-11-11", 20),
    Promotion("D12-2022", "2022-12-10", "2022-12-12", 12),
    Promotion("NH2023", "2023-01-01", "2023-01-18", 10),
    Promotion("WOMEN-2023", "2023-03-06", "2023-03-08", 12),
    Promotion("618-2023", "2023-06-01", "2023-06-20", 15),
    Promotion("D11-2023", "2023-10-31", "2023-11-11", 20),
    Promotion("D12-2023", "2023-12-10", "2023-12-12", 12),
)
COUPON = Promotion("COUPON", "2022-01-01", "2023-12-31", 5)


@dataclass(frozen=True)
class AdChannel:
    """An advertising channel: how often people see it, its price in cents, what it causes."""

    utm_source: str
    utm_medium: str
    exposures_per_person: float
    cost_per_exposure: int
    purchases_per_exposure: float


AD_CHANNELS: tuple[AdChannel, ...] = (
    AdChannel("baidu", "cpc", 0.16, 180, 0.06),
    AdChannel("douyin", "feed", 0.22, 90, 0.1),
    AdChannel("wechat", "moments", 0.14, 120, 0.05),
    AdChannel("xiaohongshu", "kol", 0.12, 150, 0.05),
    AdChannel("weibo", "banner", 0.16, 60, 0.0),
    AdChannel("newsletter", "email", 0.12, 5, 0.03),
)


@dataclass(frozen=True)
class Campaign:
    """A campaign with a randomised control group; purchases caused per treated person.

    The three numbers of `purchases_per_person` are for people of low, middle and high
    promotion sensitivity.
    """

    campaign_id: str
    campaign_name: str
    touch_channel: str
    offer_type: str
    first: str
    last: str
    share: float
    purchases_per_person: tuple[float, float, float]
    opened_share: float
    clicked_share: float
    cost_per_touch: int


CONTROL_SHARE = 0.3
CAMPAIGNS: tuple[Campaign, ...] = (
    Campaign(
        "C202203",
        "春季上新",
        "sms",
        "coupon",
        "2022-03-01",
        "2022-03-07",
        0.1,
        (0.02, 0.05, 0.14),
        0.3,
        0.06,
        5,
    ),
    Campaign(
        "C202206",
        "618 预热",
        "app_push",
        "discount",
        "2022-06-01",
        "2022-06-05",
        0.12,
        (0.03, 0.08, 0.2),
        0.18,
        0.05,
        1,
    ),
    Campaign(
        "C202209",
        "会员日",
        "wecom",
        "points",
        "2022-09-09",
        "2022-09-12",
        0.08,
        (0.03, 0.05, 0.09),
        0.55,
        0.15,
        3,
    ),
    Campaign(
        "C202211",
        "双11 预售",
        "sms",
        "discount",
        "2022-10-24",
        "2022-10-30",
        0.15,
        (0.02, 0.08, 0.22),
        0.28,
        0.05,
        5,
    ),
    Campaign(
        "C202303",
        "品牌故事",
        "email",
        "content",
        "2023-03-15",
        "2023-03-20",
        0.12,
        (0.0, 0.0, 0.0),
        0.2,
        0.03,
        2,
    ),
    Campaign(
        "C202305",
        "Early summer gift",
        "email",
        "gift",
        "2023-05-10",
        "2023-05-15",
        0.1,
        (0.02, 0.04, 0.06),
        0.22,
        0.05,
        2,
    ),
    Campaign(
        "C202308",
        "老客回归",
        "sms",
        "coupon",
        "2023-08-15",
        "2023-08-20",
        0.15,
        (0.03, 0.08, 0.18),
        0.25,
        0.06,
        5,
    ),
    Campaign(
        "C202311",
        "双11 预售",
        "app_push",
        "discount",
        "2023-10-24",
        "2023-10-30",
        0.15,
        (0.02, 0.08, 0.22),
        0.16,
        0.05,
        1,
    ),
)


@dataclass(frozen=True)
class TicketType:
    """What a ticket may be about, and the chance that an order leads to one of its kind."""

    code: str
    is_complaint: bool
    chance: float
    if_late: float
    if_refunded: float
    if_poor: float
    weight_in_store: float


TICKET_TYPES: tuple[TicketType, ...] = (
    TicketType("logistics", True, 0.006, 0.25, 0.006, 0.006, 0),
    TicketType("quality", True, 0.008, 0.008, 0.02, 0.3, 30),
    TicketType("refund", True, 0.001, 0.001, 0.08, 0.08, 6),
    TicketType("service", True, 0.004, 0.01, 0.004, 0.004, 25),
    TicketType("price", True, 0.003, 0.003, 0.003, 0.003, 12),
    TicketType("fake_goods", True, 0.002, 0.002, 0.002, 0.01, 4),
    TicketType("consult", False, 0.02, 0.02, 0.02, 0.02, 40),
    TicketType("order_query", False, 0.02, 0.12, 0.02, 0.02, 0),
    TicketType("invoice", False, 0.01, 0.01, 0.01, 0.01, 14),
    TicketType("praise", False, 0.004, 0.001, 0.001, 0.001, 10),
    TicketType("other", False, 0.004, 0.004, 0.004, 0.004, 6),
)


class Stream(IntEnum):
    """Each part of the work draws from numbers of its own, so that none changes another."""

    PEOPLE = 0
    ACTIVITY = 1
    TEXT = 2
    NOISE = 3
    MARKETING = 4
    BROWSING = 5
    SERVICE = 6
    COMMUNITY = 7
    COMPANIES = 8
    EVENTS = 9
    DAMAGE = 10
    SCHEMES = 11


@dataclass(frozen=True)
class Settings:
    """One run of the generator."""

    records: int
    seed: int = 20240101
    noise: str = "default"
    divisions: Path = DIVISIONS
    window_start: date = date(2022, 1, 1)
    extracted_on: date = date(2024, 1, 1)
    first_registration: date = date(2019, 1, 1)
    world: World = World()
    browsing: float = 1.0

    @property
    def noise_factor(self) -> float:
        """How much more noise than by default."""
        return 2.0 if self.noise == "heavy" else 1.0

    def stream(self, part: Stream) -> np.random.Generator:
        """The random numbers of one part of the work."""
        return np.random.Generator(np.random.PCG64([self.seed, int(part)]))

    @property
    def end(self) -> int:
        """The last second that the extracts know."""
        return day_number(self.extracted_on) * DAY - 1

    @property
    def start(self) -> int:
        """The first second of the window of orders and sales."""
        return day_number(self.window_start) * DAY


def seconds(text: str) -> int:
    """Seconds since 1970 of a local time written in ISO form."""
    return int((datetime.fromisoformat(text) - datetime(1970, 1, 1)).total_seconds())

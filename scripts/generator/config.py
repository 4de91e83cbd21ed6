"""What may be asked of the generator, and the known parameters of the world that it draws."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

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
)
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
    purchase_rate_scale_days: float = 54.0
    dropout_rate_shape: float = 1.1
    dropout_rate_scale_days: float = 420.0
    first_purchase_share: float = 0.55
    reseller_rate_factor: float = 4.0
    weekday_weights: tuple[float, ...] = (0.9, 0.88, 0.9, 0.95, 1.1, 1.25, 1.15)
    lines_per_order_extra: float = 1.05
    favourite_category_share: float = 0.6
    second_category_share: float = 0.2
    promotion_sensitivities: tuple[float, ...] = (0.1, 0.4, 0.85)
    promotion_sensitivity_shares: tuple[float, ...] = (0.4, 0.4, 0.2)
    unpaid_share: float = 0.03
    cancelled_share: float = 0.04
    cancelled_after_payment_share: float = 0.5
    split_share: float = 0.025
    pickup_share: float = 0.04
    gift_share: float = 0.08
    reseller_gift_share: float = 0.6
    refund_share: float = 0.07
    full_refund_share: float = 0.4
    refunded_in_store_share: float = 0.12
    returned_at_till_share: float = 0.12
    store_return_share: float = 0.035
    store_return_names_sale_share: float = 0.75
    member_shown_share: float = 0.85
    mobile_only_share: float = 0.4
    mixed_tender_share: float = 0.15
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

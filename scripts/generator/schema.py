"""Column order of the raw tables that the generator writes, and how a row of each is named."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """One raw table: its documented columns and the SQL expression of its row's key."""

    channel: str
    entity: str
    columns: tuple[str, ...]
    key: str
    key_column: str

    @property
    def name(self) -> str:
        """Channel and entity, as in crm.customers."""
        return f"{self.channel}.{self.entity}"

    @property
    def seed_file(self) -> str:
        """The table's file below seeds/raw."""
        return f"{self.channel}/raw_{self.channel}__{self.entity}.csv"


def _table(name: str, columns: str, key: str, key_column: str | None = None) -> Table:
    channel, entity = name.split(".")
    names = (*(column.strip() for column in columns.split(",")), "is_deleted")
    return Table(channel, entity, names, key, key_column or key)


def _joined(*parts: str) -> str:
    return "concat_ws('.', " + ", ".join(f"nullif({part}, '')" for part in parts) + ")"


TABLES: dict[str, Table] = {
    table.name: table
    for table in (
        _table(
            "crm.customers",
            "customer_no, name, gender, birth_date, age, id_card_no, mobile, mobile_verified,"
            " email, region, address, occupation, education, company_name, member_level, brand,"
            " legal_entity, source, referrer_no, account_status, is_employee, registered_at,"
            " updated_at",
            "customer_no",
        ),
        _table(
            "crm.identifiers",
            "channel, record_key, identifier_type, scope, value, verified_at, ended_at",
            _joined("channel", "record_key", "identifier_type", "scope", "value"),
            "record_key",
        ),
        _table(
            "crm.consents",
            "channel, record_key, purpose, contact_channel, granted, changed_at, policy_version,"
            " is_separate, guardian_key",
            _joined("channel", "record_key", "purpose", "contact_channel", "changed_at"),
            "record_key",
        ),
        _table(
            "shop.accounts",
            "platform, shop_id, account_id, nickname, real_name, mobile, mobile_verified, email,"
            " unionid, gender, region, brand, legal_entity, register_channel, registered_at,"
            " updated_at",
            _joined("platform", "shop_id", "account_id"),
            "account_id",
        ),
        _table(
            "shop.orders",
            "order_id, platform, shop_id, account_id, parent_order_id, ordered_at, paid_at, status,"
            " payment_method, goods_amount, discount_amount, freight_amount, paid_amount,"
            " promotion_id, fulfilment, receiver_name, receiver_mobile, receiver_region,"
            " receiver_address",
            "order_id",
        ),
        _table(
            "shop.order_items",
            "order_id, line_no, sku, quantity, unit_price, line_amount",
            _joined("order_id", "line_no"),
            "order_id",
        ),
        _table(
            "shop.refunds",
            "refund_id, order_id, line_no, quantity, refund_type, return_channel, amount, reason,"
            " refunded_at",
            "refund_id",
        ),
        _table("shop.products", "sku, product_name, category, subcategory, unit_cost", "sku"),
        _table(
            "store.stores",
            "store_id, store_name, region, brand, legal_entity, timezone",
            "store_id",
        ),
        _table(
            "store.members",
            "member_no, brand, legal_entity, name, mobile, mobile_verified, id_card_no, unionid,"
            " gender, birth_date, age, income_band, household_size, member_level, store_id,"
            " joined_at, updated_at",
            _joined("brand", "member_no"),
            "member_no",
        ),
        _table(
            "store.sales",
            "receipt_no, member_no, mobile, store_id, staff_id, sold_at, amount, discount_amount,"
            " payment_method, promotion_id, is_return, original_order_id",
            "receipt_no",
        ),
        _table(
            "store.sale_items",
            "receipt_no, line_no, sku, quantity, unit_price, line_amount",
            _joined("receipt_no", "line_no"),
            "receipt_no",
        ),
        _table(
            "payments.tenders",
            "channel, order_id, tender_no, tender_type, amount, paid_at",
            _joined("channel", "order_id", "tender_no"),
            "order_id",
        ),
        _table(
            "logistics.deliveries",
            "order_id, carrier, shipped_at, delivered_at, delivered_region, status",
            _joined("order_id", "carrier", "shipped_at"),
            "order_id",
        ),
        _table("shop.reviews", "review_id, order_id, sku, rating, text, reviewed_at", "review_id"),
        _table(
            "web.events",
            "event_id, event_at, device_id, account_id, session_id, platform, event_name, page,"
            " sku, order_id, utm_source, utm_medium, utm_campaign",
            "event_id",
        ),
        _table(
            "social.followers",
            "openid, app_id, unionid, nickname, mobile, gender, region, followed_at, updated_at",
            _joined("app_id", "openid"),
            "openid",
        ),
        _table(
            "social.interactions",
            "interaction_id, openid, interaction_type, content_type, text, happened_at",
            "interaction_id",
        ),
        _table(
            "wecom.contacts",
            "external_userid, corp_id, unionid, staff_id, remark, remark_mobile, added_at,"
            " deleted_at, add_way",
            _joined("corp_id", "external_userid", "staff_id"),
            "external_userid",
        ),
        _table(
            "service.tickets",
            "ticket_id, account_id, member_no, contact_name, contact_mobile, contact_email,"
            " contact_method, opened_at, resolved_at, category, text, satisfaction",
            "ticket_id",
        ),
        _table(
            "survey.responses",
            "response_id, method, mobile, email, submitted_at, nps, price_sensitivity,"
            " preferred_feature, preferred_delivery, expected_response, brand_awareness, industry,"
            " text",
            "response_id",
        ),
        _table(
            "marketing.campaigns",
            "campaign_id, campaign_name, touch_channel, offer_type, started_at, ended_at,"
            " cost_amount",
            "campaign_id",
        ),
        _table(
            "marketing.touches",
            "touch_id, campaign_id, account_id, member_no, mobile, variant, touched_at, opened_at,"
            " clicked_at",
            "touch_id",
        ),
        _table(
            "marketing.spend",
            "spent_on, utm_source, utm_medium, cost_amount",
            _joined("spent_on", "utm_source", "utm_medium"),
            "spent_on",
        ),
        _table(
            "registry.companies",
            "company_name, credit_code, industry, n_employees, region",
            "company_name",
        ),
    )
}

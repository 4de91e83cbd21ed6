"""The conventions of the house, checked on manifest.json and on the files."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.python.whole_project import ROOT

Node = dict[str, Any]
Manifest = dict[str, Any]

GRADES = {"core", "general", "public"}

# The raw tables and their columns, which people's extracts depend on; `?` may be absent or empty.
RAW_TABLES = {
    "crm.customers": """
        customer_no name gender birth_date? age? id_card_no? mobile mobile_verified? email? region
        address? occupation? education? company_name? member_level? brand? legal_entity? source
        referrer_no? account_status? is_employee? registered_at updated_at""",
    "crm.identifiers": """
        channel record_key identifier_type scope? value verified_at? ended_at?""",
    "crm.consents": """
        channel record_key purpose contact_channel? granted changed_at policy_version? is_separate?
        guardian_key?""",
    "shop.accounts": """
        platform? shop_id? account_id nickname real_name? mobile mobile_verified? email? unionid?
        gender? region? brand? legal_entity? register_channel registered_at updated_at""",
    "shop.orders": """
        order_id platform? shop_id? account_id parent_order_id? ordered_at paid_at? status
        payment_method goods_amount discount_amount freight_amount paid_amount promotion_id?
        fulfilment? receiver_name receiver_mobile receiver_region receiver_address""",
    "shop.order_items": "order_id line_no sku quantity unit_price line_amount?",
    "shop.refunds": """
        refund_id order_id line_no? quantity? refund_type? return_channel? amount reason
        refunded_at""",
    "shop.products": "sku product_name category subcategory unit_cost?",
    "store.stores": "store_id store_name region brand? legal_entity? timezone?",
    "store.members": """
        member_no brand? legal_entity? name mobile mobile_verified? id_card_no? unionid? gender?
        birth_date? age? income_band? household_size? member_level store_id joined_at
        updated_at""",
    "store.sales": """
        receipt_no member_no? mobile? store_id staff_id? sold_at amount discount_amount
        payment_method promotion_id? is_return original_order_id?""",
    "store.sale_items": "receipt_no line_no sku quantity unit_price line_amount?",
    "payments.tenders": "channel order_id tender_no tender_type amount paid_at",
    "logistics.deliveries": "order_id carrier shipped_at delivered_at? delivered_region status",
    "web.events": """
        event_id event_at device_id account_id? session_id platform event_name page? sku?
        order_id? utm_source? utm_medium? utm_campaign?""",
    "social.followers": """
        openid app_id? unionid? nickname mobile? gender? region? followed_at updated_at""",
    "social.interactions": "interaction_id openid interaction_type content_type text? happened_at",
    "wecom.contacts": """
        external_userid corp_id? unionid? staff_id remark? remark_mobile? added_at
        deleted_at? add_way?""",
    "service.tickets": """
        ticket_id account_id? member_no? contact_name? contact_mobile? contact_email?
        contact_method opened_at resolved_at? category? text satisfaction?""",
    "survey.responses": """
        response_id method? mobile? email? submitted_at nps price_sensitivity?
        preferred_feature? preferred_delivery? expected_response? brand_awareness?
        industry? text?""",
    "marketing.campaigns": """
        campaign_id campaign_name touch_channel offer_type started_at ended_at cost_amount""",
    "marketing.touches": """
        touch_id campaign_id account_id? member_no? mobile? variant touched_at opened_at?
        clicked_at?""",
    "marketing.spend": "spent_on utm_source utm_medium cost_amount",
    "registry.companies": "company_name credit_code industry n_employees region",
    "shop.reviews": "review_id order_id sku rating text reviewed_at",
}

# The marts and their columns in order, which reports and people's queries depend on.
MARTS = {
    "customer_base": """
        customer_id customer_type customer_class name gender birth_date age age_band is_minor
        mobile_masked email_masked province city district region is_urban occupation education
        income_band company_name company_credit_code company_match industry company_size_band
        brands legal_entities registered_at acquisition_channel channels n_records member_level
        account_status home_store_id region_check age_check gender_check has_conflict
        conflicting_attributes completeness_rate is_to_verify tags first_seen_at last_active_at
        allows_personalisation allows_marketing allows_sharing""",
    "customer_transactions": """
        order_id customer_id channel platform shop_id store_id staff_id brand legal_entity
        parent_order_id ordered_at ordered_on paid_at status is_counted exclusion_reason
        goods_amount discount_amount freight_amount paid_amount refund_amount net_amount
        stored_value_amount margin_amount n_items main_category payment_method promotion_id
        is_promotion is_weekend hour_of_day order_number days_since_previous_order""",
    "customer_transaction_lines": """
        order_id line_no customer_id ordered_on sku product_name category subcategory quantity
        unit_price line_amount refund_amount cost_amount""",
    "customer_behavior": """
        customer_id n_sessions n_page_views n_product_views n_searches n_carts n_active_days
        avg_session_minutes preferred_category_viewed preferred_category_bought preferred_platform
        preferred_content_type preferred_payment_method active_hour_band weekend_order_rate
        n_orders avg_order_amount avg_purchase_interval_days repurchased promotion_order_rate
        promotion_sensitivity return_rate n_likes n_comments n_shares n_joined_groups n_consults
        peak_consult_hour n_tickets n_complaints main_complaint_type avg_satisfaction nps
        last_active_at""",
    "rfm_segments": """
        customer_id recency_days frequency monetary_amount r_score f_score m_score rfm_score
        value_tier segment lifecycle as_of_date""",
    "customer_crosswalk": """
        record_id channel customer_id strict_customer_id match_rule match_probability valid_from""",
    "customer_crosswalk_history": """
        record_id customer_id strict_customer_id valid_from valid_to is_current run_no cause""",
    "customer_aliases": "customer_id current_customer_id reason retired_on",
    "customer_events": """
        run_no changed_on event customer_id other_customer_id cause identifiers n_records""",
    "identity_runs": "run_id started_at run_no stage status seconds n_rows",
    "customer_attribute_lineage": """
        customer_id attribute chosen_value record_id rule losing_values has_conflict origin
        source_file source_row""",
    "quality_rejected_rows": """
        channel entity record_key column_name reason raw_row source_file source_row first_seen_at
        n_seen""",
    "quality_findings": """
        channel entity record_key column_name rule severity value proposal""",
    "quality_duplicates": "channel entity record_key kept_row dropped_row",
    "identity_review_queue": """
        review_id kind priority question question_zh proposed_decision proposed_reason
        record_id_1 channel_1 customer_id_1 n_records_1 name_masked_1 gender_1
        birth_year_1 mobile_masked_1 email_masked_1 region_1 record_id_2 channel_2
        customer_id_2 n_records_2 name_masked_2 gender_2 birth_year_2 mobile_masked_2
        email_masked_2 region_2 name_check gender_check birth_date_check region_check
        evidence match_probability match_weight comparison_weights""",
    "quality_mentions": "kind attached_by unattached_reason n_mentions",
    "reconciliation": """
        booked_on channel platform shop_id store_id brand legal_entity measure raw_amount
        staging_amount console_amount transactions_amount counted_amount raw_tenders_amount
        tenders_amount money_tenders_amount prepaid_tenders_amount benefit_tenders_amount
        other_tenders_amount unexplained_amount n_raw n_staging n_console n_transactions n_counted
        n_raw_tenders n_tenders n_without_amount""",
    "reconciliation_differences": """
        booked_on channel platform shop_id store_id brand legal_entity measure step reason amount
        n_rows explanation explanation_zh""",
}

# Models without a key of their own, and what watches over them instead.
KEYLESS = {
    "base_": "raw rows, good or not; tests/conservation/every_raw_row_is_accounted_for.sql",
    "int_activity__events": "stg_web__events row by row, which has the key",
    "int_activity__as_of_date": "one row; tests/conservation/there_is_one_as_of_date.sql",
    "int_quality__row_issues": "raw rows, good or not, like base_",
    "int_quality__reconciliation_rows": "raw rows, good or not, like base_",
    "int_quality__amount_outliers": "part of int_quality__findings, which has the key",
    "int_quality__cross_table_findings": "part of int_quality__findings, which has the key",
    "quality_findings": "int_quality__findings row by row, which has the key",
    "quality_rejected_rows": "rows may lack their key; counted like base_",
    "quality_duplicates": "a key comes as often as it was dropped; counted like base_",
}

# Which layers a layer reads. Only the base_ models read raw; only the quality models that need
# rejected and repeated rows read them, since these are nowhere else.
READABLE = {
    "base": {"raw", "reference", "staging"},
    "staging": {"base", "reference", "staging"},
    "intermediate": {"staging", "reference", "intermediate"},
    "marts": {"intermediate", "reference", "marts"},
}
READERS_OF_BASE = {"int_quality__row_issues", "int_quality__reconciliation_rows"}

# What any mart says of these columns, from intermediate on, where ids are those of all channels.
RECURRING = ("customer_id", "record_id", "order_id")

FORBIDDEN = {
    "current_date": "the clock: var('as_of_date') says which day it is",
    "current_timestamp": "the clock: var('as_of_date') says which day it is",
    "now()": "the clock: var('as_of_date') says which day it is",
    "today()": "the clock: var('as_of_date') says which day it is",
    "random()": "chance: a keyed hash gives the same output for the same input",
    "uuid()": "chance: a keyed hash gives the same output for the same input",
    "varchar": "a type of one engine: string is read by both",
    "concat(": "takes null for '' on one engine only: write ||, or concat_ws",
}


def of_kind(manifest: Manifest, kind: str) -> list[Node]:
    """The nodes of one resource type by name."""
    nodes = [node for node in manifest["nodes"].values() if node["resource_type"] == kind]
    return sorted(nodes, key=lambda node: str(node["name"]))


def models(manifest: Manifest) -> list[Node]:
    return of_kind(manifest, "model")


def marts(manifest: Manifest) -> list[Node]:
    return [model for model in models(manifest) if layer(model) == "marts"]


def layer(node: Node) -> str:
    """raw, reference, base, staging, intermediate or marts."""
    if node["resource_type"] == "source":
        return "raw"
    top, folder = Path(node["original_file_path"]).parts[:2]
    if top == "seeds":
        return folder
    return "base" if node["name"].startswith("base_") else folder


def columns(nodes: list[Node]) -> Iterator[tuple[str, Node]]:
    """Every documented column with the name of its table before it."""
    for node in nodes:
        for name, column in node["columns"].items():
            yield f"{node['name']}.{name}", column


def meta(column: Node) -> Node:
    """The meta of a column."""
    found: Node = column["config"]["meta"]
    return found


def sql_files(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (ROOT / folder).rglob("*.sql"))


def without_comments(sql: str) -> str:
    """SQL without its comments and Jinja's."""
    return re.sub(r"--[^\n]*|\{#.*?#\}", "", sql, flags=re.DOTALL)


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


# --- the layers -----------------------------------------------------------------------------------


def test_a_layer_reads_only_itself_and_the_one_before(manifest: Manifest) -> None:
    every = {**manifest["nodes"], **manifest["sources"]}
    wrong = [
        f"{model['name']} ({layer(model)}) reads {every[parent]['name']} ({layer(every[parent])})"
        for model in models(manifest)
        for parent in model["depends_on"]["nodes"]
        if layer(every[parent]) not in READABLE[layer(model)]
        and not (model["name"] in READERS_OF_BASE and layer(every[parent]) == "base")
    ]
    assert not wrong


def test_stg_models_read_the_base_model_of_their_name_alone(manifest: Manifest) -> None:
    for model in models(manifest):
        if layer(model) == "staging" and "/reference/" not in model["original_file_path"]:
            base = model["unique_id"].replace(".stg_", ".base_")
            assert model["depends_on"]["nodes"] == [base], model["name"]


def test_models_are_named_by_where_they_stand(manifest: Manifest) -> None:
    wrong = []
    for model in models(manifest):
        path = Path(model["original_file_path"])
        folder = path.parts[2]
        pattern = {
            "base": f"base_{folder}__[a-z_]+",
            "staging": f"stg_{folder}__[a-z_]+",
            "intermediate": f"int_{folder}__[a-z_]+",
            "marts": "(?!base_|stg_|int_)[a-z]+(_[a-z]+)*",
        }[layer(model)]
        if not re.fullmatch(pattern, model["name"]) or len(path.parts) != 4:
            wrong.append(shown(ROOT / path))
    assert not wrong


def test_models_are_described_in_the_file_of_their_folder_and_marts_in_their_own(
    manifest: Manifest,
) -> None:
    for model in models(manifest):
        path = Path(model["original_file_path"])
        expected = path.with_suffix(".yml")
        if layer(model) != "marts":
            expected = path.with_name(f"_{path.parts[2]}__models.yml")
        assert model["patch_path"] == f"customer360://{expected.as_posix()}", model["name"]


# --- descriptions and grades ----------------------------------------------------------------------


def test_every_model_is_described_and_says_what_a_row_is(manifest: Manifest) -> None:
    assert not [
        model["name"] for model in models(manifest) if "One row" not in model["description"]
    ]
    assert not [
        source["name"]
        for source in manifest["sources"].values()
        if "One row" not in source["description"]
    ]
    assert not [seed["name"] for seed in of_kind(manifest, "seed") if not seed["description"]]


def test_every_column_is_described_and_graded(manifest: Manifest) -> None:
    tables = [*manifest["sources"].values(), *models(manifest)]
    tables += [seed for seed in of_kind(manifest, "seed") if layer(seed) == "reference"]
    assert not [table["name"] for table in tables if not table["columns"]]
    assert not [name for name, column in columns(tables) if not column["description"].strip()]
    assert not [
        name for name, column in columns(tables) if meta(column).get("sensitivity") not in GRADES
    ]


def test_what_a_model_selects_last_is_what_is_documented(manifest: Manifest) -> None:
    """The last step spells its columns out, so that a reader of a model sees them."""
    wrong = []
    for model in models(manifest):
        sql = without_comments(model["raw_code"])
        in_steps = ("connected_components", "separated_components", "greedy_matching")
        if model["config"]["materialized"] in in_steps or model["language"] == "python":
            continue
        found = re.search(r"select \* from (\w+)\s*$", sql)
        assert found, model["name"]
        step = re.search(rf"\b{found[1]} as \(\n(.*?)\n\)\n\nselect \* from", sql, re.DOTALL)
        assert step, model["name"]
        for name in model["columns"]:
            if not re.search(rf"\b{name}\b", step[1]) and "select * from" not in step[1]:
                wrong.append(f"{model['name']}.{name}")
    assert not wrong


def test_recurring_ids_are_described_once(manifest: Manifest) -> None:
    texts = {
        name: manifest["docs"][f"doc.customer360.{name}"]["block_contents"] for name in RECURRING
    }
    wrong = [
        f"{model['name']}.{name}: begin it with {{{{ doc('{name}') }}}}"
        for model in models(manifest)
        for name, column in model["columns"].items()
        # An order's number in staging is the one of its channel.
        if name in texts
        and not (name == "order_id" and layer(model) in ("base", "staging"))
        and not column["description"].startswith(texts[name].strip())
    ]
    assert not wrong


# --- raw ------------------------------------------------------------------------------------------


def test_the_sources_document_the_raw_tables_column_by_column(manifest: Manifest) -> None:
    found = {
        f"{source['source_name']}.{source['name']}": [
            name + ("" if meta(column)["required"] else "?")
            for name, column in source["columns"].items()
        ]
        for source in manifest["sources"].values()
    }
    expected = {name: [*text.split(), "is_deleted?"] for name, text in RAW_TABLES.items()}
    assert found == expected


def test_every_raw_table_has_its_models_and_its_seed(manifest: Manifest) -> None:
    names = {node["name"] for kind in ("model", "seed") for node in of_kind(manifest, kind)}
    for table in RAW_TABLES:
        channel, entity = table.split(".")
        for prefix in ("raw", "base", "stg"):
            assert f"{prefix}_{channel}__{entity}" in names


def test_every_column_of_a_seed_has_a_type_and_raw_ones_are_text(manifest: Manifest) -> None:
    for seed in of_kind(manifest, "seed"):
        path = ROOT / seed["original_file_path"]
        with path.open(encoding="utf-8", newline="") as file:
            header = next(csv.reader(file))
        types = seed["config"]["column_types"]
        assert list(types) == header, shown(path)
        if layer(seed) == "raw":
            assert set(types.values()) == {"string"}, shown(path)
        else:
            assert list(seed["columns"]) == header, shown(path)


# --- marts ----------------------------------------------------------------------------------------


def test_the_marts_have_the_columns_that_people_depend_on(manifest: Manifest) -> None:
    found = {mart["name"]: list(mart["columns"]) for mart in marts(manifest)}
    assert found == {name: text.split() for name, text in MARTS.items()}


def test_marts_are_public_and_keep_their_contract(manifest: Manifest) -> None:
    for mart in marts(manifest):
        assert mart["access"] == "public", mart["name"]
        assert mart["config"]["contract"]["enforced"], mart["name"]
    assert not [name for name, column in columns(marts(manifest)) if not column["data_type"]]


def test_columns_of_marts_have_chinese_labels(manifest: Manifest) -> None:
    wrong = [
        name
        for name, column in columns(marts(manifest))
        if not re.search("[\u4e00-\u9fff]", meta(column).get("label_zh", ""))
    ]
    assert not wrong
    for mart in marts(manifest):
        labels = [meta(column)["label_zh"] for column in mart["columns"].values()]
        assert len(labels) == len(set(labels)), f"{mart['name']} has a label twice"


def test_no_core_value_is_in_a_mart(manifest: Manifest) -> None:
    """Masked texts and keyed hashes are no longer core."""
    assert not [
        name for name, column in columns(marts(manifest)) if meta(column)["sensitivity"] == "core"
    ]


@pytest.mark.parametrize("readme", ["README.md", "README.zh-CN.md"])
def test_the_readme_names_every_mart_in_its_table(manifest: Manifest, readme: str) -> None:
    rows = [
        [cell.strip().strip("`") for cell in line.strip("|").split("|")]
        for line in (ROOT / readme).read_text(encoding="utf-8").splitlines()
        if line.startswith("|")
    ]
    named = {row[0] for row in rows if len(row) == 3 and all(row)}
    assert not {mart["name"] for mart in marts(manifest)} - named


# --- tests ----------------------------------------------------------------------------------------


def test_every_model_has_a_test_of_its_key(manifest: Manifest) -> None:
    keyed = {
        test["attached_node"]
        for test in of_kind(manifest, "test")
        if (test.get("test_metadata") or {}).get("name") in ("unique", "unique_key")
    }
    keyless = {
        "base_" if model["name"].startswith("base_") else model["name"]
        for model in models(manifest)
        if model["unique_id"] not in keyed
    }
    assert keyless == set(KEYLESS)


def test_no_test_is_disabled_or_only_warns(manifest: Manifest) -> None:
    assert not list(manifest["disabled"])
    tests = of_kind(manifest, "test")
    assert not [test["name"] for test in tests if not test["config"]["enabled"]]
    assert not [test["name"] for test in tests if test["config"]["severity"].lower() != "error"]
    assert not [
        test["name"] for test in tests if test["config"]["where"] or test["config"]["limit"]
    ]
    assert not [test["name"] for test in tests if test["config"]["error_if"] != "!= 0"]
    assert not [
        test["name"] for test in manifest["unit_tests"].values() if not test["config"]["enabled"]
    ]


def test_every_test_of_the_folder_is_one_that_dbt_runs(manifest: Manifest) -> None:
    run = {test["original_file_path"] for test in of_kind(manifest, "test")}
    for path in sql_files("tests/conservation"):
        assert shown(path) in run
    used = {(test.get("test_metadata") or {}).get("name") for test in of_kind(manifest, "test")}
    for path in sql_files("tests/generic"):
        assert path.stem in used, f"{shown(path)}: no model uses it"


# --- SQL ------------------------------------------------------------------------------------------


def test_sql_has_no_clock_no_chance_and_no_word_of_one_engine() -> None:
    """macros/engine is where engines differ, and macros/raw reads files as each engine does."""
    wrong = []
    for path in sql_files("models", "macros", "tests/conservation", "tests/generic", "analyses"):
        sql = without_comments(path.read_text(encoding="utf-8")).lower()
        if path.parent.name in ("engine", "raw"):
            sql = re.sub("varchar", "", sql)
        wrong += [
            f"{shown(path)}: {word} ({why})"
            for word, why in FORBIDDEN.items()
            if re.search(rf"(?<![\w.]){re.escape(word)}", sql)
        ]
    assert not wrong


def test_sql_has_no_backslash() -> None:
    """Engines read it in different ways: [0-9], [.] and [ ] are read alike."""
    wrong = []
    for path in sql_files("models", "macros", "tests/conservation", "tests/generic", "analyses"):
        sql = without_comments(path.read_text(encoding="utf-8"))
        if path.is_relative_to(ROOT / "macros"):
            # Jinja's own ways to write a character: the SQL has the character itself.
            sql = re.sub(r"\\(?:[ntr]|u[0-9a-f]{4}|U[0-9a-f]{8})", "", sql)
        if path.parent.name in ("engine", "raw"):
            continue
        if "\\" in sql:
            wrong.append(shown(path))
    assert not wrong


def windows(sql: str) -> Iterator[tuple[str, str]]:
    """Each window function: its name and what stands in the parentheses after `over`."""
    for found in re.finditer(r"\b(\w+)\s*\([^()]*\)\s*over\s*\(", sql):
        depth, end = 1, found.end()
        while depth:
            depth += {"(": 1, ")": -1}.get(sql[end], 0)
            end += 1
        yield found[1], sql[found.end() : end - 1]


def test_every_row_number_has_an_order() -> None:
    """An order of rows that no `order by` gives is another one on every run."""
    ordered = {"row_number", "lag", "lead", "first_value", "last_value"}
    wrong = []
    for path in sql_files("models", "macros", "tests/conservation", "tests/generic", "analyses"):
        if path.parent.name == "raw":
            # The number of a row in its file.
            continue
        sql = without_comments(path.read_text(encoding="utf-8"))
        wrong += [
            f"{shown(path)}: {function}() over ({window.strip()})"
            for function, window in windows(sql)
            if function in ordered and "order by" not in window
        ]
    assert not wrong


def test_no_value_is_any_of_several() -> None:
    """any_value, first and arbitrary take whichever row comes first: min or max say which."""
    wrong = []
    for path in sql_files("models", "macros"):
        sql = without_comments(path.read_text(encoding="utf-8"))
        if re.search(r"\b(any_value|arbitrary|first|last|mode|distinct on|limit [0-9]+)\s*\(", sql):
            wrong.append(shown(path))
    assert not wrong


def test_the_last_tiebreak_tells_all_columns_of_a_raw_row_apart() -> None:
    """Of rows that differ in a column left out of it, chance would choose one."""
    wrong = []
    for table, text in RAW_TABLES.items():
        channel, entity = table.split(".")
        path = ROOT / "models" / "staging" / channel / f"base_{channel}__{entity}.sql"
        sql = path.read_text(encoding="utf-8")
        found = re.search(r"(?:row_fingerprint\(|columns=)\[(.*?)\]", sql, re.DOTALL)
        columns = set(re.findall(r"'(\w+)'", found[1])) if found else set()
        if columns != {name.rstrip("?") for name in text.split()} | {"is_deleted"}:
            wrong.append(shown(path))
    assert not wrong


def test_raw_is_read_through_the_macro_alone() -> None:
    wrong = [
        shown(path)
        for path in sql_files("models", "macros", "tests/conservation")
        if re.search(r"source\(|ref\('raw_|read_csv|read_parquet", path.read_text(encoding="utf-8"))
        and path.parent != ROOT / "macros" / "raw"
    ]
    assert not wrong

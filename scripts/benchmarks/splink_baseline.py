"""Splink over all records of a warehouse, as its documentation does it: what to compare with.

It compares records, not the entities that exact evidence makes; its parameters are trained by
expectation maximisation without labels; its threshold is searched with the truth where that is
given, which nobody has in practice: no other way to use it can do better on this file with these
comparisons. Its columns are as clean as this project's staging makes them, and known placeholders
are left out of them, so that the comparison is one of matching and not of cleaning.
"""

from __future__ import annotations

import argparse
import json
import logging
import sys
import time
import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import duckdb

# Run by its path, Python looks for modules beside this file only.
sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from scripts.evaluator import inputs
from scripts.evaluator.agreement import Agreement, Pairs, measure

SEED = 20261122
THRESHOLD = 0.95
THRESHOLDS = (0.0001, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 0.5, 0.8, 0.95, 0.99, 0.999)

# One row per record: what a user of Splink would compare.
RECORDS = """
    create table splink_records as
    with accounts as (
        select
            record_id, gender, birth_date, mobile, telephone, email, national_id,
            cast(null as varchar) as unionid, cast(null as varchar) as openid,
            cast(null as varchar) as external_userid, city, cast(null as varchar) as nickname
        from warehouse.staging.stg_crm__customers
        union all by name
        select record_id, gender, mobile, telephone, email, unionid, city, nickname
        from warehouse.staging.stg_shop__accounts
        union all by name
        select record_id, gender, birth_date, mobile, telephone, national_id, unionid
        from warehouse.staging.stg_store__members
        union all by name
        select record_id, gender, mobile, telephone, unionid, openid, city, nickname
        from warehouse.staging.stg_social__followers
        union all by name
        select
            record_id, remark_mobile as mobile, remark_telephone as telephone, unionid,
            external_userid
        from warehouse.staging.stg_wecom__contacts
    ),
    named as (
        select record_id, identifier_type, min(value) as value
        from warehouse.staging.stg_crm__identifiers
        where ended_at is null
        group by all
    ),
    placeholders as (
        select identifier_type, pattern from warehouse.reference.identifier_placeholders
    ),
    joined as (
        select
            accounts.record_id,
            name_key,
            accounts.gender,
            accounts.birth_date,
            coalesce(accounts.mobile, mobiles.value, accounts.telephone) as number,
            accounts.email,
            coalesce(accounts.national_id, ids.value) as national_id,
            coalesce(accounts.unionid, unionids.value) as unionid,
            coalesce(accounts.openid, openids.value) as openid,
            coalesce(accounts.external_userid, contacts.value) as external_userid,
            accounts.city,
            accounts.nickname
        from accounts
        inner join warehouse.intermediate.int_identity__records as records using (record_id)
        left join named as mobiles
            on mobiles.record_id = accounts.record_id and mobiles.identifier_type = 'mobile'
        left join named as ids
            on ids.record_id = accounts.record_id and ids.identifier_type = 'national_id'
        left join named as unionids
            on unionids.record_id = accounts.record_id and unionids.identifier_type = 'unionid'
        left join named as openids
            on openids.record_id = accounts.record_id and openids.identifier_type = 'openid'
        left join named as contacts
            on
                contacts.record_id = accounts.record_id
                and contacts.identifier_type = 'external_userid'
    ),
    dummies as (
        select distinct number as value
        from joined
        inner join placeholders on number like pattern and identifier_type like '%e%'
        union
        select distinct email
        from joined inner join placeholders on email like pattern and identifier_type = 'email'
        union
        select distinct national_id
        from joined
        inner join placeholders on national_id like pattern and identifier_type = 'national_id'
    )
    select
        record_id as unique_id,
        name_key as full_name,
        -- Chinese family names are the first sign; of other names either word may be.
        case when name_key like '% %' then split_part(name_key, ' ', 1) else left(name_key, 1) end
            as family_name,
        case when name_key like '% %' then split_part(name_key, ' ', 2) else substr(name_key, 2) end
            as given_name,
        gender,
        birth_date,
        case when number not in (select value from dummies) then number end as number,
        case when email not in (select value from dummies) then email end as email,
        case when national_id not in (select value from dummies) then national_id end
            as national_id,
        unionid,
        openid,
        external_userid,
        city,
        nickname
    from joined
"""
IDS = ("national_id", "unionid", "openid", "external_userid")


@dataclass(frozen=True)
class Cost:
    """Seconds of one step."""

    wall: float
    cpu: float


@dataclass(frozen=True)
class Baseline:
    """What Splink took, and how well it did."""

    n_records: int
    n_pairs: int
    costs: dict[str, Cost]
    threshold: float
    agreement: Agreement | None
    # By threshold.
    tried: dict[float, Pairs]


class Watch:
    """Wall and CPU seconds since it was made, or since it was last read."""

    def __init__(self) -> None:
        """Starts."""
        self._wall, self._cpu = time.perf_counter(), time.process_time()

    def read(self) -> Cost:
        """The seconds since the last reading."""
        wall, cpu = time.perf_counter(), time.process_time()
        cost = Cost(wall - self._wall, cpu - self._cpu)
        self._wall, self._cpu = wall, cpu
        return cost


def settings() -> Any:
    """Comparisons and blocking rules out of Splink's own library."""
    import splink.comparison_library as cl
    from splink import SettingsCreator, block_on

    return SettingsCreator(
        link_type="dedupe_only",
        comparisons=[
            cl.ForenameSurnameComparison(
                "given_name", "family_name", forename_surname_concat_col_name="full_name"
            ),
            cl.DateOfBirthComparison("birth_date", input_is_string=False),
            cl.ExactMatch("gender"),
            cl.DamerauLevenshteinAtThresholds("number", 1).configure(
                term_frequency_adjustments=True
            ),
            cl.EmailComparison("email").configure(term_frequency_adjustments=True),
            *(cl.ExactMatch(name) for name in IDS),
            cl.ExactMatch("nickname").configure(term_frequency_adjustments=True),
            cl.ExactMatch("city").configure(term_frequency_adjustments=True),
        ],
        blocking_rules_to_generate_predictions=[
            *(block_on(name) for name in ("number", "email", *IDS)),
            block_on("full_name", "birth_date"),
            block_on("full_name", "city"),
            block_on("family_name", "birth_date"),
            block_on("nickname", "city"),
        ],
        retain_matching_columns=False,
        retain_intermediate_calculation_columns=False,
    )


def train(linker: Any) -> None:
    """Parameters without labels."""
    from splink import block_on

    linker.training.estimate_probability_two_random_records_match(
        [block_on("unionid"), block_on("national_id"), block_on("number", "full_name")], recall=0.6
    )
    linker.training.estimate_u_using_random_sampling(max_pairs=1e7, seed=SEED)
    for rule in (
        block_on("full_name", "birth_date"),
        block_on("number"),
        block_on("unionid"),
    ):
        linker.training.estimate_parameters_using_expectation_maximisation(
            rule, record_sample_proportion=1.0
        )


def run(
    con: duckdb.DuckDBPyConnection,
    thresholds: Sequence[float] = (THRESHOLD,),
    truth: str | None = None,
) -> Baseline:
    """Splink over the records of the attached warehouse; the clusters of the threshold that does
    best, or of the first where there is no truth, are left in the table splink_clusters."""
    from splink import DuckDBAPI, Linker

    logging.getLogger("splink").setLevel(logging.ERROR)
    con.execute(RECORDS)
    (n_records,) = con.execute("select count(*) from splink_records").fetchall()[0]
    costs = {}
    watch = Watch()
    api = DuckDBAPI(con)
    linker = Linker(api.register("splink_records"), settings())
    train(linker)
    costs["train"] = watch.read()
    predictions = linker.inference.predict(threshold_match_probability=min(thresholds) / 2)
    (n_pairs,) = con.execute(f"select count(*) from {predictions.physical_name}").fetchall()[0]
    costs["predict"] = watch.read()
    best: tuple[float, Agreement | None] | None = None
    tried: dict[float, Pairs] = {}
    for threshold in thresholds:
        watch = Watch()
        clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(
            predictions, threshold_match_probability=threshold
        )
        costs.setdefault("cluster", watch.read())
        con.execute(
            f"""
            create or replace temp table found as
            select unique_id as record_id, cluster_id from {clusters.physical_name}
            """
        )
        agreement = _agreement(con, truth) if truth else None
        if agreement:
            tried[threshold] = agreement.pairs
        if best is None or (agreement and best[1] and agreement.pairs.f1 > best[1].pairs.f1):
            best = (threshold, agreement)
            con.execute("create or replace table splink_clusters as from found")
    assert best is not None
    return Baseline(int(n_records), int(n_pairs), costs, *best, tried)


def _agreement(con: duckdb.DuckDBPyConnection, truth: str) -> Agreement:
    con.execute(
        f"""
        create or replace temp table found_records as
        select truth.record_id, truth.person_id, coalesce(cluster_id, truth.record_id) as cluster_id
        from {truth} as truth left join found using (record_id)
        """
    )
    return measure(con, "found_records", "cluster_id")


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit codes: 0 measured (one line of JSON), 2 could not."""
    parser = argparse.ArgumentParser(
        description=(__doc__ or "").strip(), formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--warehouse", type=Path, required=True, metavar="FILE")
    parser.add_argument(
        "--truth", type=Path, metavar="RECORDS", help="search the threshold that does best by it"
    )
    parser.add_argument(
        "--threshold", type=float, default=THRESHOLD, help="without a truth (default %(default)s)"
    )
    parser.add_argument(
        "--out", type=Path, metavar="FILE", help="Parquet file of record_id, cluster_id to write"
    )
    options = parser.parse_args(arguments)
    warnings.simplefilter("ignore")
    try:
        con = duckdb.connect()
        inputs.attach(con, options.warehouse, "warehouse")
        truth = (
            inputs.read_table(con, options.truth, ("record_id", "person_id"))
            if options.truth
            else None
        )
        baseline = run(con, THRESHOLDS if truth else (options.threshold,), truth)
        if options.out:
            con.table("splink_clusters").write_parquet(str(options.out))
    except (inputs.EvaluationError, duckdb.Error, OSError) as error:
        print(f"splink_baseline: {str(error).splitlines()[0]}", file=sys.stderr)
        return 2
    said = asdict(baseline)
    said["tried"] = {threshold: pairs.as_dict() for threshold, pairs in baseline.tried.items()}
    said["agreement"] = baseline.agreement.as_dict() if baseline.agreement else None
    print(json.dumps(said))
    return 0


if __name__ == "__main__":
    sys.exit(main())

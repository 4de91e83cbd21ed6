"""Where a clustering errs: by channels, by kind of noise, in families; and what changed since.

Pairs are counted from sizes here too (agreement.py says why).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import duckdb

from .agreement import Pairs

# What tells who somebody is: noise in other columns cannot mislead identities.
IDENTITY_COLUMNS = (
    *("name", "real_name", "remark", "nickname", "gender", "birth_date"),
    *("id_card_no", "mobile", "remark_mobile", "mobile_verified", "email", "region", "address"),
    *("unionid", "openid", "external_userid", "company_name"),
)
NO_NOISE = "(none on either)"
# The numbers that stand on records, in the models of a warehouse.
NUMBERS = """
    (
        select record_id, identifier_hash as number
        from intermediate.int_identity__identifiers
        where identifier_type in ('mobile', 'telephone') and placeholder_note is null
    )
"""
K = TypeVar("K")


@dataclass(frozen=True)
class Families:
    """Families two or more of whom stand on one number, and how many no customer unites."""

    n: int
    n_apart: int
    # Couples of such people, and those of them that no customer unites.
    n_couples: int
    n_couples_apart: int

    @property
    def share_apart(self) -> float:
        """The share of families that are kept apart; 1 where there is none."""
        return self.n_apart / self.n if self.n else 1.0

    def as_dict(self) -> dict[str, float]:
        """Counts and share."""
        return {
            "n": self.n,
            "n_apart": self.n_apart,
            "n_couples": self.n_couples,
            "n_couples_apart": self.n_couples_apart,
            "share_apart": self.share_apart,
        }


@dataclass(frozen=True)
class Churn:
    """What is another customer than in an earlier warehouse, of the records that both have."""

    n_records: int
    n_moved: int
    n_ids_before: int
    n_ids_kept: int
    n_records_gone: int
    n_records_new: int

    @property
    def share_moved(self) -> float:
        """The share of records that both have whose customer has another id."""
        return self.n_moved / self.n_records if self.n_records else 0.0

    @property
    def share_of_ids_kept(self) -> float:
        """The share of earlier ids that are still in use."""
        return self.n_ids_kept / self.n_ids_before if self.n_ids_before else 1.0

    def as_dict(self) -> dict[str, float]:
        """Counts and shares."""
        return {
            "n_records": self.n_records,
            "n_moved": self.n_moved,
            "n_ids_before": self.n_ids_before,
            "n_ids_kept": self.n_ids_kept,
            "n_records_gone": self.n_records_gone,
            "n_records_new": self.n_records_new,
            "share_moved": self.share_moved,
            "share_of_ids_kept": self.share_of_ids_kept,
        }


def by_channels(
    con: duckdb.DuckDBPyConnection, table: str, cluster: str
) -> dict[tuple[str, str], Pairs]:
    """The pairs of each two channels, of a channel with itself among them."""

    def count(groups: str) -> dict[tuple[str, str], int]:
        rows = con.execute(
            f"""
            with counts as (
                select {groups}, channel, count(*) as n from {table} group by all
            )
            select
                a.channel,
                b.channel,
                sum(case when a.channel = b.channel then a.n * (a.n - 1) // 2 else a.n * b.n end)
            from counts as a
            inner join counts as b using ({groups})
            where a.channel <= b.channel
            group by all order by all
            """
        ).fetchall()
        return {(a, b): int(n) for a, b, n in rows}

    return _together(count("person_id"), count(cluster), count(f"person_id, {cluster}"))


def by_noise(
    con: duckdb.DuckDBPyConnection, table: str, noise: str, cluster: str
) -> dict[str, Pairs]:
    """The pairs one or both records of which bear noise of a kind (noise: record_id, kind)."""

    def count(groups: str) -> dict[str, int]:
        # Pairs of a group that a kind touches: all, less those among the records without it.
        rows = con.execute(
            f"""
            with sizes as (
                select
                    {groups},
                    count(*) as n,
                    count(*) filter (
                        where record_id not in (select record_id from {noise})
                    ) as n_clean
                from {table} group by all
            ),
            touched as (
                select {groups}, kind, count(*) as k
                from {table} inner join {noise} using (record_id)
                group by all
            )
            select kind, sum(n * (n - 1) // 2 - (n - k) * (n - k - 1) // 2)
            from touched inner join sizes using ({groups})
            group by kind
            union all
            select '{NO_NOISE}', coalesce(sum(n_clean * (n_clean - 1) // 2), 0) from sizes
            order by 1
            """
        ).fetchall()
        return {kind: int(n) for kind, n in rows}

    return _together(count("person_id"), count(cluster), count(f"person_id, {cluster}"))


def of_families(
    con: duckdb.DuckDBPyConnection, table: str, households: str, numbers: str, cluster: str
) -> Families:
    """Families that share a number (households: person_id, household_id; numbers: record_id,
    number), and how many are kept apart: no customer has records of two of those people."""
    row = con.execute(
        f"""
        with standing as (
            select distinct households.household_id, numbers.number, {table}.person_id
            from {numbers} as numbers
            inner join {table} using (record_id)
            inner join {households} as households using (person_id)
            where households.household_id is not null
        ),
        shared as (
            select household_id, person_id
            from standing
            qualify count(*) over (partition by household_id, number) > 1
        ),
        members as (select distinct household_id, person_id from shared),
        couples as (
            select a.household_id, a.person_id as person_1, b.person_id as person_2
            from members as a
            inner join members as b using (household_id)
            where a.person_id < b.person_id
        ),
        held as (select distinct person_id, {cluster} as cluster_id from {table}),
        united as (
            select distinct couples.household_id, couples.person_1, couples.person_2
            from couples
            inner join held as a on a.person_id = couples.person_1
            inner join held as b on b.person_id = couples.person_2 and b.cluster_id = a.cluster_id
        )
        select
            (select count(distinct household_id) from couples),
            (select count(distinct household_id) from united),
            (select count(*) from couples),
            (select count(*) from united)
        """
    ).fetchall()[0]
    n, n_united, n_couples, n_couples_united = (int(value) for value in row)
    return Families(n, n - n_united, n_couples, n_couples - n_couples_united)


def churn(con: duckdb.DuckDBPyConnection, before: str, after: str) -> Churn:
    """What became of the customers of an earlier crosswalk (record_id, customer_id)."""
    row = con.execute(
        f"""
        with joined as (
            select
                before.customer_id as id_before,
                after.customer_id as id_after,
                before.record_id is not null as is_before,
                after.record_id is not null as is_after
            from {before} as before
            full join {after} as after on after.record_id = before.record_id
        )
        select
            count(*) filter (where is_before and is_after),
            count(*) filter (where is_before and is_after and id_before <> id_after),
            count(distinct id_before),
            (select count(distinct a.customer_id) from {before} as a
            semi join {after} as b on b.customer_id = a.customer_id),
            count(*) filter (where not is_after),
            count(*) filter (where not is_before)
        from joined
        """
    ).fetchall()[0]
    return Churn(*(int(value) for value in row))


def _together(true: dict[K, int], claimed: dict[K, int], right: dict[K, int]) -> dict[K, Pairs]:
    keys = sorted({*true, *claimed}, key=str)
    return {key: Pairs(true.get(key, 0), claimed.get(key, 0), right.get(key, 0)) for key in keys}

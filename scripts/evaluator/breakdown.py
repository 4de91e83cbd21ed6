"""Where a clustering errs: by channels, by kind of noise, in families; and what changed since.

Pairs are counted from sizes here too (agreement.py says why).
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
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
        select
            identifiers.record_id,
            identifiers.identifier_hash as number,
            records.name_key is not null as has_name
        from intermediate.int_identity__identifiers as identifiers
        inner join intermediate.int_identity__records as records using (record_id)
        where identifier_type in ('mobile', 'telephone') and placeholder_note is null
    )
"""
K = TypeVar("K")


@dataclass(frozen=True)
class Families:
    """Families two or more of whom stand on one number, and how many no customer unites."""

    n: int
    n_apart: int
    # Those two of whom state a full name on an account with the number.
    n_named: int
    n_named_apart: int
    # Pairs of accounts with one number, of two of the family.
    n_pairs: int
    n_pairs_apart: int

    @property
    def share_apart(self) -> float:
        """The share of families that are kept apart; 1 where there is none."""
        return self.n_apart / self.n if self.n else 1.0

    @property
    def share_named_apart(self) -> float:
        """The same of families two of whom state their names."""
        return self.n_named_apart / self.n_named if self.n_named else 1.0

    @property
    def share_pairs_apart(self) -> float:
        """The share of pairs of such accounts that are kept apart."""
        return self.n_pairs_apart / self.n_pairs if self.n_pairs else 1.0

    def as_dict(self) -> dict[str, float]:
        """Counts and shares."""
        return {
            **asdict(self),
            "share_apart": self.share_apart,
            "share_named_apart": self.share_named_apart,
            "share_pairs_apart": self.share_pairs_apart,
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
            **asdict(self),
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
    number, has_name), and how many are kept apart: no customer has records of two of them."""
    row = con.execute(
        f"""
        with standing as (
            select
                households.household_id,
                numbers.number,
                {table}.person_id,
                {table}.{cluster} as cluster_id,
                count(*) as n,
                bool_or(numbers.has_name) as has_name
            from {numbers} as numbers
            inner join {table} using (record_id)
            inner join {households} as households using (person_id)
            where households.household_id is not null
            group by all
        ),
        sized as (
            select household_id, number, person_id, sum(n) as n, bool_or(has_name) as has_name
            from standing group by all
        ),
        families as (
            select
                household_id,
                max(n_people) > 1 as is_shared,
                max(n_named) > 1 as is_named,
                sum(n_of_several) as n_pairs
            from (
                select
                    household_id,
                    count(*) as n_people,
                    count(*) filter (where has_name) as n_named,
                    (sum(n) * sum(n) - sum(n * n)) // 2 as n_of_several
                from sized group by household_id, number
            )
            group by household_id
        ),
        members as (
            select distinct household_id, person_id
            from sized
            qualify count(*) over (partition by household_id, number) > 1
        ),
        -- Of a customer whichever number it has: two of those people in it are not apart.
        united as (
            select distinct household_id
            from members inner join {table} using (person_id)
            group by household_id, {table}.{cluster}
            having count(distinct person_id) > 1
        ),
        joined_pairs as (
            select (sum(n) * sum(n) - sum(n * n)) // 2 as n_joined
            from standing group by household_id, number, cluster_id
        )
        select
            count(*) filter (where is_shared),
            count(*) filter (where is_shared and united.household_id is null),
            count(*) filter (where is_named),
            count(*) filter (where is_named and united.household_id is null),
            coalesce(sum(n_pairs), 0),
            coalesce(sum(n_pairs), 0) - (select coalesce(sum(n_joined), 0) from joined_pairs)
        from families
        left join united using (household_id)
        """
    ).fetchall()[0]
    return Families(*(int(value) for value in row))


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

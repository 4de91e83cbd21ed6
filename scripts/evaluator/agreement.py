"""How well one clustering of records agrees with the truth, from counts alone.

No pair is ever listed: pairs follow from the sizes of clusters, of persons and of the cells where
both meet, so the time grows with the number of records, however large a cluster is.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

import duckdb


@dataclass(frozen=True)
class Pairs:
    """Pairs of records: of one person, of one cluster, and of both."""

    n_true: int
    n_claimed: int
    n_right: int

    @property
    def precision(self) -> float:
        """Of the pairs that were joined, the share that is of one person; 1 where none was."""
        return _share(self.n_right, self.n_claimed)

    @property
    def recall(self) -> float:
        """Of the pairs of one person, the share that was joined; 1 where there is none."""
        return _share(self.n_right, self.n_true)

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        return harmonic_mean(self.precision, self.recall)

    def as_dict(self) -> dict[str, float]:
        """Counts and figures."""
        return {
            **asdict(self),
            "precision": self.precision,
            "recall": self.recall,
            "f1": self.f1,
        }


@dataclass(frozen=True)
class Agreement:
    """One clustering beside the truth."""

    n_records: int
    n_people: int
    n_clusters: int
    # Clusters that hold all records of one person and no other record.
    n_exact: int
    # Clusters of several persons, persons in several clusters.
    n_overmerged: int
    n_undermerged: int
    pairs: Pairs
    # Each record weighs the same (Bagga and Baldwin).
    b_cubed_precision: float
    b_cubed_recall: float

    @property
    def b_cubed_f1(self) -> float:
        """The harmonic mean of both B-cubed figures."""
        return harmonic_mean(self.b_cubed_precision, self.b_cubed_recall)

    @property
    def exact_rate(self) -> float:
        """The share of persons all of whose records, and no other, are one cluster."""
        return _share(self.n_exact, self.n_people)

    @property
    def exact_precision(self) -> float:
        """The share of clusters that are one whole person."""
        return _share(self.n_exact, self.n_clusters)

    def as_dict(self) -> dict[str, object]:
        """Counts and figures."""
        return {
            "n_records": self.n_records,
            "n_people": self.n_people,
            "n_customers": self.n_clusters,
            "n_exact": self.n_exact,
            "n_overmerged": self.n_overmerged,
            "n_undermerged": self.n_undermerged,
            "pairwise": self.pairs.as_dict(),
            "b_cubed": {
                "precision": self.b_cubed_precision,
                "recall": self.b_cubed_recall,
                "f1": self.b_cubed_f1,
            },
            "exact_cluster_rate": self.exact_rate,
            "exact_cluster_precision": self.exact_precision,
        }


def harmonic_mean(precision: float, recall: float) -> float:
    """F1 of both; 0 where both are 0."""
    total = precision + recall
    return 2 * precision * recall / total if total else 0.0


def measure(con: duckdb.DuckDBPyConnection, table: str, cluster: str) -> Agreement:
    """The agreement of a column of a table that has person_id, one row per record."""
    row = con.execute(
        f"""
        with cells as (
            select {cluster} as cluster_id, person_id, count(*) as n from {table} group by all
        ),
        sized as (
            select
                n,
                sum(n) over (partition by cluster_id) as n_cluster,
                sum(n) over (partition by person_id) as n_person,
                count(*) over (partition by cluster_id) as n_people_of_cluster,
                count(*) over (partition by person_id) as n_clusters_of_person,
                row_number() over (partition by cluster_id order by person_id) as place_in_cluster,
                row_number() over (partition by person_id order by cluster_id) as place_in_person
            from cells
        )
        select
            coalesce(sum(n), 0),
            count(*) filter (where place_in_person = 1),
            count(*) filter (where place_in_cluster = 1),
            count(*) filter (where n = n_cluster and n = n_person),
            count(*) filter (where place_in_cluster = 1 and n_people_of_cluster > 1),
            count(*) filter (where place_in_person = 1 and n_clusters_of_person > 1),
            coalesce(sum(n_person * (n_person - 1) // 2) filter (where place_in_person = 1), 0),
            coalesce(sum(n_cluster * (n_cluster - 1) // 2) filter (where place_in_cluster = 1), 0),
            coalesce(sum(n * (n - 1) // 2), 0),
            -- Of a cell's records each finds n of its cluster's, n of its person's.
            coalesce(fsum(n * 1e0 * n / n_cluster) / sum(n), 1),
            coalesce(fsum(n * 1e0 * n / n_person) / sum(n), 1)
        from sized
        """
    ).fetchall()[0]
    n_records, n_people, n_clusters, n_exact, n_overmerged, n_undermerged = map(int, row[:6])
    return Agreement(
        n_records=n_records,
        n_people=n_people,
        n_clusters=n_clusters,
        n_exact=n_exact,
        n_overmerged=n_overmerged,
        n_undermerged=n_undermerged,
        pairs=Pairs(*map(int, row[6:9])),
        b_cubed_precision=float(row[9]),
        b_cubed_recall=float(row[10]),
    )


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 1.0

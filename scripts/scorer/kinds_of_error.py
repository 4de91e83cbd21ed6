"""Recall and precision of each kind of error that is injected."""

from __future__ import annotations

import math
from dataclasses import dataclass

import duckdb

from .mapping import IDENTITY, Floor, Kind

# Below a floor by chance alone once in fifty times.
CHANCE = 2.05
COPIES = ("exact_duplicate", "near_duplicate", "missing_key")


@dataclass(frozen=True)
class Score:
    """One line of the report: counts of a kind, a class, a reason or the like.

    `n_claimed` counts what was said to be of this kind, `n_right` those of them that are;
    `n_effective` to how many independent cases the true ones amount.
    """

    part: str
    name: str
    n_true: int
    n_caught: int
    n_claimed: int
    n_right: int
    target: float | None = None
    meaning: str = ""
    floor: Floor | None = None
    n_effective: float | None = None

    @property
    def recall(self) -> float | None:
        """Share of the true ones that were caught; none where there are none."""
        return self.n_caught / self.n_true if self.n_true else None

    @property
    def precision(self) -> float | None:
        """Share of the claimed ones that are right; none where nothing was claimed."""
        return self.n_right / self.n_claimed if self.n_claimed else None

    @property
    def is_met(self) -> bool | None:
        """Whether both figures reach the target or their floors; none where neither is set."""
        if self.recall is None:
            return None
        if self.floor is not None:
            return _reaches(
                self.recall, self.floor.recall, self.n_effective or self.n_true
            ) and _reaches(self.precision, self.floor.precision, self.n_claimed)
        if self.target is None:
            return None
        return self.recall >= self.target and (self.precision or 0.0) >= self.target


def _reaches(share: float | None, floor: float | None, n: float) -> bool:
    """Whether a share is no further below its floor than so few cases may be by chance."""
    if share is None or floor is None:
        return True
    return share >= floor - CHANCE * math.sqrt(floor * (1 - floor) / n)


def judge(con: duckdb.DuckDBPyConnection, kinds: dict[str, Kind]) -> None:
    """Table `judged`: each injected cell and whether it was caught in one of its kind's ways."""
    con.execute("create temp table ways (kind varchar, way varchar, detail varchar)")
    con.executemany(
        "insert into ways values (?, ?, ?)",
        [
            (kind.name, *(way.split(":", 1) if ":" in way else (way, "")))
            for kind in kinds.values()
            for way in (kind.ways or ("",))
        ],
    )
    con.execute(
        """
        create temp table found as
        select distinct
            channel || '.' || entity as table_name, record_key as row_key, column_name, rule
        from intermediate.int_quality__findings
        """
    )
    con.execute(
        """
        create temp table unlinked as
        select distinct
            record_id,
            case identifier_type when 'telephone' then 'mobile' else identifier_type end as node,
            reason
        from intermediate.int_identity__firewall
        where reason in ('placeholder', 'hub_of_people', 'hub_of_records')
        """
    )
    con.execute(
        """
        create temp table attached_by_number as
        select
            kind,
            substr(mention_id, length(kind) + 2) as row_key,
            case attached_by when 'telephone' then 'mobile' else attached_by end as node
        from intermediate.int_activity__mentions
        where attached_by in ('mobile', 'telephone', 'email')
        """
    )
    con.execute(
        """
        create temp table cells as
        select
            injected.id,
            injected.table_name,
            injected.column_name,
            injected.kind,
            staged_cells.row_key,
            staged_cells.record_id,
            case
                when injected.column_name like '%mobile%' then 'mobile'
                when injected.column_name like '%email%' then 'email'
                when injected.column_name = 'id_card_no' then 'national_id'
            end as node,
            case injected.table_name
                when 'store.sales' then 'sale' when 'service.tickets' then 'ticket'
                when 'survey.responses' then 'survey' when 'marketing.touches' then 'touch'
            end as mention_kind,
            staged_cells.is_staged,
            staged_cells.is_as_it_was,
            staged_cells.is_nothing,
            staged_cells.telephone
            = '+86' || ltrim(regexp_replace(injected.injected, '[^0-9]', '', 'g'), '0')
            as is_telephone,
            staged_cells.telephone_kind
        from injected
        inner join staged_cells using (id)
        """
    )
    con.execute(
        """
        create temp table judged as
        select
            cells.id,
            cells.table_name,
            cells.column_name,
            cells.kind,
            bool_or(cells.is_staged and coalesce(case ways.way
                when 'value' then cells.is_as_it_was
                when 'nothing' then cells.is_nothing
                when 'telephone' then cells.is_telephone
                -- Where staging keeps a hash only, nothing of the number is kept.
                when 'kind' then coalesce(cells.telephone_kind = ways.detail, cells.is_nothing)
                when 'finding' then found.rule is not null
                when 'firewall' then unlinked.reason is not null
                when 'unattached'
                    then cells.mention_kind is not null and attached_by_number.row_key is null
            end, false)) as is_caught
        from cells
        inner join ways on ways.kind = cells.kind
        left join found
            on
                ways.way = 'finding'
                and found.table_name = cells.table_name
                and found.row_key = cells.row_key
                and found.column_name = cells.column_name
                and found.rule = ways.detail
        left join unlinked
            on
                ways.way = 'firewall'
                and unlinked.record_id = cells.record_id
                and unlinked.node = cells.node
                and unlinked.reason = ways.detail
        left join attached_by_number
            on
                ways.way = 'unattached'
                and attached_by_number.kind = cells.mention_kind
                and attached_by_number.row_key = cells.row_key
                and attached_by_number.node = cells.node
        group by cells.id, cells.table_name, cells.column_name, cells.kind
        """
    )


def score_kinds(con: duckdb.DuckDBPyConnection, kinds: dict[str, Kind]) -> list[Score]:
    """A line per kind that was injected."""
    injected = dict(
        con.execute("select kind, count(*) from injected group by kind order by kind").fetchall()
    )
    unknown = sorted(set(injected) - set(kinds))
    if unknown:
        raise KeyError(f"scripts/scorer/kinds.csv lacks {', '.join(unknown)}")
    scores = []
    for kind in kinds.values():
        n = injected.get(kind.name, 0)
        if not n or not kind.ways:
            continue
        if kind.ways == (IDENTITY,):
            scores.append(Score(IDENTITY, kind.name, n, 0, 0, 0, None, kind.meaning))
            continue
        if kind.name in COPIES:
            n_caught, n_claimed, n_right = _copies(con, kind)
        else:
            n_caught = _number(
                con, f"select count(*) from judged where kind = '{kind.name}' and is_caught"
            )
            n_claimed, n_right = _claims(con, kind, n_caught)
        scores.append(
            Score("error", kind.name, n, n_caught, n_claimed, n_right, kind.target, kind.meaning)
        )
    return scores


def _number(con: duckdb.DuckDBPyConnection, sql: str) -> int:
    return int(con.execute(sql).fetchall()[0][0] or 0)


def _claims(con: duckdb.DuckDBPyConnection, kind: Kind, n_caught: int) -> tuple[int, int]:
    """What was said to be such an error, and how often that was right."""
    n_claimed = n_right = 0
    if set(kind.ways) & {"value", "nothing", "telephone"} or kind.details("kind"):
        # Of clean cells of the same columns each one that is read as something else is a claim.
        wrong = "n_lost" if kind.ways[0] != "value" else "n_changed"
        n_wrong = _number(
            con,
            f"""
            select sum({wrong}) from clean_cells
            semi join injected
                on
                    injected.kind = '{kind.name}'
                    and injected.table_name = clean_cells.table_name
                    and injected.column_name = clean_cells.column_name
            """,
        )
        n_claimed, n_right = n_caught + n_wrong, n_caught
    for rule in kind.details("finding"):
        claimed, right = con.execute(
            """
            select count(*), count(*) filter (where is_right) from rule_claims where rule = ?
            """,
            [rule],
        ).fetchall()[0]
        n_claimed, n_right = n_claimed + claimed, n_right + right
    for reason in kind.details("firewall"):
        claimed, right = con.execute(
            f"""
            with of_kind as (
                select distinct record_id, node, kind from cells where record_id is not null
            ),
            nodes as (select distinct node from of_kind where kind = '{kind.name}')
            select count(*), count(*) filter (where is_right)
            from (
                select
                    unlinked.record_id,
                    unlinked.node,
                    bool_or(of_kind.kind is not null) as is_right
                from unlinked
                semi join nodes on nodes.node = unlinked.node
                left join (
                    select of_kind.* from of_kind
                    inner join ways
                        on ways.kind = of_kind.kind and ways.way = 'firewall'
                        and ways.detail = '{reason}'
                ) as of_kind
                    on of_kind.record_id = unlinked.record_id and of_kind.node = unlinked.node
                where unlinked.reason = '{reason}'
                group by unlinked.record_id, unlinked.node
            )
            """
        ).fetchall()[0]
        n_claimed, n_right = n_claimed + claimed, n_right + right
    return n_claimed, n_right


def claim_rules(con: duckdb.DuckDBPyConnection) -> None:
    """Table `rule_claims`: each finding, and whether an error of one of its kinds explains it.

    A region that truly is no division of the mainland is rightly found although nobody injected it.
    """
    con.execute(
        """
        create temp table rule_claims as
        with explained as (
            select distinct cells.table_name, cells.row_key, cells.column_name, ways.detail as rule
            from cells
            inner join ways on ways.kind = cells.kind and ways.way = 'finding'
        )
        select
            found.rule,
            found.table_name,
            found.column_name,
            found.row_key,
            explained.row_key is not null or natural_findings.row_key is not null as is_right
        from found
        left join explained using (table_name, row_key, column_name, rule)
        left join natural_findings using (table_name, row_key, column_name, rule)
        """
    )


def _copies(con: duckdb.DuckDBPyConnection, kind: Kind) -> tuple[int, int, int]:
    """Caught, claimed and right among copied rows, counted by table and key."""
    if kind.name == "missing_key":
        rows = con.execute(
            """
            with injected_rows as (
                select table_name, count(*) as n from injected where kind = 'missing_key' group by 1
            ),
            rejected as (
                select channel || '.' || entity as table_name, sum(n_seen) as n
                from main.quality_rejected_rows group by 1
            )
            select
                sum(least(coalesce(injected_rows.n, 0), coalesce(rejected.n, 0))),
                sum(coalesce(rejected.n, 0))
            from injected_rows full join rejected using (table_name)
            """
        ).fetchall()
        return int(rows[0][0] or 0), int(rows[0][1] or 0), int(rows[0][0] or 0)
    n_claimed, n_right = con.execute(
        """
        with dropped as (
            select channel || '.' || entity as table_name, record_key as row_key, count(*) as n
            from main.quality_duplicates group by 1, 2
        ),
        copied as (
            select table_name, row_key, count(*) as n from copies group by 1, 2
        )
        select sum(dropped.n), sum(least(dropped.n, coalesce(copied.n, 0)))
        from dropped left join copied using (table_name, row_key)
        """
    ).fetchall()[0]
    if kind.name == "near_duplicate":
        n_caught = _number(con, "select count(*) from copies where is_newer_kept")
    else:
        n_caught = _number(
            con,
            """
            select sum(least(copied.n, coalesce(dropped.n, 0)))
            from (
                select table_name, row_key, count(*) as n from copies
                where kind = 'exact_duplicate' group by 1, 2
            ) as copied
            left join (
                select channel || '.' || entity as table_name, record_key as row_key,
                    count(*) as n
                from main.quality_duplicates group by 1, 2
            ) as dropped using (table_name, row_key)
            """,
        )
    return n_caught, int(n_claimed or 0), int(n_right or 0)

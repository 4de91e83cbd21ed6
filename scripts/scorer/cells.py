"""Cell by cell: what staging read where an error was injected, and where none was."""

from __future__ import annotations

from pathlib import Path

import duckdb

from .mapping import Reading, readings

# Local time of all extracts but those of stores with a clock of their own.
TIME_ZONE = "Asia/Shanghai"

# SQL over a clean text `{t}`: the value that staging should read.
TRUTHS = {
    "text": "{t}",
    "code": "{t}",
    "flag": "{t} = 'true'",
    "date": "cast({t} as date)",
    "number": "try_cast({t} as integer)",
    "local_time": "cast({t} as timestamp)",
    "time": "cast({t} as timestamp)",
    "money": "cast({t} as decimal(18, 2))",
    "mobile": "{t}",
    "mobile_hash": "case when {t} not like '+%' then keyed_hash({t}) end",
    "email": "lower({t})",
    "region": "(select province || '|' || city from regions where region = {t})",
}
# SQL over the staging model `b` and its column `{s}`: the value that staging read.
STAGED = {
    "mobile": "coalesce(b.{s}, b.{telephone})",
    "region": "b.{s}province || '|' || b.{s}city",
    "time": (
        "case when b.{s}_zone is null then b.{s}"
        " else (b.{s} at time zone b.{s}_zone) at time zone coalesce(z.zone, '{default_zone}') end"
    ),
}


def prepare(con: duckdb.DuckDBPyConnection, raw: Path, key: str) -> None:
    """Views and tables that every part of the score reads."""
    con.execute(f"create temp view truth_errors as from read_parquet('{raw}/truth/errors.parquet')")
    con.execute("create temp sequence numbers")
    con.execute(
        """
        create temp table injected as
        select nextval('numbers') as id, channel || '.' || entity as table_name, * from truth_errors
        """
    )
    con.execute(
        f"""
        create temp macro keyed_hash(t) as sha256('{key}' || sha256('{key}' || t))
        """
    )
    con.execute(
        """
        create temp table regions as
        with leaves as (
            select
                d.name as district,
                case when c.level = 'city' then c.name end as city,
                coalesce(p.name, c.name) as province
            from reference.divisions as d
            left join reference.divisions as c on c.division_code = d.parent_code
            left join reference.divisions as p on p.division_code = c.parent_code
            where d.level = 'district'
            union all
            -- Cities that have no districts.
            select '', d.name, p.name
            from reference.divisions as d
            inner join reference.divisions as p on p.division_code = d.parent_code
            anti join reference.divisions as below on below.parent_code = d.division_code
            where d.level = 'city'
        )
        select
            case when province = coalesce(city, province) then '' else province end
            || coalesce(city, province) || district as region,
            province,
            coalesce(city, province) as city
        from leaves
        """
    )
    # Receipts and their tenders have the clock of their store.
    con.execute(
        """
        create temp table zones as
        with sales as (
            select s.receipt_no, any_value(t.timezone) as zone
            from staging.base_store__sales as s
            inner join staging.base_store__stores as t using (store_id)
            where t.timezone is not null
            group by s.receipt_no
        )
        select 'store.sales' as table_name, receipt_no as row_key, zone from sales
        union all
        select distinct 'payments.tenders', t.row_key, sales.zone
        from staging.base_payments__tenders as t
        inner join sales on t.channel = 'store' and sales.receipt_no = t.order_id
        """
    )
    con.execute(
        """
        create temp table staged_cells (
            id bigint, row_key varchar, record_id varchar, is_staged boolean,
            is_as_it_was boolean, is_nothing boolean, telephone varchar, telephone_kind varchar
        )
        """
    )
    con.execute(
        "create temp table clean_cells"
        " (table_name varchar, column_name varchar, n bigint, n_changed bigint, n_lost bigint)"
    )
    con.execute(
        "create temp table copies"
        " (table_name varchar, row_key varchar, kind varchar, is_newer_kept boolean)"
    )
    con.execute(
        "create temp table natural_findings"
        " (table_name varchar, row_key varchar, column_name varchar, rule varchar)"
    )


def read_cells(con: duckdb.DuckDBPyConnection, raw: Path) -> None:
    """Fills the tables that `prepare` made: what was read of each cell, where errors are and not.

    `staged_cells` has one row per injected cell, `clean_cells` one per column, `copies` one per
    copied row, `natural_findings` what is rightly found although nobody injected it. A row that
    staging lost has lost all its cells.
    """
    present = {row[0] for row in con.execute("select distinct table_name from injected").fetchall()}
    for reading in readings():
        if reading.table in present:
            _read_column(con, raw, reading)
    for table in sorted(present):
        _read_copies(con, table)
    known = {(reading.table, reading.column) for reading in readings()}
    unknown = [
        f"{table}.{column}"
        for table, column in con.execute(
            "select distinct table_name, column_name from injected"
            " where column_name is not null and kind not in ('missing_key', 'near_duplicate')"
        ).fetchall()
        if (table, column) not in known
    ]
    if unknown:
        raise KeyError(f"scripts/scorer/readings.csv lacks {', '.join(sorted(unknown))}")


def _read_column(con: duckdb.DuckDBPyConnection, raw: Path, reading: Reading) -> None:
    channel, entity = reading.table.split(".")
    model = f"staging.base_{channel}__{entity}"
    columns = {row[0] for row in con.execute(f"describe {model}").fetchall()}
    telephone = reading.staged.replace("mobile", "telephone")
    staged = STAGED.get(reading.reading, "b.{s}").format(
        s=reading.staged, telephone=telephone, default_zone=TIME_ZONE
    )
    kind = f"{reading.staged}_kind"
    is_number = reading.reading == "mobile"

    def truth(text: str) -> str:
        return TRUTHS[reading.reading].format(t=text)

    zones = f"left join zones as z on z.table_name = '{reading.table}' and z.row_key = b.row_key"
    joins = zones if reading.reading == "time" else ""
    con.execute(
        f"""
        insert into staged_cells
        select
            e.id,
            b.row_key,
            {"b.record_id" if "record_id" in columns else "null"},
            b._source_row is not null,
            {staged} is not distinct from {truth("e.original")},
            {"b." + reading.staged if reading.reading == "mobile_hash" else staged} is null,
            {"b." + telephone if is_number else "null"},
            {"b." + kind if is_number and kind in columns else "null"}
        from injected as e
        left join {model} as b on b._source_row = e.source_row
        {joins}
        where e.table_name = '{reading.table}' and e.column_name = '{reading.column}'
        """
    )
    con.execute(
        f"""
        insert into clean_cells
        with judged as (
            select
                b._source_row is not null
                    and {staged} is not distinct from {truth("r.value")} as is_as_it_is,
                {staged} is null and {truth("r.value")} is not null as is_lost
            from (
                select
                    {reading.column} as value,
                    file_row_number + 1 as source_row,
                    count(*) over () as n_rows
                from read_parquet('{raw}/{channel}/{entity}.parquet', file_row_number = true)
            ) as r
            left join {model} as b on b._source_row = r.source_row
            {joins}
            anti join injected as e
                on
                    e.table_name = '{reading.table}'
                    and e.source_row = r.source_row
                    and e.column_name = '{reading.column}'
            where r.value is not null and r.source_row <= r.n_rows - (
                select count(*) from injected
                where
                    table_name = '{reading.table}'
                    and kind in ('exact_duplicate', 'near_duplicate', 'missing_key')
            )
        )
        select
            '{reading.table}',
            '{reading.column}',
            count(*),
            count(*) filter (where not is_as_it_is),
            count(*) filter (where is_lost)
        from judged
        """
    )
    if reading.reading == "region":
        con.execute(
            f"""
            insert into natural_findings
            select '{reading.table}', b.row_key, '{reading.column}', 'unknown_region'
            from (
                select {reading.column} as value, file_row_number + 1 as source_row
                from read_parquet('{raw}/{channel}/{entity}.parquet', file_row_number = true)
            ) as r
            inner join {model} as b on b._source_row = r.source_row
            anti join injected as e
                on
                    e.table_name = '{reading.table}'
                    and e.source_row = r.source_row
                    and e.column_name = '{reading.column}'
            anti join regions on regions.region = r.value
            where r.value is not null
            """
        )


def _read_copies(con: duckdb.DuckDBPyConnection, table: str) -> None:
    channel, entity = table.split(".")
    model = f"staging.base_{channel}__{entity}"
    changed = " ".join(
        f"when '{reading.column}' then kept.{reading.staged} = e.injected"
        for reading in readings()
        if reading.table == table and reading.reading == "text"
    )
    con.execute(
        f"""
        insert into copies
        select
            e.table_name,
            b.row_key,
            e.kind,
            {f"case e.column_name {changed} else false end" if changed else "false"}
        from injected as e
        inner join {model} as b on b._source_row = e.source_row
        inner join {model} as kept on kept.row_key = b.row_key and kept.duplicate_rank = 1
        where
            e.table_name = '{table}'
            and e.kind in ('exact_duplicate', 'near_duplicate')
            and kept.rejection is null
        """
    )

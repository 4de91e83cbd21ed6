"""What to hold a clustering against: what could be found at all, and what exact keys alone find.

Both are connected components of records and what they bear, found here by scipy, not by the models
that are measured.
"""

from __future__ import annotations

import duckdb
import numpy as np
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

# What a record bears, as rows (record_id, evidence). A known placeholder tells of nobody.
IDENTIFIERS = """
    select record_id, identifier_hash as evidence
    from intermediate.int_identity__identifiers
    where placeholder_note is null
"""
NAMES = """
    select record_id, 'name|' || name_key as evidence
    from intermediate.int_identity__records
    where name_key is not null
"""
NICKNAMES = """
    select record_id, 'nickname|' || nickname_key as evidence
    from intermediate.int_identity__records
    where nickname_key is not null
"""
# A full name and one thing more that agrees, of those that each account may state.
NAMES_WITH_MORE = """
    select record_id, unnest([
        'name and birth date|' || name_key || '|' || birth_date,
        'name and sex|' || name_key || '|' || gender,
    ]) as evidence
    from intermediate.int_identity__records
"""
# Every value as it stands, whatever it is: of a device nobody would expect that it is one person's.
RAW_KEYS = """
    select record_id, identifier_hash as evidence
    from intermediate.int_identity__identifiers
    where identifier_type <> 'device_id'
"""


def join_records(
    con: duckdb.DuckDBPyConnection, table: str, column: str, evidence: str, within: str = "''"
) -> None:
    """Adds a column to a table of records (record_id): the component of the records joined by
    equal evidence, where `within` (SQL over the table) is equal too."""
    edges = con.execute(
        f"""
        with records as (
            select record_id, {within} as whole, row_number() over () - 1 as record_no
            from {table}
        ),
        borne as (
            select records.record_no, records.record_id, whole || '|' || evidence as node
            from ({evidence}) as borne
            inner join records using (record_id)
            where evidence is not null
        )
        select record_no, record_id, dense_rank() over (order by node) - 1 as node_no
        from borne
        """
    ).fetchnumpy()
    record_nos = np.asarray(edges["record_no"], dtype=np.int64)
    node_nos = np.asarray(edges["node_no"], dtype=np.int64)
    n_records = int(con.execute(f"select count(*) from {table}").fetchall()[0][0])
    n_nodes = n_records + (int(node_nos.max()) + 1 if len(node_nos) else 0)
    graph = coo_matrix(
        (np.ones(len(record_nos), dtype=np.int8), (record_nos, n_records + node_nos)),
        shape=(n_nodes, n_nodes),
    )
    labels = connected_components(graph, directed=False)[1]
    joined = {"record_id": edges["record_id"], "label": labels[record_nos].astype(np.int64)}
    con.register("joined_records", joined)
    con.execute(f"alter table {table} add column {column} varchar")
    con.execute(
        f"""
        update {table} set {column} = labels.label
        from (select record_id, any_value(label) as label from joined_records group by 1) as labels
        where labels.record_id = {table}.record_id
        """
    )
    # Who bears nothing is alone.
    con.execute(f"update {table} set {column} = 'alone:' || record_id where {column} is null")
    con.unregister("joined_records")

"""Probabilities that two entities are one person, by Splink (docs/identity.md)."""

from pathlib import Path


def model(dbt, session):
    """Pairs at or above the threshold of review; the file of parameters is read before anything."""
    dbt.config(materialized="table")
    from scripts import linkage

    parameters = linkage.read_parameters(Path(dbt.config.meta_get("linkage_parameters")))
    # Splink wants tables by name, and a connection of its own for the many that it makes.
    dbt.ref("int_identity__entities")
    dbt.ref("int_identity__candidate_pairs")
    with session.cursor() as connection:
        scored = linkage.score(
            connection,
            entities=f'"{dbt.this.database}"."{dbt.this.schema}".int_identity__entities',
            pairs=f'"{dbt.this.database}"."{dbt.this.schema}".int_identity__candidate_pairs',
            parameters=parameters,
            at_least=float(dbt.config.meta_get("review_threshold")),
        )
    return scored

"""The features by one join with conditional aggregates in DuckDB, on two threads."""

from pathlib import Path

import duckdb
import pandas as pd
from asked import sql


def warm(folder: Path) -> None:
    """Nothing to compile."""


def compute(folder: Path) -> pd.DataFrame:
    with duckdb.connect() as database:
        database.sql("SET threads = 2")
        database.sql(
            f"CREATE VIEW events AS SELECT * FROM '{folder / 'events.parquet'}'"
        )
        database.sql(
            "CREATE TABLE rows AS SELECT *, row_number() OVER () AS at "
            f"FROM '{folder / 'rows.parquet'}'"
        )
        return database.sql(sql("duckdb") + " ORDER BY r.at").df()

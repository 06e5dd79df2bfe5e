"""Families in an SSD: groups of one family id, and links to members a generation older.

The family of residence at a contact is no proof of parenthood, so all of it is weak.
"""

import polars as pl

from riskaid.records.quality import FileLedger
from riskaid.records.read_csv import ROW, TextTable
from riskaid.records.ssd_tables import SSD
from riskaid.records.supply import NO_GROUPS, Supply
from riskaid.records.values import dates, ids

OLDER_BY_YEARS = 16
LARGEST_FAMILY = 40


def family_links(
    tables: dict[str, tuple[TextTable, FileLedger]],
) -> tuple[pl.DataFrame, Supply | None]:
    """Family groups, and weak links from a child to members a generation older."""
    if "ssd_family" not in tables:
        return NO_GROUPS, None
    held, ledger = tables["ssd_family"]
    ledger.read_as.append("family groups")
    frame = held.rows
    columns = SSD["ssd_family"].columns
    if any(columns[c] not in frame.columns for c in ("person_id", "group")):
        ledger.refuse("no person or no family id", frame[ROW])
        return NO_GROUPS, None
    rows = pl.DataFrame(
        {
            "row": frame[ROW],
            "source_row": frame[ROW],
            "person_id": ids(frame[columns["person_id"]]).values,
            "group": ids(frame[columns["group"]]).values,
        }
    )
    lost = pl.col("person_id").is_null() | pl.col("group").is_null()
    ledger.refuse("no person or no family id", rows.filter(lost)["row"])
    rows = rows.filter(~lost)
    pairs = rows.unique(["person_id", "group"], keep="first", maintain_order=True)
    again = rows.join(pairs.select("row"), on="row", how="anti")
    ledger.note("the same person and family as an earlier row", again["row"])
    ledger.keep(rows["row"])
    groups = pairs.select(
        "person_id",
        pl.concat_str(pl.lit("ssd:"), "group").alias("group"),
        pl.lit("weak").alias("strength"),
    )
    return groups, _weak_links(pairs, tables, held.name, ledger)


def _weak_links(
    pairs: pl.DataFrame,
    tables: dict[str, tuple[TextTable, FileLedger]],
    file: str,
    ledger: FileLedger,
) -> Supply | None:
    if "ssd_person" not in tables:
        return None
    people = tables["ssd_person"][0].rows
    columns = SSD["ssd_person"].columns
    who, when = (first_filled(people, columns[c]) for c in ("person_id", "born"))
    if who is None or when is None:
        return None
    born = pl.DataFrame({"person_id": ids(who).values, "born": dates(when).values})
    born = born.drop_nulls().group_by("person_id").agg(pl.col("born").min())
    members = pairs.filter(pl.len().over("group") <= LARGEST_FAMILY)
    members = members.join(born, on="person_id", maintain_order="left")
    older = members.select("group", pl.col("person_id").alias("adult_id"), "born")
    links = members.join(older, on="group", suffix="_adult", maintain_order="left")
    gap = pl.col("born_adult").dt.offset_by(f"{OLDER_BY_YEARS}y") <= pl.col("born")
    links = links.filter(gap).unique(
        ["person_id", "adult_id"], keep="first", maintain_order=True
    )
    rows = links.select(
        "row",
        "source_row",
        "person_id",
        "adult_id",
        pl.lit("family").alias("role"),
        pl.lit("weak").alias("strength"),
    )
    return Supply("household", file, ledger, rows, dated=False)


def first_filled(frame: pl.DataFrame, names: str) -> pl.Series | None:
    """The first of the names that has any text; builds differ in which they fill."""
    held = [frame[n] for n in names.split("|") if n in frame.columns]
    if not held:
        return None
    filled = [s for s in held if s.null_count() < len(s)]
    return (filled or held)[0]

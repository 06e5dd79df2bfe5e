"""The synthetic council as SSDA903: the CSV modules of each year, and the last as XML.

Columns and codes are those of the return of its year (read from csc-validator-be-903
and LIIA's schemas). What the synthetic council does not know is left empty: checks of
health, convictions, and what a setting is called.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

import polars as pl

from riskaid.records.synthetic.returns import (
    LETTERS_FOR_SEX,
    Outlet,
    ReturnYear,
    Tables,
    by_then,
    during,
    facts,
    joined,
    people,
    tag,
)
from riskaid.records.synthetic.ssd_care import LEGAL_THEN
from riskaid.sheet import write_csv

NAME = "synthetic council SSDA903"
DAY = "%d/%m/%Y"
OLD_SEX = {"M": "1", "F": "2"}
SUPPORTED_FROM = 2025
"""The first year of K3; before, such places were semi-independent (H5)."""
ALONE = "N8"
"""The need of young people who arrived alone: nobody else in this council has it."""
ADULT_YEARS = 18
MODULES: dict[str, tuple[str, ...]] = {
    "header": ("CHILD", "SEX", "DOB", "ETHNIC", "UPN", "MOTHER", "MC_DOB"),
    "episodes": (
        "CHILD", "DECOM", "RNE", "LS", "CIN", "PLACE", "PLACE_PROVIDER", "DEC", "REC",
        "REASON_PLACE_CHANGE", "HOME_POST", "PL_POST", "URN",
    ),
    "reviews": ("CHILD", "DOB", "REVIEW", "REVIEW_CODE"),
    "uasc": ("CHILD", "SEX", "DOB", "DUC"),
    "oc2": (
        "CHILD", "DOB", "SDQ_SCORE", "SDQ_REASON", "CONVICTED", "HEALTH_CHECK",
        "IMMUNISATIONS", "TEETH_CHECK", "HEALTH_ASSESSMENT", "SUBSTANCE_MISUSE",
        "INTERVENTION_RECEIVED", "INTERVENTION_OFFERED",
    ),
    "missing": ("CHILD", "DOB", "MISSING", "MIS_START", "MIS_END"),
}  # fmt: skip
BLOCKS = {"reviews": "AREVIEW", "missing": "AMISSING", "oc2": "OC2"}
"""Modules that stand inside the header of a child in the XML."""
XML_NAMES = {"CHILD": "CHILDID", "PLACE": "PL"}
REVIEWS = (28, 119)
"""Days after entering care of the first two reviews; the others follow half-yearly."""
HALF_YEAR = 182
OWN_VIEWS = 4
"""From this age a child takes part in reviews."""
SDQ_AGES = (4, 17)
"""A score is asked for from the first of these birthdays until the second."""


def open_ssda903(folder: Path, years: list[ReturnYear], stack: ExitStack) -> Outlet:
    """Begin the modules of each year; what is returned takes chunk after chunk.

    Args:
        folder: Where a folder a year will stand, with its extract.json; and one more
            for the XML of the last year.
        years: Collection years.
        stack: Ends and closes the files.
    """
    files: list[tuple[ReturnYear, dict[str, BinaryIO]]] = []
    for year in years:
        place = folder / year.name
        place.mkdir(parents=True)
        facts(place, NAME, year.first, year.last)
        opened: dict[str, BinaryIO] = {
            module: stack.enter_context((place / f"{module}.csv").open("wb"))
            for module in MODULES
        }
        for module, columns in MODULES.items():
            opened[module].write((",".join(columns) + "\n").encode())
        files.append((year, opened))
    last = years[-1:]
    for year in last:
        place = folder / f"{year.name}_xml"
        place.mkdir()
        facts(place, NAME, year.first, year.last)
        xml = stack.enter_context((place / f"ssda903_{year.name}.xml").open("wb"))
        xml.write(b'<?xml version="1.0" encoding="utf-8"?>\n<EXPSSDA903>\n')
        stack.callback(xml.write, b"</EXPSSDA903>\n")

    def add(tables: Tables) -> None:
        for year, opened in files:
            made = dict(modules(tables, year))
            for module, rows in made.items():
                write_csv(rows, opened[module], header=False)
            if year in last:
                xml.write("".join(as_xml(made)).encode())

    return add


def modules(tables: Tables, year: ReturnYear) -> Iterator[tuple[str, pl.DataFrame]]:
    """Each module of a year, as text with its columns in order, sorted by child."""
    care = _care(tables, year)
    who = people(tables, year.last).join(care, on="child", how="semi").sort("child")
    sex = pl.col("sex")
    if year.last.year < LETTERS_FOR_SEX:
        sex = sex.replace_strict(OLD_SEX, default=None)
    who = who.select(
        "child",
        sex,
        pl.coalesce("born", "expected").alias("born"),
        "ethnicity",
        pl.coalesce("upn", "no_upn").alias("upn"),
    )
    yield "header", _laid_out(
        "header", who, CHILD="child", SEX="sex", DOB="born", ETHNIC="ethnicity",
        UPN="upn",
    )  # fmt: skip
    yield "episodes", _episodes(tables, care, year)
    dated = care.join(who, on="child").sort("child", "began")
    yield "reviews", _reviews(dated, year)
    grown = pl.col("born").dt.offset_by(f"{ADULT_YEARS}y").alias("grown")
    alone = dated.filter(pl.col("need") == ALONE).unique("child", maintain_order=True)
    yield "uasc", _laid_out(
        "uasc", alone.with_columns(grown), CHILD="child", SEX="sex", DOB="born",
        DUC="grown",
    )  # fmt: skip
    yield "oc2", _oc2(tables, dated, year)
    yield "missing", _missing(tables, dated, year)


def _care(tables: Tables, year: ReturnYear) -> pl.DataFrame:
    """Episodes of care open in the year, with what had come by its end."""
    held = tables["ssd_cla_episodes"].select(
        pl.col("clae_person_id").alias("child"),
        pl.col("clae_cla_episode_id").alias("episode"),
        pl.col("clae_cla_episode_start_date").dt.date().alias("began"),
        pl.col("clae_cla_episode_ceased_date").dt.date().alias("done"),
        pl.col("clae_entered_care_date").dt.date().alias("entered"),
        pl.col("clae_cla_episode_start_reason").alias("why"),
        pl.col("clae_cla_episode_ceased_reason").alias("ceased"),
        pl.col("clae_cla_primary_need_code").alias("need"),
        pl.col("clae_cla_placement_id").alias("placement"),
    )
    held = held.filter(during("began", "done", year))
    held = held.with_columns(by_then("done", year.last))
    over = pl.col("done").is_not_null()
    return held.with_columns(pl.when(over).then("ceased").alias("ceased"))


def _episodes(tables: Tables, care: pl.DataFrame, year: ReturnYear) -> pl.DataFrame:
    placed = tables["ssd_cla_placement"].select(
        pl.col("clap_cla_placement_id").alias("placement"),
        pl.col("clap_cla_placement_type").alias("kind"),
        pl.col("clap_cla_placement_provider").alias("provider"),
        pl.col("clap_cla_placement_end_date").dt.date().alias("left"),
        pl.col("clap_cla_placement_change_reason").alias("moved"),
    )
    if year.last.year < SUPPORTED_FROM:
        placed = placed.with_columns(pl.col("kind").replace({"K3": "H5"}))
    homes = tables["ssd_address"].select(
        pl.col("addr_person_id").alias("child"),
        pl.col("addr_address_start_date").dt.date().alias("began"),
        pl.col("addr_address_postcode").alias("home"),
    )
    held = care.join(placed, on="placement", how="left")
    held = held.join(tables[LEGAL_THEN], on="episode", how="left")
    held = held.sort("began", "child").join_asof(
        homes.sort("began"), on="began", by="child", check_sortedness=False
    )
    moves = (pl.col("left") == pl.col("done")).fill_null(False)
    number = pl.col("placement").str.slice(2).cast(pl.Int64)
    held = held.with_columns(
        pl.when(moves).then("moved").alias("moved"),
        pl.format("XQ{} {}AB", number // 10 % 24 + 1, number % 10).alias("there"),
    )
    return _laid_out(
        "episodes", held.sort("child", "began"), CHILD="child", DECOM="began",
        RNE="why", LS="status", CIN="need", PLACE="kind", PLACE_PROVIDER="provider",
        DEC="done", REC="ceased", REASON_PLACE_CHANGE="moved", HOME_POST="home",
        PL_POST="there",
    )  # fmt: skip


def _reviews(dated: pl.DataFrame, year: ReturnYear) -> pl.DataFrame:
    """Reviews on the days they were due; the SSD of this council holds none."""
    periods = dated.group_by("child", "entered", maintain_order=True).agg(
        pl.col("born").first(),
        pl.when(pl.col("done").is_null().any())
        .then(pl.lit(year.last))
        .otherwise(pl.col("done").max())
        .alias("until"),
    )
    days = [*REVIEWS]
    longest = ADULT_YEARS * 366
    while days[-1] < longest:
        days.append(days[-1] + HALF_YEAR)
    held = periods.join(pl.DataFrame({"after": days}), how="cross").with_columns(
        (pl.col("entered") + pl.duration(days="after")).alias("day")
    )
    held = held.filter(
        pl.col("day").is_between(year.first, year.last)
        & (pl.col("day") < pl.col("until"))
    )
    small = pl.col("born").dt.offset_by(f"{OWN_VIEWS}y") > pl.col("day")
    held = held.with_columns(
        pl.when(small).then(pl.lit("PN0")).otherwise(pl.lit("PN1")).alias("part")
    )
    return _laid_out(
        "reviews", held.sort("child", "day"), CHILD="child", DOB="born", REVIEW="day",
        REVIEW_CODE="part",
    )  # fmt: skip


def _oc2(tables: Tables, dated: pl.DataFrame, year: ReturnYear) -> pl.DataFrame:
    """Children looked after for twelve months on 31 March, with their last score."""
    long = pl.col("entered").dt.offset_by("1y") <= year.last
    held = dated.filter(pl.col("done").is_null() & long).unique(
        "child", maintain_order=True
    )
    scores = (
        tables["ssd_sdq_scores"]
        .select(
            pl.col("csdq_person_id").alias("child"),
            pl.col("csdq_sdq_completed_date").dt.date().alias("day"),
            pl.col("csdq_sdq_score").alias("score"),
        )
        .filter(pl.col("day").is_between(year.first, year.last))
        .sort("child", "day")
        .unique("child", keep="last", maintain_order=True)
    )
    held = held.join(scores, on="child", how="left").sort("child")
    young, old = (pl.col("born").dt.offset_by(f"{age}y") for age in SDQ_AGES)
    other = (
        pl.when((young <= year.last) & (old > year.last))
        .then(pl.lit("SDQ4"))
        .otherwise(pl.lit("SDQ1"))
    )
    held = held.with_columns(
        pl.when(pl.col("score").is_null()).then(other).alias("reason")
    )
    return _laid_out(
        "oc2", held, CHILD="child", DOB="born", SDQ_SCORE="score", SDQ_REASON="reason"
    )


def _missing(tables: Tables, dated: pl.DataFrame, year: ReturnYear) -> pl.DataFrame:
    """Missing episodes that began while the child was looked after."""
    held = tables["ssd_missing"].select(
        pl.col("miss_person_id").alias("child"),
        pl.col("miss_missing_episode_start_date").dt.date().alias("gone"),
        pl.col("miss_missing_episode_end_date").dt.date().alias("back"),
        pl.col("miss_missing_episode_type").alias("kind"),
    )
    held = held.filter(during("gone", "back", year))
    held = held.with_columns(by_then("back", year.last))
    care = dated.select("child", "born", "began", "done")
    inside = (pl.col("gone") >= pl.col("began")) & (
        pl.col("done").is_null() | (pl.col("gone") < pl.col("done"))
    )
    held = held.join(care, on="child").filter(inside).sort("child", "gone", "back")
    return _laid_out(
        "missing", held, CHILD="child", DOB="born", MISSING="kind", MIS_START="gone",
        MIS_END="back",
    )  # fmt: skip


def _laid_out(module: str, rows: pl.DataFrame, **columns: str) -> pl.DataFrame:
    """Columns of a module in its order, dates as dd/mm/yyyy; the others are empty."""
    named = {
        column: pl.col(own).dt.to_string(DAY)
        if rows.schema[own] == pl.Date
        else pl.col(own)
        for column, own in columns.items()
    }
    empty = pl.lit(None, dtype=pl.String)
    return rows.select(
        named.get(column, empty).alias(column) for column in MODULES[module]
    )


def as_xml(made: dict[str, pl.DataFrame]) -> pl.Series:
    """The modules of a year as one <CHILD> a child."""
    held = made["header"].with_columns(
        pl.col("CHILD").is_in(made["uasc"]["CHILD"].implode()).alias("·alone")
    )
    for module, block in [*BLOCKS.items(), ("episodes", "EPISODE")]:
        parts = made[module].select(
            "CHILD",
            tag(
                block,
                pl.concat_str(
                    _element(c) for c in MODULES[module] if c not in ("CHILD", "DOB")
                ),
            ).alias("text"),
        )
        held = held.join(joined(parts, "CHILD", block), on="CHILD", how="left")
    alone = pl.when("·alone").then(pl.lit("1")).otherwise(pl.lit("0"))
    return held.select(
        pl.concat_str(
            pl.lit("<CHILD>\n<HEADER>"),
            *(_element(c) for c in ("CHILD", "UPN", "SEX", "DOB", "ETHNIC")),
            tag("UASC", alone),
            *(pl.col(block).fill_null("") for block in BLOCKS.values()),
            pl.lit("</HEADER>\n"),
            pl.col("EPISODE").fill_null(""),
            pl.lit("\n</CHILD>\n"),
        )
    ).to_series()


def _element(column: str) -> pl.Expr:
    return tag(XML_NAMES.get(column, column), pl.col(column))

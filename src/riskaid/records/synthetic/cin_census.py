"""The synthetic council as children in need census: one XML file a collection year.

The layout is that of the census of its year (read from LIIA's schemas and the rules of
csc-validator-be-cin): what stands in it is what was open on a day of the year, with
what had come by 31 March.
"""

from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

import polars as pl

from riskaid.records import codes
from riskaid.records.synthetic.returns import (
    AUTHORITY,
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

NAME = "synthetic council CIN census"
SPLIT_FACTORS = 2021
"""The first year in which 18A and 19A are told apart as B and C."""
EXPLOITATION_FACTOR = 2022
CIN_PLANS_FROM = 2022
EARLY_HELP_CODES = 2023
OLD_SEX = {"M": "1", "F": "2", "U": "0"}
HEADER = """\
<?xml version="1.0" encoding="utf-8"?>
<!-- Made by riskaid synth. Nobody in it is real. -->
<Message>
<Header>
<CollectionDetails><Collection>CIN</Collection><Year>{year}</Year>\
<ReferenceDate>{reference}</ReferenceDate></CollectionDetails>
<Source><SourceLevel>L</SourceLevel><LEA>{authority}</LEA>\
<SoftwareCode>riskaid synth</SoftwareCode><Release>1</Release>\
<SerialNo>001</SerialNo><DateTime>{year}-06-01T09:00:00</DateTime></Source>
</Header>
<Children>
"""
FOOTER = "</Children>\n</Message>\n"


def open_census(folder: Path, years: list[ReturnYear], stack: ExitStack) -> Outlet:
    """Begin a census for each year; what is returned takes chunk after chunk.

    Args:
        folder: Where a folder a year will stand, with its extract.json.
        years: Collection years.
        stack: Ends and closes the files.
    """
    files: list[tuple[ReturnYear, BinaryIO]] = []
    for year in years:
        place = folder / year.name
        place.mkdir(parents=True)
        facts(place, NAME, year.first, year.last)
        file = stack.enter_context((place / f"cin_{year.name}.xml").open("wb"))
        header = HEADER.format(
            year=year.name, reference=year.last.isoformat(), authority=AUTHORITY
        )
        file.write(header.encode())
        stack.callback(file.write, FOOTER.encode())
        files.append((year, file))

    def add(tables: Tables) -> None:
        for year, file in files:
            for text in children(tables, year):
                file.write(text.encode())

    return add


def children(tables: Tables, year: ReturnYear) -> pl.Series:
    """Each child with a referral open in the year, as one <Child>; by their ids."""
    details = _details(tables, year)
    by_child = joined(details.sort("child", "began", "referral"), "child", "details")
    ills = tables["ssd_disability"].select(
        pl.col("disa_person_id").alias("child"),
        tag("Disability", pl.col("disa_disability_code")).alias("text"),
    )
    found = (
        people(tables, year.last)
        .join(by_child, on="child")
        .join(joined(ills, "child", "ills"), on="child", how="left")
        .sort("child")
    )
    sex = tag("Sex", pl.col("sex"))
    if year.last.year < LETTERS_FOR_SEX:
        sex = tag("GenderCurrent", pl.col("sex").replace(OLD_SEX))
    return found.select(
        pl.concat_str(
            pl.lit("<Child>\n<ChildIdentifiers>"),
            tag("LAchildID", pl.col("child")),
            tag("UPN", pl.col("upn")),
            tag("UPNunknown", pl.col("no_upn")),
            _day("PersonBirthDate", "born"),
            _day("ExpectedPersonBirthDate", "expected"),
            sex,
            _day("PersonDeathDate", "died"),
            pl.lit("</ChildIdentifiers>\n<ChildCharacteristics>"),
            tag("Ethnicity", pl.col("ethnicity")),
            tag("Disabilities", pl.col("ills")),
            pl.lit("</ChildCharacteristics>\n"),
            pl.col("details"),
            pl.lit("</Child>\n"),
        )
    ).to_series()


def _details(tables: Tables, year: ReturnYear) -> pl.DataFrame:
    """The referrals open in the year, each with its <CINdetails>."""
    raw = tables["ssd_cin_episodes"]
    held = raw.select(
        pl.col("cine_person_id").alias("child"),
        pl.col("cine_referral_id").alias("referral"),
        pl.col("cine_referral_date").dt.date().alias("began"),
        pl.col("cine_close_date").dt.date().alias("closed"),
        pl.col("cine_close_reason").alias("reason"),
        pl.col("cine_cin_primary_need_code").alias("need"),
        pl.col("cine_referral_source_code").alias("source"),
        pl.col("cine_referral_nfa").replace({"Y": "1", "N": "0"}).alias("nfa"),
    )
    held = held.filter(during("began", "closed", year)).with_columns(
        by_then("closed", year.last)
    )
    held = held.with_columns(pl.when(pl.col("closed").is_not_null()).then("reason"))
    if year.last.year < EARLY_HELP_CODES:
        held = held.with_columns(
            pl.col("reason").replace({"RC9": "RC8"}),
            pl.col("source").replace({"5D": "5A"}),
        )
    met, enquiries = _enquiries(tables, year)
    for parts in (
        met,
        joined(_assessments(tables, year), "referral", "assessments"),
        joined(_cin_plans(tables, year), "referral", "cin_plans"),
        joined(enquiries, "referral", "enquiries"),
        joined(_cp_plans(tables, held, year), "referral", "cp_plans"),
    ):
        held = held.join(parts, on="referral", how="left")
    return held.select(
        "child",
        "began",
        "referral",
        pl.concat_str(
            pl.lit("<CINdetails>"),
            _day("CINreferralDate", "began"),
            tag("ReferralSource", pl.col("source")),
            tag("PrimaryNeedCode", pl.col("need")),
            _day("CINclosureDate", "closed"),
            tag("ReasonForClosure", pl.col("reason")),
            _day("DateOfInitialCPC", "met"),
            *(_or_nothing(c) for c in ("assessments", "cin_plans", "enquiries")),
            tag("ReferralNFA", pl.col("nfa")),
            _or_nothing("cp_plans"),
            pl.lit("</CINdetails>\n"),
        ).alias("text"),
    )


def _assessments(tables: Tables, year: ReturnYear) -> pl.DataFrame:
    """Assessments authorised in the year, or not yet at its end (8696)."""
    held = tables["ssd_cin_assessments"].select(
        pl.col("cina_assessment_id").alias("assessment"),
        pl.col("cina_referral_id").alias("referral"),
        pl.col("cina_assessment_start_date").dt.date().alias("began"),
        pl.col("cina_assessment_auth_date").dt.date().alias("done"),
    )
    held = held.filter(during("began", "done", year)).with_columns(
        by_then("done", year.last)
    )
    factors = _factors(tables, year).join(
        held.filter(pl.col("done").is_not_null()), on="assessment", how="semi"
    )
    held = held.join(
        joined(factors, "assessment", "factors"), on="assessment", how="left"
    )
    return held.sort("referral", "began", "assessment").select(
        "referral",
        pl.concat_str(
            pl.lit("\n<Assessments>"),
            _day("AssessmentActualStartDate", "began"),
            _day("AssessmentAuthorisationDate", "done"),
            tag("FactorsIdentifiedAtAssessment", pl.col("factors")),
            pl.lit("</Assessments>"),
        ).alias("text"),
    )


def _factors(tables: Tables, year: ReturnYear) -> pl.DataFrame:
    held = (
        tables["ssd_assessment_factors"]
        .select(
            pl.col("cinf_assessment_id").alias("assessment"),
            pl.col("cinf_assessment_factors_json")
            .str.extract_all(r"\d{1,2}[A-F]?")
            .alias("code"),
        )
        .explode("code", empty_as_null=True)
    )
    if year.last.year < SPLIT_FACTORS:
        old = held["code"].str.replace("^(18|19)[BC]$", "${1}A")
        held = held.with_columns(old.alias("code"))
    if year.last.year < EXPLOITATION_FACTOR:
        held = held.filter(pl.col("code") != "24A")
    held = held.unique(maintain_order=True)
    return held.select(
        "assessment", tag("AssessmentFactors", pl.col("code")).alias("text")
    )


def _cin_plans(tables: Tables, year: ReturnYear) -> pl.DataFrame:
    held = tables["ssd_cin_plans"].select(
        pl.col("cinp_referral_id").alias("referral"),
        pl.col("cinp_cin_plan_start_date").dt.date().alias("began"),
        pl.col("cinp_cin_plan_end_date").dt.date().alias("done"),
    )
    if year.last.year < CIN_PLANS_FROM:
        return held.clear().select("referral", pl.lit("").alias("text"))
    held = held.filter(during("began", "done", year))
    held = held.with_columns(by_then("done", year.last))
    return held.sort("referral", "began").select(
        "referral",
        pl.concat_str(
            pl.lit("\n<CINPlanDates>"),
            _day("CINPlanStartDate", "began"),
            _day("CINPlanEndDate", "done"),
            pl.lit("</CINPlanDates>"),
        ).alias("text"),
    )


def _enquiries(tables: Tables, year: ReturnYear) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Enquiries begun in the year, or whose conference was held in it (8715, 8740).

    Returns:
        referral and met, the first conference in the year; and referral and text, one
        row an enquiry.
    """
    meetings = tables["ssd_initial_cp_conference"].select(
        pl.col("icpc_s47_enquiry_id").alias("enquiry"),
        pl.col("icpc_referral_id").alias("referral"),
        pl.col("icpc_icpc_date").dt.date().alias("met"),
        pl.col("icpc_icpc_target_date").dt.date().alias("target"),
    )
    meetings = meetings.filter(pl.col("met").is_between(year.first, year.last))
    held = tables["ssd_s47_enquiry"].select(
        pl.col("s47e_s47_enquiry_id").alias("enquiry"),
        pl.col("s47e_referral_id").alias("referral"),
        pl.col("s47e_s47_start_date").dt.date().alias("began"),
        pl.col("s47e_s47_end_date").dt.date().alias("done"),
        pl.col("s47e_s47_outcome_json")
        .str.contains('"CP_CONFERENCE_FLAG": ?"N"')
        .alias("none"),
    )
    alone = meetings.join(held, on="enquiry", how="anti")
    met = (
        pl.concat(
            [
                alone.with_columns(pl.lit(0).alias("·of")),
                meetings.with_columns(pl.lit(1).alias("·of")),
            ]
        )
        .sort("referral", "·of", "met")
        .unique("referral", keep="first", maintain_order=True)
        .select("referral", "met")
    )
    held = held.join(meetings.drop("referral"), on="enquiry", how="left").filter(
        pl.col("began").is_between(year.first, year.last) | pl.col("met").is_not_null()
    )
    refused = pl.col("none") & (pl.col("done") <= year.last)
    return met, held.sort("referral", "began", "enquiry").select(
        "referral",
        pl.concat_str(
            pl.lit("\n<Section47>"),
            _day("S47ActualStartDate", "began"),
            _day("InitialCPCtarget", "target"),
            _day("DateOfInitialCPC", "met"),
            tag(
                "ICPCnotRequired",
                pl.when(refused.fill_null(False))
                .then(pl.lit("1"))
                .otherwise(pl.lit("0")),
            ),
            pl.lit("</Section47>"),
        ).alias("text"),
    )


def _cp_plans(
    tables: Tables, referrals: pl.DataFrame, year: ReturnYear
) -> pl.DataFrame:
    """Plans open in the year; one whose referral is lost goes to the child's last."""
    raw = tables["ssd_cp_plans"]
    held = raw.select(
        pl.col("cppl_cp_plan_id").alias("plan"),
        pl.col("cppl_referral_id").alias("referral"),
        pl.col("cppl_person_id").alias("child"),
        pl.col("cppl_cp_plan_start_date").dt.date().alias("began"),
        pl.col("cppl_cp_plan_end_date").dt.date().alias("done"),
        *(
            codes.category_of_abuse(raw[f"cppl_cp_plan_{name}_category"]).alias(name)
            for name in ("initial", "latest")
        ),
    ).sort("began", "plan")
    held = held.with_columns(
        (pl.int_range(pl.len()).over("child")).cast(pl.String).alias("before")
    )
    held = held.filter(during("began", "done", year))
    held = held.with_columns(by_then("done", year.last))
    there = referrals.select("child", "began", pl.col("referral").alias("·own"))
    held = held.join_asof(
        there.sort("began"), on="began", by="child", check_sortedness=False
    )
    lost = ~pl.col("referral").is_in(referrals["referral"].implode())
    return held.select(
        pl.when(lost).then("·own").otherwise("referral").alias("referral"),
        pl.concat_str(
            pl.lit("\n<ChildProtectionPlans>"),
            _day("CPPstartDate", "began"),
            _day("CPPendDate", "done"),
            tag("InitialCategoryOfAbuse", pl.col("initial")),
            tag("LatestCategoryOfAbuse", pl.col("latest")),
            tag("NumberOfPreviousCPP", pl.col("before")),
            pl.lit("</ChildProtectionPlans>"),
        ).alias("text"),
    )


def _day(name: str, column: str) -> pl.Expr:
    return tag(name, pl.col(column).dt.to_string("%Y-%m-%d"))


def _or_nothing(column: str) -> pl.Expr:
    return pl.col(column).fill_null("")

"""Lists 1 to 8 of a synthetic Annex A, each from the SSD tables of one chunk.

Every list has `child` and `day`, by which it is sorted; other columns have headings.
"""

from datetime import timedelta

import polars as pl

from riskaid.dates import months_before
from riskaid.records import codes
from riskaid.records.synthetic import annex_a_words as words
from riskaid.records.synthetic.returns import ReturnYear, Tables, during
from riskaid.records.synthetic.ssd_care import LEGAL_THEN

TURNED = {"Y": words.NO, "N": words.YES}
"""Answers to a question that asks for the contrary."""


def said(column: str, kind: str) -> pl.Expr:
    """What the list says for each code of a column."""
    return pl.col(column).replace_strict(
        words.VALUES[kind], default=None, return_dtype=pl.String
    )


def _taken(tables: Tables, table: str, **columns: str) -> pl.DataFrame:
    """Columns of an SSD table under short names; dates without their time."""
    frame = tables[table]
    return frame.select(
        (pl.col(c).dt.date() if frame.schema[c] == pl.Datetime else pl.col(c)).alias(
            name
        )
        for name, c in columns.items()
    )


def _within(column: str, window: ReturnYear) -> pl.Expr:
    return pl.col(column).is_between(window.first, window.last)


def _count(rows: pl.DataFrame, window: ReturnYear, name: str) -> pl.DataFrame:
    """How many rows a child has in the twelve months before the extract."""
    year = pl.col("day") >= months_before(window.last + timedelta(days=1), 12)
    return rows.filter(year).group_by("child").agg(pl.len().alias(name))


def contacts(tables: Tables, window: ReturnYear) -> pl.DataFrame:
    """List 1: contacts in the six months."""
    held = _taken(
        tables, "ssd_contacts", child="cont_person_id", day="cont_contact_date",
        source="cont_contact_source_code",
    )  # fmt: skip
    return held.filter(_within("day", window)).with_columns(
        pl.col("day").alias("Date of Contact"),
        said("source", "source").alias("Contact Source"),
    )


def early_help(tables: Tables, window: ReturnYear) -> pl.DataFrame:
    """An episode of early help stands as its assessment: the SSD knows no other."""
    held = _taken(
        tables, "ssd_early_help_episodes", child="earl_person_id",
        day="earl_episode_start_date", done="earl_episode_end_date",
    )  # fmt: skip
    return held.filter(during("day", "done", window)).with_columns(
        pl.col("day").alias("Assessment start date"),
        pl.col("done").alias("Assessment completion date"),
        pl.lit("LA services").alias("Organisation completing assessment"),
    )


def referrals(tables: Tables, window: ReturnYear) -> pl.DataFrame:
    """List 3: referrals in the six months."""
    held = _taken(
        tables, "ssd_cin_episodes", child="cine_person_id", day="cine_referral_date",
        source="cine_referral_source_code", nfa="cine_referral_nfa",
        team="cine_referral_team", worker="cine_referral_worker_id",
    )  # fmt: skip
    count = _count(held, window, "Number of Referrals in Last 12 Months")
    return (
        held.filter(_within("day", window))
        .join(count, on="child", how="left")
        .rename({"team": words.TEAM[0], "worker": words.TEAM[1]})
        .with_columns(
            pl.col("day").alias("Date of Referral"),
            said("source", "source").alias("Referral Source"),
            said("nfa", "yes_no").alias("Referral NFA?"),
        )
    )


def assessments(tables: Tables, window: ReturnYear) -> pl.DataFrame:
    """List 4: assessments open in the six months."""
    held = _taken(
        tables, "ssd_cin_assessments", child="cina_person_id",
        day="cina_assessment_start_date", done="cina_assessment_auth_date",
        seen="cina_assessment_child_seen", nfa="cina_assessment_outcome_nfa",
        team="cina_assessment_team", worker="cina_assessment_worker_id",
    )  # fmt: skip
    return (
        held.filter(during("day", "done", window))
        .rename({"team": words.TEAM[0], "worker": words.TEAM[1]})
        .with_columns(
            pl.col("day").alias(words.HEADINGS["List 4"][6]),
            said("seen", "yes_no").alias(words.HEADINGS["List 4"][7]),
            pl.col("done").alias(words.HEADINGS["List 4"][8]),
            pl.col("nfa")
            .replace_strict(TURNED, default=None)
            .alias(words.HEADINGS["List 4"][9]),
        )
    )


def enquiries(tables: Tables, window: ReturnYear) -> pl.DataFrame:
    """Enquiries begun in the six months, or whose conference was held in them."""
    meetings = _taken(
        tables, "ssd_initial_cp_conference", child="icpc_person_id",
        enquiry="icpc_s47_enquiry_id", met="icpc_icpc_date",
        plan="icpc_icpc_outcome_cp_flag",
    )  # fmt: skip
    held = _taken(
        tables, "ssd_s47_enquiry", child="s47e_person_id",
        enquiry="s47e_s47_enquiry_id", day="s47e_s47_start_date",
        told="s47e_s47_outcome_json", team="s47e_s47_completed_by_team",
        worker="s47e_s47_completed_by_worker_id",
    )  # fmt: skip
    _, _, _, _, _, _, begun, spared, met, made, enquiries, conferences, *_ = (
        words.HEADINGS["List 5"]
    )
    counts = _count(held, window, enquiries)
    met_counts = _count(meetings.rename({"met": "day"}), window, conferences)
    flag = pl.col("told").str.extract('"CP_CONFERENCE_FLAG": "([YN])"', 1)
    return (
        held.join(meetings.drop("child"), on="enquiry", how="left")
        .filter(_within("day", window) | _within("met", window))
        .join(counts, on="child", how="left")
        .join(met_counts, on="child", how="left")
        .rename({"team": words.TEAM[0], "worker": words.TEAM[1]})
        .with_columns(
            pl.col("day").alias(begun),
            flag.replace_strict(TURNED, default=None).alias(spared),
            pl.col("met").alias(met),
            said("plan", "yes_no").alias(made),
            pl.col(enquiries, conferences).fill_null(0),
        )
    )


def in_need(tables: Tables, window: ReturnYear) -> pl.DataFrame:
    """Children in need: referrals not closed at once, open in the six months."""
    held = _taken(
        tables, "ssd_cin_episodes", child="cine_person_id", day="cine_referral_date",
        done="cine_close_date", code="cine_cin_primary_need_code",
        nfa="cine_referral_nfa", reason="cine_close_reason", team="cine_referral_team",
        worker="cine_referral_worker_id",
    )  # fmt: skip
    held = held.filter(during("day", "done", window), pl.col("nfa") != "Y")
    now = ReturnYear(window.last, window.last)
    for mark, table, child, begun, done in (
        ("care", "ssd_cla_episodes", "clae_person_id", "clae_cla_episode_start_date",
         "clae_cla_episode_ceased_date"),
        ("plan", "ssd_cp_plans", "cppl_person_id", "cppl_cp_plan_start_date",
         "cppl_cp_plan_end_date"),
        ("need", "ssd_cin_plans", "cinp_person_id", "cinp_cin_plan_start_date",
         "cinp_cin_plan_end_date"),
    ):  # fmt: skip
        spells = _taken(tables, table, child=child, day=begun, done=done)
        open_now = spells.filter(during("day", "done", now))["child"].implode()
        held = held.with_columns(pl.col("child").is_in(open_now).alias(mark))
    status = words.VALUES["status"]
    visits = _taken(
        tables, "ssd_cin_visits", child="cinv_person_id", visit="cinv_cin_visit_date",
        seen="cinv_cin_visit_seen",
    )  # fmt: skip
    seen = (
        visits.filter(pl.col("seen") == "Y")
        .group_by("child")
        .agg(pl.col("visit").max())
    )
    held = held.join(seen, on="child", how="left")
    return held.rename({"team": words.TEAM[0], "worker": words.TEAM[1]}).with_columns(
        pl.col("day").alias("CIN Start Date"),
        said("code", "need").alias("Primary Need Code"),
        pl.when(pl.col("visit") >= pl.col("day"))
        .then("visit")
        .alias("Date Child Was Last Seen"),
        pl.col("done").alias("CIN Closure Date"),
        said("reason", "closure").alias("Reason for Closure"),
        pl.when(pl.col("done").is_not_null())
        .then(pl.lit(status["closed"]))
        .when("care")
        .then(pl.lit(status["care"]))
        .when("plan")
        .then(pl.lit(status["plan"]))
        .when("need")
        .then(pl.lit(status["need"]))
        .otherwise(pl.lit(status["assessed"]))
        .alias("Case Status"),
    )


def plans(tables: Tables, window: ReturnYear) -> pl.DataFrame:
    """List 7: protection plans open in the six months, with the last visit."""
    raw = tables["ssd_cp_plans"]
    held = _taken(
        tables, "ssd_cp_plans", child="cppl_person_id", plan="cppl_cp_plan_id",
        day="cppl_cp_plan_start_date", done="cppl_cp_plan_end_date",
    ).with_columns(
        codes.category_of_abuse(raw[f"cppl_cp_plan_{name}_category"])
        .replace_strict(words.VALUES["category"], return_dtype=pl.String)
        .alias(f"{name.capitalize()} Category of Abuse")
        for name in ("initial", "latest")
    )  # fmt: skip
    held = held.sort("child", "day").with_columns(
        pl.int_range(pl.len())
        .over("child")
        .alias("Number of Previous Child Protection Plans")
    )
    visits = (
        _taken(
            tables, "ssd_cp_visits", plan="cppv_cp_plan_id", visit="cppv_cp_visit_date",
            alone="cppv_cp_visit_seen_alone", id="cppv_cp_visit_id",
        )
        .sort("plan", "visit", "id")
        .unique("plan", keep="last", maintain_order=True)
    )  # fmt: skip
    return (
        held.filter(during("day", "done", window))
        .join(visits, on="plan", how="left")
        .with_columns(
            pl.col("day").alias("Child Protection Plan Start Date"),
            pl.col("visit").alias("Date of the Last Statutory Visit"),
            said("alone", "yes_no").alias("Was the Child Seen Alone?"),
            pl.col("done").alias("Child Protection Plan End Date"),
        )
    )


def in_care(tables: Tables, window: ReturnYear) -> pl.DataFrame:
    """Periods of care, with the latest placement and legal status of each."""
    last_one = (
        _taken(
            tables, "ssd_cla_episodes", child="clae_person_id",
            episode="clae_cla_episode_id", period="clae_cla_id",
            day="clae_entered_care_date", begun="clae_cla_episode_start_date",
            done="clae_cla_episode_ceased_date", why="clae_cla_episode_ceased_reason",
            need="clae_cla_primary_need_code", placement="clae_cla_placement_id",
        )
        .sort("period", "begun")
        .unique("period", keep="last", maintain_order=True)
        .filter(during("day", "done", window))
    )  # fmt: skip
    legal = _taken(
        tables, "ssd_legal_status", child="lega_person_id",
        legal_day="lega_legal_status_start_date",
    )  # fmt: skip
    placed = _taken(
        tables, "ssd_cla_placement", placement="clap_cla_placement_id",
        placed="clap_cla_placement_start_date", kind="clap_cla_placement_type",
        provider="clap_cla_placement_provider",
    )  # fmt: skip
    held = (
        last_one.join(placed, on="placement", how="left")
        .join(tables[LEGAL_THEN], on="episode", how="left")
        .sort("begun", "child")
        .join_asof(
            legal.sort("legal_day"), left_on="begun", right_on="legal_day",
            by="child", check_sortedness=False,
        )
    )  # fmt: skip
    held = held.join(_missing(tables, window), on="child", how="left")
    year = months_before(window.last + timedelta(days=1), 12)
    young = (pl.col("need") == "N8") & (pl.col("day") >= year)
    return held.with_columns(
        pl.when(young)
        .then(pl.lit(words.YES))
        .otherwise(pl.lit(words.NO))
        .alias(words.HEADINGS["List 8"][5]),
        pl.col("day").alias("Date Started to be Looked After"),
        said("need", "need").alias("Child's Category of Need"),
        pl.col("legal_day").alias("Start date of current legal status"),
        said("status", "legal").alias("Child's Legal Status"),
        pl.col("done").alias("Date Ceased to be Looked After"),
        said("why", "ceased").alias("Reason Ceased to be Looked After"),
        pl.col("placed").alias("Start Date of Most Recent Placement"),
        said("kind", "placement").alias("Placement Type"),
        said("provider", "provider").alias("Placement Provider"),
    )


def _missing(tables: Tables, window: ReturnYear) -> pl.DataFrame:
    """How often a child was missing or absent in a year, and the last return interview.

    Counts and answers without a date: no case table can take them back.
    """
    held = _taken(
        tables, "ssd_missing", child="miss_person_id",
        day="miss_missing_episode_start_date", kind="miss_missing_episode_type",
        offered="miss_missing_rhi_offered", accepted="miss_missing_rhi_accepted",
    ).sort("child", "day")  # fmt: skip
    missing, absent, offered, accepted = words.HEADINGS["List 8"][28:32]
    year = months_before(window.last + timedelta(days=1), 12)
    return (
        held.filter(pl.col("day") >= year)
        .with_columns(said("offered", "yes_no"), said("accepted", "yes_no"))
        .group_by("child", maintain_order=True)
        .agg(
            (pl.col("kind") == "M").sum().alias(missing),
            (pl.col("kind") == "A").sum().alias(absent),
            pl.col("offered").last().alias(offered),
            pl.col("accepted").last().alias(accepted),
        )
    )

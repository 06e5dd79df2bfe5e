"""Measure a synthetic council's own files as the published tables count them."""

from datetime import date, timedelta
from pathlib import Path

import polars as pl

from riskaid.records.synthetic.rates import CATEGORY_WORDS, CODE_GROUP, SOURCE_GROUPS

STAMP = "%Y-%m-%d %H:%M:%S%.3f"
YEAR = timedelta(days=365)
WORKING_DAYS_15, WORKING_DAYS_45 = 21, 63
UNBORN, GROWN_UP = 0, 16
BAND_EDGES = (
    ("under 1", 0, 1),
    ("1 to 4", 1, 5),
    ("5 to 9", 5, 10),
    ("10 to 15", 10, 16),
)


def measure(council: Path, extract_date: date) -> dict[str, float]:
    """Count the figures of rates.PUBLISHED, and the mixes, from the files written.

    Returns:
        Shares by name: the names of `PUBLISHED`; `source:<group>`, `age:<band>`,
        `ethnicity:<group>` (of known), `factor:<code>`, `category:<code>`.
    """
    figures = _services(council / "ssd", extract_date)
    figures |= _protection(council / "ssd", extract_date, figures["_referrals"])
    figures |= _open_cases(council / "ssd", extract_date)
    figures |= _factors(council / "ssd")
    figures |= _care(council / "ssd", extract_date)
    return {name: value for name, value in figures.items() if name[0] != "_"}


def _read(folder: Path, table: str) -> pl.DataFrame:
    frame = pl.read_csv(folder / f"{table}.csv", infer_schema=False)
    dates = [c for c in frame.columns if c.endswith(("_date", "_dob"))]
    return frame.with_columns(
        pl.col(c).str.strptime(pl.Datetime("ms"), STAMP).cast(pl.Date) for c in dates
    )


def _share(expression: pl.Expr, frame: pl.DataFrame) -> float:
    return float(frame.select(expression.mean()).item() or 0.0)


def _portion(marks: pl.Series) -> float:
    return int(marks.sum()) / max(len(marks), 1)


def _services(ssd: Path, last: date) -> dict[str, float]:
    referrals = _read(ssd, "ssd_cin_episodes").sort(
        "cine_person_id", "cine_referral_date"
    )
    since = pl.col("cine_referral_date") - pl.col("cine_referral_date").shift(1)
    again = referrals.with_columns(again=(since <= YEAR).over("cine_person_id"))
    year = again.filter(pl.col("cine_referral_date") > last - YEAR)
    three = again.filter(pl.col("cine_referral_date") > last - 3 * YEAR)
    done = _read(ssd, "ssd_cin_assessments").drop_nulls("cina_assessment_auth_date")
    took = pl.col("cina_assessment_auth_date") - pl.col("cina_assessment_start_date")
    found = {
        "_referrals": float(len(three)),
        "re_referral": _share(pl.col("again").fill_null(False), year),
        "referral_nfa": _share(pl.col("cine_referral_nfa") == "Y", three),
        "not_in_need": float(
            done.join(three, left_on="cina_referral_id", right_on="cine_referral_id")
            .filter(pl.col("cina_assessment_outcome_nfa") == "Y")["cina_person_id"]
            .len()
            / len(three)
        ),
        "assessed_in_45_days": _share(took <= timedelta(days=WORKING_DAYS_45), done),
    }
    source = pl.col("cine_referral_source_code")
    for name, (_, codes) in SOURCE_GROUPS.items():
        found[f"source:{name}"] = _share(source.is_in(codes), three)
    return found


def _protection(ssd: Path, last: date, referrals: float) -> dict[str, float]:
    asked = _read(ssd, "ssd_s47_enquiry")
    held = _read(ssd, "ssd_initial_cp_conference")
    plans = _read(ssd, "ssd_cp_plans").sort("cppl_person_id", "cppl_cp_plan_start_date")
    asked = asked.filter(pl.col("s47e_s47_start_date") > last - 3 * YEAR)
    recent = held.filter(pl.col("icpc_icpc_date") > last - 3 * YEAR)
    second = plans.with_columns(
        second=pl.int_range(pl.len()).over("cppl_person_id") > 0
    ).filter(pl.col("cppl_cp_plan_start_date") > last - 2 * YEAR)
    words = {word: code for code, word in CATEGORY_WORDS.items()}
    kinds = plans["cppl_cp_plan_initial_category"].replace(words)
    timely = held.join(
        asked, left_on="icpc_s47_enquiry_id", right_on="s47e_s47_enquiry_id"
    )
    took = pl.col("icpc_icpc_date") - pl.col("s47e_s47_start_date")
    return {
        "s47_per_referral": len(asked) / referrals,
        "icpc_per_s47": len(recent) / max(len(asked), 1),
        "plan_per_icpc": _share(pl.col("icpc_icpc_outcome_cp_flag") == "Y", recent),
        "second_plan": _share(pl.col("second"), second),
        "icpc_in_15_days": _share(took <= timedelta(days=WORKING_DAYS_15), timely),
        **{f"category:{code}": _portion(kinds == code) for code in CATEGORY_WORDS},
    }


def _open_cases(ssd: Path, last: date) -> dict[str, float]:
    people = _read(ssd, "ssd_person").with_columns(
        born=pl.coalesce("pers_dob", "pers_expected_dob")
    )
    open_now = (
        _read(ssd, "ssd_cin_episodes")
        .filter(
            pl.col("cine_close_date").is_null() & (pl.col("cine_referral_date") <= last)
        )
        .join(people, left_on="cine_person_id", right_on="pers_person_id")
    )
    age = (pl.lit(last) - pl.col("born")).dt.total_days() / 365.25
    group = open_now["pers_ethnicity"].str.to_uppercase().replace("CNHE", "CHNE")
    known = group.replace_strict(CODE_GROUP, default=None).drop_nulls()
    coded = _read(ssd, "ssd_disability").filter(
        pl.col("disa_disability_code") != "NONE"
    )["disa_person_id"]
    on_plan = _read(ssd, "ssd_cp_plans").filter(
        pl.col("cppl_cp_plan_end_date").is_null()
    )["cppl_person_id"]
    person = pl.col("cine_person_id")
    found = {
        "ethnicity_unknown": 1 - len(known) / max(len(open_now), 1),
        "female": _share(pl.col("pers_sex") == "F", open_now),
        "male": _share(pl.col("pers_sex") == "M", open_now),
        "disability_recorded": _share(person.is_in(coded.implode()), open_now),
        "on_plan": _share(person.is_in(on_plan.implode()), open_now),
        "age:unborn": _share(age < UNBORN, open_now),
        "age:16 and over": _share(age >= GROWN_UP, open_now),
    }
    for band, low, high in BAND_EDGES:
        found[f"age:{band}"] = _share((age >= low) & (age < high), open_now)
    for name in sorted(set(CODE_GROUP.values())):
        found[f"ethnicity:{name}"] = _portion(known == name)
    return found


def _factors(ssd: Path) -> dict[str, float]:
    rows = _read(ssd, "ssd_assessment_factors")["cinf_assessment_factors_json"]
    codes = rows.str.extract_all(r'"\d+[A-Z]?"')
    each = codes.explode(empty_as_null=True).str.strip_chars('"').value_counts()
    column = each.columns[0]
    return {
        f"factor:{code}": count / len(rows)
        for code, count in each.drop_nulls(column).sort(column).iter_rows()
    }


def _care(ssd: Path, last: date) -> dict[str, float]:
    care = _read(ssd, "ssd_cla_episodes").filter(
        pl.col("clae_cla_episode_ceased_date").fill_null(last) > last - YEAR
    )
    missing = _read(ssd, "ssd_missing").filter(
        (pl.col("miss_missing_episode_start_date") > last - YEAR)
        & (pl.col("miss_missing_episode_type") == "M")
    )
    inside = (
        missing.join(care, left_on="miss_person_id", right_on="clae_person_id")
        .filter(
            pl.col("miss_missing_episode_start_date").is_between(
                pl.col("clae_cla_episode_start_date"),
                pl.col("clae_cla_episode_ceased_date").fill_null(last),
            )
        )
        .unique("miss_table_id")
    )
    children = max(care["clae_person_id"].n_unique(), 1)
    gone = inside["miss_person_id"].n_unique()
    return {
        "missing_from_care": gone / children,
        "incidents_each": len(inside) / max(gone, 1),
    }

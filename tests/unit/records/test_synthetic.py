"""The synthetic council: the same each time, shaped as promised, and honest."""

import csv
import json
from datetime import date

import polars as pl
import pytest

from riskaid.errors import UsageError
from riskaid.files import digest_folder
from riskaid.records.synthetic import Switches, synth
from riskaid.records.synthetic import council as council_module
from riskaid.records.synthetic.columns import SSD_COLUMNS

FEEDS = {
    "police_domestic_abuse": "incident_id,child_id,incident_date,recorded_date,grade,child_present",
    "police_missing": "report_id,child_id,missing_from,returned_on,recorded_date,category",
    "relationships": "child_id,adult_id,role,start_date,end_date,recorded_date",
    "adult_events": "adult_id,event_date,recorded_date,kind,code",
    "housing": "child_id,event_date,recorded_date,kind",
    "attendance": "child_id,term_end,recorded_date,sessions_possible,sessions_missed",
    "suspensions": "child_id,start_date,recorded_date,kind,sessions",
}
WORDS = {
    ("police_domestic_abuse", "grade"): {"standard", "medium", "high"},
    ("police_domestic_abuse", "child_present"): {"Y", "N"},
    ("police_missing", "category"): {"missing", "absent"},
    ("relationships", "role"): {
        *("mother", "father", "mothers_partner", "fathers_partner"),
        *("grandparent", "other_adult"),
    },
    ("adult_events", "kind"): {
        *("sexual_offence", "violence", "domestic_abuse", "mental_health"),
        *("substance_misuse", "previous_child_removed"),
    },
    ("housing", "kind"): {
        *("homelessness_application", "temporary_accommodation"),
        *("eviction_notice", "accommodation_refused"),
    },
    ("suspensions", "kind"): {"suspension", "permanent_exclusion"},
}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    out = tmp_path_factory.mktemp("made") / "council"
    synth(out, children=6_000, seed=7)
    return out


def read(made, path):
    return pl.read_csv(made / path, infer_schema=False)


def test_same_arguments_give_the_same_bytes(tmp_path):
    synth(tmp_path / "a", children=700, seed=3)
    synth(tmp_path / "b", children=700, seed=3)
    synth(tmp_path / "c", children=700, seed=4)
    first = digest_folder(tmp_path / "a")
    assert first == digest_folder(tmp_path / "b")
    other = digest_folder(tmp_path / "c")
    assert first["ssd/ssd_contacts.csv"] != other["ssd/ssd_contacts.csv"]


def test_a_chunk_does_not_depend_on_those_after_it(made, tmp_path):
    synth(tmp_path / "less", children=5_000, seed=7)
    less = (tmp_path / "less/ssd/ssd_s47_enquiry.csv").read_bytes()
    assert (made / "ssd/ssd_s47_enquiry.csv").read_bytes().startswith(less)


def test_every_table_has_the_columns_of_the_schema(made, sector_files):
    wanted = {}
    with (sector_files / "ssd_schema.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            wanted.setdefault(row["table"], []).append(row["column"])
    for table in SSD_COLUMNS:
        header = (made / f"ssd/{table}.csv").read_text().split("\n")[0].split(",")
        assert header == wanted[table]


def test_feeds_are_exactly_as_the_mapping_takes_them(made):
    for name, header in FEEDS.items():
        assert (made / f"feeds/{name}.csv").read_text().split("\n")[0] == header
    for (name, column), allowed in WORDS.items():
        assert set(read(made, f"feeds/{name}.csv")[column]) == allowed


def test_facts_beside_the_tables(made):
    council = json.loads((made / "council.json").read_text())
    assert council == {
        "made_by": "riskaid synth",
        "synthetic": True,
        "children": 6000,
        "seed": 7,
        "extract_date": "2026-03-31",
        "first_date": "2018-04-01",
        "switches": {"outcome_bias": {}, "under_recording": {}, "proxy": None},
    }
    for part in ("ssd", "feeds"):
        facts = json.loads((made / part / "extract.json").read_text())
        assert facts["mark"] == "synthetic"
        assert (facts["extract_date"], facts["covered_from"]) == (
            "2026-03-31",
            "2018-04-01",
        )


def test_case_system_dates_and_no_names_of_people(made):
    people = read(made, "ssd/ssd_person.csv")
    assert people["pers_forename"].null_count() == len(people)
    assert people["pers_surname"].null_count() == len(people)
    dates = read(made, "ssd/ssd_contacts.csv")["cont_contact_date"]
    assert dates.str.contains(r"^\d{4}-\d\d-\d\d 00:00:00\.000$").all()


def test_every_child_has_a_contact_and_nobody_is_a_stranger(made):
    truth = set(read(made, "truth/children.csv")["child_id"])
    assert len(truth) == 6000
    assert set(read(made, "ssd/ssd_contacts.csv")["cont_person_id"]) == truth
    people = set(read(made, "ssd/ssd_person.csv")["pers_person_id"])
    for table, columns in SSD_COLUMNS.items():
        for column in columns:
            if column.endswith(("_person_id", "_childs_person_id")):
                held = read(made, f"ssd/{table}.csv")[column].drop_nulls()
                assert set(held) <= people, (table, column)
    for name, header in FEEDS.items():
        if "child_id" in header:
            assert set(read(made, f"feeds/{name}.csv")["child_id"]) <= truth
    linked = set(read(made, "feeds/relationships.csv")["adult_id"])
    assert linked & set(read(made, "feeds/adult_events.csv")["adult_id"])


def test_nothing_is_recorded_before_it_happened_or_after_the_extract(made):
    for name, column in (
        ("police_domestic_abuse", "incident_date"),
        ("police_missing", "missing_from"),
        ("adult_events", "event_date"),
        ("housing", "event_date"),
        ("attendance", "term_end"),
        ("suspensions", "start_date"),
        ("relationships", "start_date"),
    ):
        rows = read(made, f"feeds/{name}.csv")
        assert (rows["recorded_date"] >= rows[column]).all(), name
        assert rows["recorded_date"].max() <= "2026-03-31", name
        assert (rows["recorded_date"] > rows[column]).any(), name


def test_no_date_of_the_record_is_after_the_extract_but_due_dates(made):
    for table, columns in SSD_COLUMNS.items():
        for column in columns:
            if column.endswith("_date") and "target" not in column:
                held = read(made, f"ssd/{table}.csv")[column].drop_nulls()
                assert held.is_empty() or held.max() < "2026-04-01", (table, column)


@pytest.mark.parametrize(
    ("table", "start", "end"),
    [
        ("ssd_cin_episodes", "cine_referral_date", "cine_close_date"),
        ("ssd_cp_plans", "cppl_cp_plan_start_date", "cppl_cp_plan_end_date"),
        (
            "ssd_cla_episodes",
            "clae_cla_episode_start_date",
            "clae_cla_episode_ceased_date",
        ),
        ("ssd_address", "addr_address_start_date", "addr_address_end_date"),
        (
            "ssd_involvements",
            "invo_involvement_start_date",
            "invo_involvement_end_date",
        ),
        ("ssd_cin_plans", "cinp_cin_plan_start_date", "cinp_cin_plan_end_date"),
        ("ssd_early_help_episodes", "earl_episode_start_date", "earl_episode_end_date"),
    ],
)
def test_ends_are_not_before_starts_and_some_are_still_open(made, table, start, end):
    rows = read(made, f"ssd/{table}.csv")
    both = rows.drop_nulls([start, end])
    assert (both[end] >= both[start]).all()
    assert 0 < len(both) < len(rows)


def test_a_case_is_closed_before_the_child_is_referred_again(made):
    rows = read(made, "ssd/ssd_cin_episodes.csv").sort(
        "cine_person_id", "cine_referral_date"
    )
    following = rows.with_columns(
        closed=pl.col("cine_close_date").shift(1).over("cine_person_id"),
        place=pl.int_range(pl.len()).over("cine_person_id"),
    ).filter(pl.col("place") > 0)
    assert len(following) > 100
    assert (following["closed"] <= following["cine_referral_date"]).all()


def test_histories_are_cut_off_at_the_edges_of_the_record(made):
    episodes = read(made, "ssd/ssd_cin_episodes.csv")
    assert (episodes["cine_referral_date"] < "2018-04-01").any()
    assert (episodes["cine_close_reason"] == "RC5").any()
    old = read(made, "feeds/adult_events.csv").filter(
        pl.col("kind") == "sexual_offence"
    )
    assert (old["event_date"] < "2008-01-01").any()


def test_refused_not_obtained_and_empty_are_three_things(made):
    held = read(made, "ssd/ssd_person.csv")["pers_ethnicity"]
    assert {"REFU", "NOBT", None} <= set(held)


def test_faults_of_real_extracts_are_there_and_rare(made):
    plans = read(made, "ssd/ssd_cp_plans.csv")
    assert 0 < (plans["cppl_referral_id"] == "-1").sum() < 0.05 * len(plans)
    assert "Neglect" in set(plans["cppl_cp_plan_initial_category"])
    dates = read(made, "ssd/ssd_contacts.csv")["cont_contact_date"]
    assert 0 < dates.str.starts_with("1900-01-01").sum() < 0.01 * len(dates)
    assert set(read(made, "ssd/ssd_sdq_scores.csv")["csdq_sdq_reason"]) == {"SSD_PH"}
    factors = read(made, "ssd/ssd_assessment_factors.csv")[
        "cinf_assessment_factors_json"
    ]
    assert factors.str.contains('"18A"').any()
    assert factors.str.starts_with("{").any()
    assert all(json.loads(text) for text in factors)
    outcomes = read(made, "ssd/ssd_cin_episodes.csv")["cine_referral_outcome_json"]
    broken = ~outcomes.str.ends_with("}")
    assert 0 < broken.sum() < 0.01 * len(outcomes)


def test_signs_are_more_frequent_where_need_is_greater(made):
    need = read(made, "truth/children.csv").select(
        "child_id", pl.col("mean_need").cast(pl.Float64)
    )
    for name in ("police_domestic_abuse", "police_missing", "housing", "suspensions"):
        with_sign = set(read(made, f"feeds/{name}.csv")["child_id"])
        marked = need["child_id"].is_in(list(with_sign))
        gap = (
            need.filter(marked)["mean_need"].mean()
            - need.filter(~marked)["mean_need"].mean()
        )
        assert gap > 0.08, name


@pytest.mark.parametrize(("children", "seed"), [(0, 1), (10, -1), (10**9, 1)])
def test_numbers_that_make_no_sense_are_refused(tmp_path, children, seed):
    with pytest.raises(UsageError):
        synth(tmp_path / "x", children=children, seed=seed)


def test_one_child_and_another_extract_date(tmp_path):
    synth(tmp_path / "one", children=1, seed=1, extract_date=date(2024, 2, 29))
    facts = json.loads((tmp_path / "one/council.json").read_text())
    assert facts["first_date"] == "2016-03-01"
    assert len(read(tmp_path / "one", "ssd/ssd_contacts.csv")) >= 1


def test_nothing_is_left_when_making_fails(tmp_path, monkeypatch):
    def broken(*_args, **_kwargs):
        raise OSError("disk full")

    monkeypatch.setattr(council_module, "write_json", broken)
    with pytest.raises(OSError, match="disk full"):
        synth(tmp_path / "x", children=50, seed=1, switches=Switches())
    assert list(tmp_path.iterdir()) == []


def test_progress_is_told_after_each_chunk(tmp_path):
    told = []
    synth(
        tmp_path / "x",
        children=50,
        seed=1,
        progress=lambda _what, done, in_all: told.append((done, in_all)),
    )
    assert told == [(1, 1)]

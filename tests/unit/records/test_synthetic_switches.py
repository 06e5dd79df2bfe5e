"""Each switch of the synthetic council does what it says, and off means off."""

import json
from datetime import date

import numpy as np
import polars as pl
import pytest

from riskaid.errors import UsageError
from riskaid.files import digest_folder
from riskaid.records.synthetic import Switches, synth
from riskaid.records.synthetic.arrays import NEVER
from riskaid.records.synthetic.council import make_chunk
from riskaid.records.synthetic.months import make_calendar
from riskaid.records.synthetic.rates import CODE_GROUP

TIME = make_calendar(date(2026, 3, 31))


def conferences(switches, chunks=3):
    """Group, disability, chance without switches and outcome of every enquiry."""
    parts = []
    for number in range(chunks):
        chunk, _ = make_chunk(11, number, 5_000, TIME, switches)
        child = chunk.enquiries.child
        codes = chunk.children.ethnicity[child]
        parts.append(
            pl.DataFrame(
                {
                    "group": [CODE_GROUP[c] for c in codes],
                    "disabled": chunk.children.disabled[child],
                    "chance": chunk.enquiries.chance,
                    "held": chunk.enquiries.conference < NEVER,
                }
            )
        )
    return pl.concat(parts)


def observed_over_expected(rows):
    """Conferences held over those expected at the same need, and its standard error.

    What brothers and sisters share stands in the chance already.
    """
    expected = rows["chance"].sum()
    spread = np.sqrt((rows["chance"] * (1 - rows["chance"])).sum())
    return rows["held"].sum() / expected, spread / expected


def test_off_means_no_gap_at_equal_need():
    rows = conferences(Switches())
    for mark in [
        *(pl.col("group") == g for g in set(CODE_GROUP.values())),
        pl.col("disabled"),
    ]:
        ratio, error = observed_over_expected(rows.filter(mark))
        assert abs(ratio - 1) < 3 * error


def test_outcome_bias_moves_the_decision_of_that_group_by_that_factor():
    rows = conferences(Switches(outcome_bias={"black": 1.5, "disability": 0.5}))
    black = rows.filter((pl.col("group") == "black") & ~pl.col("disabled"))
    disabled = rows.filter((pl.col("group") != "black") & pl.col("disabled"))
    rest = rows.filter((pl.col("group") != "black") & ~pl.col("disabled"))
    assert observed_over_expected(black)[0] == pytest.approx(1.5, abs=0.25)
    assert observed_over_expected(disabled)[0] == pytest.approx(0.5, abs=0.25)
    assert observed_over_expected(rest)[0] == pytest.approx(1.0, abs=0.07)


def signs(folder, path, child):
    truth = pl.read_csv(folder / "truth/children.csv").select("child_id", "ethnicity")
    rows = pl.read_csv(folder / path, infer_schema=False).select(child_id=child)
    held = rows.join(truth, on="child_id")["ethnicity"]
    asian = held.replace_strict(CODE_GROUP) == "asian"
    return int(asian.sum()), int((~asian).sum())


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    home = tmp_path_factory.mktemp("switches")
    for name, switches in {
        "off": Switches(),
        "under": Switches(under_recording={"asian": 0.4}),
        "moves": Switches(proxy=True),
        "source": Switches(proxy="referral_source"),
    }.items():
        synth(home / name, children=5_000, seed=5, switches=switches)
    return home


@pytest.mark.parametrize(
    ("path", "child"),
    [
        ("feeds/police_domestic_abuse.csv", "child_id"),
        ("feeds/attendance.csv", "child_id"),
        ("ssd/ssd_contacts.csv", "cont_person_id"),
    ],
)
def test_under_recording_drops_that_share_of_that_group_only(folders, path, child):
    before, others = signs(folders / "off", path, child)
    after, others_after = signs(folders / "under", path, child)
    wanted = 0.4
    if "contacts" in path:  # a contact that became a referral is never dropped
        referrals = signs(folders / "off", "ssd/ssd_cin_episodes.csv", "cine_person_id")
        wanted = 0.4 * (1 - referrals[0] / before)
    assert 1 - after / before == pytest.approx(wanted, abs=0.07)
    assert others_after == others


def moves(folder):
    truth = pl.read_csv(folder / "truth/children.csv").select("child_id", "ethnicity")
    rows = pl.read_csv(folder / "ssd/ssd_address.csv", infer_schema=False)
    each = rows.group_by(child_id="addr_person_id").len()
    held = truth.join(each, on="child_id").with_columns(
        white=pl.col("ethnicity").replace_strict(CODE_GROUP) == "white"
    )
    by = dict(held.group_by("white").agg(pl.col("len").mean()).iter_rows())
    return by[True], by[False]


def test_proxy_of_address_changes_reveals_ethnicity(folders):
    white, other = moves(folders / "off")
    assert other / white == pytest.approx(1, abs=0.08)
    white_on, other_on = moves(folders / "moves")
    assert white_on == pytest.approx(white, rel=0.05)  # brothers and sisters move too
    assert other_on > 2 * white_on


def council_services(folder):
    truth = pl.read_csv(folder / "truth/children.csv").select("child_id", "ethnicity")
    rows = pl.read_csv(folder / "ssd/ssd_cin_episodes.csv", infer_schema=False)
    held = rows.join(truth, left_on="cine_person_id", right_on="child_id").with_columns(
        white=pl.col("ethnicity").replace_strict(CODE_GROUP) == "white",
        sent=pl.col("cine_referral_source_code") == "5B",
    )
    by = dict(held.group_by("white").agg(pl.col("sent").mean()).iter_rows())
    return by[True], by[False]


def test_proxy_of_referral_source_reveals_ethnicity(folders):
    white, other = council_services(folders / "off")
    assert abs(other - white) < 0.05
    white_on, other_on = council_services(folders / "source")
    assert white_on == white
    assert other_on > 0.5


def test_a_switch_leaves_what_it_does_not_name_to_the_byte(folders):
    off = digest_folder(folders / "off")
    moved = digest_folder(folders / "moves")
    changed = {path for path in off if off[path] != moved[path]}
    assert changed == {"council.json", "ssd/ssd_address.csv"}


def test_switches_stand_in_the_facts(folders):
    facts = json.loads((folders / "under/council.json").read_text())
    assert facts["switches"] == {
        "outcome_bias": {},
        "under_recording": {"asian": 0.4},
        "proxy": None,
    }
    facts = json.loads((folders / "moves/council.json").read_text())
    assert facts["switches"]["proxy"] == "address_changes"


@pytest.mark.parametrize(
    "wrong",
    [
        {"outcome_bias": {"blak": 1.2}},
        {"outcome_bias": {"black": 0.0}},
        {"outcome_bias": {"black": float("nan")}},
        {"under_recording": {"asian": 1.5}},
        {"under_recording": {"REFU": 0.1}},
        {"proxy": "postcode"},
    ],
)
def test_switches_that_mean_nothing_are_refused(wrong):
    with pytest.raises(UsageError):
        Switches(**wrong)


def test_a_refusal_names_the_nearest_group():
    with pytest.raises(UsageError, match="Did you mean 'black'"):
        Switches(outcome_bias={"blak": 1.2})

from pathlib import Path

import pytest
from training_support import write_experiment

from riskaid.errors import DefinitionError
from riskaid.records.tables import TABLES
from riskaid.training.experiment import load_experiment

SHIPPED = Path(__file__).parents[3] / "experiments"


def test_every_shipped_experiment_is_whole():
    paths = sorted(SHIPPED.glob("*.toml"))
    assert paths
    for path in paths:
        experiment = load_experiment(path)
        assert experiment.experiment.name == path.stem
        assert experiment.experiment.not_for
        assert experiment.limits.leakage_auc <= 0.85
        assert len(experiment.experiment.bias_statement) > 600
        assert len(experiment.experiment.not_for) >= 5
        assert len(experiment.success.criteria) >= 5


def test_the_lag_of_every_shipped_outcome_is_at_least_that_of_its_table():
    """Else rows would seem whole whose outcome could not have been recorded yet."""
    for path in sorted(SHIPPED.glob("*.toml")):
        outcome = load_experiment(path).outcome
        table = TABLES[outcome.table]
        groups = {
            table.columns[c].group for c in (*outcome.where, *outcome.different_in)
        }
        lags = [table.lag_days, *(table.group_lags[g] for g in groups if g)]
        if outcome.linked_to is not None:
            lags.append(TABLES[outcome.linked_to.table].lag_days)
        assert outcome.lag_days >= max(lags), path.name


def test_the_main_outcome_is_the_one_designed():
    held = load_experiment(SHIPPED / "conference_12m.toml")
    assert (held.outcome.table, held.outcome.within_days) == ("icpcs", 365)
    link = held.outcome.linked_to
    assert link is not None
    assert (link.table, link.by, link.or_within_days) == (
        "s47_enquiries",
        "enquiry_id",
        45,
    )
    assert held.cohort.table == "referrals"
    assert held.search.trials == 12


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            ("lag_days = 30", "lagdays = 30"),
            "no key 'outcome.lagdays'. Did you mean 'lag_days'",
        ),
        (("[folds]", "[fold]"), "no key 'fold'. Did you mean 'folds'"),
        (("open = true", "opn = true"), "cohort.exclude.0.opn'. Did you mean 'open'"),
        (("at_least = 0.6", "at_lest = 0.6"), "Did you mean 'at_least'"),
        (
            ('by = "enquiry_id"', 'buy = "enquiry_id"'),
            "linked_to.buy'. Did you mean 'by'",
        ),
        (
            ('by = "enquiry_id"', 'by = "enquiry"'),
            "no column of s47_enquiries: 'enquiry'",
        ),
        (('table = "referrals"', 'table = "referals"'), "Did you mean 'referrals'"),
        (
            ('table = "referrals"', 'table = "referrals"\nwhere = { source = "1A" }'),
            "Did you mean 'source_code'",
        ),
        (('metric = "auc"', 'metric = "aucs"'), "Did you mean 'auc'"),
        (("at_least = 0.6", ""), "give at_least or at_most"),
        (("within_days = 365", "within_days = 0"), "outcome.within_days"),
        (("calibrate_days = 420", ""), "given together"),
        (("[folds]", '[models]\nchoose = "booster"\n[folds]'), "needs a reason"),
        (
            ("[[cohort.exclude]]", 'each = "mont"\n[[cohort.exclude]]'),
            "'cohort.each': Input should be 'record', 'end' or 'month'",
        ),
        (
            (
                "[[cohort.exclude]]",
                'each = "month"\noffset_days = 1\n[[cohort.exclude]]',
            ),
            "takes no offset_days",
        ),
        (
            (
                "[[cohort.exclude]]",
                "first_as_of = 2020-01-01\nlast_as_of = 2019-01-01\n[[cohort.exclude]]",
            ),
            "last_as_of lies before first_as_of",
        ),
        (
            ('table = "referrals"', 'table = "contacts"\neach = "month"'),
            "the records of contacts have no end",
        ),
        (
            ("lag_days = 30", 'different_in = ["source_code"]\nlag_days = 30'),
            "names no column of icpcs: 'source_code'",
        ),
        (
            ("lag_days = 30", 'different_in = ["icpc_id"]\nlag_days = 30'),
            "Take [outcome] table = 'referrals'",
        ),
        (
            (
                "[folds]",
                '[[breaks]]\nsays = "A lockdown, say"\ntoches = "as_of"\n[folds]',
            ),
            "no key 'breaks.0.toches'. Did you mean 'touches'",
        ),
        (
            (
                "[folds]",
                (
                    '[[breaks]]\nsays = "A lockdown, say"\nfirst = 2020-01-01\n'
                    'last = 2020-02-01\nrows_are = "left"\n[folds]'
                ),
            ),
            "'breaks.0.rows_are': Input should be 'left_out' or 'marked'",
        ),
        (("[cohort]", "[cohort"), "no TOML file"),
        (
            ('title = "A made-up outcome for the tests"', ""),
            "'experiment.title' is missing",
        ),
    ],
)
def test_what_is_wrong_is_named_with_the_nearest_key(tmp_path, change, message):
    path = write_experiment(tmp_path, change=change)
    with pytest.raises(DefinitionError) as raised:
        load_experiment(path)
    assert message in str(raised.value)
    assert "made_12m.toml" in str(raised.value)


def test_a_missing_file_is_said(tmp_path):
    with pytest.raises(DefinitionError, match=r"no experiment 'none\.toml'"):
        load_experiment(tmp_path / "none.toml")


@pytest.mark.parametrize(
    ("bounds", "message"),
    [
        ([("train", 2019, 2020), ("calibrate", 2020, 2021)], "name each of"),
        (
            [("train", 2019, 2021), ("calibrate", 2020, 2022), ("test", 2022, 2023)],
            "overlap",
        ),
        (
            [("train", 2020, 2019), ("calibrate", 2020, 2021), ("test", 2022, 2023)],
            "ends before",
        ),
    ],
)
def test_periods_have_to_fit_together(tmp_path, bounds, message):
    text = "".join(
        f'[[folds.period]]\nfold = "{f}"\nfirst = {a}-01-01\nuntil = {b}-01-01\n'
        for f, a, b in bounds
    )
    change = ("test_days = 420\ncalibrate_days = 420\ngap_days = 10\n", text)
    with pytest.raises(DefinitionError, match=message):
        load_experiment(write_experiment(tmp_path, change=change))


def test_an_outcome_differs_in_codes_of_the_rows_own_table(tmp_path):
    old = """table = "icpcs"
linked_to = { table = "s47_enquiries", by = "enquiry_id", or_within_days = 45 }"""
    new = 'table = "referrals"\ndifferent_in = ["{}"]'
    path = write_experiment(tmp_path, change=(old, new.format("source_code")))
    assert load_experiment(path).outcome.different_in == ("source_code",)
    path = write_experiment(tmp_path, change=(old, new.format("end")))
    with pytest.raises(DefinitionError, match=r"referrals\.end is none"):
        load_experiment(path)


def test_a_month_is_made_by_no_record_to_differ_from(tmp_path):
    text = write_experiment(tmp_path).read_text()
    text = text.replace('table = "referrals"', 'table = "referrals"\neach = "month"')
    start, end = text.index('table = "icpcs"'), text.index("\nwithin_days") + 1
    different = 'table = "referrals"\ndifferent_in = ["source_code"]\n'
    path = tmp_path / "made_12m.toml"
    path.write_text(text[:start] + different + text[end:])
    with pytest.raises(DefinitionError, match=r"\[cohort\] each = 'record'"):
        load_experiment(path)

import re

import pytest

from riskaid.indicators.catalogue import load_catalogue, render_catalogue
from riskaid.indicators.examples import check_examples, read_examples
from riskaid.indicators.plan import make_plan, tables_read


@pytest.fixture(scope="module")
def catalogue(root):
    return load_catalogue(root / "features")


def test_every_example_holds_on_both_engines(catalogue):
    assert [str(failure) for failure in check_examples(catalogue)] == []


def test_the_catalogue_file_is_current(root, catalogue):
    shown = (root / "features" / "CATALOGUE.md").read_text()
    assert shown == render_catalogue(catalogue), "run: make features"


def test_it_is_broad_enough(catalogue):
    assert len(catalogue.indicators) >= 14
    assert len({i.family for i in catalogue.indicators}) >= 7
    assert len(catalogue.prompts) >= 4
    assert len(catalogue.gaps) >= 3


def test_every_indicator_says_what_it_is_not_a_sign_of(catalogue):
    assert [i.name for i in catalogue.indicators if not i.not_a_sign_of] == []


def test_predictors_claim_a_direction_save_age(catalogue):
    undirected = [
        i.name
        for i in catalogue.indicators
        if i.role == "predictor" and i.more_means_more is None
    ]
    assert undirected == ["age_years"]


def test_every_example_set_shows_a_record_known_too_late_or_not_supplied(catalogue):
    for one in catalogue.declarations:
        late = "known_from" in one.examples or re.search(
            r"not supplied|from \d|to \d", one.examples
        )
        assert late, one.name


def test_each_declaration_is_shown_both_ways(catalogue):
    plan = make_plan(catalogue)
    nodes = {i.name: i.value for i in plan.indicators}
    nodes |= {p.name: p.when for p in (*plan.prompts, *plan.gaps)}
    for one in catalogue.declarations:
        examples = read_examples(one.examples, nodes[one.name])
        assert len({example.expected for example in examples}) > 1, one.name


def test_no_predictor_reads_a_snapshot_but_the_month_of_birth(catalogue):
    for one in make_plan(catalogue).indicators:
        for read in tables_read(one.value):
            assert read.table != "disabilities"
            if read.table == "persons":
                assert set(read.columns) == {"born", "expected"}

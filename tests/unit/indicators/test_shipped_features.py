import re

import pytest

from riskaid.indicators.catalogue import (
    expression_of,
    load_catalogue,
    render_catalogue,
)
from riskaid.indicators.example_text import read_examples
from riskaid.indicators.examples import check_examples
from riskaid.indicators.plan import make_plan, parts_of, tables_read
from riskaid.language import nodes
from riskaid.language.declare import FAMILIES


@pytest.fixture(scope="module")
def catalogue(root):
    return load_catalogue(root / "features")


def test_every_example_holds_on_both_engines(catalogue):
    assert [str(failure) for failure in check_examples(catalogue)] == []


def test_the_catalogue_file_is_current(root, catalogue):
    shown = (root / "features" / "CATALOGUE.md").read_text()
    assert shown == render_catalogue(catalogue), "run: make features"


def test_it_is_broad_enough(catalogue):
    assert len(catalogue.indicators) >= 70
    assert {i.family for i in catalogue.indicators} >= set(FAMILIES) - {
        "information_gaps"
    }
    assert len(catalogue.prompts) >= 30
    assert len(catalogue.gaps) >= 15


def test_a_sexual_history_has_no_window_and_never_fades(catalogue):
    kinds = {"sexual_offence", "sexual_risk"}
    found = 0
    for one in catalogue.indicators:
        for part in parts_of(one.value.node):
            rows = getattr(part, "rows", None)
            if rows is None or not kinds & _texts(rows.where):
                continue
            found += 1
            assert part.last is None, one.name
            assert not isinstance(part, nodes.Decayed), one.name
    assert found >= 4


def test_no_estimate_reads_local_records_whose_absence_says_nothing(catalogue):
    plan = make_plan(catalogue)
    for one in plan.indicators:
        if one.role == "predictor":
            tables = {read.table for read in tables_read(one.value)}
            assert "local_events" not in tables, one.name


def test_every_kind_of_local_record_is_explained_to_those_who_send_it(root, catalogue):
    page = (root / "docs" / "mappings.md").read_text(encoding="utf-8")
    named: set[str] = set()
    for one in catalogue.declarations:
        for part in parts_of(expression_of(one).node):
            if isinstance(part, nodes.Rows) and part.table == "local_events":
                named |= _texts(part.where)
            elif isinstance(part, nodes.LatestIs) and part.rows.table == "local_events":
                named.update(part.values)
    assert len(named) >= 15
    assert [kind for kind in sorted(named) if f"`{kind}`" not in page] == []


def _texts(where):
    """The texts that a where names."""
    found: set[str] = set()
    for part in parts_of(where) if where is not None else ():
        if isinstance(part, nodes.RecordCompare) and isinstance(part.value, str):
            found.add(part.value)
        elif isinstance(part, nodes.RecordIsIn):
            found.update(part.values)
    return found


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

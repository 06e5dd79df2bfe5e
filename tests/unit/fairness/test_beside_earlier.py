"""Whoever reads an audit is told which earlier ones it was held against."""

from dataclasses import replace

import pytest

from riskaid.document import to_html
from riskaid.fairness.audit import audit, write_audit
from riskaid.fairness.earlier import read_earlier
from riskaid.fairness.page import as_document
from riskaid.fairness.published import beside_earlier
from riskaid.fairness.report import to_markdown


@pytest.fixture(scope="module")
def fewer(policy):
    return replace(policy, replicates=120)


@pytest.mark.parametrize("before", [0, 1, 2])
def test_every_page_says_how_many(make_council, fewer, tmp_path, before):
    frame = make_council(60, seed=1)
    earlier = []
    for i in range(before):
        write_audit(audit(frame[50 * (i + 1) :], fewer), tmp_path / str(i))
        earlier.append(read_earlier(tmp_path / str(i)))
    published = audit(frame, fewer, earlier=earlier).to_json()
    said = beside_earlier(published)
    counted = f"{before} published before" if before else "no audit published before"
    assert counted in said
    assert "audit again with --previous" in said
    assert said in to_markdown(published)
    assert said in to_html(as_document(published))

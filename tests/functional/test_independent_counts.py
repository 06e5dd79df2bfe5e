"""Every count of the data-quality report on the sample returns, counted once more."""

import pytest
from independent_counts import independent_counts, riskaid_counts, sources

NAMES = [
    "sample_cin.xml",
    "CIN_Census_2021.xml",
    "CIN_Census_2021_no_assessment_factors.xml",
    "CIN_Census_2024.xml",
    "CIN_Census_2026.xml",
    "CIN_header_issues_100.xml",
    "fake_903",
]


def test_every_sample_is_counted(sector_files):
    assert [path.name for path in sources(sector_files)] == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_each_count_is_what_another_count_says(sector_files, name):
    (source,) = [path for path in sources(sector_files) if path.name == name]
    files, rules = independent_counts(source)
    found, found_rules = riskaid_counts(source)
    assert found == files
    assert found_rules == rules

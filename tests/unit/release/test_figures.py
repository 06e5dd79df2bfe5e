import pytest

from riskaid.document import whole
from riskaid.release.figures import count, in_hundred, interval, month, number, share


@pytest.mark.parametrize(
    ("value", "written"),
    [(0, "0"), (1, "c"), (5, "c"), (6, "6"), (None, "c"), (12345, "12,345")],
)
def test_count(value, written):
    assert count(value) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [(0.714, "0.71"), (-0.001, "0.00"), (-0.1, "-0.10"), (None, "not estimable")],
)
def test_number(value, written):
    assert number(value) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0.197, "about 20 in 100"),
        (0.004, "about 4 in 1,000"),
        (0.0001, "about 1 in 1,000"),
        (None, "not estimable"),
    ],
)
def test_in_hundred(value, written):
    assert in_hundred(value) == written


def test_share_and_interval():
    assert share(0.1234) == "12.3%"
    assert share(None) == "not estimable"
    found = {"value": 0.2, "low95": 0.1, "high95": 0.305}
    assert interval(found) == "0.20 (0.10 to 0.30)"
    assert interval(found, percent=True) == "20.0% (10.0 to 30.5)"
    assert interval({**found, "low95": None}) == "0.20 (no interval)"
    assert interval({"value": None}) == "not estimable"


def test_month():
    assert month("2024-03-09") == "March 2024"
    assert month(None) == "not known"


def test_an_interval_stays_on_one_line():
    assert whole("0.2 (0.1 to 0.3)") == "0.2 (0.1\u00a0to\u00a00.3)"
    assert whole("nothing here") == "nothing here"

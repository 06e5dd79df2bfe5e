import polars as pl
import pytest

from riskaid.errors import ExtractError
from riskaid.fairness.groups import ETHNICITY, read_groups
from riskaid.fairness.scores import check_scores, read_scores


@pytest.mark.parametrize(
    ("written", "group"),
    [
        ("WBRI", "white"),
        (" wbri ", "white"),
        ("White", "white"),
        ("WROM", "gypsy roma traveller"),
        ("WIRT", "gypsy roma traveller"),
        ("MWAS", "mixed"),
        ("CHNE", "asian"),
        ("Asian or Asian British", "asian"),
        ("BOTH", "black"),
        ("OOTH", "other"),
        ("REFU", "refused"),
        ("NOBT", "not yet obtained"),
        ("", "not recorded"),
        (None, "not recorded"),
        ("XYZW", "code not known"),
    ],
)
def test_ethnicity_codes_and_broad_names(written, group):
    groups, unknown = read_groups(pl.Series([written], dtype=pl.String), "ethnicity")
    assert groups.to_list() == [group]
    assert unknown == (group == "code not known")


@pytest.mark.parametrize(
    ("written", "group"),
    [
        ("yes", "disability"),
        ("Y", "disability"),
        ("no", "no disability"),
        ("", "not recorded"),
        ("REFU", "refused"),
        ("NOBT", "not yet obtained"),
        ("perhaps", "code not known"),
    ],
)
def test_an_empty_disability_is_not_a_no(written, group):
    assert read_groups(pl.Series([written]), "disability")[0].to_list() == [group]


def test_every_dfe_ethnicity_code_has_a_group():
    codes = (
        "WBRI WIRI WIRT WROM WOTH MWBC MWBA MWAS MOTH AIND APKN ABAN AOTH CHNE BCRB "
        "BAFR BOTH OOTH REFU NOBT"
    )
    assert set(codes.lower().split()) <= set(ETHNICITY.codes)


def test_csv_and_parquet_give_the_same_rows(make_council, policy, tmp_path):
    frame = make_council(40)
    frame.write_csv(tmp_path / "scores.csv")
    frame.write_parquet(tmp_path / "scores.parquet")
    one = read_scores(tmp_path / "scores.csv", policy)
    two = read_scores(tmp_path / "scores.parquet", policy)
    assert one.equals(two)
    assert one.height == frame.height


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda f: f.rename({"outcome": "outcomes"}), "Did you mean 'outcomes'?"),
        (lambda f: f.rename({"ethnicity": "Ethnicity"}), "Did you mean 'Ethnicity'?"),
        (lambda f: f.drop("disability"), "There is no column 'disability'"),
        (lambda f: f.drop("score"), "neither a column 'score' nor 'selected'"),
        (lambda f: f.clear(), "There are no rows"),
        (
            lambda f: f.with_columns(
                score=pl.when(pl.int_range(pl.len()) < 7)
                .then(1.2345)
                .otherwise("score")
            ),
            (
                "7 of 200 values of 'score' are not numbers from 0 to 1 · "
                "'scores.csv', rows 1, 2, 3, 4, 5 and others · "
            ),
        ),
        (
            lambda f: f.with_columns(
                score=pl.when(pl.int_range(pl.len()) == 3)
                .then(float("nan"))
                .otherwise("score")
            ),
            (
                "1 of 200 values of 'score' are not numbers from 0 to 1 · "
                "'scores.csv', row 4 ·"
            ),
        ),
        (
            lambda f: f.with_columns(
                outcome=pl.when(pl.int_range(pl.len()) == 1)
                .then(2)
                .otherwise("outcome")
            ),
            "1 of 200 values of 'outcome' are neither 0 nor 1",
        ),
        (
            lambda f: f.with_columns(
                outcome=pl.when(pl.int_range(pl.len()) == 1)
                .then(None)
                .otherwise("outcome")
            ),
            "1 of 200 values of 'outcome'",
        ),
        (
            lambda f: f.with_columns(person_id=pl.lit("")),
            "200 of 200 values of 'person_id' are empty",
        ),
    ],
)
def test_a_wrong_file_is_refused_with_counts_and_rows(
    make_council, policy, tmp_path, change, says
):
    change(make_council(40)).write_csv(tmp_path / "scores.csv")
    with pytest.raises(ExtractError) as error:
        read_scores(tmp_path / "scores.csv", policy)
    assert says in str(error.value)
    for value in ("1.2345", "C0000001", "F0000001"):
        assert value not in str(error.value)


def test_a_file_that_is_not_there_or_is_not_parquet(policy, tmp_path):
    with pytest.raises(ExtractError, match="There is no file"):
        read_scores(tmp_path / "none.csv", policy)
    (tmp_path / "scores.parquet").write_text("person_id\n")
    with pytest.raises(ExtractError, match="cannot be read as Parquet"):
        read_scores(tmp_path / "scores.parquet", policy)


def test_missing_groups_lose_no_row(make_council, policy):
    frame = make_council(40).with_columns(ethnicity=pl.lit(None, pl.String))
    assert check_scores(frame, policy).height == frame.height

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


def test_a_file_without_a_header_gives_nobody_away(policy, tmp_path):
    """Its first line is about a child, so it is not said what columns it has."""
    (tmp_path / "scores.csv").write_text("C0000001,0.7,1,F0000001,BCRB,yes,F,5 to 9\n")
    with pytest.raises(ExtractError, match="none of the names") as error:
        read_scores(tmp_path / "scores.csv", policy)
    for value in ("C0000001", "0.7", "F0000001", "BCRB", "5 to 9"):
        assert value not in str(error.value)
    assert "person_id, outcome, ethnicity, disability, sex, age_band" in str(
        error.value
    )


def test_names_in_capitals_are_a_header_all_the_same(make_council, policy, tmp_path):
    frame = make_council(40)
    frame.rename({"person_id": "PERSON"}).write_csv(tmp_path / "scores.csv")
    with pytest.raises(ExtractError, match="It has: PERSON, family_id, score"):
        read_scores(tmp_path / "scores.csv", policy)


def test_a_word_where_a_number_belongs_is_counted_and_not_repeated(
    make_council, policy, tmp_path
):
    frame = make_council(40).with_columns(score=pl.lit("Jo Bloggs"))
    frame.write_csv(tmp_path / "scores.csv")
    for ranks, says in ((False, "not numbers from 0 to 1"), (True, "are not numbers")):
        with pytest.raises(ExtractError, match=says) as error:
            read_scores(tmp_path / "scores.csv", policy, ranks=ranks)
        assert "Bloggs" not in str(error.value)
        assert "200 of 200" in str(error.value)


def test_an_order_is_read_only_with_the_switch(make_council, policy, tmp_path):
    frame = make_council(40).with_columns(score=pl.col("score") * 900 - 100)
    frame.write_csv(tmp_path / "scores.csv")
    with pytest.raises(ExtractError, match="is read with --ranks"):
        read_scores(tmp_path / "scores.csv", policy)
    read = read_scores(tmp_path / "scores.csv", policy, ranks=True)
    assert "score" not in read.columns
    assert sorted(read["ordering"]) == pytest.approx(sorted(frame["score"]))


@pytest.mark.parametrize("value", [None, float("nan"), float("inf")])
def test_an_order_needs_a_number_in_every_row(make_council, policy, tmp_path, value):
    frame = make_council(40).with_columns(
        score=pl.when(pl.int_range(pl.len()) == 3).then(value).otherwise("score")
    )
    frame.write_parquet(tmp_path / "scores.parquet")
    with pytest.raises(
        ExtractError, match="1 of 200 values of 'score' are not numbers"
    ):
        read_scores(tmp_path / "scores.parquet", policy, ranks=True)


def test_ranks_of_a_tool_that_gives_a_yes_or_no_are_refused(
    make_council, policy, tmp_path
):
    frame = make_council(40).with_columns(selected=1).drop("score")
    frame.write_csv(tmp_path / "scores.csv")
    with pytest.raises(ExtractError, match="Leave out --ranks"):
        read_scores(tmp_path / "scores.csv", policy, ranks=True)
    wrong = frame.with_columns(selected=pl.lit(2))
    with pytest.raises(
        ExtractError, match="200 of 200 values of 'selected' are neither"
    ):
        check_scores(wrong, policy)


def test_a_column_called_ordering_is_not_taken_for_an_order(
    make_council, policy, tmp_path
):
    frame = make_council(40).rename({"score": "ordering"})
    frame.write_csv(tmp_path / "scores.csv")
    with pytest.raises(ExtractError, match="neither a column 'score' nor 'selected'"):
        read_scores(tmp_path / "scores.csv", policy)


def test_a_file_that_is_not_there_or_is_not_parquet(policy, tmp_path):
    with pytest.raises(ExtractError, match="There is no file"):
        read_scores(tmp_path / "none.csv", policy)
    (tmp_path / "scores.parquet").write_text("person_id\n")
    with pytest.raises(ExtractError, match="cannot be read as Parquet"):
        read_scores(tmp_path / "scores.parquet", policy)


def test_missing_groups_lose_no_row(make_council, policy):
    frame = make_council(40).with_columns(ethnicity=pl.lit(None, pl.String))
    assert check_scores(frame, policy).height == frame.height

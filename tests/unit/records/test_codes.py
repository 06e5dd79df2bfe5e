import polars as pl
import pytest

from riskaid.records import codes


def one(function, text):
    return function(pl.Series([text])).to_list()[0]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("WBRI", "WBRI"),
        ("(A.A1)White - British", "WBRI"),
        ("CNHE", "CHNE"),
        ("MWBa", "MWBA"),
        ("ORAB", "OOTH"),
        ("White and Black African", "MWBA"),
        ("White & Black Caribbean", "MWBC"),
        ("White and Asian", "MWAS"),
        ("Other Black background", "BOTH"),
        ("Any other White background", "WOTH"),
        ("Refused", "REFU"),
        ("Information not yet obtained", "NOBT"),
        ("??", None),
        ("purple", None),
    ],
)
def test_ethnicity_spellings_become_codes_and_the_unknown_stays_unknown(text, code):
    assert one(codes.ethnicity, text) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1", "M"),
        ("2", "F"),
        ("b) Female", "F"),
        ("a) Male", "M"),
        ("Unborn", "U"),
        ("9", "U"),
        ("02", "F"),
        ("zz", None),
    ],
)
def test_sex_in_letters_words_and_old_codes(text, code):
    assert one(codes.sex, text) == code


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("NEG", "NEG"),
        ("Emotional abuse", "EMO"),
        ("PHYSAB", "PHY"),
        ("NNYN", "SAB"),
        ("Neglect, Physical and Emotional", "MUL"),
        ("Multiple", "MUL"),
        ("other", None),
    ],
)
def test_categories_of_abuse_in_words(text, code):
    assert one(codes.category_of_abuse, text) == code


def test_a_recorded_disability_is_never_lost_and_none_is_none():
    assert one(codes.disability, "AUT") == "AUT"
    assert one(codes.disability, "AUT - Autism") == "AUT"
    assert one(codes.disability, "No disability") == "NONE"
    assert one(codes.disability, "Something else") == "SOMETHING ELSE"


def test_a_lookup_id_is_no_referral_source_but_words_are():
    assert one(codes.referral_source, "10482") is None
    assert one(codes.referral_source, "3B") == "3B"
    assert one(codes.referral_source, "HSERVGP") == "3A"
    assert one(codes.referral_source, "Police Service") == "6"


def test_codes_at_the_start_of_a_description_are_taken():
    assert (
        one(codes.NORMAL["legal_statuses", "legal_status"], "C2 - Full care order")
        == "C2"
    )
    assert one(codes.NORMAL["cla_episodes", "end_reason"], "X1 Episode ends") == "X1"
    assert one(codes.missing_type, "Away without authorisation") == "A"


def test_factors_are_dfes_list():
    assert one(codes.factor, "18a") == "18A"
    assert one(codes.factor, "99") is None
    assert one(codes.factor, "24A") == "24A"

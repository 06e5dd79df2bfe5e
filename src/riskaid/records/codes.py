"""Words and old codes from councils' systems as DfE's codes.

Spellings follow what London boroughs were seen to write (7,651 of them, collected by
LIIA); what cannot be read becomes null and is counted, never guessed.
"""

from collections.abc import Callable

import polars as pl

from riskaid.records.code_words import (
    CEASED_WORDS,
    CLOSE_WORDS,
    ETHNICITY_WORDS,
    LEGAL_WORDS,
    NEED_WORDS,
    PLACEMENT_WORDS,
    SOURCE_WORDS,
)

ETHNICITIES = (
    "WBRI|WIRI|WIRT|WOTH|WROM|MWBC|MWBA|MWAS|MOTH|AIND|APKN|ABAN|AOTH|BCRB|BAFR|BOTH|"
    "CHNE|OOTH|REFU|NOBT"
)
ETHNICITY_ALIASES = {
    "CNHE": "CHNE",
    "ORAB": "OOTH",
    **dict.fromkeys(("WENG", "WSCO", "WWEL", "WCOR", "WOWB"), "WBRI"),
    **dict.fromkeys(("BSOM", "BNGN", "BGHA", "BCON", "BSUD", "BAOF"), "BAFR"),
    **dict.fromkeys(("BEUR", "BNAM", "BOTB"), "BOTH"),
    **dict.fromkeys(("CHKC", "CMAL", "CSNG", "CTWN", "COCH"), "CHNE"),
    **dict.fromkeys(("MWAP", "MWAI", "MWAO"), "MWAS"),
    **dict.fromkeys(("AMPK", "AKPA", "AOPK"), "APKN"),
}
FACTORS = "[1-6][A-C]|7A|8[A-F]|9A|1[0-7]A|18[A-C]|19[A-C]|20|21|22A|23A|24A"
RETIRED_FACTORS = frozenset({"18A", "19A"})
DISABILITIES = "NONE|MOB|HAND|PC|INC|COMM|LD|HEAR|VIS|BEH|CON|AUT|DDA"
REFERRAL_SOURCES = "1[A-D]|2[AB]|3[A-F]|4|5[A-D]|6|7|8|9|10"
REFERRAL_SOURCE_ALIASES = {
    "INDFRC": "1A",
    "INDACQ": "1B",
    "INDSELF": "1C",
    "SCHOOLS": "2A",
    "SCHOOL": "2A",
    "EDUSERV": "2B",
    "EDUCATION SERVICES": "2B",
    "HSERVGP": "3A",
    "HSERVHVSTR": "3B",
    "HSERVSNRSE": "3C",
    "HSERVPHSERV": "3D",
    "HSERVAE": "3E",
    "HSERVOTHR": "3F",
    "HOUSLA": "4",
    "HOUSING": "4",
    "LASERVSCR": "5A",
    "LASERVOINT": "5B",
    "LASERVEXT": "5C",
    "POLICE": "6",
    "OTHERLEG": "7",
    "OTHER": "8",
    "ANON": "9",
    "ANONYMOUS": "9",
    "UNKNOWN": "10",
}


LETTERED = r"^(?:[a-zA-Z]{1,2}[0-9]?[).] *|\([A-Z]{2}\) *|[‘'\"]+)"
"""What stands before a value in a list to choose from: "q) 6: Police"."""
PLACEMENTS = "A[3-6]|H5|K[12]|P[1-3]|R[1-3]|R5|S1|T[0-4]|U[1-6]|Z1"
LEGAL = "C[12]|D1|E1|V[2-4]|L[1-3]|J[1-3]"
CEASED = "X1|E(?:4[AB]|1[1-7]|4[1-8]|[1-9])"
NO_ANSWER = (
    r"^(?:[a-z][).] *)?(?:unknown|not (?:yet )?(?:known|obtained|recorded|stated)"
    r"|refused|refu|nobt)\b"
)
"""Words, in small letters, for an answer that nobody has: neither yes nor no."""
START_REASONS = {
    r"legal.*placement.*same carer": "U",
    r"legal.*placement": "B",
    r"legal": "L",
    r"placement.*same carer": "T",
    r"placement": "P",
    r"start(ed|s)? (to be|being) looked after|new period": "S",
}
ALLOCATED = r"^CW\b|^(ALLOCATED )?(CASE ?)?WORKER$"


def plain(values: pl.Series) -> pl.Series:
    """Keep a local code as it is written."""
    return values


def upper(values: pl.Series) -> pl.Series:
    """A code in capitals."""
    return values.str.to_uppercase()


def sex(values: pl.Series) -> pl.Series:
    """F, M or U, from letters, words, 1 and 2, and old codes for not known."""
    lower = values.str.to_lowercase().str.replace(r"^([a-d]\)|[0129] ?-) *", "")
    return _chosen(
        (lower.str.contains(r"^(f|female|2|02|2\.0|woman.*|girl)$"), "F"),
        (lower.str.contains(r"^(m|male|1|01|1\.0|man.*|boy)$"), "M"),
        (
            lower.str.contains(
                r"^([uix]|0?[09](\.0)?)$|unknown|not |unborn|indeter|neither|unspec"
            ),
            "U",
        ),
    )


def ethnicity(values: pl.Series) -> pl.Series:
    """DfE's code; refused (REFU) and not yet obtained (NOBT) are codes of their own."""
    capitals = values.str.to_uppercase()
    known = "|".join([ETHNICITIES, *ETHNICITY_ALIASES])
    found = capitals.str.extract(rf"\b({known})\b", 1).replace(ETHNICITY_ALIASES)
    lower = values.str.to_lowercase()
    words = _worded(values, ETHNICITY_WORDS)
    mixed = _chosen(
        (lower.str.contains("caribbean"), "MWBC"), (lower.str.contains("afric"), "MWBA")
    )
    words = pl.select(
        pl.when(words == "MWB").then(mixed.fill_null("MOTH")).otherwise(words)
    ).to_series()
    return pl.select(pl.coalesce([pl.lit(found), pl.lit(words)])).to_series()


def disability(values: pl.Series) -> pl.Series:
    """DfE's disability code; NONE means recorded as not disabled.

    YES says that a disability is recorded without saying which. Refused (REFU) and not
    yet obtained (NOBT) are answers of their own; "unknown" is none. Another code or
    word stays as it is written: something is recorded.
    """
    capitals = values.str.to_uppercase()
    said = capitals.str.replace(r"^[A-E][).] *|^[01] *- *", "")
    code = said.str.extract(rf"^({DISABILITIES})\b", 1)
    return pl.select(
        pl.when(said.str.contains(r"\bREFUS|^REFU\b|PREFER NOT|DECLINED"))
        .then(pl.lit("REFU"))
        .when(said.str.contains(r"^NOBT\b|NOT (YET )?(BEEN )?OBTAINED"))
        .then(pl.lit("NOBT"))
        .when(values.str.to_lowercase().str.contains(NO_ANSWER))
        .then(None)
        .when(code.is_not_null())
        .then(code)
        .when(said.str.contains("^(0|N|NO|FALSE|NOT DISABLED|NO DISABILITY)$"))
        .then(pl.lit("NONE"))
        .when(said.str.contains("^(1|Y|YES|TRUE|DISABLED|DISABILITY)$"))
        .then(pl.lit("YES"))
        .otherwise(said)
    ).to_series()


def further_action(values: pl.Series) -> pl.Series:
    """Whether a referral needed no further action, from words for it, as yes or no."""
    return _answer(
        values, yes=r"^(nfa|no further action)\b", no=r"^(fa|further action)$"
    )


def seen(values: pl.Series) -> pl.Series:
    """Whether a child was seen, as yes or no; "not seen alone" does not say."""
    return _answer(values, yes=r"^(child )?seen\b", no=r"^((child )?not seen|unborn)$")


def seen_alone(values: pl.Series) -> pl.Series:
    """Whether a child was seen alone, as yes or no; "seen" does not say."""
    return _answer(values, yes=r"^(child )?seen alone$", no=r"^(child )?not seen\b")


def _answer(values: pl.Series, *, yes: str, no: str) -> pl.Series:
    lower = values.str.to_lowercase()
    said = _chosen((lower.str.contains(yes), "yes"), (lower.str.contains(no), "no"))
    return pl.select(pl.coalesce([pl.lit(said), pl.lit(values)])).to_series()


def category_of_abuse(values: pl.Series) -> pl.Series:
    """NEG, PHY, SAB, EMO or MUL, from codes, words and YNNN patterns."""
    lower = values.str.to_lowercase()
    parts = {
        "NEG": lower.str.contains(r"neglect|^neg\b|^y[yn]{3}$"),
        "PHY": lower.str.contains(r"physical|^phy|^pa$|^[yn]y[yn]{2}$"),
        "SAB": lower.str.contains(r"sexual|^sab\b|^[yn]{2}y[yn]$"),
        "EMO": lower.str.contains(r"emotion|^emo\b|^[yn]{3}y$"),
    }
    several = pl.select(sum(p.cast(pl.Int8) for p in parts.values())).to_series()
    return _chosen(
        ((several > 1) | lower.str.contains(r"multiple|^mul\b"), "MUL"),
        *((found, code) for code, found in parts.items()),
    )


def missing_type(values: pl.Series) -> pl.Series:
    """M for missing, A for away or absent with whereabouts known."""
    lower = values.str.to_lowercase()
    return _chosen(
        (lower.str.contains(r"^m\b|missing"), "M"),
        (lower.str.contains(r"^a\b|away|absent|unauthor|without auth"), "A"),
    )


def referral_source(values: pl.Series) -> pl.Series:
    """DfE's referral source code; a case system's own lookup id is not one."""
    capitals = values.str.to_uppercase().str.replace(LETTERED, "")
    found = capitals.str.extract(rf"^({REFERRAL_SOURCES})\b", 1)
    told = capitals.str.extract(rf"\[({REFERRAL_SOURCES})\]", 1)
    word = capitals.replace_strict(
        REFERRAL_SOURCE_ALIASES, default=None, return_dtype=pl.String
    )
    return _first(found, told, word, _worded(values, SOURCE_WORDS))


def primary_need(values: pl.Series) -> pl.Series:
    """N0 to N9, from codes, codes with a local part (N1SB, N6e2) and words."""
    capitals = values.str.to_uppercase()
    local = r"N(\d)(?:S?[A-Z]\d?)?\b"
    number = capitals.str.extract(rf"\b{local}", 1)
    return _first("N" + number, _worded(values, NEED_WORDS))


def close_reason(values: pl.Series) -> pl.Series:
    """RC1 to RC9, from codes, codes with a letter of the council's own, and words."""
    found = values.str.to_uppercase().str.extract(r"\b(RC[1-9])[A-Z]?\b", 1)
    return _first(found, _worded(values, CLOSE_WORDS))


def legal_status(values: pl.Series) -> pl.Series:
    """DfE's legal status; of two orders at once the one that is written first."""
    old = leading("[A-Z][0-9]")(values)
    return _first(old, _coded(values, LEGAL, LEGAL_WORDS))


def end_reason(values: pl.Series) -> pl.Series:
    """DfE's reason why an episode of care ended; old codes stay."""
    capitals = values.str.to_uppercase().str.replace(LETTERED, "")
    found = capitals.str.extract(r"^S?(X1|E\d{1,2}[AB]?)\b", 1)
    told = capitals.str.extract(rf"[\[(]({CEASED})[\])]", 1)
    return _first(found, told, _worded(values, CEASED_WORDS))


def placement(values: pl.Series) -> pl.Series:
    """DfE's placement type; old codes stay, as they are written."""
    old = leading("[A-Z][0-9]{1,2}")(values)
    return _first(old, _coded(values, PLACEMENTS, PLACEMENT_WORDS))


def _coded(values: pl.Series, pattern: str, words: dict[str, str]) -> pl.Series:
    """A code that stands anywhere as a word, such as "Care order [C2]"; else words.

    IN, OUT, A and B after it say where a placement is, and are no part of the code.
    """
    capitals = values.str.to_uppercase().str.replace(LETTERED, "")
    found = capitals.str.extract(rf"\b({pattern})(?:[AB]|IN|OUT)?\b", 1)
    return _first(found, _worded(values, words))


def _worded(values: pl.Series, words: dict[str, str]) -> pl.Series:
    """The code of the first pattern that a text fits, in small letters."""
    lower = values.str.to_lowercase()
    return _chosen(*((lower.str.contains(p), code) for p, code in words.items()))


def _first(*choices: pl.Series) -> pl.Series:
    """The first reading of each text that gives a code."""
    return pl.select(pl.coalesce([pl.lit(c) for c in choices])).to_series()


def leading(pattern: str) -> Callable[[pl.Series], pl.Series]:
    """A code that stands at the start of a description, such as 'C2 - Care order'."""

    def read(values: pl.Series) -> pl.Series:
        plain = values.str.to_uppercase().str.replace(LETTERED, "")
        return plain.str.extract(rf"^({pattern})\b", 1)

    return read


def leading_or(pattern: str, words: dict[str, str]) -> Callable[[pl.Series], pl.Series]:
    """A code at the start, else the one that the words stand for."""

    def read(values: pl.Series) -> pl.Series:
        lower = values.str.to_lowercase()
        said = _chosen(*((lower.str.contains(p), c) for p, c in words.items()))
        code = leading(pattern)(values)
        return pl.select(pl.coalesce([pl.lit(code), pl.lit(said)])).to_series()

    return read


def role(values: pl.Series) -> pl.Series:
    """CW for the allocated case worker, in codes and words; others as written."""
    capitals = values.str.to_uppercase()
    allocated = capitals.str.contains(ALLOCATED)
    return pl.select(
        pl.when(allocated).then(pl.lit("CW")).otherwise(values)
    ).to_series()


def factor(values: pl.Series) -> pl.Series:
    """DfE's factor code; 18A and 19A are retired and kept as they are."""
    return values.str.to_uppercase().str.extract(f"^({FACTORS})$", 1)


def _chosen(*cases: tuple[pl.Series, str]) -> pl.Series:
    """The code of the first case that holds, else null."""
    (first, code), *rest = cases
    chain = pl.when(first).then(pl.lit(code))
    for found, other in rest:
        chain = chain.when(found).then(pl.lit(other))  # type: ignore[assignment]  # a chain changes type
    return pl.select(chain.otherwise(None)).to_series()


NORMAL: dict[tuple[str, str], Callable[[pl.Series], pl.Series]] = {
    ("persons", "sex"): sex,
    ("persons", "ethnicity"): ethnicity,
    ("disabilities", "code"): disability,
    ("contacts", "source_code"): referral_source,
    ("referrals", "source_code"): referral_source,
    ("referrals", "primary_need"): primary_need,
    ("referrals", "close_reason"): close_reason,
    ("assessment_factors", "code"): factor,
    ("cp_plans", "initial_category"): category_of_abuse,
    ("cp_plans", "latest_category"): category_of_abuse,
    ("involvements", "role"): role,
    ("cla_episodes", "start_reason"): leading_or("[SLPTBU]", START_REASONS),
    ("cla_episodes", "need"): primary_need,
    ("cla_episodes", "end_reason"): end_reason,
    ("placements", "placement_type"): placement,
    ("placements", "provider"): leading("PR[0-5]"),
    ("legal_statuses", "legal_status"): legal_status,
    ("missing_episodes", "episode_type"): missing_type,
}
"""How the codes of a case table's column are read; any other is kept as written."""

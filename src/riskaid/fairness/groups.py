"""How what is recorded about a child becomes the groups of an audit.

Not recorded, refused and not yet obtained are groups of their own, because a child
whose ethnicity was never asked is still a child the service may overlook. A code that
is not known is a group of its own too, counted aloud: no row is ever dropped.
"""

from dataclasses import dataclass
from typing import Final

import polars as pl

NOT_RECORDED: Final = "not recorded"
REFUSED: Final = "refused"
NOT_YET_OBTAINED: Final = "not yet obtained"
CODE_NOT_KNOWN: Final = "code not known"


@dataclass(frozen=True)
class Vocabulary:
    """The groups a characteristic can fall into, and the codes that lead to each.

    Attributes:
        phrases: Group to the words a sentence uses for its children, in order of show.
        codes: Code in lower case, spaces single, to group. Empty = not recorded.
    """

    phrases: dict[str, str]
    codes: dict[str, str]


def _vocabulary(
    noun: str, groups: dict[str, tuple[str, tuple[str, ...]]]
) -> Vocabulary:
    phrases = {name: phrase for name, (phrase, _codes) in groups.items()}
    codes = {c.lower(): name for name, (_p, listed) in groups.items() for c in listed}
    codes |= {name: name for name in groups}
    unknowns = {
        NOT_RECORDED: (f"children whose {noun} was not recorded", ("", "unknown")),
        REFUSED: (f"children whose {noun} was refused", ("refu",)),
        NOT_YET_OBTAINED: (f"children whose {noun} was not yet obtained", ("nobt",)),
        CODE_NOT_KNOWN: (f"children whose {noun} has a code that is not known", ()),
    }
    for name, (phrase, listed) in unknowns.items():
        if name not in phrases:
            phrases[name] = phrase
        codes |= {code: name for code in (*listed, name) if code not in codes}
    return Vocabulary(phrases, codes)


ETHNICITY: Final = _vocabulary(
    "ethnicity",
    {
        "white": ("children recorded as White", ("WBRI", "WIRI", "WOTH")),
        "gypsy roma traveller": (
            "children recorded as Gypsy, Roma or Traveller",
            (
                "WIRT",
                "WROM",
                "gypsy, roma, traveller",
                "gypsy, roma and traveller",
                "gypsy, roma or traveller",
                "gypsy/roma/traveller",
                "gypsy/roma",
                "traveller of irish heritage",
            ),
        ),
        "mixed": (
            "children recorded as of mixed ethnicity",
            (
                "MWBC",
                "MWBA",
                "MWAS",
                "MOTH",
                "mixed / multiple",
                "mixed or multiple",
                "mixed or multiple ethnic groups",
            ),
        ),
        "asian": (
            "children recorded as Asian",
            (
                "AIND",
                "APKN",
                "ABAN",
                "AOTH",
                "CHNE",
                "asian or asian british",
                "asian / asian british",
            ),
        ),
        "black": (
            "children recorded as Black",
            (
                "BCRB",
                "BAFR",
                "BOTH",
                "black or black british",
                "black / black british",
                "black, black british, caribbean or african",
            ),
        ),
        "other": (
            "children recorded as of another ethnicity",
            ("OOTH", "other ethnic group", "other ethnic groups"),
        ),
    },
)
"""DfE's ethnicity codes (CIN census N00177) in broad groups, with Gypsy, Roma and
Traveller children apart from other White children, whose size would hide them."""

DISABILITY: Final = _vocabulary(
    "disability",
    {
        "disability": ("children with a disability recorded", ("yes", "y", "1", "1.0")),
        "no disability": (
            "children recorded as having no disability",
            ("no", "n", "0", "0.0", "none"),
        ),
    },
)
"""Disability as recorded. An empty field is not a "no": recording varies fourteen-fold
between councils."""

SEX: Final = _vocabulary(
    "sex",
    {
        "girls": ("girls", ("F", "female")),
        "boys": ("boys", ("M", "male")),
        NOT_RECORDED: ("children whose sex was not recorded", ("", "U", "unknown")),
    },
)

AGE: Final = _vocabulary(
    "age",
    {
        "unborn": ("children not yet born", ()),
        "under 1": ("children under 1", ()),
        "1 to 4": ("children aged 1 to 4", ()),
        "5 to 9": ("children aged 5 to 9", ()),
        "10 to 15": ("children aged 10 to 15", ()),
        "16 and over": ("young people aged 16 and over", ()),
    },
)

VOCABULARIES: Final = {
    "ethnicity": ETHNICITY,
    "disability": DISABILITY,
    "sex": SEX,
    "age band": AGE,
}
AS_WRITTEN: Final = "as written"


def read_groups(values: pl.Series, vocabulary: str) -> tuple[pl.Series, int]:
    """Put every row into a group; none is lost.

    Args:
        values: What is recorded, as text; null and empty both mean not recorded.
        vocabulary: A key of VOCABULARIES, or "as written" for a value as it stands.

    Returns:
        The group of each row, and how many rows have a code that is not known.
    """
    text = values.cast(pl.String).fill_null("").str.strip_chars()
    if vocabulary == AS_WRITTEN:
        return text.replace({"": NOT_RECORDED}), 0
    codes = VOCABULARIES[vocabulary].codes
    plain = text.str.to_lowercase().str.replace_all(r"\s+", " ")
    groups = plain.replace_strict(
        list(codes),
        list(codes.values()),
        default=CODE_NOT_KNOWN,
        return_dtype=pl.String,
    )
    return groups, int((groups == CODE_NOT_KNOWN).sum())


def phrase_for(group: str, vocabulary: str, title: str) -> str:
    """The words a sentence uses for the children of a group."""
    if vocabulary == AS_WRITTEN:
        if group == NOT_RECORDED:
            return f"people whose {title.lower()} was not recorded"
        return f"people whose {title.lower()} is recorded as {group}"
    return VOCABULARIES[vocabulary].phrases.get(group, group)


def group_order(vocabulary: str, present: list[str]) -> list[str]:
    """The groups in order of show: the vocabulary's own, or the alphabet."""
    if vocabulary == AS_WRITTEN:
        known = sorted(g for g in present if g != NOT_RECORDED)
        return known + [g for g in present if g == NOT_RECORDED]
    return list(VOCABULARIES[vocabulary].phrases)

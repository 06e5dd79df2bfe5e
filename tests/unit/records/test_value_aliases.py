"""How many of the spellings seen in London's Annex A are read, and read rightly.

LIIA's list says for each of 7,651 spellings to which group of codes it belongs. Read is
what does not stay empty; right is what is read as a code of that group.
"""

import csv

import polars as pl

from riskaid.records import codes, values

C = codes.NORMAL
ETHNIC = {
    "a": "WBRI WIRI WIRT WOTH WROM",
    "b": "MWBC MWBA MWAS MOTH",
    "c": "AIND APKN ABAN AOTH",
    "d": "BCRB BAFR BOTH",
    "e": "CHNE OOTH",
    "f": "REFU NOBT",
}
SOURCE = {
    "a": "1A 1B 1C 1D", "b": "2A", "c": "2B", "d": "3A 3B 3C 3D 3E 3F", "e": "4",
    "f": "5A 5B 5C 5D", "g": "6", "h": "7", "i": "8", "j": "9", "k": "10",
}  # fmt: skip
NEED = {**{g: f"N{n}" for n, g in enumerate("abcdefghi", start=1)}, "j": "N0"}
CLOSED = {
    "a": "RC1", "b": "RC2", "c": "RC3", "d": "RC4", "e": "RC5", "f": "RC6", "g": "RC7",
    "h": "RC8 RC9",
}  # fmt: skip
ABUSE = {"a": "NEG", "b": "PHY", "c": "SAB", "d": "EMO", "e": "MUL"}
LEGAL = {
    "a": "C1", "b": "C2", "c": "D1", "d": "E1", "e": "V2", "f": "L1 L2 L3",
    "g": "J1 J2 J3", "j1: remanded to la or youth detention": "J1",
    "j2: la accommodation under pace": "J2", "zzcodeerror": "V3 V4",
}  # fmt: skip
CEASED = {
    "a": "E11 E12", "b": "E2", "c": "E3", "d": "E4 E4A E4B", "e": "E13 E17", "f": "E41",
    "g": "E43 E44 E45 E46 E47 E48", "h": "E5 E6", "i": "E7", "j": "E9", "k": "E14",
    "l": "E15", "m": "E16", "n": "E8", "zzcodeerror": "X1",
}  # fmt: skip
PLACED = {
    "a": "U1 U2 U3 U4 U5 U6", "b": "A3 A4 A5 A6", "c": "P1", "d": "P2", "e": "P3",
    "f": "H5", "g": "K1", "h": "K2", "i": "R1", "j": "R2", "k": "R3", "l": "R5",
    "m": "S1", "n": "Z1", "o": "T0 T1 T2 T3 T4",
}  # fmt: skip
ANSWER = {"true": "yes", "false": "no"}
COLUMNS = {
    "Gender": (C["persons", "sex"], {"a": "M", "b": "F", "c": "U", "d": "U"}),
    "Ethnicity": (C["persons", "ethnicity"], ETHNIC),
    "Contact Source": (C["contacts", "source_code"], SOURCE),
    "Does the Child have a Disability": (
        C["disabilities", "code"],
        {"false": "NONE", "true": None},
    ),
    "Primary Need Code": (C["referrals", "primary_need"], NEED),
    "Reason for Closure": (C["referrals", "close_reason"], CLOSED),
    "Initial Category of Abuse": (C["cp_plans", "initial_category"], ABUSE),
    "Child's Legal Status": (C["legal_statuses", "legal_status"], LEGAL),
    "Reason Ceased to be Looked After": (C["cla_episodes", "end_reason"], CEASED),
    "Placement Type": (C["placements", "placement_type"], PLACED),
    "Referral NFA?": (codes.further_action, ANSWER),
    "Child Seen During Continuous Assessment": (codes.seen, ANSWER),
    "Was the Child Seen Alone?": (codes.seen_alone, ANSWER),
    "Did the Initial Child Protection Conference Result in a Child Protection Plan": (
        codes.plain,
        ANSWER,
    ),
}

SHARES = {
    "Gender": (48, 0.833, 1.0),
    "Ethnicity": (1783, 0.799, 0.983),
    "Contact Source": (1717, 0.745, 0.93),
    "Does the Child have a Disability": (49, 0.98, 1.0),
    "Primary Need Code": (716, 0.793, 0.998),
    "Reason for Closure": (309, 0.563, 0.937),
    "Initial Category of Abuse": (142, 0.993, 0.993),
    "Child's Legal Status": (266, 0.921, 0.984),
    "Reason Ceased to be Looked After": (590, 0.936, 0.964),
    "Placement Type": (923, 0.943, 0.906),
    "Referral NFA?": (17, 0.941, 1.0),
    "Child Seen During Continuous Assessment": (21, 0.81, 1.0),
    "Was the Child Seen Alone?": (22, 0.727, 1.0),
    "Did the Initial Child Protection Conference Result in a Child Protection Plan": (
        12,
        0.833,
        1.0,
    ),
}
"""As measured: spellings, share read, and of those the share read rightly."""
SHARE_OF_ALL = 0.82


def measured(folder):
    """Each column: spellings, the share read, and of those the share read rightly."""
    found = {}
    with (folder / "value_aliases.csv").open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["annex_a_column"], []).append(
                (row["spelling_seen"], row["canonical_in_liia"].strip().lower())
            )
    shares = {}
    for column, (read, groups) in COLUMNS.items():
        spelt = pl.Series([s for s, _ in found[column]])
        if groups is ANSWER:
            answered = values.by_distinct(values.tidy(spelt), read)
            said = values.flags(answered).values
        else:
            said = values.codes(spelt, read).values
        pairs = [
            (text, code, groups.get(group, groups.get(group[:1])))
            for (text, group), code in zip(found[column], said, strict=True)
        ]
        answers = [p for p in pairs if p[1] is not None]
        odd = [p for p in answers if p[2] is not None and p[1] not in p[2].split()]
        shares[column] = (
            len(pairs),
            round(len(answers) / len(pairs), 3),
            round(1 - len(odd) / len(answers), 3),
        )
    return shares


def test_the_shares_of_spellings_read_and_read_rightly(sector_files):
    assert measured(sector_files) == SHARES
    read = sum(n * share for n, share, _ in SHARES.values())
    assert round(read / sum(n for n, _, _ in SHARES.values()), 2) == SHARE_OF_ALL

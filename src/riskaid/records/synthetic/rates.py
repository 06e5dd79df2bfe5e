"""Published figures the synthetic council is held to, and the tables it draws from.

All figures are for England, year ending 31 March 2024, from the Department for
Education's "Children in need" open data (Open Government Licence v3.0), unless a
comment says otherwise. What no public table gives is in `choices.py`.
"""

from dataclasses import dataclass

from riskaid.records.synthetic.arrays import Floats, shares


@dataclass(frozen=True)
class Figure:
    """One published share or rate, with the population it is a share of."""

    value: float
    population: str
    source: str


CIN_TABLES = "DfE Children in need, year ending 31 March 2024"
CLA_TABLES = "DfE Children looked after, year ending 31 March 2025"

PUBLISHED: dict[str, Figure] = {
    "re_referral": Figure(0.224, "referrals in the last year", CIN_TABLES),
    "referral_nfa": Figure(0.063, "referrals in the last three years", CIN_TABLES),
    "not_in_need": Figure(0.303, "referrals in the last three years", CIN_TABLES),
    "s47_per_referral": Figure(0.361, "last three years, all enquiries", CIN_TABLES),
    "icpc_per_s47": Figure(0.322, "last three years", CIN_TABLES),
    "plan_per_icpc": Figure(0.860, "last three years", CIN_TABLES),
    "second_plan": Figure(0.247, "plan starts in the last two years", CIN_TABLES),
    "icpc_in_15_days": Figure(0.797, "conferences held", CIN_TABLES),
    "assessed_in_45_days": Figure(0.845, "assessments ended", CIN_TABLES),
    "disability_recorded": Figure(0.136, "open on the last 31 March", CIN_TABLES),
    "ethnicity_unknown": Figure(0.030, "open on the last 31 March", CIN_TABLES),
    "female": Figure(0.434, "open on the last 31 March", CIN_TABLES),
    "male": Figure(0.546, "open on the last 31 March", CIN_TABLES),
    "on_plan": Figure(0.125, "open on the last 31 March", CIN_TABLES),
    "missing_from_care": Figure(0.11, "looked after in the last year", CLA_TABLES),
    "incidents_each": Figure(6.8, "children missing from care, one year", CLA_TABLES),
}

AGE_BANDS: dict[str, float] = {
    "unborn": 0.017,
    "under 1": 0.040,
    "1 to 4": 0.141,
    "5 to 9": 0.213,
    "10 to 15": 0.322,
    "16 and over": 0.267,
}

ETHNIC_GROUPS: dict[str, float] = {
    "white": 0.685,
    "mixed": 0.095,
    "black": 0.093,
    "asian": 0.083,
    "other": 0.044,
}

GROUP_CODES: dict[str, dict[str, float]] = {
    "white": {"WBRI": 62.7, "WIRI": 0.2, "WIRT": 0.3, "WROM": 0.4, "WOTH": 4.8},
    "mixed": {"MWBC": 3.0, "MWBA": 1.2, "MWAS": 1.6, "MOTH": 3.6},
    "black": {"BCRB": 1.8, "BAFR": 5.6, "BOTH": 1.9},
    "asian": {"AIND": 1.1, "APKN": 2.6, "ABAN": 1.2, "AOTH": 3.2, "CHNE": 0.2},
    "other": {"OOTH": 4.4},
}
CODES: tuple[str, ...] = tuple(c for codes in GROUP_CODES.values() for c in codes)
CODE_GROUP: dict[str, str] = {
    code: group for group, codes in GROUP_CODES.items() for code in codes
}
GROUPS: tuple[str, ...] = tuple(GROUP_CODES)

DISABILITIES: dict[str, float] = {
    "AUT": 0.442,
    "LD": 0.344,
    "BEH": 0.194,
    "DDA": 0.193,
    "COMM": 0.161,
    "MOB": 0.127,
    "VIS": 0.057,
    "PC": 0.051,
    "INC": 0.040,
    "HEAR": 0.037,
    "CON": 0.035,
    "HAND": 0.017,
}

# Share of referrals by source code; the split inside individuals, health and council
# services is a choice (only the sums are published).
SOURCES: dict[str, float] = {
    "1A": 0.040,
    "1B": 0.015,
    "1C": 0.015,
    "1D": 0.010,
    "2A": 0.203,
    "2B": 0.017,
    "3A": 0.020,
    "3B": 0.025,
    "3C": 0.010,
    "3D": 0.022,
    "3E": 0.040,
    "3F": 0.030,
    "4": 0.012,
    "5A": 0.030,
    "5B": 0.035,
    "5C": 0.016,
    "5D": 0.060,
    "6": 0.285,
    "7": 0.044,
    "8": 0.042,
    "9": 0.016,
    "10": 0.012,
}
SOURCE_CODES: tuple[str, ...] = tuple(SOURCES)
SOURCE_GROUPS: dict[str, tuple[float, tuple[str, ...]]] = {
    "police": (0.285, ("6",)),
    "schools": (0.203, ("2A",)),
    "health": (0.147, ("3A", "3B", "3C", "3D", "3E", "3F")),
    "council services": (0.141, ("5A", "5B", "5C", "5D")),
    "individuals": (0.080, ("1A", "1B", "1C", "1D")),
    "other legal": (0.044, ("7",)),
    "other": (0.042, ("8",)),
    "education services": (0.017, ("2B",)),
    "anonymous": (0.016, ("9",)),
    "housing": (0.012, ("4",)),
    "unknown": (0.012, ("10",)),
}

# Share of the year's referrals by calendar month, January first.
SEASON: Floats = 12 * shares(
    [
        *(54670, 50870, 51940, 43340, 55680, 58690),
        *(51880, 44080, 54090, 55710, 55790, 45150),
    ]
)

# Working days of an assessment: upper edges and shares.
ASSESSMENT_EDGES: tuple[int, ...] = (0, 10, 20, 30, 40, 45, 50, 60, 90)
ASSESSMENT_SHARES: Floats = shares(
    [9880, 73420, 110950, 102600, 129690, 116670, 38560, 29490, 31900]
)

# Months a child protection plan lasted, plans that ended: edges and shares.
PLAN_EDGES: tuple[int, ...] = (0, 3, 6, 12, 24, 40)
PLAN_SHARES: Floats = shares([16.3, 11.7, 43.3, 24.9, 3.8])

# Share of 506,370 episodes with factors that have each factor.
FACTORS: dict[str, float] = {
    "1A": 0.021,
    "1B": 0.143,
    "1C": 0.022,
    "2A": 0.050,
    "2B": 0.140,
    "2C": 0.032,
    "3A": 0.109,
    "3B": 0.317,
    "3C": 0.049,
    "4A": 0.170,
    "4B": 0.327,
    "4C": 0.044,
    "5A": 0.118,
    "5B": 0.029,
    "5C": 0.014,
    "6A": 0.046,
    "6B": 0.051,
    "6C": 0.010,
    "7A": 0.035,
    "8F": 0.004,
    "9A": 0.013,
    "10A": 0.035,
    "11A": 0.027,
    "12A": 0.005,
    "13A": 0.020,
    "14A": 0.076,
    "15A": 0.052,
    "16A": 0.165,
    "17A": 0.193,
    "18B": 0.030,
    "18C": 0.115,
    "19B": 0.024,
    "19C": 0.035,
    "20": 0.185,
    "22A": 0.0015,
    "23A": 0.004,
    "24A": 0.031,
}

CATEGORIES: dict[str, float] = {
    "NEG": 0.498,
    "EMO": 0.373,
    "PHY": 0.077,
    "SAB": 0.035,
    "MUL": 0.017,
}
CATEGORY_WORDS: dict[str, str] = {
    "NEG": "Neglect",
    "EMO": "Emotional abuse",
    "PHY": "Physical abuse",
    "SAB": "Sexual abuse",
    "MUL": "Multiple/not recommended",
}

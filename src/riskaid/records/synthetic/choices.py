"""What no public table gives and the synthetic council therefore had to choose.

docs/synthetic.md lists these for readers. None of them is evidence about any council,
family or group of people. Intercepts were tuned until the figures in rates.py came out.
"""

FAMILY_SIZES = (0.36, 0.32, 0.18, 0.09, 0.05)
BASE_GROUPS = {"white": 75.4, "mixed": 9.1, "black": 6.4, "asian": 7.3, "other": 1.6}
SIBLING_MIXED = 0.015
BOYS = 0.508
DISABLED_BOYS, DISABLED_GIRLS = 0.091, 0.064
ARRIVES, LEAVES, SHORTEST_STAY = 0.12, 0.09, 90
SURVEILLANCE_SD = 0.65
UASC, UASC_BOYS = 0.085, 0.9
UASC_CODES = {"BAFR": 36.0, "OOTH": 34.0, "AOTH": 20.0, "BOTH": 4.0, "WOTH": 6.0}

# Adults
PARTNERS = 0.66
GUEST_ROLES = (78.0, 10.0, 6.0, 6.0)
FATHER_LEAVES = 0.45
SEXUAL_PARTNER, SEXUAL_FATHER = 0.022, 0.008
VIOLENT_PARTNER, VIOLENT_FATHER = 0.13, 0.07

# Latent need: monthly chances that a spell starts (at average need) and ends
SPELLS = {
    "domestic_abuse": (0.0060, 0.70, 0.10),
    "substances": (0.0022, 0.75, 0.03),
    "parent_mental_health": (0.0060, 0.50, 0.04),
    "housing": (0.0025, 0.60, 0.15),
}
STRAIN_MEMORY = 0.955
EXTRAFAMILIAL = (0.0024, 0.55, 0.07)
CHILD_MENTAL_HEALTH = (0.0030, 0.45, 0.05)
WEIGHTS = {
    "strain": 0.62,
    "domestic_abuse": 0.80,
    "substances": 0.80,
    "parent_mental_health": 0.35,
    "housing": 0.30,
    "adult_history": 0.70,
    "extrafamilial": 0.90,
    "child_mental_health": 0.25,
    "frailty": 0.22,
    "infant": 0.20,
}

# Contacts and referrals
CONTACTS_A_MONTH = 0.055
CONTACT_SLOPE = 0.95
COVERED = 0.72
REFERRAL = (-1.55, 0.55)
AGE_PULL = ((1, 0.42), (5, 0.62), (10, 0.97), (16, 1.24), (99, 1.6))

# Decisions: log-odds at average need, slope on need, size of the noise
NFA = (-2.52, -0.30)
NOT_IN_NEED = (-0.17, -0.60)
S47 = (-1.36, 1.08)
LATER_S47 = (-4.7, 0.65)
CONFERENCE = (-2.58, 1.28)
BABY, GROWN, BABY_CONFERENCE, GROWN_CONFERENCE = 12, 16 * 12, 0.6, -1.0
HELPED, HELPED_DAYS = -0.55, 900
PLAN = (1.33, 0.30)
CARE = (-4.9, 0.90)
CIN_PLAN = 0.62
FAMILY_NOISE, CHILD_NOISE = 0.50, 0.30
LASTING, PASSING = 0.72, 0.69
NEED_CENTRE = 0.30
OWN_CONTACTS = 0.004
KNOWN_ALREADY, KNOWN_DAYS = 1.19, 330
SOURCE_TUNE: dict[str, float] = {"6": 0.76, "2A": 1.14, "3D": 0.6}
LASTING_CARE = 0.55
CIN_MONTHS = (1.1, 4.5)
S47_NOT_IN_NEED = 0.45
CARE_FROM_PLAN = 1.2
LATER_CARE = (-6.0, 0.7)
CARE_LEAVER, CARE_LEAVER_DAYS = 0.9, 3 * 365
SHORT_CARE = 0.35
LATE_CONFERENCE = 0.208

# What is recorded, and how late
UNKNOWN_REFERRED, UNKNOWN_CONTACT, UNKNOWN_BABY, UNKNOWN_UNBORN = (
    0.013,
    0.22,
    0.099,
    0.499,
)
UNKNOWN_HOW = (0.15, 0.55, 0.30)
SEEN_ASSESSED, SEEN_OTHERWISE = 0.92, 0.25
NONE_ASSESSED, NONE_OTHERWISE = 0.62, 0.12
POLICE_ABUSE, POLICE_OTHER = 0.36, 0.003
MISSING_FROM_AGE = 10 * 12
MISSING_HARMED, MISSING_OTHER, MISSING_UNWELL, MISSING_CARE = 0.31, 0.0017, 0.045, 12.5
MISSING_SHAPE = 0.7
PUPIL = (5 * 12, 16 * 12)
SUSPENDED = 0.0022
HOUSING, HOUSING_OTHER = 0.16, 0.0006
MOVES_A_MONTH, PROXY_MOVES = 0.009, 0.045
PROXY_SOURCE_SHARE = 0.55
MOTHER_LINKED, FATHER_LINKED, PARTNER_LINKED = 0.94, 0.58, 0.55
MOTHER_CLIENT = 0.18
WITH_FACTORS = 0.79  # 506,370 of 643,170 assessments
GUESSED_BIRTH, NO_UPN = 0.30, 0.04
MOTHER_ROW, FAMILY_ROW, FAMILY_TWICE, NO_POSTCODE = 0.9, 0.85, 0.12, 0.03
ODD_SPELLING, FILLER = 0.25, 0.15
EARLY_HELP_CONTACT, EARLY_HELP_AFTER = 0.10, 0.18
EPOCH_DATE, SENTINEL, OLD_JSON, BROKEN_JSON, CATEGORY_IN_WORDS, RETIRED = (
    *(0.002, 0.006, 0.05, 0.0015),
    *(0.25, 0.05),
)
"""Low rates of the faults real extracts have (see docs/synthetic.md)."""
NONE_FOUND = 0.6
ADVICE_FROM = 0.55
CHILD_SEEN, SEEN, SEEN_ALONE, BEDROOM = 0.93, 0.90, 0.55, 0.45
ENQUIRY_NFA, CATEGORY_CHANGES = 0.35, 0.07
PLACEMENT_MOVES, CARE_ORDER, SUPPORTED = 0.7, 0.72, 0.35
SDQ_AGES, SDQ_DONE = (4, 16), 0.75
MISSING_HELD_CARE, MISSING_HELD_OPEN, MISSING_LONG = 0.95, 0.55, 0.10
WORKER_CHANGES = 0.9
HIGH, MEDIUM, PRESENT = 2.4, 1.2, 0.58
END_RECORDED = 0.6
REMOVED = 0.018
UNWELL_SEEN, SUBSTANCES_SEEN, ABUSE_SEEN = 0.06, 0.08, 0.03
SHARED_ATTENDANCE = 0.93
PERMANENT = 0.03
PROXY_SOURCE = "5B"

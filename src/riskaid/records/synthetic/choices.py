"""What no public table gives and the synthetic council therefore had to choose.

docs/synthetic.md lists these for readers. None of them is evidence about any council,
family or group of people. Intercepts were tuned until the figures in rates.py came out.
"""

FAMILY_SIZES = (0.36, 0.32, 0.18, 0.09, 0.05)
BASE_GROUPS = {"white": 73.0, "mixed": 9.5, "black": 6.2, "asian": 8.1, "other": 2.6}
SIBLING_MIXED = 0.015
BOYS = 0.53
DISABLED_BOYS, DISABLED_GIRLS = 0.055, 0.035
ARRIVES, LEAVES, SHORTEST_STAY = 0.12, 0.09, 90
SURVEILLANCE_SD = 0.55
UASC, UASC_BOYS = 0.035, 0.9
UASC_CODES = {"BAFR": 36.0, "OOTH": 34.0, "AOTH": 20.0, "BOTH": 4.0, "WOTH": 6.0}

# Adults
PARTNERS = 0.55
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
STRAIN_MEMORY = 0.94
EXTRAFAMILIAL = (0.0024, 0.55, 0.07)
CHILD_MENTAL_HEALTH = (0.0030, 0.45, 0.05)
WEIGHTS = {
    "strain": 0.62,
    "domestic_abuse": 0.70,
    "substances": 0.65,
    "parent_mental_health": 0.30,
    "housing": 0.30,
    "adult_history": 0.60,
    "extrafamilial": 0.75,
    "child_mental_health": 0.25,
    "frailty": 0.22,
    "infant": 0.30,
}

# Contacts and referrals
CONTACTS_A_MONTH = 0.030
CONTACT_SLOPE = 0.75
COVERED = 0.72
REFERRAL = (-1.55, 0.55)
AGE_PULL = ((1, 1.15), (5, 0.95), (10, 0.95), (16, 1.10), (99, 1.0))

# Decisions: log-odds at average need, slope on need, size of the noise
NFA = (-2.65, -0.30)
NOT_IN_NEED = (-0.50, -0.60)
S47 = (-1.00, 0.75)
LATER_S47 = (-4.6, 0.65)
CONFERENCE = (-1.10, 0.85)
PLAN = (1.9, 0.30)
CARE = (-4.5, 0.90)
CIN_PLAN = 0.62
FAMILY_NOISE, CHILD_NOISE = 0.75, 0.45
LASTING, PASSING = 0.72, 0.69
NEED_CENTRE = 0.25
OWN_CONTACTS = 0.004
SOURCE_TUNE: dict[str, float] = {}
LASTING_CARE = 0.55
CIN_MONTHS = (1.1, 6.0)
S47_NOT_IN_NEED = 0.45
CARE_FROM_PLAN = 1.2
LATER_CARE = (-6.0, 0.7)
CARE_LEAVER, CARE_LEAVER_DAYS = 0.7, 3 * 365
SHORT_CARE = 0.35
LATE_CONFERENCE = 0.203

# What is recorded, and how late
UNKNOWN_REFERRED, UNKNOWN_CONTACT, UNKNOWN_BABY, UNKNOWN_UNBORN = (
    0.018,
    0.22,
    0.099,
    0.499,
)
UNKNOWN_HOW = (0.15, 0.55, 0.30)
SEEN_ASSESSED, SEEN_OTHERWISE = 0.92, 0.25
NONE_ASSESSED, NONE_OTHERWISE = 0.62, 0.12
POLICE_ABUSE, POLICE_OTHER = 0.24, 0.004
MISSING_FROM_AGE = 10 * 12
MISSING_HARMED, MISSING_OTHER, MISSING_UNWELL, MISSING_CARE = 0.22, 0.0010, 0.03, 3.0
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
UNWELL_SEEN, SUBSTANCES_SEEN, ABUSE_SEEN = 0.035, 0.035, 0.020
SHARED_ATTENDANCE = 0.93
PERMANENT = 0.03
PROXY_SOURCE = "5B"

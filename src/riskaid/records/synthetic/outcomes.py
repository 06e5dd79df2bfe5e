"""The outcome marks that case systems glue together as JSON text."""

import json

import numpy as np
import polars as pl

from riskaid.records.synthetic.arrays import Ints

CONTACT = (
    *("NEW_REFERRAL_FLAG", "EXISTING_REFERRAL_FLAG", "CP_ENQUIRY_FLAG", "NFA_FLAG"),
    *("NON_AGENCY_ADOPTION_FLAG", "PRIVATE_FOSTERING_FLAG", "ADVICE_FLAG"),
    *("MISSING_FLAG", "OLA_CP_FLAG", "OTHER_OUTCOMES_EXIST_FLAG"),
    *("NUMBER_OF_OUTCOMES", "COMMENTS"),
)
REFERRAL = (
    *("SINGLE_ASSESSMENT_FLAG", "NFA_FLAG", "STRATEGY_DISCUSSION_FLAG"),
    *("CLA_REQUEST_FLAG", "NON_AGENCY_ADOPTION_FLAG", "PRIVATE_FOSTERING_FLAG"),
    *("CP_TRANSFER_IN_FLAG", "CP_CONFERENCE_FLAG", "CARE_LEAVER_FLAG"),
    *("OTHER_OUTCOMES_EXIST_FLAG", "NUMBER_OF_OUTCOMES", "COMMENTS"),
)
ASSESSMENT = (
    *("NFA_FLAG", "NFA_S47_END_FLAG", "STRATEGY_DISCUSSION_FLAG", "CLA_REQUEST_FLAG"),
    *("PRIVATE_FOSTERING_FLAG", "LEGAL_ACTION_FLAG", "PROV_OF_SERVICES_FLAG"),
    *("PROV_OF_SB_CARE_FLAG", "SPECIALIST_ASSESSMENT_FLAG"),
    *("REFERRAL_TO_OTHER_AGENCY_FLAG", "OTHER_ACTIONS_FLAG"),
    *("OTHER_OUTCOMES_EXIST_FLAG", "TOTAL_NO_OF_OUTCOMES", "COMMENTS"),
)
ENQUIRY = (
    *("NFA_FLAG", "LEGAL_ACTION_FLAG", "PROV_OF_SERVICES_FLAG"),
    *("PROV_OF_SB_CARE_FLAG", "CP_CONFERENCE_FLAG", "NFA_CONTINUE_SINGLE_FLAG"),
    *("MONITOR_FLAG", "OTHER_OUTCOMES_EXIST_FLAG", "TOTAL_NO_OF_OUTCOMES"),
    "OUTCOME_COMMENTS",
)
CONFERENCE = (
    *("NFA_FLAG", "REFERRAL_TO_OTHER_AGENCY_FLAG", "SINGLE_ASSESSMENT_FLAG"),
    *("PROV_OF_SERVICES_FLAG", "CP_FLAG", "OTHER_OUTCOMES_EXIST_FLAG"),
    *("TOTAL_NO_OF_OUTCOMES", "COMMENTS"),
)


def one(keys: tuple[str, ...], *said: str) -> str:
    """JSON marks with Y at the keys said, the number of outcomes, and no comment."""
    flags: dict[str, str | int] = {}
    for key in keys:
        if key.startswith(("NUMBER", "TOTAL")):
            flags[key] = len(said)
        elif key.endswith("COMMENTS"):
            flags[key] = ""
        else:
            flags[key] = "Y" if key in said else "N"
    return json.dumps(flags)


def chosen(kinds: tuple[str, ...], which: Ints) -> pl.Series:
    """One of several ready JSON texts for each row."""
    values = np.array([*kinds, ""], dtype=object)[which]
    series = pl.Series(values.tolist(), dtype=pl.String)
    return series.set(series == "", None)

"""Every fixed sentence a practitioner reads, and how numbers become words.

A test holds the reading age of these sentences and keeps the words of LANGUAGE.md out.
"""

from datetime import date
from typing import Literal

Each = Literal["record", "end", "month"]
Band = Literal["well above usual", "above usual", "around usual", "not enough known"]

SERVICE_NAME = "Advice for review"
WHAT_IT_IS = (
    "This page puts together what the records say and what they do not say. "
    "It decides nothing. You do."
)

FAMILIES = {
    "missing": "Going missing",
    "adult_histories": "Histories of adults around the child",
    "domestic_abuse": "Domestic abuse",
    "cumulative_harm": "Earlier concerns and services",
    "extrafamilial_harm": "Harm outside the home",
    "sexual_abuse_signs": "Signs of sexual abuse",
    "under_ones": "Age and first year",
    "mobility": "Moves and housing",
    "education": "School",
    "service_response": "How services have answered",
    "information_gaps": "What is not known",
}

ADDS = {
    "most": "Adds a large part of the estimate",
    "some": "Adds a part of the estimate",
    "little": "Adds a little to the estimate",
    "none": "Makes no difference to the estimate",
    "less": "Makes the estimate smaller",
    "unused": "Shown for you to read; not part of the estimate",
}

CONCERN_LEVELS = {
    "very_worried": "I am very worried about this child",
    "worried": "I am worried about this child",
    "a_little_worried": "I am a little worried about this child",
    "not_worried": "I am not worried about this child at the moment",
    "do_not_know": "I do not know enough to say",
}

OPINIONS = {
    "agree": "I agree: it fits what I know",
    "disagree": "I disagree: it does not fit what I know",
    "not_useful": "It was not useful",
}

REVIEW_REASONS = {
    "fits": "It fits what I know about the child",
    "new_to_me": "It showed me something I did not know",
    "record_wrong": "A record is wrong",
    "record_missing": "Something important is not in the records",
    "old_news": "It is about things we have dealt with",
    "misses_concern": "It misses what I am worried about now",
    "hard_to_follow": "I could not follow it",
    "other": "Another reason",
}

NO_REASONS = "Nothing that adds to the estimate is recorded."
NOTHING_RECORDED = (
    "We looked for these and found no record. "
    "No record does not mean that nothing happened."
)
NO_GAPS = "No gap was found by the checks we make. There may be others."
NO_PROMPTS = "No question is raised by the records we hold."
NOT_A_LOW_ESTIMATE = "This is not a low estimate."
ABSTAINED = "Not enough is known to give an estimate."
UNLIKE = "These records are unlike those the estimate was learnt from."
TOO_WIDE = "The range is too wide to say anything useful."
CANNOT_ANSWER = "{number} questions cannot be answered, this one among them. {first}"
CANNOT_TELL = "The records cannot say if the estimate is meant for this case."
NEVER_SAFE = (
    "Whatever the estimate, it does not say that a child is safe. "
    "It says what happened in other cases, not what will happen in this one."
)
RECORDED_NOT_TRUE = (
    "The outcome is what was recorded. It depends on what services saw and did, "
    "as well as on the child's life."
)
RANGE_SAYS = (
    "The range says how sure the sum is. It does not cover everything that could be "
    "wrong with the records."
)
HOUSEHOLD_SAYS = (
    "These are the adults linked to this child on the date. "
    "A missing link does not mean that there is no such adult."
)
NOTHING_ELSE_HAPPENS = (
    "Nothing else happens now. No one is told and nothing in the case changes. "
    "Your answers are kept to check how well the advice works. "
    "They are never used to rank staff."
)
OWN_VIEW_WHY = (
    "Please write down your own view first. You will see the advice after that. "
    "This keeps your view your own, and lets us check if the advice sways people."
)
DEMO_IDENTITY = (
    "This is a demonstration. The people here are made up and there is no password. "
    "A real service uses your council's own sign-in."
)
CASES_ORDER = (
    "These are the cases given to you, by date of referral. "
    "The order says nothing about need or worry."
)
NOTE_STAYS = "Your note stays in this service. Do not write names."
LIMIT_PAST_ONLY = (
    "The page uses only what the council's systems could have shown before its date."
)
LIMIT_RECORDS = "The records can be wrong, late or not complete."
LIMIT_NO_SIBLINGS = "Records about brothers and sisters are not shown here."

MESSAGES = {
    "concern": "Choose how worried you are",
    "reason": "Write the main reason for your view",
    "help": "Write what would help this child",
    "opinion": "Choose if you agree with the advice",
    "why": "Choose a reason",
    "note": "Make your note shorter than 2,000 characters",
    "practitioner": "Choose who you are in this demonstration",
    "too_long": "Use fewer than 2,000 characters",
}

ERRORS = {
    400: ("That could not be read", "Go back and try again."),
    401: ("You are not signed in", "Sign in to go on."),
    403: ("You cannot do this", "Go back to your cases and open the case again."),
    404: (
        "This page is not here",
        "A link to a case works once. Go back to your cases and open it again.",
    ),
    409: ("This was done already", "Go back to your cases to go on."),
    413: ("That was too long", "Go back and write less."),
    422: ("There is no advice to show", "Nothing was worked out about this case."),
    500: ("Something went wrong", "It is our fault, not yours. Try again later."),
    503: ("The service is not ready", "Try again in a few minutes."),
}

_WELL_ABOVE = 2.0
_ABOVE = 1.25
_RARE = 0.005


def band(estimate: float, low: float, high: float, usual: float) -> Band:
    """Say in words where an estimate stands beside the usual.

    Well above: at least twice the usual, and the whole range above the usual. Above: at
    least a quarter more than the usual. A range that reaches from below the usual to
    twice the usual says nothing: not enough known. There is no word for below the
    usual, and no number (no_more_sentence), because it must not reassure.

    Args:
        estimate: Between 0 and 1.
        low: Lower end of its range.
        high: Upper end of its range.
        usual: The share across all rows of the test period.
    """
    if low < usual and high >= _WELL_ABOVE * usual:
        return "not enough known"
    if estimate >= _WELL_ABOVE * usual and low > usual:
        return "well above usual"
    if estimate >= _ABOVE * usual:
        return "above usual"
    return "around usual"


def of_how_many(usual: float) -> int:
    """Whether shares are said out of 100 or, for rare outcomes, out of 1,000."""
    return 100 if usual >= 2 * _RARE else 1000


def count_of(share: float, of: int) -> str:
    """Say a share as a count: "about 23"; never none and never all."""
    number = round(share * of)
    if number < 1:
        return "fewer than 1"
    if number >= of:
        return f"more than {of - 1}"
    return f"about {number}"


def range_of(low: float, high: float, of: int) -> str:
    """Say a range of shares as counts: "17 to 30"; never none and never all."""
    first, last = (min(max(round(x * of), 0), of) for x in (low, high))
    start = "fewer than 1" if first < 1 else str(min(first, of - 1))
    end = f"more than {of - 1}" if last >= of else str(max(last, 1))
    return start if start == end else f"{start} to {end}"


def estimate_sentence(
    *, rows: str, count: str, span: str, outcome: str, of: int
) -> str:
    """The estimate in natural frequencies, about the named recorded outcome."""
    return (
        f"Of {of:,} {rows} with records like these in the test period, {count} "
        f"(range {span}) had this recorded: {outcome}."
    )


def no_more_sentence(*, rows: str, usual: str, outcome: str, of: int) -> str:
    """The estimate where it is below the usual: the usual is the smallest number said.

    A number well below the usual would reassure, which no record can.
    """
    return (
        f"Of {of:,} {rows} with records like these in the test period, no more than "
        f"the usual {usual} had this recorded: {outcome}."
    )


def about_sentence(outcome: str) -> str:
    """What an estimate would have been about."""
    return f"An estimate would be about this recorded outcome: {outcome}."


def usual_sentence(*, rows: str, count: str, of: int) -> str:
    """What is usual, to stand beside the estimate."""
    return f"Across all {rows} in that period it was {count} of {of:,}."


def no_recent_row(rows: str, each: Each = "record") -> str:
    """Why there is no estimate where nothing started that it could be about."""
    if each == "end":
        return (
            f"The estimate is about {rows}. We know of no such end in the last 30 days."
        )
    if each == "month":
        return f"The estimate is about {rows}. We know of none on this date."
    return f"The estimate is about new {rows}. None became known in the last 30 days."


def not_eligible(says: str) -> str:
    """Why there is no estimate for a case that is not one of those it was made on."""
    return f"The estimate is not meant for this case. It is about this: {says}."


def left_out(says: str) -> str:
    """Why there is no estimate for a case the experiment left out."""
    return f"The estimate is not meant for this case. {says.rstrip('.')}."


def known_sentence(known: int, all_of_them: int) -> str:
    """How many of the indicators the estimate needs are known."""
    return f"{known} of the {all_of_them} things the estimate looks at are known."


def value_words(value: float | None, unit: str) -> str:
    """Say an indicator's value in words, with its unit."""
    if value is None:
        return "not known"
    if unit == "yes or no":
        return "yes" if value else "no"
    if unit.startswith("share of "):
        whole = unit.removeprefix("share of")
        return f"{round(value * 100)} of every 100{whole}"
    if unit == "years" and value < 0:
        return "not yet born"
    number = f"{value:,.0f}" if value == int(value) else f"{value:,.1f}"
    if not unit:
        return number
    return f"{number} {_singular(unit) if value == 1 else unit}"


def date_words(day: date) -> str:
    """A date as people write it: 3 March 2024."""
    return f"{day.day} {day:%B %Y}"


def _singular(unit: str) -> str:
    first, *rest = unit.split(" ")
    if first.endswith("ies"):
        first = first.removesuffix("ies") + "y"
    elif first.endswith("sses"):
        first = first.removesuffix("es")
    elif first.endswith("s") and not first.endswith("ss"):
        first = first.removesuffix("s")
    return " ".join([first, *rest])

"""Case tables fed by partners: police, housing, schools, adult services."""

from riskaid.language import CodeColumn, FlagColumn, NumberColumn, Table
from riskaid.records.lags import LAGS


class AdultEvents(Table):
    """Recorded histories of adults: convictions, allegations, needs of their own.

    `person_id` is the adult. Reaches a child through the household, however old the
    record. From police, probation and adult services feeds; no national children's
    data set holds it.
    Where it is wrong: no record means nothing was shared, not that nothing
    happened; the person may be another of the same name; codes are the sender's
    own. No SSD, return or Annex A holds it.
    """

    kind = CodeColumn()
    code = CodeColumn()


class DomesticAbuseIncidents(Table):
    """Domestic abuse incidents police recorded in the child's home.

    Where it is wrong: much abuse is never reported, and some families are policed
    more than others; the grade is the officer's on the night; whether a child was
    there is often not asked. No SSD, return or Annex A holds it.
    """

    grade = CodeColumn()
    child_present = FlagColumn()


class HousingEvents(Table):
    """Homelessness applications, temporary accommodation, notices and refusals.

    Where it is wrong: families who never ask are not there, nor those with private
    landlords; one household may be entered once for each child. No SSD, return or
    Annex A holds it.
    """

    kind = CodeColumn()


class Attendance(Table):
    """School sessions possible and missed, one row a child and term, dated at its end.

    Where it is wrong: children not on a roll, or educated at home, have no row;
    codes for an absence differ between schools; terms of an academy may be missing.
    No SSD, return or Annex A holds it.
    """

    sessions_possible = NumberColumn()
    sessions_missed = NumberColumn()


class Suspensions(Table):
    """Suspensions and permanent exclusions, with the sessions lost.

    Where it is wrong: children sent home without a suspension are not there; some
    schools suspend where others do not. No SSD, return or Annex A holds it.
    """

    kind = CodeColumn()
    sessions = NumberColumn()


class LocalEvents(Table):
    """Any other dated record a mapping brings: a kind, a code and a value.

    What it means is for the mapping's owner to say.
    Where it is wrong: wherever its source is; nobody but the mapping's owner knows it,
    and no check of riskaid looks for it.
    """

    kind = CodeColumn()
    code = CodeColumn()
    value = NumberColumn()


adult_events = AdultEvents(
    "adult_events", kind="event", lag_days=LAGS["adult_events"].days
)
domestic_abuse_incidents = DomesticAbuseIncidents(
    "domestic_abuse_incidents",
    kind="event",
    lag_days=LAGS["domestic_abuse_incidents"].days,
)
housing_events = HousingEvents(
    "housing_events", kind="event", lag_days=LAGS["housing_events"].days
)
attendance = Attendance("attendance", kind="event", lag_days=LAGS["attendance"].days)
suspensions = Suspensions(
    "suspensions", kind="event", lag_days=LAGS["suspensions"].days
)
local_events = LocalEvents(
    "local_events", kind="event", lag_days=LAGS["local_events"].days
)

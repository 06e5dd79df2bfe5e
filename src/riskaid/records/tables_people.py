"""Case tables about who a person is and who lives with whom."""

from riskaid.language import CodeColumn, DateColumn, Table
from riskaid.records.lags import LAGS


class Persons(Table):
    """One row a person the council holds: date of birth, sex, ethnicity.

    Recorded by whoever opens the record, and corrected over years without a date, so
    what it says today may not be what it said on the as-of date. Dates of birth are
    kept as the first of the month. An unborn child has an expected month only. Sex and
    ethnicity are for the audit, never for an estimate.
    Where it is wrong: estimated dates of birth of young people who arrived alone are
    sometimes stored as expected dates; fillers such as 1900-01-01 stand for not known.
    """

    born = DateColumn()
    expected = DateColumn()
    died = DateColumn(group="death")
    sex = CodeColumn()
    ethnicity = CodeColumn()


class Disabilities(Table):
    """One row a recorded disability code; NONE means recorded as not disabled.

    Recorded at assessment, undated, and only as it stands today.
    Where it is wrong: no row means nobody recorded either way; councils' recorded
    shares run from 2.5% to 34%, which is recording and not prevalence.
    """

    code = CodeColumn()


class Addresses(Table):
    """Spells at an address, kept as the outcode only.

    Recorded by the case system when somebody tells it of a move.
    Where it is wrong: moves are told late or not at all; two addresses may be open.
    """

    outcode = CodeColumn()
    end = DateColumn(group="end")


class Household(Table):
    """Which adult lived with or cared for which child, from when to when.

    From relationship feeds (strong), the mother table (strong) and the family table
    (weak: the family of residence at a contact).
    Where it is wrong: fathers and partners are often not recorded; an absent link never
    means that there is no such adult. A start is often the day somebody wrote it down,
    and not the day the adult came.
    """

    adult_id = CodeColumn()
    role = CodeColumn()
    strength = CodeColumn()
    end = DateColumn(group="end")


class Families(Table):
    """Which persons belong to one family, for folds and for nothing else.

    Derived at ingest from the household's strong links. Undated.
    Where it is wrong: wherever the household is; families too large to be one are cut.
    """

    family_id = CodeColumn()


persons = Persons(
    "persons",
    kind="snapshot",
    lag_days=LAGS["persons"].days,
    group_lags=LAGS["persons"].groups,
)
disabilities = Disabilities(
    "disabilities", kind="snapshot", lag_days=LAGS["disabilities"].days
)
addresses = Addresses(
    "addresses",
    kind="spell",
    lag_days=LAGS["addresses"].days,
    group_lags=LAGS["addresses"].groups,
)
household = Household(
    "household",
    kind="link",
    lag_days=LAGS["household"].days,
    group_lags=LAGS["household"].groups,
)
families = Families("families", kind="snapshot", lag_days=LAGS["families"].days)

"""Case tables about who a person is and who lives with whom."""

from riskaid.language import CodeColumn, DateColumn, Table
from riskaid.records.lags import LAGS


class Persons(Table):
    """One row a person the council holds: date of birth, sex, ethnicity.

    Recorded by whoever opens the record, and corrected over years without a date, so
    what it says today may not be what it said on the as-of date. Dates of birth are
    kept as the first of the month. An unborn child has an expected month only. Sex and
    ethnicity are for the audit, never for an estimate.
    Where it is wrong: fillers such as 1900-01-01 stand for not known (1); estimated
    dates of birth of young people who arrived alone are stored as expected ones,
    and due dates as dates of birth (2); one person may stand there twice (3);
    parents are there only if they were clients (4); spellings of ethnicity and sex
    differ, and refused is neither (9, 20); what was said earlier is lost (11b); a
    UPN may be a reason for having none (21). A return names no parent, an Annex A
    may give one child two dates of birth.
    """

    born = DateColumn()
    expected = DateColumn()
    died = DateColumn(group="death")
    sex = CodeColumn()
    ethnicity = CodeColumn()


class Disabilities(Table):
    """One row a recorded disability code; NONE means recorded as not disabled.

    Recorded at assessment, undated, and only as it stands today.
    Where it is wrong: no row means nobody recorded either way, NONE that somebody
    did, REFU and NOBT that the question was refused or is still open; some systems
    send NONE or DDA where they know nothing (10); only what is so today is there
    (11b); councils' recorded shares run from 2.5% to 34%, which is recording and
    not prevalence. A census gives the codes of its year, an Annex A often only yes
    or no.
    """

    code = CodeColumn()


class Addresses(Table):
    """Spells at an address, kept as the outcode only.

    Recorded by the case system when somebody tells it of a move.
    Where it is wrong: moves are told late or not at all; two addresses may be open;
    postcodes are all X, words or misspelt (24), and a move out of the area shows
    only where both are known (27). No return to the DfE and no Annex A holds
    addresses.
    """

    outcode = CodeColumn()
    end = DateColumn(group="end")


class Household(Table):
    """Which adult lived with or cared for which child, from when to when.

    From relationship feeds (strong), the mother table (strong) and the family table
    (weak: the family of residence at a contact).
    Where it is wrong: fathers and partners are often not recorded; the mother table
    has a row only where the mother was a client herself, so an absent link never
    means that there is no such adult (4); the family table repeats itself and says
    who lived together at a contact (5); some systems make its keys anew each night
    (6); links of an SSD have no dates (11b). A start is often the day somebody
    wrote it down, and not the day the adult came. No return and no Annex A holds
    links.
    """

    adult_id = CodeColumn()
    role = CodeColumn()
    strength = CodeColumn()
    end = DateColumn(group="end")


class Families(Table):
    """Which persons belong to one family, for folds and for nothing else.

    Derived at ingest from the household's strong links. Undated.
    Where it is wrong: wherever the household is (4, 5); undated (11b); families too
    large to be one are cut. From a return or an Annex A everybody is a family of
    one.
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

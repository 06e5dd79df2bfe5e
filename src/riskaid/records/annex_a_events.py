"""What the lists of an Annex A say happened, as rows for case tables."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import polars as pl

from riskaid.records import codes
from riskaid.records.annex_a_lists import ListRows
from riskaid.records.supply import Supply
from riskaid.records.values import Parsed, by_distinct, dates, flags, ids, tidy
from riskaid.records.values import codes as read_codes

REFERRED_WITHIN = timedelta(days=63)
"""From a referral to the start of the need it led to: 45 working days, the longest an
assessment may take."""
ONLY_NOW = date.max
"""First day covered of what a list says of the extract's day alone: the latest visit,
the present placement. The ingest takes the day of the extract instead."""
OTHER_STATUS = r"looked|\blac\b|\bcla\b|protection|\bcpp?\b"
"""Statuses in list 6 of children whose visits are not those to a child in need."""

Firsts = dict[str, date]
Lists = dict[str, ListRows]


def _supply(table: str, one: ListRows, columns: dict[str, str]) -> Supply:
    """Rows of one list for one case table: case column -> our name in the list."""
    rows = one.rows.select(
        "row",
        pl.col("row").alias("source_row"),
        "person_id",
        *(
            pl.col(c).alias(case)
            for case, c in columns.items()
            if c in one.rows.columns
        ),
    )
    return Supply(table, one.source, one.ledger, rows)


def _earliest(one: ListRows, column: str) -> date:
    """The first day a list shows that it reaches; the extract's where it shows none."""
    if column not in one.rows.columns:
        return ONLY_NOW
    found = dates(one.rows[column]).values.min()
    return found if isinstance(found, date) else ONLY_NOW


def _words(
    one: ListRows, column: str, read: Callable[[pl.Series], pl.Series]
) -> ListRows:
    """A list in which one column's own words are said as yes and no."""
    if column not in one.rows.columns:
        return one
    series = by_distinct(tidy(one.rows[column]), read).alias(column)
    return replace(one, rows=one.rows.with_columns(series))


def _parsed(
    one: ListRows, column: str, read: Callable[[pl.Series], Parsed]
) -> ListRows:
    """A list with one column read now, because it will stand in another list's row."""
    if column not in one.rows.columns:
        nothing = pl.lit(None, dtype=pl.String).alias(column)
        return replace(one, rows=one.rows.with_columns(nothing))
    parsed = read(one.rows[column])
    one.ledger.filler(column, parsed.fillers)
    one.ledger.repair(
        f"'{column}' could not be read and was left empty",
        one.rows["row"].filter(parsed.unreadable),
    )
    return replace(one, rows=one.rows.with_columns(parsed.values.alias(column)))


def _filled(one: ListRows, column: str, says: str) -> ListRows:
    """The rows on which a column is filled; the others are left to other tables."""
    if column not in one.rows.columns:
        return replace(one, rows=one.rows.clear())
    filled = tidy(one.rows[column]).is_not_null()
    one.ledger.pass_over(says, one.rows["row"].filter(~filled))
    return replace(one, rows=one.rows.filter(filled))


def _once(one: ListRows, column: str, says: str) -> ListRows:
    """One row a child and date, where a list repeats it on several rows."""
    keys = pl.DataFrame(
        {
            "who": ids(one.rows["person_id"]).values,
            "day": dates(one.rows[column]).values,
        }
        if one.rows.height
        else {"who": [], "day": []}
    )
    known = keys.select(pl.all_horizontal(pl.all().is_not_null())).to_series()
    twice = (
        known & ~keys.select(pl.struct("who", "day").is_first_distinct()).to_series()
    )
    one.ledger.refuse(says, one.rows["row"].filter(twice))
    return replace(one, rows=one.rows.filter(~twice))


def _contacts(one: ListRows, first: Firsts) -> list[Supply]:
    first["contacts"] = _earliest(one, "contact")
    return [_supply("contacts", one, {"date": "contact", "source_code": "source"})]


def _early_help(one: ListRows, first: Firsts) -> list[Supply]:
    """Early help assessments: the spell is the assessment, not the help after it."""
    first["early_help"] = _earliest(one, "end")
    return [_supply("early_help", one, {"date": "start", "end": "end"})]


def _referrals(lists: Lists, first: Firsts) -> list[Supply]:
    """Referrals (list 3), and the episodes of need (list 6) that they led to.

    A row of list 6 is an episode of need: it has the primary need, the closing date and
    the reason of the CIN census, where an episode begins with its referral. So it is a
    row of `referrals`, and one with the row of list 3 of that day; else with the
    child's latest other referral of list 3 in the 63 days before that was not closed
    at once. An episode older than list 3 is a row of its own.
    """
    told, need = lists.get("List 3"), lists.get("List 6")
    first["referrals"] = ONLY_NOW if told is None else _earliest(told, "referral")
    if told is not None:
        told = _words(told, "nfa", codes.further_action)
    columns = {"date": "referral", "source_code": "source", "no_further_action": "nfa"}
    outcome = {"primary_need": "need", "end": "end", "close_reason": "reason"}
    if need is not None:
        outcome = {k: c for k, c in outcome.items() if c in need.rows.columns}
    if need is not None:
        need = _parsed(need, "need", lambda s: read_codes(s, codes.primary_need))
        need = _parsed(need, "end", dates)
        need = _parsed(need, "reason", lambda s: read_codes(s, codes.close_reason))
    if told is None or need is None:
        supplies = [] if told is None else [_supply("referrals", told, columns)]
        if need is not None:
            supplies.append(_supply("referrals", need, {"date": "start", **outcome}))
        return supplies
    pairs = _pairs(told, need)
    facts = need.rows.select(
        pl.col("row").alias("need_row"), *(pl.col(c) for c in outcome.values())
    )
    joined = told.rows.join(pairs, on="row", how="left", maintain_order="left").join(
        facts, on="need_row", how="left", maintain_order="left"
    )
    need.ledger.keep(pairs["need_row"])
    alone = need.rows.join(pairs, left_on="row", right_on="need_row", how="anti")
    return [
        _supply("referrals", replace(told, rows=joined), {**columns, **outcome}),
        _supply("referrals", replace(need, rows=alone), {"date": "start", **outcome}),
    ]


def _pairs(told: ListRows, need: ListRows) -> pl.DataFrame:
    """Which row of list 6 goes with which row of list 3: row, need_row, each once."""
    referred = pl.DataFrame(
        [
            told.rows["row"],
            ids(told.rows["person_id"]).values.alias("who"),
            dates(told.rows["referral"]).values.alias("day"),
        ]
    ).with_columns(
        flags(told.rows["nfa"]).values.alias("nfa")
        if "nfa" in told.rows.columns
        else pl.lit(None, dtype=pl.String).alias("nfa")
    )
    began = pl.DataFrame(
        [
            need.rows["row"].alias("need_row"),
            ids(need.rows["person_id"]).values.alias("who"),
            dates(need.rows["start"]).values.alias("day"),
        ]
    )
    key = ["who", "day", "nth"]
    nth = pl.int_range(pl.len()).over("who", "day").alias("nth")
    referred, began = (
        f.drop_nulls(["who", "day"]).with_columns(nth) for f in (referred, began)
    )
    same = referred.join(began, on=key).select("row", "need_row")
    left = referred.join(same, on="row", how="anti").filter(
        pl.col("nfa").ne_missing("yes")
    )
    later = began.join(same, on="need_row", how="anti")
    near = (
        later.sort("day", "need_row")
        .join_asof(
            left.sort("day", "row").rename({"day": "told"}).drop("nfa", "nth"),
            left_on="day",
            right_on="told",
            by="who",
            strategy="backward",
            tolerance=REFERRED_WITHIN,
            check_sortedness=False,
        )
        .drop_nulls("row")
        .unique("row", keep="first", maintain_order=True)
    )
    return pl.concat([same, near.select("row", "need_row")]).sort("row")


def _assessments(one: ListRows, first: Firsts) -> list[Supply]:
    first["assessments"] = _earliest(one, "end")
    one = _words(one, "seen", codes.seen)
    columns = {"date": "start", "end": "end", "child_seen": "seen"}
    return [_supply("assessments", one, columns)]


def _enquiries(one: ListRows, first: Firsts) -> list[Supply]:
    """Section 47 enquiries and initial conferences, which share the rows of list 5.

    A conference stands on the row of each enquiry that led to it and counts once. The
    list reaches back to the first enquiry without a conference: one with a conference
    may be there for the conference's date.
    """
    held = _filled(one, "conference", "no conference date")
    enquiries = _filled(one, "start", "no enquiry's date")
    rows = enquiries.rows
    conference = (
        tidy(rows["conference"]) if "conference" in rows.columns else _none(rows)
    )
    without = replace(enquiries, rows=rows.filter(conference.is_null()))
    first["s47_enquiries"] = _earliest(without, "start")
    first["icpcs"] = _earliest(one, "conference")
    spared = (
        flags(rows["unnecessary"]).values
        if "unnecessary" in rows.columns
        else _none(rows)
    )
    both = (spared == "yes") & conference.is_not_null()
    one.ledger.note(
        "a conference was held and deemed unnecessary; read as held",
        rows["row"].filter(both.fill_null(False)),
    )
    decided = (
        pl.when(conference.is_not_null() | (spared == "no"))
        .then(pl.lit("yes"))
        .when(spared == "yes")
        .then(pl.lit("no"))
        .alias("decided")
    )
    if not {"conference", "unnecessary"}.isdisjoint(rows.columns):
        rows = rows.with_columns(decided)
    enquiries = replace(enquiries, rows=rows)
    held = _once(held, "conference", "the same conference as on an earlier row")
    return [
        _supply(
            "s47_enquiries",
            enquiries,
            {"date": "start", "conference_decided": "decided"},
        ),
        _supply("icpcs", held, {"date": "conference", "plan_made": "plan"}),
    ]


def _none(rows: pl.DataFrame) -> pl.Series:
    return pl.Series([None] * rows.height, dtype=pl.String)


def _seen_in_need(one: ListRows, _: Firsts) -> list[Supply]:
    """When a child in need was last seen; others' visits stand in other lists."""
    rows = one.rows
    if "status" in rows.columns:
        other = tidy(rows["status"]).str.to_lowercase().str.contains(OTHER_STATUS)
        rows = rows.filter(~other.fill_null(False))
    seen = _filled(replace(one, rows=rows), "seen", "no date on which seen")
    seen = _once(seen, "seen", "seen on the same day on an earlier row")
    seen = replace(seen, rows=seen.rows.with_columns(pl.lit("yes").alias("was_seen")))
    return [_supply("cin_visits", seen, {"date": "seen", "child_seen": "was_seen"})]


def _plans(one: ListRows, first: Firsts) -> list[Supply]:
    """Child protection plans, and the latest visit under each."""
    first["cp_plans"] = _earliest(one, "end")
    visits = _words(_filled(one, "visit", "no visit"), "alone", codes.seen_alone)
    visits = _once(visits, "visit", "a visit on the same day on an earlier row")
    columns = {
        "date": "start",
        "end": "end",
        "initial_category": "initial",
        "latest_category": "latest",
    }
    return [
        _supply("cp_plans", one, columns),
        _supply("cp_visits", visits, {"date": "visit", "seen_alone": "alone"}),
    ]


def _care(one: ListRows, first: Firsts) -> list[Supply]:
    """Periods of care, and the present placement and legal status.

    One row is a whole period of care and not an episode; it begins with the child
    starting to be looked after (S). The placement and the status end with it.
    """
    first["cla_episodes"] = _earliest(one, "end")
    who, start = ids(one.rows["person_id"]).values, dates(one.rows["start"]).values
    period = pl.concat_str(
        pl.lit(who), pl.lit("-"), pl.lit(start).dt.to_string("%Y%m%d")
    )
    rows = one.rows.with_columns(
        period.alias("period"), pl.lit("S").alias("start_reason")
    )
    one = replace(one, rows=rows)
    columns = {
        "date": "start",
        "end": "end",
        "period_id": "period",
        "start_reason": "start_reason",
        "need": "need",
        "end_reason": "reason",
    }
    placed = _filled(one, "placed", "no placement's date")
    legal = _filled(one, "legal_start", "no legal status's date")
    return [
        _supply("cla_episodes", one, columns),
        _supply(
            "placements",
            placed,
            {"date": "placed", "end": "end", "placement_type": "placement"},
        ),
        _supply(
            "legal_statuses",
            legal,
            {"date": "legal_start", "end": "end", "legal_status": "legal"},
        ),
    ]


READ: dict[str, Callable[[ListRows, Firsts], list[Supply]]] = {
    "List 1": _contacts,
    "List 2": _early_help,
    "List 4": _assessments,
    "List 5": _enquiries,
    "List 6": _seen_in_need,
    "List 7": _plans,
    "List 8": _care,
}


def events(lists: Lists) -> tuple[list[Supply], Firsts]:
    """Rows for case tables from every list that tells of events.

    Returns:
        The rows, and from when each table holds them, by what the lists show: the
        first event where a list holds events of a period; where it holds what was open
        in a period, the first end in it.
    """
    first: Firsts = {}
    supplies = [
        supply
        for name, read in READ.items()
        if name in lists
        for supply in read(lists[name], first)
    ]
    if "List 3" in lists or "List 6" in lists:
        supplies += _referrals(lists, first)
    return supplies, first

"""What each word of the language means: a table of text, an expression, an answer.

Each case runs on both engines. The chapters are the words; the paragraphs are the edges
of ADR-0001: the as-of day, the first day of the window, known late, known before its
date, two on a day, none, open spells, leap days, months.
"""

import pytest

from riskaid.indicators import days, months
from riskaid.indicators.declared import WORDS
from riskaid.indicators.examples import read_examples, run
from riskaid.records.tables import (
    adult_events,
    assessment_factors,
    attendance,
    disabilities,
    domestic_abuse_incidents,
    household,
    icpcs,
    missing_episodes,
    persons,
    placements,
    sdq_scores,
    siblings,
)

SPECS = {
    "count": (
        icpcs.count(last=days(30)),
        """
        the as-of day does not count, the 30th day does, the 31st does not
        icpcs as of 2024-03-01 expect 2
        date
        2024-01-30
        2024-01-31
        2024-02-29
        2024-03-01

        known on the as-of day is known too late; the day before is not
        icpcs as of 2024-03-01 expect 1
        date       | known_from
        2024-02-10 | 2024-03-01
        2024-02-10 | 2024-02-29

        a conference known before its date counts once it has been held
        icpcs as of 2024-03-01 expect 1
        date       | known_from
        2024-02-29 | 2024-02-01
        2024-03-01 | 2024-02-01
        2024-03-20 | 2024-02-01

        two on a day are two
        icpcs as of 2024-03-01 expect 2
        date
        2024-02-10
        2024-02-10

        none
        icpcs as of 2024-03-01 expect 0

        a corrected record: the version known before the as-of day counts
        icpcs as of 2024-03-01 expect 1
        date       | known_from | known_until
        2024-01-05 | 2024-01-06 | 2024-02-15
        2024-02-05 | 2024-02-15 |

        a deleted record counts up to the day its deletion was known, and no longer
        icpcs as of 2024-03-01 expect 1
        date       | known_from | known_until
        2024-02-10 | 2024-02-11 | 2024-02-29
        2024-02-10 | 2024-02-11 | 2024-03-01

        the table must cover the window from its first day
        icpcs from 2024-02-01 as of 2024-03-01 expect unknown

        and it does when it begins on that day
        icpcs from 2024-01-31 as of 2024-03-01 expect 0

        the table must reach the day before the as-of day
        icpcs to 2024-02-28 as of 2024-03-01 expect unknown

        and it does when it ends on that day
        icpcs to 2024-02-29 as of 2024-03-01 expect 0

        a table that was not supplied
        icpcs not supplied as of 2024-03-01 expect unknown

        a child the store does not hold
        icpcs as of 2024-03-01 expect unknown
        date
        2024-02-10
        persons
        person_id
        somebody else
        """,
    ),
    "count ever": (
        icpcs.count(),
        """
        ever has no first day, and covers what is held
        icpcs from 2024-02-29 as of 2024-03-01 expect 2
        date
        1999-12-31
        2024-02-29
        2024-03-01

        a table that begins on the as-of day holds nothing before it
        icpcs from 2024-03-01 as of 2024-03-01 expect unknown
        """,
    ),
    "count months": (
        icpcs.count(last=months(1)),
        """
        one month before 31 March begins on the last day of February
        icpcs as of 2024-03-31 expect 1
        date
        2024-02-28
        2024-02-29

        in a year without a leap day
        icpcs as of 2023-03-31 expect 2
        date
        2023-02-27
        2023-02-28
        2023-03-01

        one month before 29 February begins on 29 January
        icpcs as of 2024-02-29 expect 1
        date
        2024-01-28
        2024-01-29

        over new year
        icpcs as of 2024-01-15 expect 1
        date
        2023-12-14
        2023-12-15
        """,
    ),
    "count year of days": (
        icpcs.count(last=days(365)),
        """
        365 days over a leap day are one day less than a year
        icpcs as of 2024-03-01 expect 1
        date
        2023-03-01
        2023-03-02
        """,
    ),
    "any": (
        icpcs.any(last=days(30)),
        """
        one on the first day of the window
        icpcs as of 2024-03-01 expect yes
        date
        2024-01-31

        only on the as-of day, before the window, and known too late
        icpcs as of 2024-03-01 expect no
        date       | known_from
        2024-03-01 |
        2024-01-30 |
        2024-02-10 | 2024-03-01

        none
        icpcs as of 2024-03-01 expect no

        not supplied is not none
        icpcs not supplied as of 2024-03-01 expect unknown
        """,
    ),
    "any of a snapshot": (
        disabilities.any(),
        """
        an undated record counts once it was known
        disabilities as of 2024-03-01 expect yes
        code | known_from
        NONE | 2024-02-29

        known on the as-of day
        disabilities as of 2024-03-01 expect no
        code | known_from
        NONE | 2024-03-01
        """,
    ),
    "count_distinct": (
        assessment_factors.count_distinct(assessment_factors.code, last=days(30)),
        """
        two codes in the window, one of them twice; outside it others
        assessment_factors as of 2024-03-01 expect 2
        date       | code
        2024-01-30 | 4B
        2024-01-31 | 1B
        2024-02-29 | 1B
        2024-02-29 | 2B
        2024-03-01 | 3B

        an empty code is no code
        assessment_factors as of 2024-03-01 expect 0
        date       | code
        2024-02-10 |

        known too late
        assessment_factors as of 2024-03-01 expect 0
        date       | code | known_from
        2024-02-10 | 1B   | 2024-03-01

        none
        assessment_factors as of 2024-03-01 expect 0
        """,
    ),
    "days_since_last": (
        icpcs.days_since_last(),
        """
        yesterday is one day, over a leap day too
        icpcs as of 2024-03-01 expect 1
        date
        2024-01-01
        2024-02-29
        2024-03-01

        the latest was known too late
        icpcs as of 2024-03-01 expect 60
        date       | known_from
        2024-01-01 |
        2024-02-29 | 2024-03-01

        none is not known, which is not zero
        icpcs as of 2024-03-01 expect unknown
        """,
    ),
    "days_since_last of links": (
        household.days_since_last(),
        """
        a link without a start has no day to count from
        household as of 2024-03-01 expect 2
        date       | role
        2024-02-28 | mother
                   | father
        """,
    ),
    "days_since_first": (
        icpcs.days_since_first(last=days(30)),
        """
        the first in the window, not before it
        icpcs as of 2024-03-01 expect 30
        date
        2024-01-30
        2024-01-31
        2024-02-29

        known too late
        icpcs as of 2024-03-01 expect 1
        date       | known_from
        2024-02-10 | 2024-03-01
        2024-02-29 |

        none
        icpcs as of 2024-03-01 expect unknown
        """,
    ),
    "total": (
        attendance.total(attendance.sessions_missed, last=days(30)),
        """
        what is inside the window, two on a day both
        attendance as of 2024-03-01 expect 7
        date       | sessions_missed
        2024-01-30 | 100
        2024-01-31 | 1
        2024-02-29 | 2
        2024-02-29 | 4
        2024-03-01 | 100

        decimals add up exactly
        attendance as of 2024-03-01 expect 0.3
        date       | sessions_missed
        2024-02-01 | 0.1
        2024-02-02 | 0.2

        an empty number makes the total not known
        attendance as of 2024-03-01 expect unknown
        date       | sessions_missed
        2024-02-01 | 3
        2024-02-02 |

        an empty number known too late does not
        attendance as of 2024-03-01 expect 3
        date       | sessions_missed | known_from
        2024-02-01 | 3               |
        2024-02-02 |                 | 2024-03-01

        none is 0
        attendance as of 2024-03-01 expect 0
        """,
    ),
    "largest": (
        placements.largest(placements.distance_miles, last=days(30)),
        """
        the largest in the window; empty ones pass over
        placements as of 2024-03-01 expect 12.5
        date       | distance_miles
        2024-01-30 | 90
        2024-01-31 | 12.5
        2024-02-10 |
        2024-02-29 | 3
        2024-03-01 | 80

        known too late
        placements as of 2024-03-01 expect unknown
        date       | distance_miles | known_from
        2024-02-10 | 12.5           | 2024-03-01

        none, or only empty ones
        placements as of 2024-03-01 expect unknown
        date       | distance_miles
        2024-02-10 |
        """,
    ),
    "latest": (
        sdq_scores.latest(sdq_scores.score, last=days(30)),
        """
        the latest that holds a number; of two on a day the larger
        sdq_scores as of 2024-03-01 expect 9
        date       | score
        2024-01-31 | 30
        2024-02-10 | 7
        2024-02-10 | 9
        2024-02-20 |
        2024-03-01 | 1

        only before the window
        sdq_scores as of 2024-03-01 expect unknown
        date       | score
        2024-01-30 | 30

        the later was known too late
        sdq_scores as of 2024-03-01 expect 30
        date       | score | known_from
        2024-01-31 | 30    |
        2024-02-10 | 7     | 2024-03-01
        """,
    ),
    "overlap_days": (
        missing_episodes.overlap_days(last=days(30)),
        """
        only the days inside the window, from both sides
        missing_episodes as of 2024-03-01 expect 3
        date       | end
        2024-01-01 | 2024-02-02
        2024-02-29 | 2024-03-09

        open spells run to the as-of day
        missing_episodes as of 2024-03-01 expect 30
        date       | end
        2023-01-01 |

        an end not yet known reads as open
        missing_episodes as of 2024-03-01 expect 10
        date       | end        | end_known_from
        2024-02-20 | 2024-02-21 | 2024-03-01

        two spells on one day count it twice
        missing_episodes as of 2024-03-01 expect 4
        date       | end
        2024-02-01 | 2024-02-03
        2024-02-01 | 2024-02-03

        a spell that ended where the window begins
        missing_episodes as of 2024-03-01 expect 0
        date       | end
        2024-01-01 | 2024-01-31

        begun on the as-of day, or known too late
        missing_episodes as of 2024-03-01 expect 0
        date       | end        | known_from
        2024-03-01 |            |
        2024-02-01 | 2024-02-03 | 2024-03-01

        an end before its start covers no day
        missing_episodes as of 2024-03-01 expect 0
        date       | end
        2024-02-10 | 2024-02-08
        """,
    ),
    "overlap_days ever": (
        missing_episodes.overlap_days(),
        """
        all days of all spells
        missing_episodes as of 2024-03-01 expect 367
        date       | end
        2023-01-01 | 2024-01-01
        2024-02-28 |
        """,
    ),
    "is_open": (
        missing_episodes.is_open(),
        """
        no end
        missing_episodes as of 2024-03-01 expect yes
        date       | end
        2023-01-01 |

        ends on the as-of day: open on it
        missing_episodes as of 2024-03-01 expect yes
        date       | end        | end_known_from
        2024-02-01 | 2024-03-01 | 2024-02-01

        ended the day before
        missing_episodes as of 2024-03-01 expect no
        date       | end        | end_known_from
        2024-02-01 | 2024-02-29 | 2024-02-29

        ended, but that was known only on the as-of day
        missing_episodes as of 2024-03-01 expect yes
        date       | end        | end_known_from
        2024-02-01 | 2024-02-10 | 2024-03-01

        begins on the as-of day, or known too late
        missing_episodes as of 2024-03-01 expect no
        date       | known_from
        2024-03-01 |
        2024-02-01 | 2024-03-01
        """,
    ),
    "age_years": (
        persons.age_years(),
        """
        the day before the birthday
        persons as of 2024-05-31 expect 9
        born
        2014-06-01

        the birthday
        persons as of 2024-06-01 expect 10
        born
        2014-06-01

        born on a leap day: a year older on 1 March
        persons as of 2023-03-01 expect 3
        born
        2020-02-29

        expected, not born
        persons as of 2024-06-01 expect -1
        expected
        2024-07-01

        an expected birth that has passed counts as the birth
        persons as of 2024-06-01 expect 0
        expected
        2024-06-01

        the first version stands in where none was known yet
        persons as of 2024-06-01 expect 10
        born       | known_from
        2014-01-01 | 2024-09-01
        2013-01-01 | 2024-10-01

        neither
        persons as of 2024-06-01 expect unknown
        sex
        F
        """,
    ),
    "where": (
        missing_episodes.where(missing_episodes.episode_type == "M").count(
            last=days(30)
        ),
        """
        only what is true is kept; not known is not true
        missing_episodes as of 2024-03-01 expect 1
        date       | episode_type
        2024-02-10 | M
        2024-02-11 | A
        2024-02-12 |
        """,
    ),
    "where not": (
        missing_episodes.where(~(missing_episodes.episode_type == "M")).count(),
        """
        the opposite of not known is not known
        missing_episodes as of 2024-03-01 expect 1
        date       | episode_type
        2024-02-10 | M
        2024-02-11 | A
        2024-02-12 |
        """,
    ),
    "where not of a group": (
        missing_episodes.where(~(missing_episodes.rhi_offered == "yes")).count(),
        """
        an answer that is empty, or was filled in too late, is not "no"
        missing_episodes as of 2024-03-01 expect 1
        date       | rhi_offered | rhi_known_from
        2024-02-10 | no          | 2024-02-29
        2024-02-11 | no          | 2024-03-01
        2024-02-12 |             |
        2024-02-13 | yes         | 2024-02-14
        """,
    ),
    "where and of groups": (
        missing_episodes.where(
            (missing_episodes.rhi_offered == "yes")
            & ~(missing_episodes.rhi_accepted == "yes")
        ).count(),
        """
        false wins over not known, and is kept out; its opposite is kept
        missing_episodes as of 2024-03-01 expect 1
        date       | rhi_offered | rhi_accepted | rhi_known_from
        2024-02-10 | yes         | no           | 2024-02-29
        2024-02-11 | yes         |              | 2024-02-29
        2024-02-12 |             | no           | 2024-02-29
        2024-02-13 | yes         | no           | 2024-03-01
        """,
    ),
    "where not and of groups": (
        missing_episodes.where(
            ~(
                (missing_episodes.rhi_offered == "yes")
                & (missing_episodes.episode_type == "M")
            )
        ).count(),
        """
        one false is enough, whatever the other is
        missing_episodes as of 2024-03-01 expect 2
        date       | episode_type | rhi_offered | rhi_known_from
        2024-02-10 | A            |             |
        2024-02-11 |              | no          | 2024-02-29
        2024-02-12 | M            | yes         | 2024-03-01
        2024-02-13 | M            | yes         | 2024-02-29
        """,
    ),
    "where or": (
        missing_episodes.where(
            (missing_episodes.episode_type == "M")
            | (missing_episodes.rhi_offered == "no")
        ).count(),
        """
        one true is enough, the other not known or not yet known
        missing_episodes as of 2024-03-01 expect 2
        date       | episode_type | rhi_offered | rhi_known_from
        2024-02-10 | M            |             |
        2024-02-11 |              | no          | 2024-02-29
        2024-02-12 |              | no          | 2024-03-01
        2024-02-13 | A            | yes         | 2024-02-14
        """,
    ),
    "where and": (
        attendance.where(
            (attendance.sessions_possible > 0)
            & (attendance.sessions_missed >= 10)
            & (attendance.sessions_missed < 20)
            & (attendance.sessions_possible != 50)
            & (attendance.sessions_missed <= 15)
        ).count(),
        """
        all must be true
        attendance as of 2024-03-01 expect 2
        date       | sessions_possible | sessions_missed
        2024-02-01 | 100               | 10
        2024-02-02 | 100               | 15
        2024-02-03 | 100               | 9
        2024-02-04 | 100               | 16
        2024-02-05 | 0                 | 12
        2024-02-06 | 50                | 12
        2024-02-07 |                   | 12
        """,
    ),
    "is_in": (
        assessment_factors.where(assessment_factors.code.is_in("1B", "2B")).count(),
        """
        one of the codes; empty is not known
        assessment_factors as of 2024-03-01 expect 2
        date       | code
        2024-02-10 | 1B
        2024-02-10 | 2B
        2024-02-10 | 3B
        2024-02-10 |
        """,
    ),
    "is_known of a column": (
        missing_episodes.where(missing_episodes.end.is_known()).count(),
        """
        filled, and visible before the as-of day
        missing_episodes as of 2024-03-01 expect 1
        date       | end        | end_known_from
        2024-02-10 | 2024-02-11 | 2024-02-29
        2024-02-10 | 2024-02-11 | 2024-03-01
        2024-02-10 |            |
        """,
    ),
    "is_known": (
        domestic_abuse_incidents.count(last=days(30)).is_known(),
        """
        covered
        domestic_abuse_incidents as of 2024-03-01 expect yes

        not supplied
        domestic_abuse_incidents not supplied as of 2024-03-01 expect no
        """,
    ),
    "of": (
        adult_events.of(household).count(last=days(30)),
        """
        events of adults linked as of the date, in the window, known before it
        adult_events as of 2024-03-01 expect 2
        person_id | date       | known_from
        mother    | 2024-01-31 |
        mother    | 2024-02-29 |
        mother    | 2024-02-10 | 2024-03-01
        mother    | 2024-01-30 |
        mother    | 2024-03-01 |
        other     | 2024-02-10 |
        household
        adult_id | date
        mother   | 2020-01-01

        a link known too late reaches nothing, nor one that begins on the as-of day
        adult_events as of 2024-03-01 expect 0
        person_id | date
        mother    | 2024-02-10
        father    | 2024-02-10
        household
        adult_id | date       | known_from
        mother   | 2020-01-01 | 2024-03-01
        father   | 2024-03-01 | 2024-01-01

        a link without a start reaches; two links reach an event once
        adult_events as of 2024-03-01 expect 1
        person_id | date
        mother    | 2024-02-10
        household
        adult_id | date       | role
        mother   |            | mother
        mother   | 2020-01-01 | other_adult

        a link that ends on the as-of day still holds; one that ended before does not
        adult_events as of 2024-03-01 expect 1
        person_id | date
        mother    | 2024-02-10
        father    | 2024-02-10
        household
        adult_id | date       | end        | end_known_from
        mother   | 2020-01-01 | 2024-03-01 | 2024-02-01
        father   | 2020-01-01 | 2024-02-29 | 2024-02-29

        both tables must be supplied
        adult_events as of 2024-03-01 expect unknown
        household not supplied
        """,
    ),
    "of some links": (
        adult_events.of(household.where(household.role == "father")).any(),
        """
        only through the links that are kept
        adult_events as of 2024-03-01 expect no
        person_id | date
        mother    | 2024-02-10
        household
        adult_id | date       | role
        mother   | 2020-01-01 | mother
        father   | 2020-01-01 | father
        """,
    ),
    "arithmetic": (
        (attendance.count() * 2 - 1 + attendance.total(attendance.sessions_missed))
        / attendance.total(attendance.sessions_possible),
        """
        as written, brackets first
        attendance as of 2024-03-01 expect 0.11
        date       | sessions_possible | sessions_missed
        2024-02-01 | 100               | 10

        divided by nothing is not known
        attendance as of 2024-03-01 expect unknown
        date       | sessions_possible | sessions_missed
        2024-02-01 | 0                 | 10

        not known stays not known
        attendance as of 2024-03-01 expect unknown
        date       | sessions_possible | sessions_missed
        2024-02-01 | 100               |
        """,
    ),
    "three-valued and": (
        (icpcs.count() >= 1) & domestic_abuse_incidents.any(),
        """
        false wins over not known
        icpcs as of 2024-03-01 expect no
        domestic_abuse_incidents not supplied

        true and not known is not known
        icpcs as of 2024-03-01 expect unknown
        date
        2024-02-10
        domestic_abuse_incidents not supplied
        """,
    ),
    "three-valued or": (
        (icpcs.count() == 1) | ~domestic_abuse_incidents.any(),
        """
        true wins over not known
        icpcs as of 2024-03-01 expect yes
        date
        2024-02-10
        domestic_abuse_incidents not supplied

        false or not known is not known
        icpcs as of 2024-03-01 expect unknown
        domestic_abuse_incidents not supplied

        the opposite of none
        icpcs as of 2024-03-01 expect yes
        """,
    ),
    "comparisons": (
        (icpcs.count() > 1) & (icpcs.count() < 3) & (icpcs.count() != 7),
        """
        strictly between
        icpcs as of 2024-03-01 expect yes
        date
        2024-02-10
        2024-02-11

        not at the edge
        icpcs as of 2024-03-01 expect no
        date
        2024-02-10
        2024-02-11
        2024-02-12
        """,
    ),
    "comparisons with edges": (
        (icpcs.count() >= 2) & (icpcs.count() <= 2),
        """
        the edges count
        icpcs as of 2024-03-01 expect yes
        date
        2024-02-10
        2024-02-11
        """,
    ),
    "before": (
        icpcs.count(last=days(30).before(days(10))),
        """
        from the 40th day before to the 11th; what counts is still what is known now
        icpcs as of 2024-03-01 expect 2
        date       | known_from
        2024-01-20 |
        2024-01-21 |
        2024-02-19 | 2024-02-29
        2024-02-19 | 2024-03-01
        2024-02-20 |

        the table must cover the window from its first day
        icpcs from 2024-01-22 as of 2024-03-01 expect unknown

        and reach the day before the as-of day, because versions are as known then
        icpcs to 2024-02-20 as of 2024-03-01 expect unknown
        """,
    ),
    "before months": (
        icpcs.count(last=months(1).before(months(1))),
        """
        a month before the month before 31 March begins on 29 January
        icpcs as of 2024-03-31 expect 2
        date
        2024-01-28
        2024-01-29
        2024-02-28
        2024-02-29
        """,
    ),
    "rate_of_change": (
        icpcs.rate_of_change(last=days(30)),
        """
        two in the last 30 days, one in the 30 days before
        icpcs as of 2024-03-01 expect 1
        date
        2023-12-31
        2024-01-30
        2024-01-31
        2024-02-29

        fewer of late
        icpcs as of 2024-03-01 expect -1
        date
        2024-01-30

        one known too late is in neither
        icpcs as of 2024-03-01 expect 0
        date       | known_from
        2024-01-30 | 2024-03-01

        both windows must be covered
        icpcs from 2024-01-02 as of 2024-03-01 expect unknown
        """,
    ),
    "decayed": (
        icpcs.decayed(half_life=days(10)),
        """
        half after ten days, a quarter after twenty; the as-of day does not count
        icpcs as of 2024-03-01 expect 0.75
        date       | known_from
        2024-02-20 |
        2024-02-10 |
        2024-02-20 | 2024-03-01
        2024-03-01 |

        each is taken to the millionth
        icpcs as of 2024-03-01 expect 0.933033
        date
        2024-02-29

        what is very old is worth nothing
        icpcs as of 2024-03-01 expect 0
        date
        1999-01-01

        none
        icpcs as of 2024-03-01 expect 0
        """,
    ),
    "decayed in a window": (
        icpcs.decayed(half_life=days(10), last=days(15)),
        """
        only what the window lets through
        icpcs as of 2024-03-01 expect 0.5
        date
        2024-02-20
        2024-02-10
        """,
    ),
    "changes": (
        placements.changes(placements.placement_type, last=days(60)),
        """
        from one code to another, and back; the same again is no change
        placements as of 2024-03-01 expect 2
        date       | placement_type
        2024-01-10 | U1
        2024-01-20 | U1
        2024-02-10 | K1
        2024-02-20 | U1

        the record before the window is not compared with
        placements as of 2024-03-01 expect 0
        date       | placement_type
        2023-12-31 | K1
        2024-01-10 | U1

        an empty code is left out, and one known too late, and the as-of day
        placements as of 2024-03-01 expect 0
        date       | placement_type | known_from
        2024-01-10 | U1             |
        2024-01-20 |                |
        2024-02-10 | U1             |
        2024-02-20 | K1             | 2024-03-01
        2024-03-01 | K1             | 2024-02-01

        of one day in the order of the codes
        placements as of 2024-03-01 expect 1
        date       | placement_type
        2024-01-10 | K1
        2024-01-20 | U1
        2024-01-20 | K1

        one record, or none, is no change
        placements as of 2024-03-01 expect 0
        date       | placement_type
        2024-01-10 | U1
        """,
    ),
    "sequence": (
        icpcs.sequence(domestic_abuse_incidents, within=days(10), last=days(60)),
        """
        followed on the next day, and on the tenth; not on the same day or the eleventh
        icpcs as of 2024-03-01 expect 2
        date
        2024-01-10
        2024-01-20
        2024-02-01
        2024-02-15
        domestic_abuse_incidents
        date
        2024-01-11
        2024-01-30
        2024-02-12
        2024-02-15

        several that follow make it followed once
        icpcs as of 2024-03-01 expect 1
        date
        2024-01-10
        domestic_abuse_incidents
        date
        2024-01-11
        2024-01-12

        what follows must be known, and before the as-of day
        icpcs as of 2024-03-01 expect 0
        date
        2024-02-25
        domestic_abuse_incidents
        date       | known_from
        2024-02-26 | 2024-03-01
        2024-03-01 | 2024-02-01

        the window is that of the first record
        icpcs as of 2024-03-01 expect 0
        date
        2023-12-31
        domestic_abuse_incidents
        date
        2024-01-05

        both tables must be covered
        icpcs as of 2024-03-01 expect unknown
        domestic_abuse_incidents from 2024-01-15
        """,
    ),
    "sequence on the same day": (
        icpcs.sequence(domestic_abuse_incidents, within=days(1), same_day=True),
        """
        with same_day=True it may follow on the day itself, in whatever order
        icpcs as of 2024-03-01 expect 2
        date
        2024-01-10
        2024-01-20
        2024-02-01
        domestic_abuse_incidents
        date
        2024-01-10
        2024-01-21
        2024-01-31
        """,
    ),
    "open_at": (
        missing_episodes.open_at(days(30)),
        """
        begun before that day and not ended by it
        missing_episodes as of 2024-03-01 expect yes
        date       | end        | end_known_from
        2024-01-30 | 2024-01-31 | 2024-02-01

        not one that began on that day, nor one that ended before it
        missing_episodes as of 2024-03-01 expect no
        date       | end        | end_known_from
        2024-01-31 | 2024-02-10 | 2024-02-11
        2024-01-10 | 2024-01-30 | 2024-02-01

        by what is known now: an end known since counts, one not yet known does not
        missing_episodes as of 2024-03-01 expect yes
        date       | end        | end_known_from
        2024-01-10 | 2024-01-20 | 2024-03-01

        the table must begin before that day
        missing_episodes from 2024-01-31 as of 2024-03-01 expect unknown

        and it does when it begins on the day before
        missing_episodes from 2024-01-30 as of 2024-03-01 expect no
        """,
    ),
    "latest of a code": (
        placements.latest(placements.placement_type, last=days(60)).is_in("K1", "K2"),
        """
        the latest record that holds a code
        placements as of 2024-03-01 expect yes
        date       | placement_type | known_from
        2024-01-10 | U1             |
        2024-02-10 | K1             |
        2024-02-20 |                |
        2024-02-25 | U1             | 2024-03-01
        2024-03-01 | U1             | 2024-02-01

        of several on one day each is asked
        placements as of 2024-03-01 expect yes
        date       | placement_type
        2024-02-10 | K2
        2024-02-10 | U1

        another code
        placements as of 2024-03-01 expect no
        date       | placement_type
        2024-01-10 | K1
        2024-02-10 | U1

        none that holds one
        placements as of 2024-03-01 expect unknown
        date       | placement_type
        2024-02-10 |
        """,
    ),
    "latest is not a code": (
        placements.latest(placements.placement_type) != "U1",
        """
        none of the latest day is this one
        placements as of 2024-03-01 expect yes
        date       | placement_type
        2024-02-10 | K1

        one of them is
        placements as of 2024-03-01 expect no
        date       | placement_type
        2024-02-10 | K1
        2024-02-10 | U1
        """,
    ),
    "count_distinct of the source": (
        icpcs.count_distinct(icpcs.source),
        """
        how many files reported, known before the as-of day
        icpcs as of 2024-03-01 expect 2
        date       | source  | known_from
        2024-02-10 | police  |
        2024-02-11 | police  |
        2024-02-12 | council |
        2024-02-12 | health  | 2024-03-01
        """,
    ),
    "as_number": (
        icpcs.any().as_number() + domestic_abuse_incidents.any().as_number(),
        """
        one that holds and one that does not
        icpcs as of 2024-03-01 expect 1
        date
        2024-02-10

        not known stays not known
        icpcs as of 2024-03-01 expect unknown
        date
        2024-02-10
        domestic_abuse_incidents not supplied
        """,
    ),
    "of siblings": (
        icpcs.of(siblings).count(last=days(30)),
        """
        the other children of the child's mother or father, not the child
        icpcs as of 2024-03-01 expect 1
        person_id | date
        brother   | 2024-02-10
        brother   | 2024-01-30
        child     | 2024-02-10
        neighbour | 2024-02-10
        household
        person_id | adult_id | role   | strength | date
        child     | mother   | mother | strong   | 2020-01-01
        brother   | mother   | mother | strong   | 2020-01-01
        neighbour | other    | mother | strong   | 2020-01-01

        both links must hold, be strong, and be to a mother or father
        icpcs as of 2024-03-01 expect 0
        person_id | date
        weak      | 2024-02-10
        partner   | 2024-02-10
        ended     | 2024-02-10
        unknown   | 2024-02-10
        household
        person_id | adult_id | role            | strength | date       | end        | end_known_from | known_from
        child     | mother   | mother          | strong   | 2020-01-01 |            |                |
        weak      | mother   | mother          | weak     | 2020-01-01 |            |                |
        partner   | mother   | mothers_partner | strong   | 2020-01-01 |            |                |
        ended     | mother   | mother          | strong   | 2020-01-01 | 2024-02-29 | 2024-02-29     |
        unknown   | mother   | mother          | strong   | 2020-01-01 |            |                | 2024-03-01

        a brother through both parents counts once
        icpcs as of 2024-03-01 expect 1
        person_id | date
        brother   | 2024-02-10
        household
        person_id | adult_id | role   | strength | date
        child     | mother   | mother | strong   | 2020-01-01
        child     | father   | father | strong   | 2020-01-01
        brother   | mother   | mother | strong   | 2020-01-01
        brother   | father   | father | strong   | 2020-01-01

        both tables must be supplied
        icpcs as of 2024-03-01 expect unknown
        household not supplied
        """,
    ),
    "of links that are new": (
        adult_events.of(household, since=days(90)).any(),
        """
        an adult linked in the last 90 days, however old the event
        adult_events as of 2024-03-01 expect yes
        person_id | date
        partner   | 1999-02-10
        household
        adult_id | date
        partner  | 2023-12-02

        an adult linked for longer
        adult_events as of 2024-03-01 expect no
        person_id | date
        partner   | 1999-02-10
        household
        adult_id | date
        partner  | 2023-12-01

        a link without a start is not new
        adult_events as of 2024-03-01 expect no
        person_id | date
        partner   | 1999-02-10
        household
        adult_id | date
        partner  |

        the links must be covered from the first day
        adult_events as of 2024-03-01 expect unknown
        household from 2023-12-03
        """,
    ),
}

CASES = [
    pytest.param(expression.node, example, id=f"{word}: {example.shows}")
    for word, (expression, text) in SPECS.items()
    for example in read_examples(text, expression.node)
]


@pytest.mark.parametrize("engine", ["reference", "kernel", "duckdb"])
@pytest.mark.parametrize(("node", "example"), CASES)
def test_the_word_means_what_its_table_says(node, example, engine):
    assert run(example, node)[engine] == example.expected


def test_every_word_has_a_chapter():
    assert {word.split()[0] for word in SPECS} >= WORDS

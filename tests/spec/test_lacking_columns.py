"""What reads a column that no source has is not known (ADR-0015), word by word."""

import pytest

from riskaid.errors import DefinitionError
from riskaid.indicators import days
from riskaid.indicators.examples import read_examples, run
from riskaid.records.tables import (
    adult_events,
    attendance,
    domestic_abuse_incidents,
    household,
    icpcs,
    missing_episodes,
    persons,
    placements,
    siblings,
)

OF_TYPE_M = missing_episodes.where(missing_episodes.episode_type == "M")
ADULTS_VIOLENCE = adult_events.where(adult_events.kind == "violence").of(household)

SPECS = {
    "a condition on a column that is not there": (
        OF_TYPE_M.count(last=days(30)),
        """
        whether a record was of the type is not known, though there is one
        missing_episodes without episode_type as of 2024-03-01 expect unknown
        date
        2024-02-10

        nor where there is none: the answer never turns on what a child's records say
        missing_episodes without episode_type as of 2024-03-01 expect unknown

        a column that is there and empty says that nothing was recorded
        missing_episodes as of 2024-03-01 expect 0
        date       | episode_type
        2024-02-10 |

        another column may be lacking
        missing_episodes without end, rhi_offered as of 2024-03-01 expect 1
        date       | episode_type
        2024-02-10 | M
        """,
    ),
    "whether a cell is filled": (
        missing_episodes.where(~missing_episodes.rhi_offered.is_known()).any(),
        """
        an empty cell is one that nobody filled
        missing_episodes as of 2024-03-01 expect yes
        date       | rhi_offered
        2024-02-10 |

        without the column nobody could
        missing_episodes without rhi_offered as of 2024-03-01 expect unknown
        date
        2024-02-10
        """,
    ),
    "whether a value is known": (
        missing_episodes.where(missing_episodes.rhi_offered == "yes")
        .count()
        .is_known(),
        """
        a value that reads the column is not
        missing_episodes without rhi_offered as of 2024-03-01 expect no

        a value that reads a column with empty cells is
        missing_episodes as of 2024-03-01 expect yes
        date       | rhi_offered
        2024-02-10 |
        """,
    ),
    "the number that is added up": (
        attendance.total(attendance.sessions_missed, last=days(30)),
        """
        without it there is no sum, and not 0
        attendance without sessions_missed as of 2024-03-01 expect unknown
        """,
    ),
    "the number of the latest record": (
        placements.latest(placements.distance_miles),
        """
        placements are held, their distance is not
        placements without distance_miles as of 2024-03-01 expect unknown
        date
        2024-02-10
        """,
    ),
    "the codes that are told apart": (
        icpcs.count_distinct(icpcs.enquiry_id),
        """
        how many enquiries is not known
        icpcs without enquiry_id as of 2024-03-01 expect unknown
        date
        2024-02-10
        """,
    ),
    "the code of the latest record": (
        placements.latest(placements.placement_type) == "K1",
        """
        its type is not known, and not another one
        placements without placement_type as of 2024-03-01 expect unknown
        date
        2024-02-10
        """,
    ),
    "spells without an end": (
        missing_episodes.is_open(),
        """
        nobody can say that one is open
        missing_episodes without end as of 2024-03-01 expect unknown
        date
        2024-02-10

        a spell with an empty end is open
        missing_episodes as of 2024-03-01 expect yes
        date       | end
        2024-02-10 |
        """,
    ),
    "spells without an end on an earlier day": (
        missing_episodes.open_at(days(30)),
        """
        nor that one was
        missing_episodes without end as of 2024-03-01 expect unknown
        """,
    ),
    "days of spells without an end": (
        missing_episodes.overlap_days(last=days(30)),
        """
        nor for how many days
        missing_episodes without end as of 2024-03-01 expect unknown
        date
        2024-02-10
        """,
    ),
    "spells without an end that are only counted": (
        missing_episodes.count(last=days(30)),
        """
        how many began is known
        missing_episodes without end as of 2024-03-01 expect 1
        date
        2024-02-10
        """,
    ),
    "what follows what": (
        domestic_abuse_incidents.sequence(OF_TYPE_M, within=days(30)),
        """
        the first is known, of what follows the type is not
        domestic_abuse_incidents as of 2024-03-01 expect unknown
        date
        2024-02-01
        missing_episodes without episode_type
        date
        2024-02-10
        """,
    ),
    "what adults did": (
        ADULTS_VIOLENCE.any(),
        """
        events are held without their kind
        adult_events without kind as of 2024-03-01 expect unknown

        links are held without the adult
        adult_events as of 2024-03-01 expect unknown
        household without adult_id

        how the adult is related is not asked
        adult_events as of 2024-03-01 expect no
        household without role, strength
        """,
    ),
    "what adults of a role did": (
        adult_events.of(household.where(household.role == "father")).any(),
        """
        here it is
        adult_events as of 2024-03-01 expect unknown
        household without role
        """,
    ),
    "what was recorded of brothers and sisters": (
        OF_TYPE_M.of(siblings).any(last=days(90)),
        """
        their records lack the column as the child's do
        missing_episodes without episode_type as of 2024-03-01 expect unknown
        """,
    ),
    "an age": (
        persons.age_years(),
        """
        needs the date of birth
        persons without born as of 2024-03-01 expect unknown
        person_id | expected
        child     | 2024-01-01

        and not the expected one, which stands in for it
        persons without expected as of 2024-03-01 expect 8
        person_id | born
        child     | 2015-05-01
        """,
    ),
    "one of two is enough to know": (
        OF_TYPE_M.any() & missing_episodes.any(),
        """
        where the other already says no
        missing_episodes without episode_type as of 2024-03-01 expect no

        and not where it says yes
        missing_episodes without episode_type as of 2024-03-01 expect unknown
        date
        2024-02-10
        """,
    ),
}
CASES = [
    pytest.param(example, expression.node, id=f"{chapter}: {example.shows}")
    for chapter, (expression, text) in SPECS.items()
    for example in read_examples(text, expression.node)
]


@pytest.mark.parametrize(("example", "node"), CASES)
def test_a_word_means_this_on_every_engine(example, node):
    for engine, found in run(example, node).items():
        assert found == example.expected, f"the {engine} finds {found}"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (
            "missing_episodes without age as of 2024-03-01 expect 0",
            "has no column 'age'",
        ),
        (
            "missing_episodes without person_id as of 2024-03-01 expect 0",
            "has no column 'person_id'",
        ),
        (
            """missing_episodes without end as of 2024-03-01 expect 0
            date       | end
            2024-01-01 | 2024-01-02""",
            "without 'end', but a row fills it",
        ),
        ("missing_episodes without as of 2024-03-01 expect 0", "cannot be read"),
    ],
)
def test_an_example_cannot_be_without_what_is_not_a_column(text, says):
    with pytest.raises(DefinitionError, match=says):
        read_examples(f"shows\n{text}", missing_episodes.count().node)

"""What nobody recorded, and what would close it. A gap says something about us."""

from riskaid.indicators import Gap, days
from riskaid.records.tables import (
    adult_events,
    attendance,
    disabilities,
    domestic_abuse_incidents,
    household,
    missing_episodes,
    persons,
)

FATHER_NOT_RECORDED = Gap(
    name="father_not_recorded",
    when=~household.where(household.role == "father").any(),
    says="No father is recorded.",
    closes_with="Ask who the father is and what part he plays; record that he is not "
    "known, if he is not.",
    because="The Myth of Invisible Men, 2021: fathers and male carers absent from "
    "assessments.",
    examples="""
        only the mother is recorded
        household as of 2024-06-01 expect yes
        date       | role
        2020-01-01 | mother

        a father is recorded, linked or not today
        household as of 2024-06-01 expect no
        date       | role   | end
        2020-01-01 | father | 2022-01-01

        recorded too late
        household as of 2024-06-01 expect yes
        date       | role   | known_from
        2020-01-01 | father | 2024-06-01

        linked from the as-of day on
        household as of 2024-06-01 expect yes
        date       | role   | known_from
        2024-06-01 | father | 2024-05-01

        nobody supplied who lives with whom
        household not supplied as of 2024-06-01 expect unknown
    """,
)

ADULT_HISTORIES_NOT_SUPPLIED = Gap(
    name="adult_histories_not_supplied",
    when=~adult_events.of(household).any().is_known(),
    says="Histories of the adults around the child cannot be seen here.",
    closes_with="Ask the police, probation and adult services about each adult of the "
    "household.",
    because="Panel annual report 2023-24: other adults in the home overlooked in weak "
    "assessments, 62% of incidents.",
    examples="""
        no adult histories were supplied
        adult_events not supplied as of 2024-06-01 expect yes
        household

        supplied, and there is none
        adult_events as of 2024-06-01 expect no
        household
        date
        2020-01-01

        the feed ended before the day before
        adult_events to 2024-05-30 as of 2024-06-01 expect yes

        the feed ended the day before
        adult_events to 2024-05-31 as of 2024-06-01 expect no
    """,
)

DOMESTIC_ABUSE_NOT_SUPPLIED = Gap(
    name="domestic_abuse_not_supplied",
    when=~domestic_abuse_incidents.count(last=days(365)).is_known(),
    says="Police records of domestic abuse in the last year cannot be seen here.",
    closes_with="Ask the police for domestic abuse incidents at the child's address.",
    because="Panel annual report 2023-24: domestic abuse in 47% of reviews, poor "
    "sharing in 81%.",
    examples="""
        not supplied
        domestic_abuse_incidents not supplied as of 2024-06-01 expect yes

        the feed covers the year from its first day
        domestic_abuse_incidents from 2023-06-02 as of 2024-06-01 expect no

        the feed begins a day too late
        domestic_abuse_incidents from 2023-06-03 as of 2024-06-01 expect yes
    """,
)

SCHOOL_ATTENDANCE_NOT_KNOWN = Gap(
    name="school_attendance_not_known",
    when=(persons.age_years() >= 6)
    & (persons.age_years() <= 15)
    & (
        (attendance.count(last=days(365)) == 0)
        | ~attendance.count(last=days(365)).is_known()
    ),
    says="The child is of school age, and no attendance is known for the last year.",
    closes_with="Ask the education service whether the child is on a roll, and where.",
    because="Panel annual report 2022-23: 11% of school-age children not in school.",
    examples="""
        six years old and no term reported
        persons as of 2024-06-01 expect yes
        born
        2018-06-01
        attendance

        a term on the 365th day
        persons as of 2024-06-01 expect no
        born
        2018-06-01
        attendance
        date       | sessions_possible
        2023-06-02 | 120

        a term reported too late
        persons as of 2024-06-01 expect yes
        born
        2018-06-01
        attendance
        date       | known_from
        2024-05-24 | 2024-06-01

        no attendance feed
        persons as of 2024-06-01 expect yes
        born
        2018-01-01
        attendance not supplied

        too young for school
        persons as of 2024-06-01 expect no
        born
        2022-01-01
        attendance not supplied
    """,
)

RETURN_INTERVIEW_NOT_KNOWN = Gap(
    name="return_interview_not_known",
    when=missing_episodes.where(
        missing_episodes.end.is_known()
        & (
            ~missing_episodes.rhi_offered.is_known()
            | (missing_episodes.rhi_offered == "not_yet_obtained")
        )
    ).any(last=days(90)),
    says="After a missing episode in the last 90 days, nobody recorded whether a "
    "return interview was offered.",
    closes_with="Ask who was to offer it; record the answer either way.",
    because="Panel annual report 2023-24: missing episodes not analysed.",
    examples="""
        back on the 90th day, nothing recorded
        missing_episodes as of 2024-06-01 expect yes
        date       | end
        2024-03-03 | 2024-03-03

        not back yet
        missing_episodes as of 2024-06-01 expect no
        date       | end
        2024-05-31 |

        offered, but filled in too late
        missing_episodes as of 2024-06-01 expect yes
        date       | end        | rhi_offered | rhi_known_from
        2024-05-10 | 2024-05-11 | yes         | 2024-06-01

        recorded as not offered, or refused, is an answer
        missing_episodes as of 2024-06-01 expect no
        date       | end        | rhi_offered
        2024-05-10 | 2024-05-11 | no
        2024-05-12 | 2024-05-13 | refused
        2024-05-14 | 2024-05-15 | not_applicable

        not yet obtained is none
        missing_episodes as of 2024-06-01 expect yes
        date       | end        | rhi_offered
        2024-05-10 | 2024-05-11 | not_yet_obtained
    """,
)

ETHNICITY_NOT_RECORDED = Gap(
    name="ethnicity_not_recorded",
    when=persons.any() & ~persons.where(persons.ethnicity.is_known()).any(),
    says="The child's ethnicity is not recorded.",
    closes_with="Ask the family how they describe it; they may refuse, and that is "
    "recorded too.",
    because="Panel review of race and ethnicity, 2025. DfE 2024: not known for 3.0% of "
    "children in need, 9.9% of under-ones.",
    examples="""
        the cell is empty
        persons as of 2024-06-01 expect yes
        ethnicity | sex
                  | F

        refused is an answer
        persons as of 2024-06-01 expect no
        ethnicity
        REFU

        filled in too late
        persons as of 2024-06-01 expect yes
        ethnicity | known_from | known_until
                  | 2020-01-01 | 2024-06-01
        WBRI      | 2024-06-01 |
    """,
)

ETHNICITY_NOT_YET_OBTAINED = Gap(
    name="ethnicity_not_yet_obtained",
    when=persons.where(persons.ethnicity == "NOBT").any(),
    says="The child's ethnicity is recorded as not yet obtained.",
    closes_with="Ask the family how they describe it; they may refuse, and that is "
    "recorded too.",
    because="DfE code NOBT stands for a question nobody has asked yet; Panel review of "
    "race and ethnicity, 2025.",
    examples="""
        not yet obtained
        persons as of 2024-06-01 expect yes
        ethnicity
        NOBT

        refused is another matter
        persons as of 2024-06-01 expect no
        ethnicity
        REFU

        obtained since, but known too late
        persons as of 2024-06-01 expect yes
        ethnicity | known_from | known_until
        NOBT      | 2020-01-01 | 2024-06-01
        WBRI      | 2024-06-01 |
    """,
)

DISABILITY_NOT_RECORDED = Gap(
    name="disability_not_recorded",
    when=~disabilities.where(disabilities.code != "NOBT").any(),
    says="Nobody recorded whether the child has a disability.",
    closes_with="Ask, and record NONE where there is none.",
    because="Panel review of race and ethnicity, 2025: missing in 16 of 54 reports. "
    "DfE 2024: 2.5% to 34.2% between councils, which is recording.",
    examples="""
        no row at all
        disabilities as of 2024-06-01 expect yes

        recorded as none
        disabilities as of 2024-06-01 expect no
        code
        NONE

        refused is an answer
        disabilities as of 2024-06-01 expect no
        code
        REFU

        not yet obtained is none
        disabilities as of 2024-06-01 expect yes
        code
        NOBT

        recorded too late
        disabilities as of 2024-06-01 expect yes
        code | known_from
        HAND | 2024-06-01

        no table of disabilities was supplied
        disabilities not supplied as of 2024-06-01 expect unknown
    """,
)

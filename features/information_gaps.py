"""What nobody recorded, and what would close it. A gap says something about us."""

from riskaid.indicators import Gap, days, window
from riskaid.records.tables import (
    addresses,
    adult_events,
    attendance,
    cin_visits,
    contacts,
    cp_visits,
    disabilities,
    domestic_abuse_incidents,
    household,
    local_events,
    missing_episodes,
    persons,
    referrals,
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
    closes_with="Ask police, probation and adult services about each adult who lives "
    "there.",
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
    says="The child came back after going missing in the last 90 days. Nobody recorded "
    "whether a return interview was offered.",
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
    says="Nobody has written down whether the child is disabled.",
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

ETHNICITY_REFUSED = Gap(
    name="ethnicity_refused",
    when=persons.where(persons.ethnicity == "REFU").any(),
    says="The family chose not to say how they describe the child's ethnicity.",
    closes_with="Nothing needs closing. It is their choice, and no sign of anything; "
    "ask again only if they would like to.",
    because="DfE code REFU is an answer of its own; Panel review of race and "
    "ethnicity, 2025.",
    examples="""
        the family chose not to say
        persons as of 2024-06-01 expect yes
        ethnicity
        REFU

        not yet obtained is another matter
        persons as of 2024-06-01 expect no
        ethnicity
        NOBT

        known too late
        persons as of 2024-06-01 expect no
        ethnicity | known_from | known_until
        NOBT      | 2020-01-01 | 2024-06-01
        REFU      | 2024-06-01 |
    """,
)

BIRTH_NOT_RECORDED = Gap(
    name="birth_not_recorded",
    when=~persons.age_years().is_known(),
    says="Neither a date of birth nor an expected one is recorded.",
    closes_with="Ask the family or the hospital, and record it; an estimate helps too.",
    because="Panel annual report 2022-23: under-ones 36% of reviews. Without an age a "
    "baby cannot be told from a youth.",
    examples="""
        neither
        persons as of 2024-06-01 expect yes
        sex
        F

        expected
        persons as of 2024-06-01 expect no
        expected
        2024-09-01

        filled in too late
        persons as of 2024-06-01 expect yes
        born       | known_from | known_until
                   | 2020-01-01 | 2024-06-01
        2020-01-01 | 2024-06-01 |
    """,
)

HOUSEHOLD_LINKS_WEAK = Gap(
    name="household_links_weak",
    when=household.any() & ~household.where(household.strength == "strong").any(),
    says="Adults are linked to the child only by being in the same family at a "
    "contact; how they are related is not recorded.",
    closes_with="Draw who is who with the family, and record each adult's part.",
    because="Panel annual report 2023-24: other adults in the home overlooked in weak "
    "assessments, 62% of incidents.",
    examples="""
        one weak link
        household as of 2024-06-01 expect yes
        date       | strength
        2024-05-31 | weak

        a strong one too
        household as of 2024-06-01 expect no
        date       | strength
        2024-01-01 | weak
        2020-01-01 | strong

        the strong one was recorded too late
        household as of 2024-06-01 expect yes
        date       | strength | known_from
        2024-01-01 | weak     |
        2020-01-01 | strong   | 2024-06-01
    """,
)

HOUSEHOLD_NOT_CHECKED = Gap(
    name="household_not_checked",
    when=referrals.is_open()
    & ~(
        local_events.where(local_events.kind == "household_checked").days_since_last(
            last=days(180)
        )
        >= 1
    ).is_known(),
    says="A case is open. Nothing says that who lives with the child was checked in "
    "the last 180 days.",
    closes_with="Ask who lives there and who comes often, see for yourself, and note "
    "the day.",
    because="Panel annual report 2023-24: other adults in the home overlooked in weak "
    "assessments, 62% of incidents.",
    examples="""
        no local records
        referrals as of 2024-06-01 expect yes
        date
        2024-05-31
        local_events not supplied

        checked on the 180th day
        referrals as of 2024-06-01 expect no
        date
        2023-05-31
        local_events
        date       | kind
        2023-12-04 | household_checked

        noted too late
        referrals as of 2024-06-01 expect yes
        date
        2023-05-31
        local_events
        date       | kind              | known_from
        2024-05-04 | household_checked | 2024-06-01

        the case is closed
        referrals as of 2024-06-01 expect no
        date       | end
        2023-05-31 | 2024-05-31
    """,
)

CHILD_VOICE_NOT_RECORDED = Gap(
    name="child_voice_not_recorded",
    when=referrals.is_open()
    & ~(
        local_events.where(local_events.kind == "child_heard").days_since_last(
            last=days(180)
        )
        >= 1
    ).is_known(),
    says="A case is open. No words of the child, and no watching of a child too young "
    "to speak, are recorded in the last 180 days.",
    closes_with="Spend time with the child in a way that suits the child, and write "
    "down what was said or seen.",
    because="National review of Arthur and Star, 2022: the child's voice not heard. "
    "Panel review of race and ethnicity, 2025: not heard in 7 of 54 reports.",
    examples="""
        nothing recorded
        referrals as of 2024-06-01 expect yes
        date
        2024-05-31

        heard on the 180th day
        referrals as of 2024-06-01 expect no
        date
        2023-05-31
        local_events
        date       | kind        | code
        2023-12-04 | child_heard | words

        written up too late
        referrals as of 2024-06-01 expect yes
        date
        2023-05-31
        local_events
        date       | kind        | code  | known_from
        2024-05-04 | child_heard | words | 2024-06-01
    """,
)

CHILD_SEEN_NOT_RECORDED = Gap(
    name="child_seen_not_recorded",
    when=cin_visits.where(~cin_visits.child_seen.is_known()).any(last=days(90))
    | cp_visits.where(~cp_visits.child_seen.is_known()).any(last=days(90)),
    says="Of a visit in the last 90 days it is not recorded whether the child was "
    "seen.",
    closes_with="Ask whoever visited; record yes or no.",
    because="National review of Arthur and Star, 2022: the child's daily life not "
    "seen.",
    examples="""
        an empty cell, on the 90th day
        cin_visits as of 2024-06-01 expect yes
        date       | child_seen
        2024-03-03 |

        no is an answer
        cin_visits as of 2024-06-01 expect no
        date       | child_seen
        2024-04-03 | no
        cp_visits
        date       | child_seen
        2024-03-02 |

        corrected, but too late
        cp_visits as of 2024-06-01 expect yes
        date       | child_seen | known_from | known_until
        2024-04-03 |            | 2024-04-05 | 2024-06-01
        2024-04-03 | yes        | 2024-06-01 |
    """,
)

LANGUAGE_NEED_NOT_RECORDED = Gap(
    name="language_need_not_recorded",
    when=referrals.is_open()
    & ~(
        local_events.where(local_events.kind == "language_need").days_since_last() >= 1
    ).is_known(),
    says="A case is open. Nobody recorded whether the family would like an "
    "interpreter or another way to talk.",
    closes_with="Ask each member of the family, and record none where none is wanted.",
    because="Panel review of race and ethnicity, 2025: children not heard, and "
    "barriers to being heard, in 18 of 54 reports.",
    examples="""
        nothing recorded
        referrals as of 2024-06-01 expect yes
        date
        2024-05-31

        recorded as none, however long ago
        referrals as of 2024-06-01 expect no
        date
        2024-05-31
        local_events
        date       | kind          | code
        2019-01-01 | language_need | none

        recorded too late
        referrals as of 2024-06-01 expect yes
        date
        2024-05-20
        local_events
        date       | kind          | code | known_from
        2024-05-20 | language_need | none | 2024-06-01
    """,
)

REQUEST_NOT_ANSWERED = Gap(
    name="request_not_answered",
    when=referrals.is_open()
    & local_events.where(
        (local_events.kind == "information_request") & (local_events.code == "asked")
    ).any(last=days(90).before(window("answer_limit")))
    & ~local_events.where(
        (local_events.kind == "information_request") & (local_events.code == "answered")
    ).any(last=days(90)),
    says="Another agency was asked about the child more than {answer_limit} ago. No "
    "answer is recorded.",
    closes_with="Ring the agency; if it cannot answer, record why and who decides.",
    because="Panel annual report 2023-24: poor sharing in 81% of incidents, asked for "
    "and not given among it.",
    examples="""
        asked on the 15th day
        referrals as of 2024-06-01 expect yes
        date
        2024-03-31
        local_events
        date       | kind                | code
        2024-05-17 | information_request | asked

        on the 14th day there is still time
        referrals as of 2024-06-01 expect no
        date
        2024-03-31
        local_events
        date       | kind                | code
        2024-05-18 | information_request | asked

        the answer was recorded too late
        referrals as of 2024-06-01 expect yes
        date
        2024-03-31
        local_events
        date       | kind                | code     | known_from
        2024-05-01 | information_request | asked    |
        2024-05-10 | information_request | answered | 2024-06-01
    """,
)

EARLIER_HISTORY_NOT_HELD = Gap(
    name="earlier_history_not_held",
    when=(persons.age_years() >= 2) & (addresses.days_since_first() <= 365),
    says="The first address held began in the last year. What came before may be held "
    "by another council; that nothing is recorded here says nothing.",
    closes_with="Ask the family where they lived, and that council for what it holds.",
    because="Review of Isabella Jonas-Wheildon, 2025: what one council knew did not "
    "move with the child.",
    examples="""
        here since the 365th day
        persons as of 2024-06-01 expect yes
        born
        2018-01-01
        addresses
        date
        2023-06-02

        a day longer
        persons as of 2024-06-01 expect no
        born
        2018-01-01
        addresses
        date
        2023-06-01

        the older address was told of too late
        persons as of 2024-06-01 expect yes
        born
        2018-01-01
        addresses
        date       | known_from
        2019-01-01 | 2024-06-01
        2024-01-01 |

        no address at all
        persons as of 2024-06-01 expect unknown
        born
        2018-01-01
    """,
)

CONTACT_SOURCE_NOT_RECORDED = Gap(
    name="contact_source_not_recorded",
    when=contacts.where(~contacts.source_code.is_known()).any(last=days(365)),
    says="For a contact in the last year it is not recorded who made it.",
    closes_with="Look the contact up; record who made it, or that no name was given.",
    because="Panel annual report 2023-24: poor record keeping among the failings in "
    "81% of incidents.",
    examples="""
        an empty cell, on the 365th day
        contacts as of 2024-06-01 expect yes
        date       | source_code
        2023-06-02 |

        no name given is an answer
        contacts as of 2024-06-01 expect no
        date       | source_code
        2024-05-02 | 9
        2023-06-01 |

        corrected, but too late
        contacts as of 2024-06-01 expect yes
        date       | source_code | known_from | known_until
        2024-04-03 |             | 2024-04-05 | 2024-06-01
        2024-04-03 | 2A          | 2024-06-01 |
    """,
)

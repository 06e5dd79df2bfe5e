"""Before birth and in the first year."""

from riskaid.indicators import Gap, Indicator, Prompt, days, window
from riskaid.records.tables import (
    addresses,
    adult_events,
    assessments,
    domestic_abuse_incidents,
    household,
    housing_events,
    local_events,
    persons,
    referrals,
    s47_enquiries,
)

AGE_YEARS = Indicator(
    name="age_years",
    value=persons.age_years(),
    reads="The child's age in whole years, from the month of birth",
    unit="years",
    source="SSD pers_dob, pers_expected_dob",
    family="under_ones",
    more_means_more=None,
    not_a_sign_of="how much a child can look after itself",
    because="Panel annual report 2022-23: under-ones 36% and 11 to 15 year olds 21% of "
    "reviews.",
    examples="""
        the day before the birthday and no day sooner
        persons as of 2024-05-31 expect 3
        born
        2020-06-01

        the birthday itself
        persons as of 2024-06-01 expect 4
        born
        2020-06-01

        born on a leap day
        persons as of 2025-02-28 expect 0
        born
        2024-02-29

        not yet born, by the expected month
        persons as of 2024-06-01 expect -1
        expected
        2024-08-01

        nobody recorded when
        persons as of 2024-06-01 expect unknown
        sex
        F

        a correction that came too late does not count
        persons as of 2024-06-01 expect 4
        born       | known_from | known_until
        2020-01-01 | 2020-02-01 | 2024-06-01
        2010-01-01 | 2024-06-01 |
    """,
)

UNBORN_REFERRED_NOT_ASSESSED = Prompt(
    name="unborn_referred_not_assessed",
    when=(persons.age_years() == -1) & referrals.any() & (assessments.count() == 0),
    says="A child not yet born has been referred; no assessment is recorded.",
    asks="Will the assessment be done before the birth?",
    because="Panel, 2020: 198 reviews of babies in two years; pregnancy is a moment "
    "when families can be reached.",
    family="under_ones",
    examples="""
        referred the day before, not assessed
        persons as of 2024-06-01 expect yes
        expected
        2024-08-01
        referrals
        date
        2024-05-31

        born by now
        persons as of 2024-06-01 expect no
        born
        2024-05-01
        referrals
        date
        2024-04-01

        the referral was known too late
        persons as of 2024-06-01 expect no
        expected
        2024-08-01
        referrals
        date       | known_from
        2024-05-30 | 2024-06-01
    """,
)

UNBORN_OR_UNDER_ONE = Indicator(
    name="unborn_or_under_one",
    value=persons.age_years() <= 0,
    reads="Whether the child is not yet born or in the first year of life, from the "
    "month of birth",
    unit="yes or no",
    source="SSD pers_dob, pers_expected_dob",
    family="under_ones",
    more_means_more=None,
    role="display",
    not_a_sign_of="how a parent cares; a baby depends on others wholly",
    because="Panel annual report 2022-23: under-ones 36% of reviews.",
    examples="""
        the day before the first birthday
        persons as of 2024-05-31 expect yes
        born
        2023-06-01

        the first birthday
        persons as of 2024-06-01 expect no
        born
        2023-06-01

        not yet born
        persons as of 2024-06-01 expect yes
        expected
        2024-09-01

        a correction that came too late does not count
        persons as of 2024-06-01 expect yes
        born       | known_from | known_until
        2024-01-01 | 2024-02-01 | 2024-06-01
        2014-01-01 | 2024-06-01 |
    """,
)

CHANGES_AROUND_BABY_30D = Indicator(
    name="changes_around_baby_30d",
    value=(persons.age_years() <= 0).as_number()
    * (
        addresses.any(last=days(30)).as_number()
        + household.any(last=days(30)).as_number()
        + domestic_abuse_incidents.any(last=days(30)).as_number()
    ),
    reads="For a child not yet born or under one: how many kinds of change were "
    "recorded in the last 30 days (a new address, a new adult, domestic abuse); 0 for "
    "older children",
    unit="kinds of change",
    source="SSD ssd_address; links of household; police domestic abuse feed",
    family="under_ones",
    more_means_more=True,
    not_a_sign_of="how a parent cares; a change makes a good routine hard to keep",
    because="Panel, 2020: sudden deaths of babies came with a change of routine on top "
    "of a hard life.",
    examples="""
        moved on the 30th day, a new adult the day before
        persons as of 2024-06-01 expect 2
        born
        2024-01-01
        addresses
        date
        2024-05-02
        household
        date
        2024-05-31
        domestic_abuse_incidents

        a day too early, and told of too late
        persons as of 2024-06-01 expect 0
        born
        2024-01-01
        addresses
        date
        2024-05-01
        household
        date       | known_from
        2024-05-20 | 2024-06-01
        domestic_abuse_incidents

        two years old
        persons as of 2024-06-01 expect 0
        born
        2022-01-01
        addresses
        date
        2024-05-20
        household
        domestic_abuse_incidents

        no police feed
        persons as of 2024-06-01 expect unknown
        born
        2024-01-01
        addresses
        date
        2024-05-20
        household
        domestic_abuse_incidents not supplied
    """,
)

FATHER_OR_PARTNER_NEEDS_OF_BABY = Indicator(
    name="father_or_partner_needs_of_baby",
    value=(persons.age_years() <= 0).as_number()
    * adult_events.where(
        adult_events.kind.is_in(
            "domestic_abuse", "mental_health", "substance_misuse", "violence"
        )
    )
    .of(household.where(household.role.is_in("father", "mothers_partner")))
    .count_distinct(adult_events.kind),
    reads="For a child not yet born or under one: how many kinds of need or violence "
    "are recorded of the father or the mother's partner; 0 for older children",
    unit="kinds",
    source="Adult histories feed, through links of household",
    family="under_ones",
    more_means_more=True,
    not_a_sign_of="what he will do; few men are asked how they are",
    because="The Myth of Invisible Men, 2021: young men with needs of their own, alone "
    "with a crying baby, not asked and not helped.",
    examples="""
        two kinds of the father, however old; one kind twice
        persons as of 2024-06-01 expect 2
        born
        2024-01-01
        adult_events
        date       | kind
        2015-01-01 | violence
        2016-01-01 | violence
        2024-05-31 | mental_health
        household
        date       | role
        2024-01-01 | father

        of the mother it is another matter
        persons as of 2024-06-01 expect 0
        born
        2024-01-01
        adult_events
        date       | kind
        2015-01-01 | mental_health
        household
        date       | role
        2024-01-01 | mother

        shared too late
        persons as of 2024-06-01 expect 0
        born
        2024-01-01
        adult_events
        date       | kind     | known_from
        2015-01-01 | violence | 2024-06-01
        household
        date       | role
        2024-01-01 | father

        no adult histories were supplied
        persons as of 2024-06-01 expect unknown
        born
        2024-01-01
        adult_events not supplied
        household
        date       | role
        2024-01-01 | father
    """,
)

LATE_OR_CONCEALED_PREGNANCY = Indicator(
    name="late_or_concealed_pregnancy",
    value=local_events.where(
        (local_events.kind == "maternity")
        & local_events.code.is_in("concealed", "late_booking")
    ).days_since_first()
    >= 1,
    reads="Whether maternity services recorded that care in the pregnancy began late "
    "or that the pregnancy was kept hidden. Not known where nothing is held",
    unit="yes or not known",
    source="Local records of kind maternity",
    family="under_ones",
    more_means_more=True,
    role="display",
    not_a_sign_of="not wanting the child; fear, shame and control keep women away",
    because="National review of Baby M, terms of reference: hidden pregnancy and "
    "moves between areas.",
    examples="""
        booked late, the day before
        local_events as of 2024-06-01 expect yes
        date       | kind      | code
        2024-05-31 | maternity | late_booking

        booked in time is not known to be late
        local_events as of 2024-06-01 expect unknown
        date       | kind      | code
        2024-02-01 | maternity | booked

        told of too late
        local_events as of 2024-06-01 expect unknown
        date       | kind      | code      | known_from
        2024-05-01 | maternity | concealed | 2024-06-01
    """,
)

BORN_EARLY_OR_SMALL = Indicator(
    name="born_early_or_small",
    value=local_events.where(
        (local_events.kind == "birth_notice")
        & local_events.code.is_in("low_birthweight", "neonatal_care", "preterm")
    ).days_since_first()
    >= 1,
    reads="Whether health services told, with consent, that the baby was born early, "
    "was small, or needed care after birth. Not known where nothing is held",
    unit="yes or not known",
    source="Local records of kind birth_notice",
    family="under_ones",
    more_means_more=None,
    role="display",
    not_a_sign_of="anything a parent did",
    because="Pease and others, BMJ Open 2023: what went with sudden deaths of babies, "
    "being born early or small among it.",
    examples="""
        born early, however long ago
        local_events as of 2024-06-01 expect yes
        date       | kind         | code
        2023-08-01 | birth_notice | preterm

        told of on the as-of day
        local_events as of 2024-06-01 expect unknown
        date       | kind         | code    | known_from
        2024-05-20 | birth_notice | preterm | 2024-06-01

        no local records were supplied
        local_events not supplied as of 2024-06-01 expect unknown
    """,
)

BABY_ROUTINE_CHANGED = Prompt(
    name="baby_routine_changed",
    when=(persons.age_years() == 0)
    & (
        addresses.any(last=window("routine_change_window"))
        | household.any(last=window("routine_change_window"))
        | housing_events.any(last=window("routine_change_window"))
    ),
    says="A child under one has a new address, a new adult or a housing event in the "
    "last {routine_change_window}.",
    asks="Has somebody talked with the parents about where and how the baby sleeps "
    "now?",
    because="Panel, 2020: sudden deaths of babies came with a change of routine. "
    "Safer sleep advice belongs to all who visit.",
    family="under_ones",
    examples="""
        moved on the 30th day
        persons as of 2024-06-01 expect yes
        born
        2024-01-01
        addresses
        date
        2024-05-02

        a day too early
        persons as of 2024-06-01 expect no
        born
        2024-01-01
        addresses
        date
        2024-05-01

        a new adult, written down too late
        persons as of 2024-06-01 expect no
        born
        2024-01-01
        household
        date       | known_from
        2024-05-20 | 2024-06-01

        not known: no housing feed, and nothing else
        persons as of 2024-06-01 expect unknown
        born
        2024-01-01
        housing_events not supplied
    """,
)

BABY_INJURY_NO_ENQUIRY = Prompt(
    name="baby_injury_no_enquiry",
    when=(persons.age_years() == 0)
    & local_events.where(
        (local_events.kind == "health_notice") & (local_events.code == "injury")
    ).any(last=days(30))
    & (s47_enquiries.count(last=days(30)) == 0),
    says="Health told of an injury to a child under one in the last 30 days. No "
    "section 47 enquiry is recorded in that time.",
    asks="Has a doctor for children seen the baby, and have the agencies talked?",
    because="National review of Arthur and Star, 2022: a strategy discussion wherever "
    "serious harm is suspected.",
    family="under_ones",
    examples="""
        injured on the 30th day
        persons as of 2024-06-01 expect yes
        born
        2024-01-01
        local_events
        date       | kind          | code
        2024-05-02 | health_notice | injury

        an enquiry began
        persons as of 2024-06-01 expect no
        born
        2024-01-01
        local_events
        date       | kind          | code
        2024-05-20 | health_notice | injury
        s47_enquiries
        date
        2024-05-20

        told of too late
        persons as of 2024-06-01 expect no
        born
        2024-01-01
        local_events
        date       | kind          | code   | known_from
        2024-05-20 | health_notice | injury | 2024-06-01
    """,
)

UNBORN_EARLIER_CHILD_REMOVED = Prompt(
    name="unborn_earlier_child_removed",
    when=(persons.age_years() == -1)
    & adult_events.where(adult_events.kind == "previous_child_removed")
    .of(household)
    .any(),
    says="The child is not yet born. An earlier child of an adult here was removed.",
    asks="What has the parent been offered since, and what would help before the "
    "birth?",
    because="Panel, 2020: pregnancy is a moment when families can be reached. An "
    "earlier loss is a reason for help, and may be long past.",
    family="under_ones",
    examples="""
        however long ago
        persons as of 2024-06-01 expect yes
        expected
        2024-09-01
        adult_events
        date       | kind
        2012-01-01 | previous_child_removed
        household
        date       | role
        2024-05-31 | mother

        born by now
        persons as of 2024-06-01 expect no
        born
        2024-05-01
        adult_events
        date       | kind
        2012-01-01 | previous_child_removed
        household
        date       | role
        2024-05-31 | mother

        the link was written down too late
        persons as of 2024-06-01 expect no
        expected
        2024-09-01
        adult_events
        date       | kind
        2012-01-01 | previous_child_removed
        household
        date       | role   | known_from
        2024-05-01 | mother | 2024-06-01

        no adult histories were supplied
        persons as of 2024-06-01 expect unknown
        expected
        2024-09-01
        adult_events not supplied
        household
        date       | role
        2024-05-01 | mother
    """,
)

BABY_MALE_CARER_NOT_RECORDED = Gap(
    name="baby_male_carer_not_recorded",
    when=(persons.age_years() <= 0)
    & ~household.where(household.role.is_in("father", "mothers_partner")).any(),
    says="For a child not yet born or under one, neither a father nor a partner of "
    "the mother is recorded.",
    closes_with="Ask who is with the baby, by day and by night; meet him, and ask how "
    "he is.",
    because="The Myth of Invisible Men, 2021: men around babies were not known to "
    "services.",
    family="under_ones",
    examples="""
        only the mother is recorded
        persons as of 2024-06-01 expect yes
        born
        2024-01-01
        household
        date       | role
        2024-01-01 | mother

        a partner is recorded
        persons as of 2024-06-01 expect no
        born
        2024-01-01
        household
        date       | role
        2024-05-31 | mothers_partner

        recorded too late
        persons as of 2024-06-01 expect yes
        born
        2024-01-01
        household
        date       | role   | known_from
        2024-01-01 | father | 2024-06-01
    """,
)

MATERNITY_RECORDS_NOT_SUPPLIED = Gap(
    name="maternity_records_not_supplied",
    when=(persons.age_years() <= 0)
    & ~(
        local_events.where(
            local_events.kind.is_in("birth_notice", "maternity")
        ).days_since_last()
        >= 1
    ).is_known(),
    says="What midwives and the hospital know of this pregnancy or birth cannot be "
    "seen here.",
    closes_with="Ask the midwife or health visitor when care began and how mother and "
    "baby are.",
    because="National review of Baby M, terms of reference: hidden pregnancy and "
    "moves between areas.",
    family="under_ones",
    examples="""
        a baby, and no local records
        persons as of 2024-06-01 expect yes
        born
        2024-01-01
        local_events not supplied

        told of too late
        persons as of 2024-06-01 expect yes
        born
        2024-01-01
        local_events
        date       | kind         | known_from
        2024-01-10 | birth_notice | 2024-06-01

        the midwife told the day before
        persons as of 2024-06-01 expect no
        expected
        2024-09-01
        local_events
        date       | kind      | code
        2024-05-31 | maternity | booked
    """,
)

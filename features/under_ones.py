"""Before birth and in the first year."""

from riskaid.indicators import Indicator, Prompt
from riskaid.records.tables import (
    assessments,
    persons,
    referrals,
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

"""What services did. Shown to the reader; never weighed as if the child had done it."""

from riskaid.indicators import Indicator, Prompt, codelist, days, number, window
from riskaid.records.tables import (
    adult_events,
    assessments,
    cin_visits,
    contacts,
    cp_plans,
    cp_visits,
    disabilities,
    household,
    icpcs,
    involvements,
    local_events,
    placements,
    referrals,
    s47_enquiries,
)

WORKER_CHANGES_365D = Indicator(
    name="worker_changes_365d",
    value=involvements.count_distinct(involvements.worker_id, last=days(365)),
    reads="How many different workers the child had in the last year",
    unit="workers",
    source="SSD ssd_involvements",
    family="service_response",
    more_means_more=None,
    not_a_sign_of="anything the family did",
    role="display",
    because="Panel annual report 2023-24: turnover of staff stands in the way of "
    "relationships.",
    examples="""
        the 365th day counts; the same worker twice is one
        involvements as of 2024-06-01 expect 2
        date       | worker_id
        2023-06-01 | w0
        2023-06-02 | w1
        2024-01-01 | w2
        2024-05-01 | w1

        recorded too late
        involvements as of 2024-06-01 expect 0
        date       | worker_id | known_from
        2024-05-01 | w1        | 2024-06-01
    """,
)

VISITS_90D = Indicator(
    name="visits_90d",
    value=cin_visits.count(last=days(90)) + cp_visits.count(last=days(90)),
    reads="How many visits to the child were recorded in the last 90 days",
    unit="visits",
    source="SSD ssd_cin_visits, ssd_cp_visits",
    family="service_response",
    more_means_more=None,
    not_a_sign_of="anything the family did",
    role="display",
    because="National review of Arthur and Star, 2022: the child's daily life not "
    "seen.",
    examples="""
        visits of both kinds; the 90th day counts
        cin_visits as of 2024-06-01 expect 2
        date
        2024-03-02
        2024-03-03
        cp_visits
        date
        2024-05-31

        written up too late
        cin_visits as of 2024-06-01 expect 0
        date       | known_from
        2024-05-20 | 2024-06-01

        one of the two was not supplied
        cin_visits as of 2024-06-01 expect unknown
        date
        2024-05-20
        cp_visits not supplied
    """,
)

NOT_SEEN_ALONE_90D = Prompt(
    name="not_seen_alone_90d",
    when=(cin_visits.any(last=days(90)) | cp_visits.any(last=days(90)))
    & ~(
        cin_visits.where(cin_visits.seen_alone == "yes").any(last=days(90))
        | cp_visits.where(cp_visits.seen_alone == "yes").any(last=days(90))
    ),
    says="There were visits in the last 90 days, and none records that the child was "
    "seen alone.",
    asks="Who has heard or watched the child without the family there, in a way that "
    "suits the child's age?",
    because="National review of Arthur and Star, 2022: children not seen alone, their "
    "voice not heard.",
    family="service_response",
    examples="""
        visited on the 90th day, not seen alone
        cin_visits as of 2024-06-01 expect yes
        date       | child_seen | seen_alone
        2024-03-03 | yes        | no

        seen alone once
        cin_visits as of 2024-06-01 expect no
        date       | seen_alone
        2024-04-03 | no
        cp_visits
        date       | seen_alone
        2024-05-03 | yes

        written up too late
        cin_visits as of 2024-06-01 expect yes
        date       | seen_alone | known_from
        2024-04-03 | no         |
        2024-05-03 | yes        | 2024-06-01

        no visit at all is another matter
        cin_visits as of 2024-06-01 expect no
    """,
)

RE_REFERRALS_730D = Indicator(
    name="re_referrals_730d",
    value=referrals.sequence(referrals, within=days(365), last=days(730)),
    reads="How many referrals of the last two years were followed by another one "
    "within a year",
    unit="referrals",
    source="SSD ssd_cin_episodes",
    family="service_response",
    more_means_more=True,
    not_a_sign_of="anything the family did; the help before may not have lasted",
    because="DfE children in need census 2024: 22.4% referred again within a year, "
    "7.4% to 45.4% between councils.",
    examples="""
        from the 730th day on; followed on the 365th day, and not on the same day
        referrals as of 2024-06-01 expect 1
        date
        2022-06-01
        2022-06-02
        2023-06-02
        2023-06-02

        the second was entered too late
        referrals as of 2024-06-01 expect 0
        date       | known_from
        2024-01-01 |
        2024-05-31 | 2024-06-01

        followed a day later than a year
        referrals as of 2024-06-01 expect 0
        date
        2022-07-01
        2023-07-02

        no referrals were supplied
        referrals not supplied as of 2024-06-01 expect unknown
    """,
)

CONTACTS_CLOSED_THEN_BACK_365D = Indicator(
    name="contacts_closed_then_back_365d",
    value=contacts.where(contacts.no_further_action == "yes").sequence(
        contacts, within=days(90), last=days(365)
    ),
    reads="How many contacts of the last year were closed without action and followed "
    "by another within 90 days",
    unit="contacts",
    source="SSD ssd_contacts",
    family="service_response",
    more_means_more=True,
    not_a_sign_of="anything the family did; nobody may have helped yet",
    because="Troncoso, 2017: cases closed without action were referred again more "
    "often.",
    examples="""
        closed on the 365th day, back on the 90th after
        contacts as of 2024-06-01 expect 1
        date       | no_further_action
        2023-06-02 | yes
        2023-08-31 | no

        a day later than that
        contacts as of 2024-06-01 expect 0
        date       | no_further_action
        2023-06-02 | yes
        2023-09-01 | no

        how it was closed was filled in too late
        contacts as of 2024-06-01 expect 0
        date       | no_further_action | outcome_known_from
        2024-05-20 | yes               | 2024-06-01
        2024-05-25 | no                |
    """,
)

CONTACTS_CLOSED_FADING = Indicator(
    name="contacts_closed_fading",
    value=contacts.where(contacts.no_further_action == "yes").decayed(
        half_life=days(180)
    ),
    reads="Contacts that were closed without action, each worth half as much after "
    "every 180 days",
    unit="contacts, fading",
    source="SSD ssd_contacts",
    family="service_response",
    more_means_more=True,
    not_a_sign_of="anything the family did; councils close contacts for many reasons",
    because="Panel annual report 2023-24: cumulative harm not considered. Troncoso, "
    "2017: cases closed without action were referred again more often.",
    examples="""
        one 180 days ago is a half, one 360 days ago a quarter
        contacts as of 2024-06-01 expect 0.75
        date       | no_further_action
        2023-06-07 | yes
        2023-12-04 | yes
        2024-06-01 | yes

        how it was closed was filled in too late
        contacts as of 2024-06-01 expect 0
        date       | no_further_action | outcome_known_from
        2024-05-20 | yes               | 2024-06-01
    """,
)

PLAN_ENDED_THEN_REFERRED_180D = Indicator(
    name="plan_ended_then_referred_180d",
    value=cp_plans.open_at(days(180))
    & ~cp_plans.is_open()
    & referrals.any(last=days(90)),
    reads="Whether a child protection plan that was open 180 days ago has ended, and "
    "the child was referred in the last 90 days",
    unit="yes or no",
    source="SSD ssd_cp_plans, ssd_cin_episodes",
    family="service_response",
    more_means_more=True,
    not_a_sign_of="anything the family did; the plan may have ended too soon",
    because="Troncoso, 2017: cases stepped down were referred again more often.",
    examples="""
        open on the 180th day before, ended since; referred on the 90th day
        cp_plans as of 2024-06-01 expect yes
        date       | end
        2023-12-03 | 2024-02-01
        referrals
        date
        2024-03-03

        still open
        cp_plans as of 2024-06-01 expect no
        date       | end
        2023-11-01 |
        referrals
        date
        2024-05-03

        an end that was known too late reads as open
        cp_plans as of 2024-06-01 expect no
        date       | end        | end_known_from
        2023-11-01 | 2024-05-20 | 2024-06-01
        referrals
        date
        2024-05-30
    """,
)

VISITS_SEEN_ALONE_90D = Indicator(
    name="visits_seen_alone_90d",
    value=cin_visits.where(cin_visits.seen_alone == "yes").count(last=days(90))
    + cp_visits.where(cp_visits.seen_alone == "yes").count(last=days(90)),
    reads="How many visits of the last 90 days record that the child was seen alone",
    unit="visits",
    source="SSD ssd_cin_visits, ssd_cp_visits",
    family="service_response",
    more_means_more=None,
    role="display",
    not_a_sign_of="anything the family did",
    because="National review of Arthur and Star, 2022: children not seen alone, their "
    "voice not heard.",
    examples="""
        on the 90th day, and one of each kind
        cin_visits as of 2024-06-01 expect 2
        date       | seen_alone
        2024-03-02 | yes
        2024-03-03 | yes
        2024-04-01 | no
        cp_visits
        date       | seen_alone
        2024-05-31 | yes

        written up too late
        cin_visits as of 2024-06-01 expect 0
        date       | seen_alone | known_from
        2024-05-20 | yes        | 2024-06-01
    """,
)

VISITS_RISE_90D = Indicator(
    name="visits_rise_90d",
    value=cin_visits.rate_of_change(last=days(90))
    + cp_visits.rate_of_change(last=days(90)),
    reads="How many more visits were recorded in the last 90 days than in the 90 days "
    "before; below 0 where there were fewer",
    unit="visits",
    source="SSD ssd_cin_visits, ssd_cp_visits",
    family="service_response",
    more_means_more=None,
    role="display",
    not_a_sign_of="anything the family did",
    because="National review of Arthur and Star, 2022: the child's daily life not "
    "seen.",
    examples="""
        the 90th day is of the last 90, the 91st of those before
        cin_visits as of 2024-06-01 expect 1
        date
        2024-03-02
        2024-03-03
        cp_visits
        date
        2024-05-31

        fewer than before, as one was written up too late
        cin_visits as of 2024-06-01 expect -1
        date       | known_from
        2024-02-20 |
        2024-05-20 | 2024-06-01
    """,
)

HANDOVERS_365D = Indicator(
    name="handovers_365d",
    value=involvements.changes(involvements.worker_id, last=days(365)),
    reads="How many times the child's worker changed in the last year",
    unit="changes",
    source="SSD ssd_involvements",
    family="service_response",
    more_means_more=None,
    role="display",
    not_a_sign_of="anything the family did",
    because="Panel annual report 2023-24: turnover of staff stands in the way of "
    "relationships.",
    examples="""
        from one to another and back; the 365th day counts
        involvements as of 2024-06-01 expect 2
        date       | worker_id
        2023-06-01 | w0
        2023-06-02 | w1
        2024-01-01 | w2
        2024-05-01 | w1

        entered too late
        involvements as of 2024-06-01 expect 0
        date       | worker_id | known_from
        2024-01-01 | w1        |
        2024-05-20 | w2        | 2024-06-01
    """,
)

ENQUIRIES_CONFERENCE_LATE_365D = Indicator(
    name="enquiries_conference_late_365d",
    value=s47_enquiries.where(s47_enquiries.conference_decided == "yes").count(
        last=days(365).before(days(26))
    )
    - s47_enquiries.where(s47_enquiries.conference_decided == "yes").sequence(
        icpcs, within=days(26), same_day=True, last=days(365).before(days(26))
    ),
    reads="How many section 47 enquiries, begun 27 to 391 days ago and leading to a "
    "conference, had none within 26 days; 15 working days are never longer",
    unit="enquiries",
    source="SSD ssd_s47_enquiry, ssd_initial_cp_conference",
    family="service_response",
    more_means_more=None,
    role="display",
    not_a_sign_of="anything the family did",
    because="DfE children in need census 2024: 79.7% of conferences within 15 working "
    "days.",
    examples="""
        one in time on the 26th day, one a day late, one not yet due
        s47_enquiries as of 2024-06-01 expect 1
        date       | conference_decided
        2024-01-10 | yes
        2024-03-10 | yes
        2024-05-06 | yes
        icpcs
        date
        2024-02-05
        2024-04-06

        the conference was entered too late
        s47_enquiries as of 2024-06-01 expect 1
        date       | conference_decided
        2024-05-01 | yes
        icpcs
        date       | known_from
        2024-05-20 | 2024-06-01

        no conference was called for
        s47_enquiries as of 2024-06-01 expect 0
        date       | conference_decided
        2024-01-10 | no
    """,
)

ASSESSMENTS_LONG_OPEN = Indicator(
    name="assessments_long_open",
    value=assessments.where(~assessments.end.is_known()).count(
        last=days(365).before(days(73))
    ),
    reads="How many assessments begun 74 to 438 days ago have no end recorded; 45 "
    "working days and the time to record the end are never longer",
    unit="assessments",
    source="SSD ssd_cin_assessments",
    family="service_response",
    more_means_more=None,
    role="display",
    not_a_sign_of="anything the family did",
    because="DfE children in need census 2024: 84.5% of assessments within 45 working "
    "days.",
    examples="""
        on the 74th day; on the 73rd it may still be in time
        assessments as of 2024-06-01 expect 1
        date       | end
        2024-03-19 |
        2024-03-20 |
        2024-01-20 | 2024-02-20

        the end was entered too late
        assessments as of 2024-06-01 expect 1
        date       | end        | end_known_from
        2024-01-20 | 2024-05-20 | 2024-06-01

        no assessments were supplied
        assessments not supplied as of 2024-06-01 expect unknown
    """,
)

FAMILY_CONCERNS_CLOSED_180D = Indicator(
    name="family_concerns_closed_180d",
    value=contacts.where(
        contacts.source_code.is_in(codelist("family_and_public_sources"))
        & (contacts.no_further_action == "yes")
    ).count(last=days(180)),
    reads="How many contacts by family, neighbours or the child were closed without "
    "action in the last 180 days",
    unit="contacts",
    source="SSD ssd_contacts, sources 1A to 1D and 9",
    family="service_response",
    more_means_more=None,
    role="display",
    not_a_sign_of="bad faith of those who spoke up",
    because="National review of Arthur and Star, 2022: concerns of family members were "
    "not listened to.",
    examples="""
        on the 180th day; a school is no family
        contacts as of 2024-06-01 expect 1
        date       | source_code | no_further_action
        2023-12-03 | 1A          | yes
        2023-12-04 | 1A          | yes
        2024-04-04 | 2A          | yes
        2024-05-04 | 1B          | no

        how it was closed was filled in too late
        contacts as of 2024-06-01 expect 0
        date       | source_code | no_further_action | outcome_known_from
        2024-05-20 | 9           | yes               | 2024-06-01
    """,
)

REFERRAL_DECISION_LATE = Prompt(
    name="referral_decision_late",
    when=referrals.where(~referrals.no_further_action.is_known()).any(
        last=days(60).before(window("referral_decision_limit"))
    ),
    says="A referral came more than {referral_decision_limit} ago. No decision on it "
    "is recorded.",
    asks="What was decided, and has whoever referred been told?",
    because="Working Together: a decision within one working day.",
    family="service_response",
    examples="""
        on the sixth day, nothing decided
        referrals as of 2024-06-01 expect yes
        date       | no_further_action
        2024-05-26 |

        on the fifth day it may still be in time
        referrals as of 2024-06-01 expect no
        date       | no_further_action
        2024-05-27 |

        decided
        referrals as of 2024-06-01 expect no
        date       | no_further_action
        2024-05-20 | no

        the decision was entered too late
        referrals as of 2024-06-01 expect yes
        date       | no_further_action | decision_known_from
        2024-05-20 | no                | 2024-06-01
    """,
)

ASSESSMENT_OVERDUE = Prompt(
    name="assessment_overdue",
    when=assessments.where(~assessments.end.is_known()).any(
        last=days(365).before(window("assessment_limit"))
    ),
    says="An assessment began more than {assessment_limit} ago. No end is recorded.",
    asks="What holds it up, and what can be done for the child before it ends?",
    because="Working Together: 45 working days. DfE children in need census 2024: "
    "84.5% of assessments within them.",
    family="service_response",
    examples="""
        on the 74th day
        assessments as of 2024-06-01 expect yes
        date       | end
        2024-03-19 |

        on the 73rd it may still be in time
        assessments as of 2024-06-01 expect no
        date       | end
        2024-03-20 |

        the end was entered too late
        assessments as of 2024-06-01 expect yes
        date       | end        | end_known_from
        2024-01-20 | 2024-05-20 | 2024-06-01
    """,
)

CONFERENCE_OVERDUE = Prompt(
    name="conference_overdue",
    when=s47_enquiries.where(s47_enquiries.conference_decided == "yes").count(
        last=days(90).before(window("conference_limit"))
    )
    > s47_enquiries.where(s47_enquiries.conference_decided == "yes").sequence(
        icpcs,
        within=days(180),
        same_day=True,
        last=days(90).before(window("conference_limit")),
    ),
    says="A section 47 enquiry began more than {conference_limit} ago and is to lead "
    "to a conference. None is recorded since.",
    asks="When is the conference, and how is the child kept safe until then?",
    because="Working Together: 15 working days. DfE children in need census 2024: "
    "79.7% of conferences within them.",
    family="service_response",
    examples="""
        on the 32nd day, no conference
        s47_enquiries as of 2024-06-01 expect yes
        date       | conference_decided
        2024-04-30 | yes

        on the 31st it may still be in time
        s47_enquiries as of 2024-06-01 expect no
        date       | conference_decided
        2024-05-01 | yes

        held
        s47_enquiries as of 2024-06-01 expect no
        date       | conference_decided
        2024-04-20 | yes
        icpcs
        date
        2024-05-30

        the conference was entered too late
        s47_enquiries as of 2024-06-01 expect yes
        date       | conference_decided
        2024-04-20 | yes
        icpcs
        date       | known_from
        2024-05-20 | 2024-06-01

        no conferences were supplied
        s47_enquiries as of 2024-06-01 expect unknown
        date       | conference_decided
        2024-04-20 | yes
        icpcs not supplied
    """,
)

NEW_WORKER_NOT_VISITED = Prompt(
    name="new_worker_not_visited",
    when=involvements.where(involvements.worker_id.is_known()).any(
        last=days(14).before(window("first_visit_limit"))
    )
    & (
        involvements.where(involvements.worker_id.is_known()).sequence(
            cin_visits,
            within=days(30),
            same_day=True,
            last=days(14).before(window("first_visit_limit")),
        )
        == 0
    )
    & (
        involvements.where(involvements.worker_id.is_known()).sequence(
            cp_visits,
            within=days(30),
            same_day=True,
            last=days(14).before(window("first_visit_limit")),
        )
        == 0
    ),
    says="A worker was allocated more than {first_visit_limit} ago. No visit is "
    "recorded since.",
    asks="Has somebody tried to reach the family, and what came of it?",
    because="Review of Isabella Jonas-Wheildon, 2025: passed to the team on one day, "
    "first contact tried five days later. Its council now asks for one within a day.",
    family="service_response",
    examples="""
        allocated on the 11th day, not visited
        involvements as of 2024-06-01 expect yes
        date       | worker_id
        2024-05-21 | w1

        on the tenth day it may be on its way
        involvements as of 2024-06-01 expect no
        date       | worker_id
        2024-05-22 | w1

        visited the same day
        involvements as of 2024-06-01 expect no
        date       | worker_id
        2024-05-20 | w1
        cp_visits
        date
        2024-05-20

        the visit was written up too late
        involvements as of 2024-06-01 expect yes
        date       | worker_id
        2024-05-20 | w1
        cin_visits
        date       | known_from
        2024-05-22 | 2024-06-01

        visits of one kind were not supplied
        involvements as of 2024-06-01 expect unknown
        date       | worker_id
        2024-05-20 | w1
        cin_visits not supplied
    """,
)

NO_WORKER_ALLOCATED = Prompt(
    name="no_worker_allocated",
    when=referrals.is_open()
    & ~involvements.where(involvements.worker_id.is_known()).is_open(),
    says="A case is open, and no worker is recorded for the child now.",
    asks="Who is the one person the family can turn to?",
    because="Panel annual report 2023-24: a single lead worker; role confusion among "
    "the failings in 81% of incidents.",
    family="service_response",
    examples="""
        open since the day before, nobody allocated
        referrals as of 2024-06-01 expect yes
        date
        2024-05-31

        somebody is
        referrals as of 2024-06-01 expect no
        date
        2024-05-01
        involvements
        date       | worker_id
        2024-05-02 | w1

        the worker was entered too late
        referrals as of 2024-06-01 expect yes
        date
        2024-05-01
        involvements
        date       | worker_id | known_from
        2024-05-02 | w1        | 2024-06-01
    """,
)

WORKER_CHANGED_OFTEN = Prompt(
    name="worker_changed_often",
    when=involvements.count_distinct(involvements.worker_id, last=days(365))
    >= number("workers_many"),
    says="At least {workers_many} different workers were allocated to the child in "
    "the last year.",
    asks="Who could stay with this child from now on?",
    because="Panel annual report 2023-24: turnover of staff stands in the way of "
    "relationships.",
    family="service_response",
    examples="""
        the fourth was first, on the 365th day
        involvements as of 2024-06-01 expect yes
        date       | worker_id
        2023-06-02 | w1
        2024-01-01 | w2
        2024-02-01 | w3
        2024-05-01 | w4

        a day earlier
        involvements as of 2024-06-01 expect no
        date       | worker_id
        2023-06-01 | w1
        2024-01-01 | w2
        2024-02-01 | w3
        2024-05-01 | w4

        the fourth was entered too late
        involvements as of 2024-06-01 expect no
        date       | worker_id | known_from
        2023-06-02 | w1        |
        2024-01-01 | w2        |
        2024-02-01 | w3        |
        2024-05-20 | w4        | 2024-06-01
    """,
)

PLAN_NOT_VISITED = Prompt(
    name="plan_not_visited",
    when=cp_plans.is_open()
    & cp_plans.open_at(window("plan_visit_limit"))
    & (
        cp_visits.where(cp_visits.child_seen == "yes").count(
            last=window("plan_visit_limit")
        )
        == 0
    ),
    says="A child protection plan has been open for {plan_visit_limit} or longer. No "
    "visit that saw the child is recorded in that time.",
    asks="Who has seen the child, and where is it written down?",
    because="National review of Arthur and Star, 2022: the child's daily life not "
    "seen.",
    family="service_response",
    examples="""
        open then and now, last seen a day too early
        cp_plans as of 2024-06-01 expect yes
        date       | end
        2024-01-01 |
        cp_visits
        date       | child_seen
        2024-04-14 | yes
        2024-05-14 | no

        seen on the 47th day
        cp_plans as of 2024-06-01 expect no
        date       | end
        2024-01-01 |
        cp_visits
        date       | child_seen
        2024-04-15 | yes

        the visit was written up too late
        cp_plans as of 2024-06-01 expect yes
        date       | end
        2024-01-01 |
        cp_visits
        date       | child_seen | known_from
        2024-05-14 | yes        | 2024-06-01

        the plan is newer than that
        cp_plans as of 2024-06-01 expect no
        date       | end
        2024-05-01 |
    """,
)

NOT_SEEN_AT_ASSESSMENT = Prompt(
    name="not_seen_at_assessment",
    when=assessments.where(assessments.child_seen == "no").any(last=days(180)),
    says="An assessment that began in the last 180 days records that the child was "
    "not seen.",
    asks="Who can see the child now, and hear what daily life is like?",
    because="National review of Arthur and Star, 2022: the child's daily life not "
    "seen.",
    family="service_response",
    examples="""
        begun on the 180th day
        assessments as of 2024-06-01 expect yes
        date       | child_seen | end
        2023-12-04 | no         | 2024-01-10

        seen; and an empty cell is no answer
        assessments as of 2024-06-01 expect no
        date       | child_seen | end
        2024-01-04 | yes        | 2024-02-10
        2024-02-04 |            | 2024-03-10

        recorded too late
        assessments as of 2024-06-01 expect no
        date       | child_seen | end_known_from
        2024-04-04 | no         | 2024-06-01
    """,
)

CLOSED_CONTACTS_KEEP_COMING = Prompt(
    name="closed_contacts_keep_coming",
    when=contacts.where(contacts.no_further_action == "yes").count(last=days(180))
    >= number("closed_contacts_many"),
    says="At least {closed_contacts_many} contacts of the last 180 days were closed "
    "without action.",
    asks="Has somebody read them together, as one story?",
    because="Panel annual report 2023-24: cumulative harm not considered. Troncoso, "
    "2017: cases closed without action were referred again more often.",
    family="service_response",
    examples="""
        three, the first on the 180th day
        contacts as of 2024-06-01 expect yes
        date       | no_further_action
        2023-12-04 | yes
        2024-02-04 | yes
        2024-05-04 | yes

        one of them a day too early
        contacts as of 2024-06-01 expect no
        date       | no_further_action
        2023-12-03 | yes
        2024-02-04 | yes
        2024-05-04 | yes

        how the third was closed was filled in too late
        contacts as of 2024-06-01 expect no
        date       | no_further_action | outcome_known_from
        2024-01-04 | yes               |
        2024-02-04 | yes               |
        2024-05-24 | yes               | 2024-06-01
    """,
)

FAMILY_CONCERNS_CLOSED = Prompt(
    name="family_concerns_closed",
    when=contacts.where(
        contacts.source_code.is_in(codelist("family_and_public_sources"))
        & (contacts.no_further_action == "yes")
    ).count(last=days(180))
    >= number("family_concerns_many"),
    says="Family, neighbours or the child spoke up at least {family_concerns_many} "
    "times in 180 days. Each contact was closed without action.",
    asks="Has somebody gone back to those who spoke up, and heard them out?",
    because="National review of Arthur and Star, 2022: concerns of family members were "
    "not listened to.",
    family="service_response",
    examples="""
        twice, the first on the 180th day
        contacts as of 2024-06-01 expect yes
        date       | source_code | no_further_action
        2023-12-04 | 1A          | yes
        2024-05-04 | 9           | yes

        the second was taken further
        contacts as of 2024-06-01 expect no
        date       | source_code | no_further_action
        2023-12-04 | 1A          | yes
        2024-05-04 | 9           | no

        how the second was closed was filled in too late
        contacts as of 2024-06-01 expect no
        date       | source_code | no_further_action | outcome_known_from
        2024-01-04 | 1A          | yes               |
        2024-05-24 | 1A          | yes               | 2024-06-01
    """,
)

CONCERN_BACK_AFTER_PLAN = Prompt(
    name="concern_back_after_plan",
    when=cp_plans.open_at(days(180))
    & ~cp_plans.is_open()
    & contacts.any(last=days(30)),
    says="A child protection plan was open 180 days ago and has ended. A contact came "
    "in the last 30 days.",
    asks="Is it about the same worry, and what help went on after the plan?",
    because="Troncoso, 2017: cases stepped down were referred again more often.",
    family="service_response",
    examples="""
        ended, and a contact on the 30th day
        cp_plans as of 2024-06-01 expect yes
        date       | end
        2023-12-03 | 2024-04-01
        contacts
        date
        2024-05-02

        a plan is open
        cp_plans as of 2024-06-01 expect no
        date       | end
        2023-12-03 |
        contacts
        date
        2024-05-02

        the contact was written down too late
        cp_plans as of 2024-06-01 expect no
        date       | end
        2023-12-03 | 2024-04-01
        contacts
        date       | known_from
        2024-05-20 | 2024-06-01
    """,
)

SERIOUS_EVENT_NO_ENQUIRY = Prompt(
    name="serious_event_no_enquiry",
    when=adult_events.where(
        adult_events.kind.is_in("sexual_offence", "sexual_risk", "violence")
    )
    .of(household)
    .any(last=window("strategy_window"))
    & (s47_enquiries.count(last=window("strategy_window")) == 0),
    says="In the last {strategy_window} violence or a sexual offence by an adult of "
    "the household was recorded. No section 47 enquiry is recorded in that time.",
    asks="Has a strategy discussion been held?",
    because="National review of Arthur and Star, 2022: a strategy discussion wherever "
    "serious harm is suspected.",
    family="service_response",
    examples="""
        violence on the 14th day
        adult_events as of 2024-06-01 expect yes
        date       | kind
        2024-05-18 | violence
        household
        date
        2020-01-01

        an enquiry began
        adult_events as of 2024-06-01 expect no
        date       | kind
        2024-05-28 | violence
        household
        date
        2020-01-01
        s47_enquiries
        date
        2024-05-29

        told of too late
        adult_events as of 2024-06-01 expect no
        date       | kind           | known_from
        2024-05-28 | sexual_offence | 2024-06-01
        household
        date
        2020-01-01

        no adult histories were supplied
        adult_events not supplied as of 2024-06-01 expect unknown
        household
        date
        2020-01-01
    """,
)

MALICIOUS_WRITTEN = Prompt(
    name="malicious_written",
    when=referrals.any(last=days(365))
    & local_events.where(
        (local_events.kind == "referral_wording") & (local_events.code == "malicious")
    ).any(last=days(90)),
    says="The child was referred in the last year. "
    "In the last 90 days somebody wrote that a concern about the child was "
    "'malicious', or a word like it.",
    asks="Was whoever spoke up heard, the child seen, and did agencies and a manager "
    "agree?",
    because="National review of Arthur and Star, 2022: no referral is to be called "
    "malicious without those steps.",
    family="service_response",
    examples="""
        written on the 90th day
        local_events as of 2024-06-01 expect yes
        date       | kind             | code
        2024-03-03 | referral_wording | malicious
        referrals
        date
        2024-01-01

        a day earlier
        local_events as of 2024-06-01 expect no
        date       | kind             | code
        2024-03-02 | referral_wording | malicious
        referrals
        date
        2024-01-01

        found too late
        local_events as of 2024-06-01 expect no
        date       | kind             | code      | known_from
        2024-05-02 | referral_wording | malicious | 2024-06-01
        referrals
        date
        2024-01-01
    """,
)

CONFERENCE_NOT_QUORATE = Prompt(
    name="conference_not_quorate",
    when=(icpcs.any(last=days(90)) | cp_plans.is_open())
    & local_events.where(
        (local_events.kind == "conference") & (local_events.code == "not_quorate")
    ).any(last=days(90)),
    says="A conference of the last 90 days was held without enough agencies there.",
    asks="Who was not there, and what do they know that is not yet in the plan?",
    because="Panel annual report 2023-24: poor sharing and confusion of roles in 81% "
    "of incidents.",
    family="service_response",
    examples="""
        on the 90th day
        icpcs as of 2024-06-01 expect yes
        date
        2024-03-03
        local_events
        date       | kind       | code
        2024-03-03 | conference | not_quorate

        enough were there
        icpcs as of 2024-06-01 expect no
        date
        2024-03-03
        local_events
        date       | kind       | code
        2024-03-03 | conference | quorate

        recorded too late
        icpcs as of 2024-06-01 expect no
        date
        2024-05-03
        local_events
        date       | kind       | code        | known_from
        2024-05-03 | conference | not_quorate | 2024-06-01
    """,
)

DISAGREEMENT_NOT_SETTLED = Prompt(
    name="disagreement_not_settled",
    when=referrals.is_open()
    & local_events.where(
        (local_events.kind == "disagreement") & (local_events.code == "raised")
    ).any(last=days(90).before(window("disagreement_limit")))
    & ~local_events.where(
        (local_events.kind == "disagreement") & (local_events.code == "settled")
    ).any(last=days(90)),
    says="A case is open. A worker of one agency disagreed with a decision more than "
    "{disagreement_limit} ago. Nothing says that it was settled.",
    asks="Who takes it up from here, and by when?",
    because="National review of Arthur and Star, 2022: barriers to raising a "
    "disagreement higher.",
    family="service_response",
    examples="""
        raised on the 31st day
        local_events as of 2024-06-01 expect yes
        date       | kind         | code
        2024-05-01 | disagreement | raised
        referrals
        date
        2024-01-01

        on the 30th day there is still time
        local_events as of 2024-06-01 expect no
        date       | kind         | code
        2024-05-02 | disagreement | raised
        referrals
        date
        2024-01-01

        settled
        local_events as of 2024-06-01 expect no
        date       | kind         | code
        2024-04-01 | disagreement | raised
        2024-04-20 | disagreement | settled
        referrals
        date
        2024-01-01

        the settlement was recorded too late
        local_events as of 2024-06-01 expect yes
        date       | kind         | code    | known_from
        2024-04-01 | disagreement | raised  |
        2024-04-20 | disagreement | settled | 2024-06-01
        referrals
        date
        2024-01-01
    """,
)

DECIDED_BY_ONE_AGENCY = Prompt(
    name="decided_by_one_agency",
    when=(referrals.any(last=days(30)) | s47_enquiries.any(last=days(30)))
    & local_events.where(
        (local_events.kind == "decision") & (local_events.code == "one_agency")
    ).any(last=days(30)),
    says="In the last 30 days a decision on the child was made by one agency alone.",
    asks="What would police, health and school add?",
    because="National review of Arthur and Star, 2022: decisions made by children's "
    "social care alone.",
    family="service_response",
    examples="""
        on the 30th day
        referrals as of 2024-06-01 expect yes
        date
        2024-05-02
        local_events
        date       | kind     | code
        2024-05-02 | decision | one_agency

        two agencies decided
        referrals as of 2024-06-01 expect no
        date
        2024-05-02
        local_events
        date       | kind     | code
        2024-05-02 | decision | several_agencies

        recorded too late
        referrals as of 2024-06-01 expect no
        date
        2024-05-02
        local_events
        date       | kind     | code       | known_from
        2024-05-20 | decision | one_agency | 2024-06-01
    """,
)

ADVOCATE_NOT_OFFERED = Prompt(
    name="advocate_not_offered",
    when=placements.where(
        placements.placement_type.is_in("K1", "K2", "R1", "S1")
    ).is_open()
    & disabilities.where(disabilities.code != "NONE").any()
    & ~local_events.where(local_events.kind == "advocate").any(last=days(365)),
    says="The child lives in a home or residential school and has a disability "
    "recorded. Nothing says that an advocate was offered in the last year.",
    asks="Who speaks with the child for the child alone, and may come when asked?",
    because="Panel review of disabled children in residential settings, 2023: 2 of 108 "
    "had an independent advocate.",
    family="service_response",
    examples="""
        in a children's home, none offered
        placements as of 2024-06-01 expect yes
        date       | placement_type | end
        2024-05-31 | K2             |
        disabilities
        code
        LD

        offered on the 365th day
        placements as of 2024-06-01 expect no
        date       | placement_type | end
        2022-01-01 | K2             |
        disabilities
        code
        LD
        local_events
        date       | kind     | code
        2023-06-02 | advocate | offered

        the offer was recorded too late
        placements as of 2024-06-01 expect yes
        date       | placement_type | end
        2022-01-01 | K2             |
        disabilities
        code
        LD
        local_events
        date       | kind     | code    | known_from
        2024-05-02 | advocate | offered | 2024-06-01

        in a foster family
        placements as of 2024-06-01 expect no
        date       | placement_type | end
        2022-01-01 | U4             |
        disabilities
        code
        LD
    """,
)

CONTACTS_NOT_SUMMED_UP = Prompt(
    name="contacts_not_summed_up",
    when=(contacts.count(last=days(180)) >= number("contacts_to_sum_up"))
    & ~local_events.where(local_events.kind == "case_summary").any(last=days(180)),
    says="At least {contacts_to_sum_up} contacts came in 180 days. No summary or "
    "analysis is recorded in that time.",
    asks="What do they say when they are read together?",
    because="Community Care on Panel reviews, 2024-25: more and more information that "
    "nobody had analysed does not keep children safe.",
    family="service_response",
    examples="""
        four, the first on the 180th day
        contacts as of 2024-06-01 expect yes
        date
        2023-12-04
        2024-01-04
        2024-02-04
        2024-05-04

        summed up
        contacts as of 2024-06-01 expect no
        date
        2023-12-04
        2024-01-04
        2024-02-04
        2024-05-04
        local_events
        date       | kind
        2024-05-10 | case_summary

        the summary was recorded too late
        contacts as of 2024-06-01 expect yes
        date
        2023-12-04
        2024-01-04
        2024-02-04
        2024-05-04
        local_events
        date       | kind         | known_from
        2024-05-10 | case_summary | 2024-06-01

        no local records
        contacts as of 2024-06-01 expect unknown
        date
        2023-12-04
        2024-01-04
        2024-02-04
        2024-05-04
        local_events not supplied
    """,
)

SUPERVISION_NOT_RECORDED = Prompt(
    name="supervision_not_recorded",
    when=referrals.open_at(window("supervision_limit"))
    & referrals.is_open()
    & ~local_events.where(local_events.kind == "supervision").any(
        last=window("supervision_limit")
    ),
    says="A case has been open for {supervision_limit} or longer. No supervision of "
    "the worker about it is recorded in that time.",
    asks="When can worker and manager think this through together?",
    because="Panel annual report 2023-24: weak assessment of harm and weak decisions "
    "in 62% of incidents; supervision is where they are thought through.",
    family="service_response",
    examples="""
        open since the 61st day, none
        referrals as of 2024-06-01 expect yes
        date       | end
        2024-04-01 |

        open since the 60th day
        referrals as of 2024-06-01 expect no
        date       | end
        2024-04-02 |

        held on the 60th day
        referrals as of 2024-06-01 expect no
        date       | end
        2024-01-02 |
        local_events
        date       | kind
        2024-04-02 | supervision

        recorded too late
        referrals as of 2024-06-01 expect yes
        date       | end
        2024-01-02 |
        local_events
        date       | kind        | known_from
        2024-05-02 | supervision | 2024-06-01
    """,
)

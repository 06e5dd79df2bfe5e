"""Case tables about what children's services were told and did."""

from riskaid.language import CodeColumn, DateColumn, FlagColumn, NumberColumn, Table
from riskaid.records.lags import LAGS


class Contacts(Table):
    """Each contact about a child; not yet a referral.

    Recorded by the front door, usually the same day.
    Where it is wrong: what counts as a contact differs between councils; the source
    is a local id or missing (11c, 17); the outcome is broken JSON, a list of words
    or empty (17); rows reach back less far than referrals (11). It is not in the
    DfE's early feed, so it is filled worse than others; an Annex A holds some
    months, the returns none.
    """

    source_code = CodeColumn()
    no_further_action = FlagColumn(group="outcome")


class EarlyHelp(Table):
    """Episodes of early help, by reason and by why they ended.

    Recorded in a system of its own that not every council joins in.
    Where it is wrong: reasons are local words (7); ends are often missing; most
    partners' work never reaches it. An Annex A holds some months, the returns none.
    """

    reason = CodeColumn()
    end = DateColumn(group="end")
    end_reason = CodeColumn(group="end")


class Referrals(Table):
    """Each referral to children's social care; it opens an episode of need.

    Recorded by the front door within a day or two.
    The primary need is settled at the assessment, so it counts as known later.
    Where it is wrong: a second referral may be opened without closing the first
    (15); earlier ones lie before the window (11); the source is a local id in some
    systems (11c); some councils record nearly no referral as needing no further
    action, some half of them. A census holds those of its year and those still
    open, an Annex A those of some months; a change of system may leave a gap (25).
    """

    referral_id = CodeColumn()
    source_code = CodeColumn()
    primary_need = CodeColumn(group="need")
    no_further_action = FlagColumn(group="decision")
    end = DateColumn(group="end")
    close_reason = CodeColumn(group="end")


class Assessments(Table):
    """Child and family assessments, dated when they began.

    Recorded by the social worker; authorised up to 45 working days later.
    Where it is wrong: ids change overnight in some systems (6); some belong to a
    referral before the window (11); "child seen" may be filled by default. A census
    has no "child seen" and gives it new ids; an Annex A holds some months.
    """

    assessment_id = CodeColumn()
    referral_id = CodeColumn()
    end = DateColumn(group="end")
    child_seen = FlagColumn(group="end")


class AssessmentFactors(Table):
    """One row a factor identified at an assessment, dated when the assessment began.

    Known when the assessment is authorised, not before.
    Where it is wrong: a row exists only where something was found, so no row is not
    "nothing found"; 18A and 19A are retired, and 21 (none found) is filled in by
    some systems themselves (8); lists repeat (12) and are broken JSON; "other" runs
    from 0% to 89%. An Annex A holds no factors.
    """

    code = CodeColumn()


class CinPlans(Table):
    """Child in need plans from start to end.

    Where it is wrong: some stay open beside a child protection plan (15); keys have
    other names in some builds (28). A census joins plans of one episode without
    their reasons; an Annex A holds none.
    """

    end = DateColumn(group="end")


class CinVisits(Table):
    """Visits to children in need, and whether the child was seen, and seen alone.

    Where it is wrong: some systems know the child only through the plan (28), and
    visits of plans before the window lead nowhere (11); "seen alone" may be filled
    by default, and refused is neither yes nor no (16). A census holds none, an
    Annex A the latest.
    """

    child_seen = FlagColumn()
    seen_alone = FlagColumn()


class S47Enquiries(Table):
    """Section 47 enquiries, dated from the strategy discussion.

    Where it is wrong: some systems cut outcomes to one letter or a word (18); ids
    change overnight (6); some belong to a referral before the window (11). A census
    says only whether a conference was not required.
    """

    enquiry_id = CodeColumn()
    referral_id = CodeColumn()
    end = DateColumn(group="end")
    no_further_action = FlagColumn(group="end")
    conference_decided = FlagColumn(group="end")


class Icpcs(Table):
    """Initial child protection conferences, dated when held.

    A planned conference is known before its date. Transfer-in conferences are those for
    a child already on another council's plan.
    Where it is wrong: the link to the enquiry is often missing or leads out of the
    window (11), held and target dates are sometimes swapped, and the plan may start
    on another day (15). A census holds one a referral or enquiry; its outcome is
    not in it.
    """

    icpc_id = CodeColumn()
    enquiry_id = CodeColumn()
    referral_id = CodeColumn()
    target = DateColumn()
    transfer_in = FlagColumn()
    plan_made = FlagColumn(group="outcome")


class CpPlans(Table):
    """Child protection plans from start to end, with category of abuse.

    Where it is wrong: categories are words in some systems (7); earlier plans held
    by another council are known only if somebody entered them (19);
    `previous_plans_stated` is what a census says, and never agrees wholly with the
    plans held; earlier ones lie before the window (11); one may stay open beside a
    plan for a child in need (15). An Annex A holds those of some months.
    """

    plan_id = CodeColumn()
    initial_category = CodeColumn()
    latest_category = CodeColumn(group="end")
    end = DateColumn(group="end")
    previous_plans_stated = NumberColumn()
    other_authority = FlagColumn()


class CpVisits(Table):
    """Visits to children on a child protection plan.

    Where it is wrong: some visits belong to no plan, and some systems know the
    child only through it (28); "seen alone" may be filled by default. A census
    holds none, an Annex A the latest.
    """

    child_seen = FlagColumn()
    seen_alone = FlagColumn()


class Involvements(Table):
    """Which worker was allocated from when to when.

    Where it is wrong: role codes came in 2026, so the same role is a word before
    and a code after; not allocated is an empty worker; some systems know the child
    only through the referral (26); worker ids change with the system (25). No
    return and no Annex A holds the history.
    """

    worker_id = CodeColumn()
    role = CodeColumn()
    end = DateColumn(group="end")


contacts = Contacts(
    "contacts",
    kind="event",
    lag_days=LAGS["contacts"].days,
    group_lags=LAGS["contacts"].groups,
)
early_help = EarlyHelp(
    "early_help",
    kind="spell",
    lag_days=LAGS["early_help"].days,
    group_lags=LAGS["early_help"].groups,
)
referrals = Referrals(
    "referrals",
    kind="spell",
    lag_days=LAGS["referrals"].days,
    group_lags=LAGS["referrals"].groups,
)
assessments = Assessments(
    "assessments",
    kind="spell",
    lag_days=LAGS["assessments"].days,
    group_lags=LAGS["assessments"].groups,
)
assessment_factors = AssessmentFactors(
    "assessment_factors", kind="event", lag_days=LAGS["assessment_factors"].days
)
cin_plans = CinPlans(
    "cin_plans",
    kind="spell",
    lag_days=LAGS["cin_plans"].days,
    group_lags=LAGS["cin_plans"].groups,
)
cin_visits = CinVisits("cin_visits", kind="event", lag_days=LAGS["cin_visits"].days)
s47_enquiries = S47Enquiries(
    "s47_enquiries",
    kind="spell",
    lag_days=LAGS["s47_enquiries"].days,
    group_lags=LAGS["s47_enquiries"].groups,
)
icpcs = Icpcs(
    "icpcs", kind="event", lag_days=LAGS["icpcs"].days, group_lags=LAGS["icpcs"].groups
)
cp_plans = CpPlans(
    "cp_plans",
    kind="spell",
    lag_days=LAGS["cp_plans"].days,
    group_lags=LAGS["cp_plans"].groups,
)
cp_visits = CpVisits("cp_visits", kind="event", lag_days=LAGS["cp_visits"].days)
involvements = Involvements(
    "involvements",
    kind="spell",
    lag_days=LAGS["involvements"].days,
    group_lags=LAGS["involvements"].groups,
)

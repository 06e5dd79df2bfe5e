"""Where the fields of DfE's daily JSON go: object by object, case column by column.

Not used: postcodes and unaccompanied status (undated), adoption and care leavers (no
case table takes them), names and unique pupil numbers (never read).
"""

CHILD = "child"
EPISODES = "social_care_episodes"
ENQUIRIES = "section_47_assessments"
ASSESSMENTS = "child_and_family_assessments"
PLACEMENTS = "child_looked_after_placements"
SCORES = "sdq_assessments"

PERSON = {
    "born": "date_of_birth",
    "expected": "expected_date_of_birth",
    "sex": "sex",
    "ethnicity": "ethnicity",
}
REFERRAL = {
    "referral_id": "social_care_episode_id",
    "date": "referral_date",
    "source_code": "referral_source",
    "no_further_action": "referral_no_further_action_flag",
    "end": "closure_date",
    "close_reason": "closure_reason",
}
IN_EPISODE: dict[str, tuple[str, dict[str, str]]] = {
    "care_worker_details": (
        "involvements",
        {"worker_id": "worker_id", "date": "start_date", "end": "end_date"},
    ),
    ASSESSMENTS: (
        "assessments",
        {
            "assessment_id": "child_and_family_assessment_id",
            "date": "start_date",
            "end": "authorisation_date",
        },
    ),
    "child_in_need_plans": ("cin_plans", {"date": "start_date", "end": "end_date"}),
    ENQUIRIES: (
        "s47_enquiries",
        {
            "enquiry_id": "section_47_assessment_id",
            "date": "start_date",
            "end": "end_date",
            "conference_decided": "icpc_required_flag",
        },
    ),
    "child_protection_plans": (
        "cp_plans",
        {
            "plan_id": "child_protection_plan_id",
            "date": "start_date",
            "end": "end_date",
        },
    ),
    PLACEMENTS: (
        "placements",
        {
            "date": "start_date",
            "placement_type": "placement_type",
            "end": "end_date",
            "change_reason": "change_reason",
        },
    ),
}
EPISODE_OF_CARE = {
    "date": "start_date",
    "start_reason": "start_reason",
    "end": "end_date",
    "end_reason": "end_reason",
}
FROM_BLOCK = {
    "persons": CHILD,
    "disabilities": CHILD,
    "sdq_scores": SCORES,
    "referrals": EPISODES,
    "assessment_factors": ASSESSMENTS,
    "icpcs": ENQUIRIES,
    "cla_episodes": PLACEMENTS,
    **{table: block for block, (table, _) in IN_EPISODE.items()},
}
BESIDE = frozenset({"disabilities", "assessment_factors", "icpcs"})
"""Tables that an object feeds besides its own, and only where it says something."""
WITH_REFERRAL = frozenset({"assessments", "s47_enquiries", "icpcs"})

"""How the tables of the Standard Safeguarding Dataset become case tables.

Column names are those of SSD v1.4.5, with the names other builds use after a bar. No
name, address or free text is listed, so none is ever read into a case table.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class SsdTable:
    """One SSD table: the prefix of its columns and what they become.

    Attributes:
        prefix: The four letters its columns begin with.
        becomes: The case table, or "" where it is read for something else.
        columns: Case column -> SSD column, with other builds' names after a bar.
        through: Where a build leaves the person out (Mosaic): the column that leads to
            another SSD table, that table, its key and its person column.
    """

    prefix: str
    becomes: str
    columns: dict[str, str] = field(default_factory=dict)
    through: tuple[str, str, str, str] | None = None


SSD: dict[str, SsdTable] = {
    "ssd_person": SsdTable(
        "pers",
        "persons",
        {
            "person_id": "pers_person_id",
            "born": "pers_dob",
            "expected": "pers_expected_dob",
            "died": "pers_death_date",
            "sex": "pers_sex|pers_gender",
            "ethnicity": "pers_ethnicity",
        },
    ),
    "ssd_disability": SsdTable(
        "disa",
        "disabilities",
        {"person_id": "disa_person_id", "code": "disa_disability_code"},
    ),
    "ssd_address": SsdTable(
        "addr",
        "addresses",
        {
            "person_id": "addr_person_id",
            "date": "addr_address_start_date|addr_address_start",
            "outcode": "addr_address_postcode",
            "end": "addr_address_end_date|addr_address_end",
        },
    ),
    "ssd_mother": SsdTable(
        "moth",
        "household",
        {"person_id": "moth_childs_person_id", "adult_id": "moth_person_id"},
    ),
    "ssd_family": SsdTable(
        "fami", "", {"person_id": "fami_person_id", "group": "fami_family_id"}
    ),
    "ssd_contacts": SsdTable(
        "cont",
        "contacts",
        {
            "person_id": "cont_person_id",
            "date": "cont_contact_date|cont_contact_start",
            "source_code": "cont_contact_source_code|cont_contact_source",
            "no_further_action": "cont_contact_outcome_json",
        },
    ),
    "ssd_early_help_episodes": SsdTable(
        "earl",
        "early_help",
        {
            "person_id": "earl_person_id",
            "date": "earl_episode_start_date",
            "reason": "earl_episode_reason",
            "end": "earl_episode_end_date",
            "end_reason": "earl_episode_end_reason",
        },
    ),
    "ssd_cin_episodes": SsdTable(
        "cine",
        "referrals",
        {
            "referral_id": "cine_referral_id",
            "person_id": "cine_person_id",
            "date": "cine_referral_date",
            "source_code": "cine_referral_source_code|cine_referral_source",
            "primary_need": "cine_cin_primary_need_code|cine_cin_primary_need",
            "no_further_action": "cine_referral_nfa",
            "end": "cine_close_date",
            "close_reason": "cine_close_reason",
        },
    ),
    "ssd_cin_assessments": SsdTable(
        "cina",
        "assessments",
        {
            "assessment_id": "cina_assessment_id",
            "person_id": "cina_person_id",
            "referral_id": "cina_referral_id",
            "date": "cina_assessment_start_date",
            "end": "cina_assessment_auth_date",
            "child_seen": "cina_assessment_child_seen",
        },
    ),
    "ssd_assessment_factors": SsdTable(
        "cinf",
        "assessment_factors",
        {
            "assessment_id": "cinf_assessment_id",
            "factors": "cinf_assessment_factors_json|cinf_assessment_factors",
        },
    ),
    "ssd_cin_plans": SsdTable(
        "cinp",
        "cin_plans",
        {
            "person_id": "cinp_person_id",
            "date": "cinp_cin_plan_start_date|cinp_cin_plan_start",
            "end": "cinp_cin_plan_end_date|cinp_cin_plan_end",
        },
    ),
    "ssd_cin_visits": SsdTable(
        "cinv",
        "cin_visits",
        {
            "person_id": "cinv_person_id",
            "date": "cinv_cin_visit_date",
            "child_seen": "cinv_cin_visit_seen",
            "seen_alone": "cinv_cin_visit_seen_alone",
        },
        through=(
            "cinv_cin_plan_id",
            "ssd_cin_plans",
            "cinp_cin_plan_id|cin_plan_id",
            "cinp_person_id",
        ),
    ),
    "ssd_s47_enquiry": SsdTable(
        "s47e",
        "s47_enquiries",
        {
            "enquiry_id": "s47e_s47_enquiry_id",
            "person_id": "s47e_person_id",
            "referral_id": "s47e_referral_id",
            "date": "s47e_s47_start_date",
            "end": "s47e_s47_end_date",
            "no_further_action": "s47e_s47_nfa",
            "conference_decided": "s47e_s47_outcome_json",
        },
    ),
    "ssd_initial_cp_conference": SsdTable(
        "icpc",
        "icpcs",
        {
            "icpc_id": "icpc_icpc_id",
            "enquiry_id": "icpc_s47_enquiry_id",
            "person_id": "icpc_person_id",
            "referral_id": "icpc_referral_id",
            "date": "icpc_icpc_date",
            "target": "icpc_icpc_target_date",
            "transfer_in": "icpc_icpc_transfer_in",
            "plan_made": "icpc_icpc_outcome_cp_flag",
        },
    ),
    "ssd_cp_plans": SsdTable(
        "cppl",
        "cp_plans",
        {
            "plan_id": "cppl_cp_plan_id",
            "person_id": "cppl_person_id",
            "date": "cppl_cp_plan_start_date",
            "end": "cppl_cp_plan_end_date",
            "initial_category": "cppl_cp_plan_initial_category",
            "latest_category": "cppl_cp_plan_latest_category",
            "other_authority": "cppl_cp_plan_ola",
        },
    ),
    "ssd_cp_visits": SsdTable(
        "cppv",
        "cp_visits",
        {
            "person_id": "cppv_person_id",
            "date": "cppv_cp_visit_date",
            "child_seen": "cppv_cp_visit_seen",
            "seen_alone": "cppv_cp_visit_seen_alone",
        },
        through=(
            "cppv_cp_plan_id",
            "ssd_cp_plans",
            "cppl_cp_plan_id",
            "cppl_person_id",
        ),
    ),
    "ssd_cla_episodes": SsdTable(
        "clae",
        "cla_episodes",
        {
            "period_id": "clae_cla_id",
            "person_id": "clae_person_id",
            "date": "clae_cla_episode_start_date|clae_cla_episode_start",
            "start_reason": "clae_cla_episode_start_reason",
            "need": "clae_cla_primary_need_code|clae_cla_primary_need",
            "end": "clae_cla_episode_ceased_date|clae_cla_episode_ceased",
            "end_reason": "clae_cla_episode_ceased_reason"
            "|clae_cla_episode_cease_reason",
        },
    ),
    "ssd_cla_placement": SsdTable(
        "clap",
        "placements",
        {
            "person_id": "clap_person_id",
            "date": "clap_cla_placement_start_date",
            "placement_type": "clap_cla_placement_type",
            "provider": "clap_cla_placement_provider",
            "distance_miles": "clap_cla_placement_distance",
            "end": "clap_cla_placement_end_date",
            "change_reason": "clap_cla_placement_change_reason",
        },
        through=("clap_cla_id", "ssd_cla_episodes", "clae_cla_id", "clae_person_id"),
    ),
    "ssd_legal_status": SsdTable(
        "lega",
        "legal_statuses",
        {
            "person_id": "lega_person_id",
            "date": "lega_legal_status_start_date|lega_legal_status_start",
            "legal_status": "lega_legal_status",
            "end": "lega_legal_status_end_date|lega_legal_status_end",
        },
    ),
    "ssd_missing": SsdTable(
        "miss",
        "missing_episodes",
        {
            "person_id": "miss_person_id",
            "date": "miss_missing_episode_start_date|miss_missing_episode_start",
            "episode_type": "miss_missing_episode_type",
            "end": "miss_missing_episode_end_date|miss_missing_episode_end",
            "rhi_offered": "miss_missing_rhi_offered",
            "rhi_accepted": "miss_missing_rhi_accepted",
        },
    ),
    "ssd_sdq_scores": SsdTable(
        "csdq",
        "sdq_scores",
        {
            "person_id": "csdq_person_id",
            "date": "csdq_sdq_completed_date",
            "score": "csdq_sdq_score",
        },
    ),
    "ssd_involvements": SsdTable(
        "invo",
        "involvements",
        {
            "worker_id": "invo_professional_id",
            "person_id": "invo_person_id",
            "role": "invo_professional_role_id|invo_professional_role",
            "date": "invo_involvement_start_date",
            "end": "invo_involvement_end_date",
        },
        through=(
            "invo_referral_id",
            "ssd_cin_episodes",
            "cine_referral_id",
            "cine_person_id",
        ),
    ),
}

NOT_USED = {
    "immi": "ssd_immigration_status",
    "cppr": "ssd_cp_reviews",
    "clac": "ssd_cla_convictions",
    "clah": "ssd_cla_health",
    "clai": "ssd_cla_immunisations",
    "clas": "ssd_cla_substance_misuse",
    "clar": "ssd_cla_reviews",
    "clav": "ssd_cla_visits",
    "lapp": "ssd_cla_previous_permanence",
    "lacp": "ssd_cla_care_plan",
    "clea": "ssd_care_leavers",
    "perm": "ssd_permanence",
    "prof": "ssd_professionals",
    "dept": "ssd_department",
    "send": "ssd_send",
    "senn": "ssd_sen_need",
    "ehcr": "ssd_ehcp_requests",
    "ehca": "ssd_ehcp_assessment",
    "ehcn": "ssd_ehcp_named_plan",
    "ehcp": "ssd_ehcp_active_plans",
    "prep": "ssd_pre_proceedings",
    "voch": "ssd_voice_of_child",
    "link": "ssd_linked_identifiers",
    "s251": "ssd_s251_finance",
}
"""SSD tables known by their prefix that no case table takes."""

WHY_NOT_USED = {
    "ssd_immigration_status": "immigration status is never used",
    "ssd_cp_reviews": "no indicator reads reviews of plans",
    "ssd_cla_convictions": "a child's convictions are not read as a sign",
    "ssd_cla_health": "health assessments of looked-after children only",
    "ssd_cla_immunisations": "immunisations of looked-after children only",
    "ssd_cla_substance_misuse": "the factors of assessments say it of every child",
    "ssd_cla_reviews": "no indicator reads reviews of care",
    "ssd_cla_visits": "visits of looked-after children only",
    "ssd_cla_previous_permanence": "its dates are known in part only",
    "ssd_cla_care_plan": "plans of care are not read as a sign",
    "ssd_care_leavers": "it is about adults who left care",
    "ssd_permanence": "the end of an episode of care says that a child was adopted",
    "ssd_professionals": "names of workers never enter; their ids are in involvements",
    "ssd_department": "teams are not compared",
    "ssd_send": "special educational needs are no sign of harm",
    "ssd_sen_need": "special educational needs are no sign of harm",
    "ssd_ehcp_requests": "special educational needs are no sign of harm",
    "ssd_ehcp_assessment": "special educational needs are no sign of harm",
    "ssd_ehcp_named_plan": "special educational needs are no sign of harm",
    "ssd_ehcp_active_plans": "special educational needs are no sign of harm",
    "ssd_pre_proceedings": "no case table takes court proceedings yet",
    "ssd_voice_of_child": "what children said is never stored",
    "ssd_linked_identifiers": "numbers that say who somebody is never enter",
    "ssd_s251_finance": "costs are not read as a sign",
    "ssd_api_data_staging": "the same again as JSON: ingest it by itself",
    "ssd_cohort": "whom the other tables are about",
    "ssd_dim_date": "a calendar",
    "ssd_pre_cla_care_plan": "the care plan before it was split into codes",
    "ssd_version_log": "which version of the SSD this is",
}
"""Why; also of tables whose columns have no prefix and that are known by name only."""


def why_not_used(table: str | None, file: str) -> str:
    """Why a file of an SSD becomes no case table.

    Args:
        table: The SSD table its columns say it is, or None.
        file: Its name, which is looked at where the columns say nothing.
    """
    stem = file.lower().split(".")[0]
    name = table if table is not None or stem not in WHY_NOT_USED else stem
    if name is None:
        return "not used (no SSD columns)."
    return f"not used ({name}): {WHY_NOT_USED[name]}."

"""A made-up run with everything a card says, and a real audit of its estimates."""

from datetime import date
from pathlib import Path

import polars as pl

from riskaid.fairness.audit import audit, write_audit
from riskaid.fairness.policy import load_policy
from riskaid.fairness.scores import read_scores
from riskaid.files import write_json, write_text
from riskaid.release.inputs import plan_digest

RUNGS = ("checklist", "scorecard", "booster")
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"></svg>\n'


def measured(value: float | None) -> dict:
    if value is None:
        return dict.fromkeys(("value", "low90", "high90", "low95", "high95"))
    return {
        "value": value,
        "low90": value - 0.04,
        "high90": value + 0.04,
        "low95": value - 0.05,
        "high95": value + 0.05,
    }


def metrics(auc: float | None) -> dict:
    return {
        "auc": measured(auc),
        "average_precision": measured(0.31),
        "base_rate": measured(0.197),
        "brier": measured(0.14),
        "brier_skill": measured(0.06),
        "calibration_intercept": measured(-0.001),
        "calibration_slope": measured(0.97),
        "lift_at_capacity": measured(1.9),
        "precision_at_capacity": measured(0.36),
        "recall_at_capacity": measured(0.38),
    }


def explanation() -> dict:
    point = {"low_quarter": 0.0, "high_quarter": 2.0, "children": 31}
    check = {"rows": 100, "rows_of_parts": 6, "checked": 1, "breaks": []}
    return {
        "rung": "scorecard",
        "unit": "points",
        "rows": 1180,
        "children": 930,
        "fewest_children": 10,
        "indicators": [
            {
                "indicator": "missing_90d",
                "family": "missing",
                "size": 1.14,
                "share": 0.61,
                "lowest": 0.0,
                "highest": 3.0,
            },
            {
                "indicator": "moves_12m",
                "family": "mobility",
                "size": 0.02,
                "share": 0.39,
                "lowest": None,
                "highest": None,
            },
        ],
        "dependence": [
            {
                "indicator": "missing_90d",
                "points": [
                    {"value": 0.0, "contribution": 0.0, **point},
                    {"value": 2.4, "contribution": 3.0, **point},
                ],
                "not_known": {"contribution": 0.5, **point},
            },
            {"indicator": "moves_12m", "points": [], "not_known": None},
        ],
        "monotone": dict.fromkeys(RUNGS, check),
        "interactions": {"rows": 0, "share": 0.0, "pairs": []},
    }


def worth() -> dict:
    rules = ("estimate", "checklist", "oldest_first", "review_all", "gain")
    return {
        "explanation": explanation(),
        "net_benefit": [
            {"cut": 0.02, "state": "not_estimable"},
            {
                "cut": 0.2,
                "state": "estimable",
                "reviewed": 0.31,
                "net_benefit": {
                    r: measured(0.061 - 0.02 * i) for i, r in enumerate(rules)
                },
            },
        ],
        "oldest_first": {
            "recall_at_capacity": measured(0.21),
            "precision_at_capacity": measured(0.2),
        },
        "reviews_a_week": {
            "weeks": 51,
            "rows": measured(42.0),
            "reviews": measured(8.4),
            "quiet_week": 5.2,
            "busy_week": 12.9,
        },
        "apart": {
            "source": [
                {"group": "housing", "state": "not_estimable"},
                {
                    "group": "police",
                    "state": "estimable",
                    "rows": None,
                    "mean_estimate": 0.19,
                    "metrics": metrics(0.64),
                },
            ],
            "period": [],
        },
        "learning_curve": [
            {
                "share": share,
                "rows": rows,
                "auc": {rung: measured(0.6 + share / 10) for rung in RUNGS},
            }
            for share, rows in ((0.5, 700), (1.0, 1400))
        ],
        "withheld": {
            "any": 0.031,
            "coverage": 0.02,
            "reassures": 0.01,
            "distance": 0.004,
        },
        "stability": {
            "refits": 5,
            "rows": 240,
            "reasons_kept": {"mean": 0.84, "least": 0.77},
            "indicators": [
                {
                    "indicator": "missing_90d",
                    "share": 0.4,
                    "least": 0.31,
                    "most": 0.47,
                    "among_top": 4,
                }
            ],
        },
    }


def evaluation() -> dict:
    curve = [
        {
            "rows": rows,
            "estimate": at,
            "observed": at + 0.01,
            "low95": max(0.0, at - 0.04),
            "high95": at + 0.05,
        }
        for at, rows in ((0.05, 80), (0.2, 83), (0.41, 3))
    ]
    recall = [{"share": s, "recall": s**0.5} for s in (0.02, 0.1, 0.5)]
    return {
        "capacity": 0.2,
        "rungs": {
            rung: {
                "metrics": metrics(auc),
                "random_split_auc": auc + 0.06,
                "brier_parts": {
                    "reliability": measured(0.004),
                    "resolution": measured(0.012),
                    "uncertainty": measured(0.158),
                    "within_groups": measured(0.001),
                },
                "calibration_curve": curve,
                "recall_curve": recall,
            }
            for rung, auc in zip(RUNGS, (0.66, 0.7, 0.705), strict=True)
        },
        "age_bands": [
            {"age_band": "unborn", "state": "not_estimable"},
            {
                "age_band": "5 to 9",
                "state": "estimable",
                "rows": 214,
                "mean_estimate": 0.2,
                "metrics": metrics(0.68),
            },
        ],
        **worth(),
        "importance": [
            {"family": "missing", "share": 0.61, "low95": 0.55, "high95": 0.66},
            {"family": "domestic_abuse", "share": 0.39},
        ],
        "suspects": [],
        "plots": [
            {"file": f"{name}.svg", "title": name, "alt": f"A picture of {name}: 1; 2."}
            for name in (
                *("calibration", "recall", "importance", "scorecard"),
                *("net_benefit", "apart", "learning_curve"),
                *("beeswarm", "dependence", "interactions"),
            )
        ],
    }


def plan() -> dict:
    def indicator(name: str, reads: str, *, more: bool | None) -> dict:
        return {
            "name": name,
            "value": {},
            "reads": reads,
            "unit": "episodes",
            "source": "SSD ssd_missing",
            "family": "missing",
            "more_means_more": more,
            "role": "predictor",
            "not_a_sign_of": "choice or blame",
            "because": "a reason",
        }

    return {
        "indicators": [
            indicator(
                "missing_90d", "Times reported missing in the last 90 days", more=True
            ),
            indicator("moves_12m", "Changes of address <in> 12 months", more=None),
        ],
        "prompts": [],
        "gaps": [
            {
                "name": "father_not_recorded",
                "when": {},
                "says": "No father is recorded.",
                "closes_with": "Ask, and record the answer.",
                "because": "a reason",
                "family": "information_gaps",
            }
        ],
    }


def run_facts(*, mark: str | None) -> dict:
    found = evaluation()["rungs"]
    return {
        "format": "riskaid-run",
        "version": 1,
        "experiment": {
            "experiment": {
                "name": "made_up_12m",
                "title": "A made-up conference within 12 months of a referral",
                "question": "Which signs already recorded\ngo with a conference?",
                "bias_statement": "A conference is a decision of services. " * 4,
                "not_for": ["Ranking children or families.", "saying a child is safe"],
            },
            "cohort": {
                "says": "Each referral of a child",
                "table": "referrals",
                "exclude": [{"says": "Already on a plan", "table": "cp_plans"}],
            },
            "outcome": {
                "name": "made_up_12m",
                "says": "a made-up conference within 12 months",
                "table": "icpcs",
                "gap_days": 0,
                "within_days": 365,
                "lag_days": 30,
            },
        },
        "seed": 1,
        "mark": mark,
        "extract_date": "2026-03-31",
        "digests": {
            "store": "5" * 64,
            "plan": plan_digest(plan()),
            "experiment": "6" * 64,
        },
        "known_from": {
            "referrals": {"recorded": 0.0, "first_seen": 0.25, "declared_lag": 0.75}
        },
        "coverage": {
            "referrals": {"from": "2018-04-01", "to": "2026-03-31"},
            "icpcs": {
                "from": "2018-04-01",
                "to": "2026-03-31",
                "absent": ["transfer_in"],
            },
        },
        "cohort": {
            "records": 4321,
            "undated": 3,
            "outside_dates": 0,
            "excluded_1_cp_plans": 212,
            "rows": 4106,
            "censored": 600,
            "not_eligible": 0,
            "dropped_by_family_guard": 41,
            "kept": 3465,
        },
        "folds": {
            fold: {
                "rows": 1155,
                "families": 900,
                "persons": 1100,
                "first": "2021-04-01",
                "last": "2022-03-31",
                "base_rate": 0.1974,
                "base_rate_before_family_guard": 0.2,
            }
            for fold in ("train", "calibrate", "test")
        },
        "left_out": {"moves_12m": "not known too often"},
        "chosen": "scorecard",
        "proposed": {
            "chosen": "scorecard",
            "simplest": "scorecard",
            "because": "The scorecard is the simplest within one standard error.",
            "auc": {"checklist": 0.66, "scorecard": 0.7, "booster": 0.705},
            "standard_error": 0.01,
        },
        "recommendation": "recommended",
        "why": ["Every criterion written beforehand is met."],
        "metrics": {
            rung: {
                **found[rung]["metrics"],
                "random_split_auc": found[rung]["random_split_auc"],
            }
            for rung in RUNGS
        },
        "libraries": {"python": "3.11.2"},
    }


def make_full_run(
    folder: Path, scores: pl.DataFrame, *, mark: str | None = "synthetic", **changed
) -> Path:
    write_json(folder / "run.json", {**run_facts(mark=mark), **changed})
    write_json(folder / "evaluation.json", evaluation())
    write_json(folder / "plan.json", plan())
    write_text(folder / "experiment.toml", '[experiment]\nname = "made_up_12m"\n')
    scores.write_parquet(folder / "estimates.parquet")
    line = {"indicator": "missing_90d", "side": "at_least", "cut": 2.0, "points": 3}
    write_json(
        folder / "models" / "scorecard.json",
        {"rung": "scorecard", "names": ["missing_90d"], "lines": [line]},
    )
    write_json(folder / "calibration" / "scorecard.json", {})
    for one in evaluation()["plots"]:
        write_text(folder / "plots" / one["file"], SVG)
    return folder


def make_real_audit(folder: Path, run: Path, policy: Path) -> Path:
    rules = load_policy(policy, today=date(2026, 11, 22))
    write_audit(audit(read_scores(run / "estimates.parquet", rules), rules), folder)
    return folder

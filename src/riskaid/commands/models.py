"""Commands about models: train, audit, card."""

from pathlib import Path
from typing import Annotated, Any

import typer

from riskaid import shipped
from riskaid.commands.audit_plan import (
    BaseRate,
    DesignEffect,
    PlanOnly,
    Recall,
    print_plan,
)
from riskaid.commands.decisions import decisions_in
from riskaid.commands.logged_rows import MlflowRun, rows_to_audit
from riskaid.commands.pool_options import Council, Outcome, PoolOut, pool_asked
from riskaid.commands.runs import MlflowUri, saying_how_to_go_on
from riskaid.commands.runs import replay as build_again
from riskaid.commands.terminal import (
    BoardDecisions,
    Features,
    Json,
    Out,
    Policy,
    Seed,
    ended_in_order,
    need,
    progress_bars,
    say,
    today,
)
from riskaid.errors import (
    GateRefused,
    InsufficientEvidence,
    NotRecommended,
    UsageError,
)

VERDICT_WORDS = {
    "pass": "PASS: in every gated group the evidence lies inside the limits.",
    "fail": "FAIL: a difference between groups is beyond a limit of the policy.",
    "insufficient_evidence": (
        "INSUFFICIENT EVIDENCE: too few recorded outcomes in some groups to say either "
        "way. This is not a pass."
    ),
}
VERDICT_EXITS = {
    "pass": 0,
    "fail": GateRefused.exit_code,
    "insufficient_evidence": InsufficientEvidence.exit_code,
}


def policy_file(named: Path | None) -> Path:
    """The policy that was named, or the shipped one."""
    return named or shipped.folder("fairness") / "policy.toml"


def train(
    experiment: Annotated[
        Path | None, typer.Argument(help="An experiment, a TOML file.")
    ] = None,
    *,
    store: Annotated[
        Path | None, typer.Option("--store", help="The case store, a folder.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option("--out", help="Where the run will stand.")
    ] = None,
    features: Features = None,
    mlflow_uri: Annotated[
        str | None,
        typer.Option(help="Where the run is tracked; else SQLite beside the run."),
    ] = None,
    no_tracking: Annotated[
        bool, typer.Option("--no-tracking", help="Keep the run out of MLflow.")
    ] = False,
    check: Annotated[
        bool, typer.Option("--check", help="Check the experiment, without data.")
    ] = False,
    seed: Annotated[
        int | None, typer.Option(help="Instead of the experiment's own seed.")
    ] = None,
    trials: Annotated[
        str | None,
        typer.Option(
            "--trials",
            metavar="PLACE",
            help="A file or a database's address that keeps the trials of the search, "
            "for several workers at once; else a file beside the run until it is done.",
        ),
    ] = None,
    replay: Annotated[
        str | None,
        typer.Option(
            "--replay",
            metavar="RUN",
            help="Build a run again and compare every file: its folder, or its id in "
            "MLflow with --mlflow-uri. Takes --store; --out keeps what is built.",
        ),
    ] = None,
    as_json: Json = False,
) -> None:
    """Train the three rungs of an experiment and say which, if any, is recommended."""
    need("train")
    from riskaid.training.train import check_experiment
    from riskaid.training.train import train as fit

    if replay is not None:
        if store is None or experiment is not None:
            raise UsageError("--replay RUN takes --store, and no experiment.")
        with ended_in_order():
            build_again(
                replay, store=store, out=out, mlflow_uri=mlflow_uri, as_json=as_json
            )
        return
    if experiment is None:
        raise UsageError("Name an experiment, a TOML file, or a run with --replay RUN.")
    if check:
        about = check_experiment(experiment, features).experiment
        facts: dict[str, Any] = {
            "experiment": experiment.name,
            "well_formed": True,
            "switched_off": about.switched_off or None,
        }
        words = f"{experiment.name} is well formed."
        if about.switched_off:
            words += f" It is switched off: {' '.join(about.switched_off.split())}"
        say(facts, words, as_json=as_json)
        return
    if store is None or out is None:
        raise UsageError("Training needs --store and --out. To check only: --check.")
    from riskaid.records.store import open_store

    beside = out.resolve().parent
    uri = mlflow_uri or f"sqlite:///{(beside / 'mlflow.db').as_posix()}"
    stopped = saying_how_to_go_on(out, tracked=not no_tracking)
    with ended_in_order(), stopped, progress_bars() as progress:
        run = fit(
            experiment,
            open_store(store),
            out,
            features=features,
            trials=trials,
            mlflow_uri=None if no_tracking else uri,
            mlflow_artifacts=None if mlflow_uri else beside / "mlflow",
            seed=seed,
            progress=progress,
        )
    say(run.facts, f"{run_text(run.facts)}\nThe run stands in {out}.", as_json=as_json)
    if not run.recommended:
        raise typer.Exit(NotRecommended.exit_code)


def run_text(facts: dict[str, Any]) -> str:
    """Say what a run found: rows, the three rungs side by side, the proposal."""
    folds = ", ".join(
        f"{name} {fold['rows']:,} ({100 * fold['base_rate']:.1f}%)"
        for name, fold in facts["folds"].items()
    )
    lines = [f"Rows with the share whose outcome was recorded: {folds}", ""]
    lines.append(f"{'':<11}{'AUC (95% interval)':<25}{'recall':<9}random split AUC")
    for rung, metrics in facts["metrics"].items():
        auc, recall = metrics["auc"], metrics["recall_at_capacity"]["value"]
        span = f"{auc['value']:.3f} ({auc['low95']:.3f} to {auc['high95']:.3f})"
        careless = metrics["random_split_auc"]
        lines.append(f"{rung:<11}{span:<25}{recall:<9.3f}{careless:.3f}")
    lines += [
        "",
        f"Proposed: {facts['chosen']}, the simplest about as good as the best.",
    ]
    if facts["recommendation"] == "recommended":
        lines.append("Recommended: every criterion written beforehand is met.")
    else:
        lines.append("NOT RECOMMENDED, a respectable result:")
        lines += [f"  {reason}" for reason in facts["why"]]
    return "\n".join(lines)


def audit(
    scores: Annotated[
        Path | None,
        typer.Argument(help="Scores as CSV or Parquet, or a run's folder."),
    ] = None,
    *,
    out: Annotated[
        Path | None, typer.Option("--out", help="Where the result will stand.")
    ] = None,
    store: Annotated[
        Path | None,
        typer.Option(
            help="The store a run was trained on: the look is counted in its ledger, "
            "without which the audit carries no release."
        ),
    ] = None,
    ranks: Annotated[
        bool,
        typer.Option(
            "--ranks",
            help="Scores are not probabilities but an order, the highest looked at "
            "first. Calibration cannot be judged then, so this cannot pass.",
        ),
    ] = False,
    previous: Annotated[
        list[Path] | None,
        typer.Option(
            "--previous",
            help="The folder of an audit that was published earlier: what subtracting "
            "one from the other would give is not shown. May be given several times.",
        ),
    ] = None,
    pool_out: PoolOut = None,
    council: Council = None,
    outcome: Outcome = None,
    mlflow_run: MlflowRun = None,
    mlflow_uri: MlflowUri = None,
    plan: PlanOnly = False,
    base_rate: BaseRate = None,
    recall: Recall = 0.5,
    design_effect: DesignEffect = 1.0,
    policy: Policy = None,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Audit scores by recorded group and give the verdict: exit 0, 12 or 13."""
    from riskaid.pipeline import audit_scores

    if plan:
        print_plan(
            scores,
            policy=policy_file(policy),
            base_rate=base_rate,
            recall=recall,
            design_effect=design_effect,
            out=out,
            as_json=as_json,
        )
        return
    if out is None:
        raise UsageError("An audit needs --out, the folder where it will stand.")
    pool = pool_asked(pool_out, council, outcome)
    with (
        ended_in_order(),
        progress_bars() as progress,
        rows_to_audit(
            scores, mlflow_run, mlflow_uri=mlflow_uri, store=store, progress=progress
        ) as rows,
    ):
        result = audit_scores(
            rows,
            policy=policy_file(policy),
            out=out,
            today=today(),
            store=store,
            ranks=ranks,
            previous=previous or (),
            pool=pool,
            seed=seed,
            progress=progress,
        )
    text = (
        f"{VERDICT_WORDS[result.verdict]}\nThe audit stands in {out}: open audit.html."
    )
    say(result.to_json(), text, as_json=as_json)
    raise typer.Exit(VERDICT_EXITS[result.verdict])


def card(
    run: Annotated[Path, typer.Argument(help="The training run, a folder.")],
    *,
    audit: Annotated[Path, typer.Option("--audit", help="Its audit, a folder.")],
    out: Out,
    name: Annotated[
        str, typer.Option(help="The release's name, such as 'conference_12m 2026.1'.")
    ],
    purpose: Annotated[
        str, typer.Option(help="demonstration, shadow or live.")
    ] = "demonstration",
    decisions: BoardDecisions = None,
    probes: Annotated[
        Path | None,
        typer.Option(
            help="What 'riskaid probe' wrote of the run: the card says it in a few "
            "lines."
        ),
    ] = None,
    policy: Policy = None,
    as_json: Json = False,
) -> None:
    """Write the model card that a board reads, as HTML, Markdown and JSON."""
    need("train")
    from riskaid.release.card import make_card

    make_card(
        run,
        audit,
        policy_file(policy),
        out,
        name=name,
        purpose=purpose,
        decisions=decisions_in(decisions),
        probes=probes,
    )
    say(
        {"out": str(out), "name": name, "purpose": purpose},
        f"The card stands in {out}: open card.html.",
        as_json=as_json,
    )

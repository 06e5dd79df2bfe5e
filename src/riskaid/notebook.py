"""What the command line does, as functions of the same names, for notebooks.

`from riskaid import read_store, features, train, audit, advise`. Frames are polars;
`.to_pandas()` gives pandas. Results show themselves in a notebook. The rules are those
of the commands: advice outside the service is for evaluation only.
"""

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import polars as pl

from riskaid import shipped
from riskaid.advice.access import may_advise_outside_service
from riskaid.advice.advise import advise as _put_together
from riskaid.advice.content import Advice
from riskaid.advice.facts import read_facts
from riskaid.advice.pages import render_page
from riskaid.errors import ExtractError
from riskaid.indicators.catalogue import load_catalogue
from riskaid.indicators.kernel import compute
from riskaid.indicators.plan import make_plan
from riskaid.notebook_studies import metric_frame, study
from riskaid.pipeline import audit_scores
from riskaid.progress import Progress, silent
from riskaid.records.ingest import ingest as _ingest
from riskaid.records.store import CaseStore, open_store
from riskaid.records.synthetic import synth as _synth
from riskaid.release.card import CardFacts, make_card
from riskaid.release.statements import TRUST
from riskaid.release.verify import open_release

if TYPE_CHECKING:
    from riskaid.fairness.results import Audit
    from riskaid.records.quality import IngestReport
    from riskaid.training.run import RunFacts

Place = str | Path


def synth(
    out: Place, *, children: int = 6000, seed: int = 1, progress: Progress = silent
) -> Path:
    """Make the records of a council that does not exist; `riskaid synth`.

    Returns:
        The folder, with `ssd` and `feeds` in it.
    """
    _synth(Path(out), children=children, seed=seed, progress=progress)
    return Path(out)


def ingest(
    source: Place,
    store: Place,
    *,
    mapping: Place | None = None,
    extract_date: date | None = None,
    mark: str | None = None,
    key_file: Place | None = None,
    progress: Progress = silent,
) -> "IngestReport":
    """Take an extract into a case store; `riskaid ingest`.

    Args:
        source: A folder, a file, or the address of a database.
        store: The store's folder; made when it is not there.
        mapping: A mapping's file, or the name of a shipped one.
        extract_date: When the source does not say it.
        mark: "synthetic" or "public", for such records only.
        key_file: Makes pseudonyms of ids.
        progress: Told how far it is.

    Raises:
        ExtractError: The source cannot be read, or holds what no store may hold.
    """
    return _ingest(
        source if "://" in str(source) else Path(source),
        Path(store),
        mapping=mapping,
        extract_date=extract_date,
        mark=mark,
        key_file=None if key_file is None else Path(key_file),
        progress=progress,
    )


def read_store(store: Place) -> CaseStore:
    """Open a case store; its tables are polars frames: `store.table("referrals")`.

    Raises:
        ExtractError: It is none, or something in it was changed.
    """
    return open_store(Path(store))


def features(
    store: CaseStore | Place,
    rows: Any,
    *,
    folder: Place | None = None,
    names: Sequence[str] | None = None,
    progress: Progress = silent,
) -> pl.DataFrame:
    """Compute indicators for rows of person and date; `riskaid features`.

    Args:
        store: Open, or its folder.
        rows: A polars or pandas frame with `person_id` and `as_of`.
        folder: The declarations; the shipped ones by default.
        names: Only these indicators.
        progress: Told how far it is.

    Returns:
        The rows in their order with a column an indicator; null is not known, never
        zero.

    Raises:
        ExtractError: A column is missing, or holds something else.
        DefinitionError: A declaration is wrong, or an indicator is not declared.
    """
    plan = make_plan(load_catalogue(shipped.folder("features", _path(folder))))
    held = pl.DataFrame(rows)
    missing = [name for name in ("person_id", "as_of") if name not in held.columns]
    if missing:
        raise ExtractError(
            f"The rows have no column {' and no '.join(missing)}. "
            "Give person_id and as_of."
        )
    try:
        asked = held.select(pl.col("person_id").cast(pl.String), _day("as_of", held))
    except pl.exceptions.PolarsError as error:
        raise ExtractError(
            "The rows' as_of are no dates. Give dates, or text written YYYY-MM-DD."
        ) from error
    return compute(
        plan,
        _store(store),
        asked,
        names=None if names is None else list(names),
        progress=progress,
    )


def train(
    experiment: Place,
    store: CaseStore | Place,
    out: Place,
    *,
    folder: Place | None = None,
    mlflow_uri: str | None = None,
    seed: int | None = None,
    progress: Progress = silent,
) -> "RunFacts":
    """Train, compare and evaluate the three rungs; `riskaid train`.

    Args:
        experiment: A TOML file, or the name of a shipped one: "conference_12m".
        store: Open, or its folder.
        out: The run's folder, to be made.
        folder: The declarations; the shipped ones by default.
        mlflow_uri: Where the run is tracked; unlike the command, nowhere by default.
        seed: Instead of the experiment's own.
        progress: Told how far it is.

    Raises:
        NotRecommended: The run stopped for a leakage hunt.
    """
    from riskaid.training.train import train as fit  # noqa: PLC0415 - an extra

    return fit(
        _experiment(experiment),
        _store(store),
        Path(out),
        features=_path(folder),
        mlflow_uri=mlflow_uri,
        seed=seed,
        progress=progress,
    )


def runs(*places: Place, mlflow_uri: str | None = None) -> pl.DataFrame:
    """Set runs side by side, newest first; `riskaid runs`.

    Args:
        places: Runs, or folders with runs in them; the current folder by default.
        mlflow_uri: Runs in MLflow too.

    Returns:
        A row a run; metrics are those of its chosen model on the test fold.
    """
    from riskaid.training.compare import (  # noqa: PLC0415 - an extra
        line_of,
        runs_below,
        side_by_side,
    )
    from riskaid.training.tracked_runs import runs_in  # noqa: PLC0415 - an extra

    named = places or (() if mlflow_uri else (Path(),))
    lines = [line for place in named for line in runs_below(Path(place))]
    if mlflow_uri is not None:
        lines += [line_of(one) for one in runs_in(mlflow_uri)]
    facts = [one.to_json() for one in side_by_side(lines)]
    return pl.DataFrame([one | one.pop("metrics") for one in facts], strict=False)


def audit(
    scores: Any,
    *,
    policy: Place | None = None,
    out: Place | None = None,
    store: "CaseStore | Place | None" = None,
    ranks: bool = False,
    previous: Sequence[Place] = (),
    seed: int = 0,
    progress: Progress = silent,
) -> "Audit":
    """Audit estimates by recorded group; `riskaid audit`.

    Args:
        scores: A run, its folder, a CSV or Parquet file, or a frame.
        policy: The shipped one by default.
        out: Where audit.json and its pages will stand; nowhere by default.
        store: The store a run was trained on: the look is counted in its ledger,
            without which the audit carries no release.
        ranks: Whether scores are only an order, the highest looked at first.
        previous: Folders of audits published earlier: what subtracting one from another
            would give is not shown.
        seed: Draws ties and intervals.
        progress: Told how far it is.
    """
    named = shipped.folder("fairness") / "policy.toml" if policy is None else policy
    with tempfile.TemporaryDirectory() as beside:
        place = getattr(scores, "folder", scores)
        if not isinstance(place, str | Path):
            place = Path(beside) / "scores.parquet"
            pl.DataFrame(scores).write_parquet(place)
        return audit_scores(
            Path(place),
            policy=Path(named),
            out=_path(out),
            today=_today(),
            store=_place(store),
            ranks=ranks,
            previous=[Path(folder) for folder in previous],
            seed=seed,
            progress=progress,
        )


def card(
    run: "RunFacts | Place",
    audit: Place,
    out: Place,
    *,
    name: str,
    purpose: str = "demonstration",
    policy: Place | None = None,
) -> CardFacts:
    """Write the model card that a board reads; `riskaid card`.

    Args:
        run: A run, or its folder.
        audit: The audit's folder.
        out: The card's, to be made: card.html, card.md, card.json.
        name: The release's name, such as "conference_12m 2026.1".
        purpose: "demonstration", "shadow" or "live".
        policy: The one of the audit; the shipped one by default.
    """
    named = shipped.folder("fairness") / "policy.toml" if policy is None else policy
    place: Any = getattr(run, "folder", run)
    return make_card(
        Path(place), Path(audit), Path(named), Path(out), name=name, purpose=purpose
    )


@dataclass(frozen=True)
class ShownAdvice(Advice):
    """Advice that a notebook shows as its page."""

    def _repr_html_(self) -> str:
        """For a notebook: the page itself, apart from the notebook's own styles."""
        page = escape(render_page(self), quote=True)
        return (
            f'<iframe srcdoc="{page}" title="Advice" sandbox '
            'style="width:100%;height:40em;border:1px solid"></iframe>'
        )


def advise(
    release: Place,
    store: CaseStore | Place,
    person: str,
    as_of: date | str,
    *,
    trust_digest: str,
    trust: Place | None = None,
) -> ShownAdvice:
    """Advice on one child, for evaluation; `riskaid advise`.

    Args:
        release: A signed release's folder.
        store: Open, or its folder; marked synthetic or public, unless the outcome's
            window is over.
        person: The child's id in the store.
        as_of: The date.
        trust_digest: The digest of the trust file, from whoever keeps the root key.
        trust: The trust file; the release's own by default.

    Raises:
        ReleaseError: The release cannot be trusted.
        AdviceRefused: These are a council's own records of a time still open, or the
            store cannot speak about the child or date.
    """
    cases, place = _store(store), Path(release)
    opened = open_release(
        place,
        trust=place / TRUST if trust is None else Path(trust),
        trust_digest=trust_digest,
        store_mark=cases.mark,
        today=_today(),
    )
    day = date.fromisoformat(as_of) if isinstance(as_of, str) else as_of
    may_advise_outside_service(cases, read_facts(opened), day)
    found = _put_together(opened, cases, person, day)
    return ShownAdvice(**{f.name: getattr(found, f.name) for f in fields(found)})


def _store(store: CaseStore | Place) -> CaseStore:
    return open_store(Path(store)) if isinstance(store, str | Path) else store


def _place(store: CaseStore | Place | None) -> Path | None:
    return store.path if isinstance(store, CaseStore) else _path(store)


def _path(place: Place | None) -> Path | None:
    return None if place is None else Path(place)


def _experiment(named: Place) -> Path:
    place = Path(named)
    if place.suffix == ".toml" or place.parent != Path():
        return place
    return shipped.folder("experiments") / f"{named}.toml"


def _day(name: str, rows: pl.DataFrame) -> pl.Expr:
    if rows[name].dtype == pl.String:
        return pl.col(name).str.to_date("%Y-%m-%d")
    return pl.col(name).cast(pl.Date)


def _today() -> date:
    return datetime.now(tz=UTC).date()


__all__ = [
    "advise",
    "audit",
    "card",
    "features",
    "ingest",
    "metric_frame",
    "read_store",
    "runs",
    "study",
    "synth",
    "train",
]

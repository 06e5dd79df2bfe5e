"""A run's chosen model as MLflow loads it: estimates for evaluation, and for no case.

MLflow calls `_load_pyfunc`; the folder beside it holds JSON and LightGBM's text, and
nothing that runs. What comes back is an estimate with its interval, reasons and gaps,
never a yes or no. Rows are refused unless they can only be for evaluation.
"""

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl

from riskaid.errors import AdviceRefused, ExtractError
from riskaid.files import write_json
from riskaid.indicators.plan import Plan
from riskaid.indicators.reference import look
from riskaid.models.explanation import reasons, too_little_known
from riskaid.models.identity import files_of
from riskaid.records.marks import OPEN_MARKS, window_is_over
from riskaid.records.store import open_store
from riskaid.training.fitted import read_rung

if TYPE_CHECKING:
    from riskaid.models import Matrix, RungName
    from riskaid.training.fit import Rung
    from riskaid.training.run import Run

FACTS = "facts.json"
NOT_ENOUGH = "Not enough known to give an estimate. This is not a low estimate."
REASON = pl.Struct(
    {"family": pl.String, "reads": pl.String, "value": pl.Float64, "adds": pl.Boolean}
)
SAYS: dict[str, pl.DataType | type[pl.DataType]] = {
    "estimate": pl.Float64,
    "low": pl.Float64,
    "high": pl.Float64,
    "withheld": pl.String,
    "reasons": pl.List(REASON),
    "gaps": pl.List(pl.String),
}
"""What a row gets: the estimate with its 90% interval, empty when withheld; why it is
withheld; what is known and adds to it or takes from it, by family, what counts most
first; what is not known."""


def write_model(run: "Run", folder: Path) -> None:
    """Write what a loaded model needs of a run, and no row of its records."""
    chosen, facts = run.facts["chosen"], run.facts
    asked = facts["experiment"]
    for name in files_of(chosen):
        place = folder / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes((run.folder / name).read_bytes())
    write_json(
        folder / FACTS,
        {
            "experiment": asked["experiment"]["name"],
            "outcome": asked["outcome"]["says"],
            "days": sum(
                asked["outcome"][part]
                for part in ("gap_days", "within_days", "lag_days")
            ),
            "extract_date": facts["extract_date"],
            "chosen": chosen,
            "capacity": asked["limits"]["capacity"],
            "replicates": asked["limits"]["replicates"],
            "seed": facts["seed"],
        },
    )


@dataclass(frozen=True)
class _Row:
    """What is known of one row: a value for each indicator, and gaps in words."""

    values: "Matrix"
    gaps: tuple[str, ...]


class EvaluationModel:
    """The chosen model of a run, with its declarations.

    Attributes:
        facts: The outcome's window, the extract date, and how the run was measured.
        rung: The model with its calibration.
        plan: The frozen declarations.
    """

    def __init__(self, folder: Path) -> None:
        """Read what `write_model` wrote."""
        self.facts: dict[str, Any] = json.loads((folder / FACTS).read_text("utf-8"))
        self.plan = Plan.from_json(
            json.loads((folder / "plan.json").read_text("utf-8"))
        )
        chosen: RungName = self.facts["chosen"]
        self.rung: Rung = read_rung(folder, chosen)

    def get_raw_model(self) -> "EvaluationModel":
        """Itself, for the evaluator."""
        return self

    def predict(self, model_input: Any, params: dict[str, Any] | None = None) -> Any:
        """Give each row its estimate with interval, reasons and gaps.

        Args:
            model_input: A frame with `as_of` and either every indicator of the model
                (empty: not known), or, with `store`, the `person_id`.
            params: `store`, a case store's folder whose records are read.

        Returns:
            A pandas frame with the columns of SAYS, one row a row.

        Raises:
            AdviceRefused: A row is about a case whose outcome is not known yet.
            ExtractError: A column is missing or not known, or the store is none.
        """
        rows = pl.DataFrame(model_input)
        store = (params or {}).get("store") or ""
        held = self._of_store(rows, Path(store)) if store else self._of_table(rows)
        said = [self._said(row) for row in held]
        return pl.DataFrame(said, schema=SAYS, orient="row").to_pandas()

    def estimates(self, rows: pl.DataFrame) -> "Matrix":
        """Estimates of rows for evaluation, those too that advice would withhold."""
        self._only_closed(rows, self.extract_date)
        return self.rung.estimate(self._matrix(rows), self.rung.model.names)

    @property
    def extract_date(self) -> date:
        """The last day that the records the model was trained on could know."""
        return date.fromisoformat(self.facts["extract_date"])

    def _of_table(self, rows: pl.DataFrame) -> list[_Row]:
        self._only_closed(rows, self.extract_date)
        return [_Row(values, ()) for values in self._matrix(rows)]

    def _of_store(self, rows: pl.DataFrame, place: Path) -> list[_Row]:
        store = open_store(place)
        if store.mark not in OPEN_MARKS:
            self._only_closed(rows, store.extract_date)
        _check_columns(rows, ("person_id",))
        names = self.rung.model.names
        found = []
        for person, as_of in zip(rows["person_id"], _dates(rows), strict=True):
            picture = look(self.plan, store, str(person), as_of)
            values = [picture.values[name].value for name in names]
            filled = [np.nan if value is None else value for value in values]
            gaps = tuple(gap.says for gap in picture.gaps)
            found.append(_Row(np.array(filled, dtype=np.float64), gaps))
        return found

    def _matrix(self, rows: pl.DataFrame) -> "Matrix":
        names = self.rung.model.names
        _check_columns(rows, names)
        columns = [
            rows[n].cast(pl.Float64).fill_null(float("nan")).to_numpy() for n in names
        ]
        return np.column_stack(columns) if names else np.empty((rows.height, 0))

    def _only_closed(self, rows: pl.DataFrame, extract_date: date) -> None:
        days = self.facts["days"]
        late = sum(
            not window_is_over(as_of, days=days, extract_date=extract_date)
            for as_of in _dates(rows)
        )
        if late:
            raise AdviceRefused(
                f"{late} of {rows.height} rows have an outcome window that was not "
                "over at the extract date. Outside the service estimates are for "
                "evaluation only: take rows old enough, or name a store marked "
                "synthetic or public with params={'store': FOLDER}."
            )

    def _said(self, row: _Row) -> tuple[Any, ...]:
        model, values = self.rung.model, row.values
        found = reasons(model, values, self.plan)
        unknown = [r.reads for r in found if not r.known]
        # What advice calls a reason: what is known and moves the estimate.
        told = [
            {"family": r.family, "reads": r.reads, "value": r.value, "adds": adds}
            for r in found
            if r.known
            for adds in [r.contribution > 0]
        ]
        gaps = [*dict.fromkeys([*row.gaps, *(f"Not known: {r}" for r in unknown)])]
        reach = self.rung.calibration.reach
        unlike = reach is not None and bool(reach.beyond(values[None, :])[0])
        if unlike or too_little_known(model, values):
            return (None, None, None, NOT_ENOUGH, told, gaps)
        score = model.score(values[None, :])
        low, high = self.rung.calibration.interval(score)[0]
        estimate = float(self.rung.calibration.apply(score)[0])
        return (estimate, float(low), float(high), "", told, gaps)


def _check_columns(rows: pl.DataFrame, names: tuple[str, ...]) -> None:
    missing = [name for name in names if name not in rows.columns]
    if missing:
        raise ExtractError(
            f"The rows lack {len(missing)} column(s) the model reads: "
            f"{', '.join(missing[:5])}. Give every indicator, empty where not known, "
            "or name a store with params={'store': FOLDER}."
        )


def _dates(rows: pl.DataFrame) -> list[date]:
    _check_columns(rows, ("as_of",))
    column = rows["as_of"]
    try:
        days = column.str.to_date() if column.dtype == pl.String else column
        held = days.cast(pl.Date)
    except pl.exceptions.PolarsError as error:
        raise ExtractError(
            "The column as_of holds something else than dates. Write YYYY-MM-DD."
        ) from error
    if held.null_count():
        raise ExtractError(
            f"{held.null_count()} row(s) have no as_of. Give every row its date."
        )
    return held.to_list()


def _load_pyfunc(data_path: str) -> EvaluationModel:
    return EvaluationModel(Path(data_path))

"""The file one council sends to a pool: sums that may be published, and never a row.

It is flat on purpose: a group, or a capacity, that may not leave is in no list, and
nothing stands in its place. `riskaid.fairness.pool_out` writes it.
"""

import json
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from riskaid.errors import ExtractError, nearest
from riskaid.files import canonical_json, digest_bytes

FORMAT: Final = "riskaid-pool-file"
LARGEST: Final = 20_000_000
Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Words = Annotated[str, Field(pattern=r"\S")]
Count = Annotated[int, Field(ge=0)]
Positive = Annotated[float, Field(ge=0)]
Verdict = Literal["pass", "fail", "insufficient_evidence"]


class _Closed(BaseModel):
    model_config = ConfigDict(
        extra="forbid", strict=True, frozen=True, allow_inf_nan=False
    )


class PolicyOf(_Closed):
    """Under which policy it was audited."""

    name: str
    digest: Digest = Field(description="SHA-256 of the policy file's bytes.")


class Period(_Closed):
    """From which month to which, both included."""

    first: str = Field(pattern=r"^\d{4}-\d{2}$")
    last: str = Field(pattern=r"^\d{4}-\d{2}$")


class Group(_Closed):
    """One group of the audit, whether its sums are sent or not."""

    characteristic: Words
    group: Words
    phrase: str = Field(description="The words a sentence uses for its children.")
    members: list[str] = Field(
        description="The groups it is made of; itself where it is one."
    )


class Found(_Closed):
    """What the council's own audit said, as it is published."""

    characteristic: Words
    group: Words
    measure: Words
    verdict: Verdict


class Sums(_Closed):
    """Counts of a group that may be published."""

    characteristic: str = Field(description='"" for everyone together.')
    group: Words
    rows: Count
    outcomes: Count = Field(description="Rows with a recorded outcome.")


class Side(_Closed):
    """What families leave of some rows, rounded so that they say less, never more."""

    effect: float = Field(ge=1, description="How many times they widen the variance.")
    freedom: float = Field(ge=1, description="Degrees of freedom of that.")
    families: Positive = Field(description="Families of one size they are worth.")


class Sides(_Closed):
    """A group, and everyone else in the council."""

    rate: Words
    own: Side
    others: Side


class Base(_Closed):
    """What families do to the share with an outcome in a group."""

    characteristic: Words
    group: Words
    sides: Sides


class At(_Closed):
    """Counts of a group at one capacity."""

    characteristic: str = Field(description='"" for everyone together.')
    group: Words
    capacity: float = Field(ge=0, le=1, description="Share of rows selected.")
    selected: Count
    found: Count = Field(description="Selected rows with a recorded outcome.")
    rates: list[Sides] = Field(description="What families do to each rate.")


class Expected(_Closed):
    """What the estimates of a group add up to."""

    characteristic: Words
    group: Words
    expected: Positive = Field(description="Sum of the estimates.")
    variance: Positive = Field(
        description="Variance of the number of outcomes if the estimates were right, "
        "families taken in, rounded up."
    )
    freedom: float = Field(ge=1, description="Degrees of freedom of that.")
    spread: Positive = Field(description="Standard deviation of the estimates.")


class Order(_Closed):
    """How well the estimates of a group are ordered (area under the curve)."""

    characteristic: Words
    group: Words
    auc: float = Field(ge=0, le=1)
    error: Positive = Field(
        description="Its standard error on the log-odds, families taken in (DeLong "
        "1988, Obuchowski 1997)."
    )


class Lift(_Closed):
    """How sure the lift of everyone together is."""

    error: Positive = Field(description="Standard error of its logarithm.")
    freedom: float = Field(ge=1)


class PoolFile(_Closed):
    """What one council sends of one audit to a pool: sums, and never a row."""

    format: Literal["riskaid-pool-file"]
    version: Literal[1]
    digest: Digest = Field(
        description="SHA-256 of this file's canonical JSON without this entry."
    )
    council: str = Field(pattern=r"^\S(.{0,78}\S)?$")
    outcome: str = Field(pattern="^[a-z][a-z0-9_]{0,79}$")
    period: list[Period] = Field(
        description="Months of the as-of dates; empty where the rows had none."
    )
    kind: Literal["score", "rank", "selected"]
    policy: PolicyOf
    scores: Digest = Field(description="SHA-256 of the rows audited, as in audit.json.")
    smallest_published_count: int = Field(ge=6)
    capacities: list[float]
    gated_capacity: float
    verdict: Verdict = Field(description="Of the council's own audit.")
    groups: list[Group] = Field(description="Every group, sent or not.")
    found: list[Found] = Field(description="What the council's own audit said.")
    sums: list[Sums] = Field(description="Only of groups that may leave.")
    base: list[Base] = Field(description="For those of them that are not everyone.")
    at: list[At] = Field(description="Only where that capacity may leave too.")
    expected: list[Expected] = Field(description="Empty where there is no estimate.")
    order: list[Order] = Field(description="Only where it could be estimated.")
    lift: list[Lift] = Field(description="One, or none where it may not leave.")

    @property
    def label(self) -> str:
        """The council and its months, in words."""
        months = [f"{p.first} to {p.last}" for p in self.period]
        return f"{self.council}, {months[0]}" if months else self.council


def pool_file_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) that every file sent to a pool follows; closed."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:riskaid:riskaid-pool-file:1",
        **PoolFile.model_json_schema(),
    }


def sealed(facts: dict[str, Any]) -> dict[str, Any]:
    """The facts with the digest of all others."""
    rest = {name: value for name, value in facts.items() if name != "digest"}
    return {**rest, "digest": digest_bytes(canonical_json(rest).encode())}


def read_pool_file(path: Path) -> PoolFile:
    """Read one council's file, and refuse what is not whole, known and as it was made.

    Raises:
        ExtractError: With the file's name, the entry, and what to do.
    """
    name = path.name
    try:
        small = path.stat().st_size <= LARGEST
        facts = json.loads(path.read_text(encoding="utf-8")) if small else None
    except (OSError, ValueError, RecursionError):
        raise ExtractError(
            f"'{name}' cannot be read as a file for a pool. Ask for the file that "
            "'riskaid audit --pool-out' wrote."
        ) from None
    if not isinstance(facts, dict) or facts.get("format") != FORMAT:
        raise ExtractError(
            f"'{name}' is no file for a pool. Give the file that 'riskaid audit "
            "--pool-out' wrote, and not audit.json or rows."
        )
    try:
        found = PoolFile.model_validate(facts)
    except ValidationError as error:
        raise ExtractError(_in_words(name, error)) from None
    if sealed(facts) != facts:
        raise ExtractError(
            f"'{name}' was changed after it was written: its digest is another. Ask "
            "the council for the file again."
        )
    _check(found, name)
    return found


def _in_words(name: str, error: ValidationError) -> str:
    first = error.errors(include_input=False, include_url=False)[0]
    place = ".".join(f"{one}" for one in first["loc"])
    if first["type"] == "extra_forbidden":
        near = nearest(str(first["loc"][-1]), [*PoolFile.model_fields])
        return f"'{name}': {place} is not known.{near} Ask for the file as it was made."
    what = "is missing" if first["type"] == "missing" else "is not as it must be"
    return (
        f"'{name}': {place} {what} (docs/reference/pool-file-json.md says what stands "
        "there). Ask for the file as it was made."
    )


def _check(file: PoolFile, name: str) -> None:
    """Refuse counts that may not be in such a file, or cannot be."""
    whole = {(s.characteristic, s.group): s for s in file.sums}
    at = {(a.characteristic, a.group, a.capacity): a for a in file.at}
    counts = [c for s in file.sums for c in (s.rows, s.outcomes)]
    counts += [c for a in file.at for c in (a.selected, a.found)]
    if any(0 < count < file.smallest_published_count for count in counts):
        raise ExtractError(
            f"'{name}' holds a count too small to be published. It is not pooled; tell "
            "the council, and delete the file."
        )
    wrong = len(whole) < len(file.sums) or len(at) < len(file.at)
    wrong |= any(s.outcomes > s.rows for s in file.sums)
    everyone = whole.get(("", "everyone"))
    if everyone is not None:
        wrong |= any(
            s.rows > everyone.rows or s.outcomes > everyone.outcomes for s in file.sums
        )
    for one in file.at:
        held = whole.get((one.characteristic, one.group))
        wrong |= held is None or not (
            one.found <= min(one.selected, held.outcomes)
            and one.selected - one.found <= held.rows - held.outcomes
        )
    if wrong:
        raise ExtractError(
            f"'{name}' contradicts itself: a part is larger than its whole, or a group "
            "stands there twice. Ask the council for the file again."
        )

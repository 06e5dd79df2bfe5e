"""The ledger of looks: which evidence was looked at, when, and under which policy.

Whoever looks often enough sees what they hope for. So each audit that a release may
rest on is written down before a score is read, in the case store whose records it is
about, and each look at an outcome spends a part of the error that the policy allows.
Each entry holds the digest of the one before it: one that is changed, moved or taken
out is found. Entries cut off at the end are found by the digests that audits carry.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

from riskaid.errors import GateRefused, UsageError
from riskaid.fairness.policy import Policy
from riskaid.files import canonical_json, digest_bytes, digest_file, write_json
from riskaid.records.lock import only_writer
from riskaid.records.store import LOOKS, open_store

FIRST = "0" * 64
NOT_COUNTED = (
    "This look was not counted in any ledger, so this audit carries no release."
)
RUN_FACTS = "run.json"
ESTIMATES = "estimates.parquet"


@dataclass(frozen=True)
class Entry:
    """One line of the ledger.

    Attributes:
        day: When it was written, before a score was read.
        outcome: The outcome's name, for people.
        question: The digest of what is asked: the outcome without its name and words.
        policy: The policy's digest.
        run: The digest of the run's facts.
        estimates: The digest of the file of its estimates.
        seed: Of the draws for ties and intervals.
        store: The digest of the store as it was.
        previous: The digest of the entry before, or zeros.
    """

    day: date
    outcome: str
    question: str
    policy: str
    run: str
    estimates: str
    seed: int
    store: str
    previous: str

    def to_json(self) -> dict[str, Any]:
        """As it stands in the ledger, but for its own digest."""
        return {**asdict(self), "day": self.day.isoformat()}

    @property
    def digest(self) -> str:
        """SHA-256 of what it says."""
        return digest_bytes(canonical_json(self.to_json()).encode())

    @property
    def seen(self) -> tuple[str, str, int]:
        """What was looked at; the very same again shows nothing new."""
        return self.policy, self.estimates, self.seed


@dataclass(frozen=True)
class Look:
    """Where an audit stands among the looks at one outcome.

    Attributes:
        number: 1 for the first.
        planned: How many the policy plans.
        entry: The digest of its entry.
        outcome: What was looked at.
    """

    number: int
    planned: int
    entry: str
    outcome: str

    @property
    def is_spent(self) -> bool:
        """Whether the planned looks had all been taken before."""
        return self.number > self.planned

    def to_json(self) -> dict[str, Any]:
        """As an audit carries it."""
        return asdict(self)

    def says(self) -> str:
        """In words, for whoever reads the audit."""
        planned = f"look {self.number} of {self.planned} planned at this outcome"
        if self.is_spent:
            return (
                f"This is {planned}: the error that the policy allows is spent, so "
                "this audit carries no release. Wait until the board has agreed anew "
                "how often to look, and there is new evidence."
            )
        return f"This is {planned}."


def take_look(
    store: Path, run: Path, policy: Policy, *, seed: int, today: date
) -> Look:
    """Write a look into the store's ledger. Call it before a score is read.

    The same run under the same policy and seed again is the same look. Looks count from
    the day on which the board agreed their number.

    Args:
        store: The case store the run was trained on.
        run: The training run's folder.
        policy: The policy it will be judged under.
        seed: Of the audit.
        today: The day.

    Raises:
        UsageError: The folder is not that of a run.
        GateRefused: The ledger was changed by hand.
        ExtractError: The store cannot be opened, or an ingest is running.
    """
    outcome, question = _asked_in(run)
    with only_writer(store):
        held = open_store(store)
        entries = read_looks(store)
        mine = Entry(
            day=today,
            outcome=outcome,
            question=question,
            policy=policy.digest,
            run=digest_file(run / RUN_FACTS),
            estimates=digest_file(run / ESTIMATES),
            seed=seed,
            store=held.digest,
            previous=entries[-1].digest if entries else FIRST,
        )
        before = [
            e
            for e in entries
            if e.question == question and e.day >= policy.looks.agreement.agreed_on
        ]
        again = [e for e in before if e.seen == mine.seen]
        if again:
            mine = again[0]
        else:
            _write(store, [*entries, mine])
    seen = list(dict.fromkeys(e.seen for e in [*before, mine]))
    return Look(
        number=seen.index(mine.seen) + 1,
        planned=policy.looks.planned,
        entry=mine.digest,
        outcome=outcome,
    )


def read_looks(store: Path) -> list[Entry]:
    """Every look at a store's records, the first one first; none where none was taken.

    Raises:
        GateRefused: The ledger cannot be read, or was changed.
    """
    place = store / LOOKS
    if not place.exists():
        return []
    try:
        said = json.loads(place.read_text(encoding="utf-8"))["looks"]
        found = [_entry(one) for one in said]
        chain = [FIRST, *(one["digest"] for one in said)]
        whole = all(
            entry.digest == after and entry.previous == before
            for entry, (before, after) in zip(found, pairwise(chain), strict=True)
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        whole = False
    if not whole:
        raise GateRefused(
            f"The ledger of looks ({LOOKS}) of '{store.name}' was changed, or cannot "
            "be read. Put the file back as it was: without it no audit can carry a "
            "release."
        )
    return found


def _entry(said: dict[str, Any]) -> Entry:
    plain = {key: value for key, value in said.items() if key != "digest"}
    return Entry(**{**plain, "day": date.fromisoformat(plain["day"])})


def check_look(store: Path, run: Path, *, entry: str, policy: str) -> None:
    """Make sure that an audit's look stands in the store's ledger.

    Raises:
        GateRefused: It does not, or is that of another run or policy.
    """
    stands = [e for e in read_looks(store) if e.digest == entry]
    if not stands or (stands[0].policy, stands[0].run, stands[0].estimates) != (
        policy,
        digest_file(run / RUN_FACTS),
        digest_file(run / ESTIMATES),
    ):
        raise GateRefused(
            "The audit's look does not stand in the ledger of this store, or is that "
            "of another run or policy. Audit the run with its own store."
        )


def look_of(store: Path, policy: Policy, *, entry: str, seed: int) -> Look:
    """Where a look that was taken stands among the looks at its outcome.

    Args:
        store: In whose ledger it stands.
        policy: With how many looks are planned, and since when they count.
        entry: The digest of its entry.
        seed: Of the audit.

    Raises:
        GateRefused: It does not stand there, was taken with another seed, or before the
            number of looks was agreed.
    """
    entries = read_looks(store)
    mine = next((e for e in entries if e.digest == entry), None)
    since = policy.looks.agreement.agreed_on
    if mine is None or mine.day < since or mine.seed != seed:
        raise GateRefused(
            "The audit's look does not stand in the ledger of this store, with its "
            "seed, since the board agreed how often to look. Audit the run with its "
            "own store."
        )
    seen = [e.seen for e in entries if e.question == mine.question and e.day >= since]
    return Look(
        number=list(dict.fromkeys(seen)).index(mine.seen) + 1,
        planned=policy.looks.planned,
        entry=entry,
        outcome=mine.outcome,
    )


def _asked_in(run: Path) -> tuple[str, str]:
    try:
        facts = json.loads((run / RUN_FACTS).read_text(encoding="utf-8"))
        asked = dict(facts["experiment"]["outcome"])
        name, _ = str(asked.pop("name")), asked.pop("says")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UsageError(
            f"'{run.name}' is not the folder of a training run. --store goes with a "
            "run: an audit of other scores carries no release."
        ) from error
    return name, digest_bytes(canonical_json(asked).encode())


def _write(store: Path, entries: Sequence[Entry]) -> None:
    lines = [{**e.to_json(), "digest": e.digest} for e in entries]
    write_json(store / LOOKS, {"format": "riskaid-looks", "version": 1, "looks": lines})

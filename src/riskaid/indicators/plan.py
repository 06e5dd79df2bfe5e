"""A plan: the declared catalogue frozen as JSON, which runs without any declaration.

A release carries its plan, so what advises is what was approved.
"""

import dataclasses
import types
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, Protocol, TypeVar, Union, cast, get_args, get_origin
from typing import get_type_hints as hints_of

from riskaid.errors import DefinitionError
from riskaid.files import canonical_json, digest_bytes
from riskaid.language import Gap, Indicator, Prompt, nodes, windows

FORMAT = "riskaid-plan"
VERSION = 2
DEEPEST = 60

NODES: dict[str, type] = {
    node.__name__: node
    for node in (
        *nodes.VALUE_NODES,
        *nodes.CONDITION_NODES,
        *nodes.RECORD_NODES,
        nodes.Field,
        nodes.Rows,
        nodes.Reach,
        windows.Days,
        windows.Months,
        windows.Earlier,
    )
}

Planned = TypeVar("Planned")


@dataclass(frozen=True, slots=True)
class PlannedIndicator:
    """An indicator as the engines and the pages need it."""

    name: str
    value: nodes.Node
    reads: str
    unit: str
    source: str
    family: str
    more_means_more: bool | None
    role: str
    not_a_sign_of: str
    because: str


@dataclass(frozen=True, slots=True)
class PlannedPrompt:
    """A prompt as the engines and the pages need it."""

    name: str
    when: nodes.ConditionNode
    says: str
    asks: str
    because: str
    family: str


@dataclass(frozen=True, slots=True)
class PlannedGap:
    """An information gap as the engines and the pages need it."""

    name: str
    when: nodes.ConditionNode
    says: str
    closes_with: str
    because: str
    family: str


@dataclass(frozen=True, slots=True)
class TableRead:
    """What a plan reads of one table: its columns, and the groups they belong to."""

    table: str
    columns: tuple[str, ...]
    groups: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that is computed for a child as of a date, and how."""

    indicators: tuple[PlannedIndicator, ...]
    prompts: tuple[PlannedPrompt, ...]
    gaps: tuple[PlannedGap, ...]

    @property
    def tables(self) -> tuple[TableRead, ...]:
        """The tables, columns and column groups the plan reads, by name."""
        return tables_read(
            *(i.value for i in self.indicators),
            *(p.when for p in self.prompts),
            *(g.when for g in self.gaps),
        )

    @property
    def digest(self) -> str:
        """SHA-256 of the plan's canonical JSON."""
        return digest_bytes(canonical_json(self.to_json()).encode())

    def to_json(self) -> dict[str, Any]:
        """The plan as plain values, with the tables it reads."""
        return {
            "format": FORMAT,
            "version": VERSION,
            "tables": [_plain(read) for read in self.tables],
            "indicators": [_plain(i) for i in self.indicators],
            "prompts": [_plain(p) for p in self.prompts],
            "gaps": [_plain(g) for g in self.gaps],
        }

    @classmethod
    def from_json(cls, value: Any) -> "Plan":
        """Read a plan back, checking every part of it.

        Raises:
            DefinitionError: It is not a plan of this version, or a part is not as a
                plan's part should be.
        """
        if not isinstance(value, dict) or value.get("format") != FORMAT:
            raise DefinitionError(
                "This is not a plan of riskaid's. Give the plan.json of a run or a "
                "release."
            )
        if value.get("version") != VERSION:
            raise DefinitionError(
                f"The plan has version {value.get('version')!r}; this riskaid reads "
                f"version {VERSION}. Use the riskaid the release was made with."
            )
        plan = cls(
            _all(PlannedIndicator, value, "indicators"),
            _all(PlannedPrompt, value, "prompts"),
            _all(PlannedGap, value, "gaps"),
        )
        if plan.to_json() != value:
            raise DefinitionError(
                "The plan says it reads other tables than its expressions do. "
                "Make it again with make_plan."
            )
        return plan


class Declared(Protocol):
    """A catalogue, as far as a plan is concerned."""

    @property
    def indicators(self) -> tuple[Indicator, ...]:
        """The declared indicators."""

    @property
    def prompts(self) -> tuple[Prompt, ...]:
        """The declared prompts."""

    @property
    def gaps(self) -> tuple[Gap, ...]:
        """The declared gaps."""


def make_plan(catalogue: Declared) -> Plan:
    """Freeze a catalogue, in its own order."""
    return Plan(
        tuple(
            PlannedIndicator(
                name=i.name,
                value=i.value.node,
                reads=i.reads,
                unit=i.unit,
                source=i.source,
                family=i.family,
                more_means_more=i.more_means_more,
                role=i.role,
                not_a_sign_of=i.not_a_sign_of,
                because=i.because,
            )
            for i in catalogue.indicators
        ),
        tuple(
            PlannedPrompt(p.name, p.when.node, p.says, p.asks, p.because, p.family)
            for p in catalogue.prompts
        ),
        tuple(
            PlannedGap(g.name, g.when.node, g.says, g.closes_with, g.because, g.family)
            for g in catalogue.gaps
        ),
    )


def parts_of(node: object) -> Iterator[object]:
    """The node itself and every node inside it, from the outside in."""
    yield node
    for field in dataclasses.fields(cast("Any", node)):
        inner = getattr(node, field.name)
        if dataclasses.is_dataclass(inner):
            yield from parts_of(inner)


def tables_read(*expressions: nodes.Node) -> tuple[TableRead, ...]:
    """The tables, columns and column groups some expressions read, by name."""
    columns: dict[str, set[str]] = {}
    groups: dict[str, set[str]] = {}
    for expression in expressions:
        for part in parts_of(expression):
            if isinstance(part, nodes.Rows | nodes.AgeYears):
                columns.setdefault(part.table, set())
                groups.setdefault(part.table, set())
            elif isinstance(part, nodes.Field):
                columns.setdefault(part.table, set()).add(part.column)
                groups.setdefault(part.table, set()).update(
                    [part.group] if part.group else []
                )
    return tuple(
        TableRead(name, tuple(sorted(columns[name])), tuple(sorted(groups[name])))
        for name in sorted(columns)
    )


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value):
        inner = {
            field.name: _plain(getattr(value, field.name))
            for field in dataclasses.fields(value)
        }
        name = type(value).__name__
        return {"node": name, **inner} if name in NODES else inner
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return value


def _all(kind: type[Planned], value: dict[str, Any], key: str) -> tuple[Planned, ...]:
    listed = value.get(key)
    if not isinstance(listed, list):
        raise _wrong(key, "is missing or is not a list")
    parts = [
        cast("Planned", _build(kind, one, f"{key}[{position}]", 0))
        for position, one in enumerate(listed)
    ]
    names = [cast("Any", part).name for part in parts]
    if len(set(names)) != len(names):
        raise _wrong(key, "holds a name twice")
    return tuple(parts)


def _build(kind: type, value: Any, where: str, depth: int) -> object:
    if not isinstance(value, dict):
        raise _wrong(where, "is not an object")
    if depth > DEEPEST:
        raise _wrong(where, f"is nested deeper than {DEEPEST}")
    hints = _hints(kind)
    given = set(value) - ({"node"} if kind.__name__ in NODES else set())
    if given != set(hints):
        raise _wrong(where, f"should hold exactly {', '.join(hints)}")
    return kind(
        **{
            name: _read(hint, value[name], f"{where}.{name}", depth)
            for name, hint in hints.items()
        }
    )


@cache
def _hints(kind: type) -> dict[str, Any]:
    return hints_of(kind)


def _read(hint: Any, value: Any, where: str, depth: int) -> Any:
    choices = _choices(hint)
    if value is None and type(None) in choices:
        return None
    if isinstance(value, dict):
        kind = NODES.get(str(value.get("node")))
        if kind is not None and kind in choices:
            return _build(kind, value, where, depth + 1)
    elif isinstance(value, list) and tuple[str, ...] in choices:
        if value and all(isinstance(one, str) for one in value):
            return tuple(value)
    elif any(_is_plain(choice, value) for choice in choices):
        return value
    raise _wrong(where, "does not hold what a plan of this version holds there")


def _choices(hint: Any) -> Sequence[Any]:
    if get_origin(hint) in (types.UnionType, Union):
        return [one for arg in get_args(hint) for one in _choices(arg)]
    return [hint]


def _is_plain(choice: Any, value: Any) -> bool:
    if get_origin(choice) is Literal:
        return value in get_args(choice)
    if choice is float:
        return isinstance(value, float) and value - value == 0
    if choice in (bool, str):
        return isinstance(value, choice)
    return choice is int and type(value) is int and value > 0


def _wrong(where: str, what: str) -> DefinitionError:
    return DefinitionError(
        f"The plan is damaged: {where} {what}. Make it again with make_plan."
    )

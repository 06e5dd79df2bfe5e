"""The recorded characteristics of a policy: which groups gate, and which merge."""

from dataclasses import dataclass

from riskaid.errors import DefinitionError
from riskaid.fairness.groups import AS_WRITTEN, VOCABULARIES
from riskaid.fairness.policy_reading import Agreement, Part, agreement

PAIR = 2
"""An intersection is of two characteristics; of three, groups hold too few."""


@dataclass(frozen=True)
class Merge:
    """Groups looked at together when one of them is too small to gate by itself.

    Attributes:
        groups: Which groups, or groups already together.
        together: The name of the wider group.
        phrase: The words a sentence uses for its children.
        fewer_than: Recorded outcomes below which a group is too small.
    """

    groups: tuple[str, ...]
    together: str
    phrase: str
    fewer_than: int


@dataclass(frozen=True)
class Characteristic:
    """One recorded characteristic: where it is read, and which groups gate.

    Attributes:
        name: The policy's key, and the column unless it is made of others.
        title: As a heading.
        reads: A vocabulary of groups.VOCABULARIES, or "as written".
        column: The scores file's column; "" when made of other characteristics.
        of: The two characteristics an intersection is made of.
        collapse: For each of those, group to the wider group used here.
        phrases: For each of those, wider group to the words of a sentence.
        gated: Groups that must pass; others are reported.
        may_be_absent: Gated groups that need not pass when nobody is in them.
        merges: In order, for groups too small.
        agreement: Why, who and until when.
    """

    name: str
    title: str
    reads: str
    column: str
    of: tuple[str, ...]
    collapse: dict[str, dict[str, str]]
    phrases: dict[str, dict[str, str]]
    gated: tuple[str, ...]
    may_be_absent: tuple[str, ...]
    merges: tuple[Merge, ...]
    agreement: Agreement


def characteristics(parts: Part) -> tuple[Characteristic, ...]:
    """Read every characteristic, in the file's order."""
    found: dict[str, Characteristic] = {}
    for name in parts.names():
        found[name] = _characteristic(name, parts.part(name), found)
    return tuple(found.values())


def _characteristic(
    name: str, part: Part, before: dict[str, Characteristic]
) -> Characteristic:
    title = part.text("title")
    of: tuple[str, ...] = ()
    wider: dict[str, _Wider] = {}
    reads, column = AS_WRITTEN, ""
    if part.has("of"):
        of = part.texts("of")
        if len(of) != PAIR:
            raise part.error("of", "must name two characteristics")
        plain = [other for other, c in before.items() if not c.of]
        for other in of:
            part.one_of("of", other, plain)
            wider[other] = _wider(part.part(other), before[other].reads)
        one, two = (wider[other].phrases for other in of)
        known = [f"{a}; {b}" for a in one for b in two]
    else:
        reads = part.text("reads", one_of=[*VOCABULARIES, AS_WRITTEN])
        column = part.text("column")
        known = [] if reads == AS_WRITTEN else list(VOCABULARIES[reads].phrases)
    gated = part.texts("gated")
    absent = part.texts("may_be_absent") if part.has("may_be_absent") else ()
    for group in gated if known else ():
        part.one_of("gated", group, known)
    for group in absent:
        part.one_of("may_be_absent", group, list(gated))
    merges = _merges(part, known)
    agreed = agreement(part, f"the groups of {title.lower()}")
    part.nothing_else()
    return Characteristic(
        name=name,
        title=title,
        reads=reads,
        column=column,
        of=of,
        collapse={other: w.collapse for other, w in wider.items()},
        phrases={other: w.phrases for other, w in wider.items()},
        gated=gated,
        may_be_absent=absent,
        merges=merges,
        agreement=agreed,
    )


@dataclass(frozen=True)
class _Wider:
    collapse: dict[str, str]
    phrases: dict[str, str]


def _wider(part: Part, reads: str) -> _Wider:
    """The wider groups of one side of an intersection; every group must be in one."""
    collapse: dict[str, str] = {}
    phrases: dict[str, str] = {}
    known = [] if reads == AS_WRITTEN else list(VOCABULARIES[reads].phrases)
    for group in part.names():
        inner = part.part(group)
        phrases[group] = inner.text("phrase")
        for narrow in inner.texts("groups"):
            if known:
                inner.one_of("groups", narrow, known)
            if narrow in collapse:
                raise inner.error("groups", f"has '{narrow}' a second time")
            collapse[narrow] = group
        inner.nothing_else()
    left = [group for group in known if group not in collapse]
    if left:
        raise DefinitionError(
            f"{part.file}: {part.key('*')} leaves out {', '.join(left)}. Put every "
            "group into a wider one, so that nobody drops out of the intersection."
        )
    return _Wider(collapse, phrases)


def _merges(part: Part, known: list[str]) -> tuple[Merge, ...]:
    merges: list[Merge] = []
    for inner in part.parts("merge"):
        merge = Merge(
            groups=inner.texts("groups"),
            together=inner.text("together"),
            phrase=inner.text("phrase"),
            fewer_than=inner.whole("fewer_than", at_least=10, at_most=1000),
        )
        taken = [*known, *(m.together for m in merges)]
        for group in merge.groups if known else ():
            inner.one_of("groups", group, taken)
        if merge.together in taken:
            raise inner.error("together", "is the name of another group")
        inner.nothing_else()
        merges.append(merge)
    return tuple(merges)

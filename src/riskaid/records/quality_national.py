"""England and the spread of councils, as published, to set a council beside."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

PERCENT = "%"
MARKS = (
    "lowest",
    "tenth",
    "quarter",
    "median",
    "three_quarters",
    "ninetieth",
    "highest",
)


@dataclass(frozen=True)
class Spread:
    """One published measure: England, and where councils lie.

    Attributes:
        key: Its name in the program.
        published: Its name where it was published.
        name: What it is, in our words.
        unit: "%" or "per 10,000".
        base: One of what it is counted on.
        says: What a difference between councils says: how something is recorded.
        says_not: What a difference does not say.
        england: England's figure.
        councils: How many councils have a figure.
        lowest: Of any council; so is `highest`.
        tenth: A tenth of the councils lie below; so p25, median, p75 and ninetieth.
    """

    key: str
    published: str
    name: str
    unit: str
    base: str
    says: str
    says_not: str
    england: float
    councils: int
    lowest: float
    tenth: float
    quarter: float
    median: float
    three_quarters: float
    ninetieth: float
    highest: float

    @property
    def marks(self) -> tuple[float, ...]:
        """Lowest, P10, P25, median, P75, P90 and highest."""
        return tuple(getattr(self, name) for name in MARKS)

    def place(self, value: float) -> str:
        """Say in words where a value lies among the councils."""
        for limit, share in (
            (self.lowest, "every council"),
            (self.tenth, "9 in 10 councils"),
            (self.quarter, "3 in 4 councils"),
        ):
            if value < limit:
                return f"lower than {share}"
        for limit, share in (
            (self.highest, "every council"),
            (self.ninetieth, "9 in 10 councils"),
            (self.three_quarters, "3 in 4 councils"),
        ):
            if value > limit:
                return f"higher than {share}"
        return "among the middle half of councils"


@dataclass(frozen=True)
class National:
    """Every published measure, where it is from, and what is not set beside one."""

    source: Mapping[str, str]
    measures: tuple[Spread, ...]
    not_shown: Mapping[str, str]

    @property
    def attribution(self) -> str:
        """What the licence asks to be said."""
        return (
            f"{self.source['title']} ({self.source['year']}), used under the "
            f"{self.source['licence']}. {self.source['because']}"
        )


@cache
def national() -> National:
    """The figures that are shipped in national.toml."""
    text = files("riskaid.records").joinpath("national.toml").read_text("utf-8")
    found = tomllib.loads(text)
    return National(
        source=found["source"],
        measures=tuple(
            Spread(
                key=one["key"],
                published=one["published"],
                name=one["name"],
                unit=one["unit"],
                base=one["base"],
                says=one["says"],
                says_not=one["not"],
                england=one["england"],
                councils=one["councils"],
                **dict(zip(MARKS, one["spread"], strict=True)),
            )
            for one in found["measure"]
        ),
        not_shown=found["not_shown"],
    )

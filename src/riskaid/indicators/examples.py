"""Runs the examples that stand beside each declaration, on three engines."""

from dataclasses import dataclass

import polars as pl

from riskaid.indicators import kernel, sql
from riskaid.indicators.catalogue import Catalogue, expression_of
from riskaid.indicators.example_text import CHILD, Example, read_examples
from riskaid.indicators.reference import value
from riskaid.language import nodes


@dataclass(frozen=True, slots=True)
class Failure:
    """An example that an engine answers otherwise than its declaration expects."""

    name: str
    place: str
    shows: str
    engine: str
    expected: float | None
    found: float | None

    def __str__(self) -> str:
        """One line a person can act on."""
        return (
            f"{self.place}: {self.name}: '{self.shows}': expected "
            f"{_answer(self.expected)}, the {self.engine} finds {_answer(self.found)}."
        )


def check_examples(catalogue: Catalogue) -> list[Failure]:
    """Run every example of a catalogue on the reference, the kernel and DuckDB.

    Returns:
        The failures; empty when every example holds.

    Raises:
        DefinitionError: An example cannot be read, or a declaration has none.
    """
    failures = []
    for one in catalogue.declarations:
        node = expression_of(one).node
        place = catalogue.examples[one.name]
        for example in read_examples(one.examples, node, place=place):
            for engine, found in run(example, node).items():
                if found != example.expected:
                    failures.append(
                        Failure(
                            one.name,
                            str(place.below(example.line)),
                            example.shows,
                            engine,
                            example.expected,
                            found,
                        )
                    )
    return failures


def run(example: Example, node: nodes.Node) -> dict[str, float | None]:
    """Answer one example with each engine, by the engine's name."""
    rows = pl.DataFrame({"person_id": [CHILD], "as_of": [example.as_of]})
    return {
        "reference": value(node, example.cases, CHILD, example.as_of).value,
        "kernel": kernel.columns({"found": node}, example.cases, rows)["found"][0],
        "duckdb": sql.columns({"found": node}, example.cases, rows)["found"][0],
    }


def _answer(number: float | None) -> str:
    return "unknown" if number is None else f"{number:g}"

"""Reads a features file as declarations only: nothing in it is ever run.

The file is parsed; each allowed form is rebuilt here by hand, and anything else is
refused with its line. There is no compile, exec or import of a features file.
"""

import ast
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from riskaid.errors import DefinitionError, nearest
from riskaid.indicators.declared_fields import misfit
from riskaid.indicators.settings import Settings, codelist, number, window
from riskaid.language import (
    Column,
    Condition,
    Days,
    Declaration,
    Earlier,
    Gap,
    Indicator,
    LatestCode,
    Months,
    Prompt,
    RecordCondition,
    Selection,
    Siblings,
    Table,
    Value,
    days,
    months,
)
from riskaid.language.table import SOURCE
from riskaid.records.tables import TABLES, siblings

IMPORTS: Mapping[str, Mapping[str, Any]] = {
    "riskaid.indicators": {
        "Gap": Gap,
        "Indicator": Indicator,
        "Prompt": Prompt,
        "codelist": codelist,
        "days": days,
        "months": months,
        "number": number,
        "window": window,
    },
    "riskaid.records.tables": {**TABLES, "siblings": siblings},
}
SETTINGS = ("codelist", "number", "window")
NO_SETTINGS = Settings()
WORDS = frozenset(
    {
        "age_years",
        "any",
        "as_number",
        "before",
        "changes",
        "count",
        "count_distinct",
        "days_since_first",
        "days_since_last",
        "decayed",
        "is_in",
        "is_known",
        "is_open",
        "largest",
        "latest",
        "of",
        "open_at",
        "overlap_days",
        "rate_of_change",
        "sequence",
        "total",
        "where",
    }
)
OPERATORS: Mapping[type, Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.BitAnd: operator.and_,
    ast.BitOr: operator.or_,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
JOINED = (Column, Condition, LatestCode, RecordCondition, Selection, Value)
EXPRESSIONS = (*JOINED, Days, Earlier, Months, Siblings)
DEEPEST = 80


@dataclass(frozen=True, slots=True)
class Place:
    """A line of a file, shown as file:line."""

    file: str
    line: int

    def __str__(self) -> str:
        """As editors write it."""
        return f"{self.file}:{self.line}"

    def below(self, lines: int) -> "Place":
        """So many lines further down."""
        return Place(self.file, self.line + lines)


@dataclass(frozen=True, slots=True)
class Declared:
    """One declaration, its variable, and where it and its examples begin."""

    variable: str
    declaration: Declaration
    place: Place
    examples: Place


def read(text: str, file: str, settings: Settings = NO_SETTINGS) -> list[Declared]:
    """Read a features file.

    Args:
        text: The file's text.
        file: Its name, for messages.
        settings: The parameters and codelists it may name.

    Raises:
        DefinitionError: The file is not Python, or does more than declare.
    """
    try:
        tree = ast.parse(text, filename=file)
    except SyntaxError as error:
        raise DefinitionError(
            f"{file}:{error.lineno or 1}: this is not Python: {error.msg}. "
            "Compare it with a file that works."
        ) from None
    except (MemoryError, RecursionError, ValueError):
        raise DefinitionError(
            f"{file}: this cannot be read as Python. Write it anew from a file that "
            "works."
        ) from None
    reader = Reader(file, settings, {})
    found: list[Declared] = []
    for position, statement in enumerate(tree.body):
        if position == 0 and _is_docstring(statement):
            continue
        if isinstance(statement, ast.ImportFrom):
            reader.take(statement)
        else:
            found.append(reader.declaration(statement))
    return found


@dataclass(frozen=True)
class Reader:
    """Rebuilds the allowed forms of one file from what it imports, and nothing else."""

    file: str
    settings: Settings
    names: dict[str, Any]
    missing: str = "is not imported"
    remedy: str = "Import it from riskaid.indicators or riskaid.records.tables."

    def refuse(self, node: ast.AST, what: str, remedy: str) -> DefinitionError:
        """Make the error for a part of the file, with its line."""
        line = getattr(node, "lineno", 1)
        return DefinitionError(f"{self.file}:{line}: {what}. {remedy}")

    def take(self, statement: ast.ImportFrom) -> None:
        """Make imported names known; only those on the list."""
        known = IMPORTS.get(statement.module or "")
        if known is None or statement.level:
            raise self.refuse(
                statement,
                f"a features file cannot import from '{statement.module}'",
                "Import from riskaid.indicators and riskaid.records.tables only.",
            )
        for alias in statement.names:
            if alias.asname or alias.name not in known:
                raise self.refuse(
                    statement,
                    f"'{alias.name}' cannot be imported here, or not under another "
                    "name",
                    f"{statement.module} offers: {', '.join(sorted(known))}."
                    f"{nearest(alias.name, sorted(known))}",
                )
            self.names[alias.name] = (
                getattr(self.settings, alias.name)
                if alias.name in SETTINGS
                else known[alias.name]
            )

    def declaration(self, statement: ast.stmt) -> Declared:
        """Rebuild NAME = Indicator(…), Prompt(…) or Gap(…)."""
        if (
            not isinstance(statement, ast.Assign)
            or len(statement.targets) != 1
            or not isinstance(statement.targets[0], ast.Name)
        ):
            raise self.refuse(
                statement,
                "a features file may only declare",
                "Write NAME = Indicator(…), Prompt(…) or Gap(…), and nothing else.",
            )
        call = statement.value
        value = self.build(call, 0)
        if not isinstance(value, Indicator | Prompt | Gap) or not isinstance(
            call, ast.Call
        ):
            raise self.refuse(
                statement,
                "this does not declare an indicator, prompt or gap",
                "Write NAME = Indicator(…), Prompt(…) or Gap(…).",
            )
        (text,) = [one.value for one in call.keywords if one.arg == "examples"]
        return Declared(
            statement.targets[0].id,
            value,
            Place(self.file, statement.lineno),
            Place(self.file, text.lineno),
        )

    def build(self, node: ast.expr, depth: int) -> Any:
        """Rebuild one expression; its message names the file and line."""
        if depth > DEEPEST:
            raise self.refuse(
                node,
                f"the expression is nested deeper than {DEEPEST}",
                "Split it into two indicators.",
            )
        try:
            return self._build(node, depth)
        except DefinitionError as error:
            if str(error).startswith(f"{self.file}:"):
                raise
            raise DefinitionError(f"{self.file}:{node.lineno}: {error}") from None

    def _build(self, node: ast.expr, depth: int) -> Any:  # noqa: PLR0911 - one case for each form that may stand in a file; all else is refused
        match node:
            case ast.Constant(str() | int() | float() | None as value):
                return value
            case ast.Name(name):
                return self._name(node, name)
            case ast.Attribute(inner, word):
                return self._attribute(node, self.build(inner, depth + 1), word)
            case ast.Call():
                return self._call(node, depth)
            case ast.BinOp(left, sign, right) | ast.Compare(left, [sign], [right]):
                return self._operation(node, left, sign, right, depth)
            case ast.UnaryOp(ast.Invert(), inner):
                one = self.build(inner, depth + 1)
                if isinstance(one, Condition | RecordCondition):
                    return ~one
            case ast.UnaryOp(ast.USub(), ast.Constant(int() | float() as number)):
                return -number
            case ast.BoolOp() | ast.UnaryOp(ast.Not()) | ast.Compare() | ast.IfExp():
                raise self.refuse(
                    node,
                    "'and', 'or', 'not', 'if' and a < b < c do not work here",
                    "Write '&', '|' and '~', and brackets round each comparison: "
                    "(a < b) & (b < c).",
                )
        raise self.refuse(
            node,
            f"{type(node).__name__} is not part of the language",
            "A features file holds calls, attributes, text, numbers and operators.",
        )

    def _name(self, node: ast.expr, name: str) -> Any:
        if name not in self.names:
            raise self.refuse(
                node,
                f"'{name}' {self.missing}",
                f"{self.remedy}{nearest(name, sorted(self.names))}",
            )
        return self.names[name]

    def _attribute(self, node: ast.expr, inner: Any, word: str) -> Any:
        if isinstance(inner, Table) and word in inner.columns:
            return inner.columns[word]
        if isinstance(inner, Table) and word == SOURCE:
            return inner.source
        if isinstance(inner, EXPRESSIONS) and word in WORDS and hasattr(inner, word):
            return getattr(inner, word)
        if isinstance(inner, Table) and not word.startswith("_"):
            inner.field(word)  # its message names the columns there are
        raise self.refuse(
            node,
            f"'.{word}' is not a word of the language here",
            f"The words are: {', '.join(sorted(WORDS))}.{nearest(word, sorted(WORDS))}",
        )

    def _call(self, node: ast.Call, depth: int) -> Any:
        callee = self.build(node.func, depth + 1)
        may = isinstance(node.func, ast.Attribute) or (
            isinstance(node.func, ast.Name)
            and node.func.id in IMPORTS["riskaid.indicators"]
        )
        starred = any(isinstance(one, ast.Starred) for one in node.args) or any(
            keyword.arg is None for keyword in node.keywords
        )
        if not may or not callable(callee) or starred:
            raise self.refuse(
                node,
                "this cannot be called here",
                "Call a word of a table, such as missing_episodes.count(…), and write "
                "each argument out.",
            )
        given = [self.build(one, depth + 1) for one in node.args]
        named = {
            str(keyword.arg): self.build(keyword.value, depth + 1)
            for keyword in node.keywords
        }
        if callee in (Indicator, Prompt, Gap):
            trouble = misfit(callee, given, named)
            if trouble is not None:
                raise self.refuse(node, *trouble)
            named = {
                key: self.settings.filled(one)
                if isinstance(one, str) and key != "examples"
                else one
                for key, one in named.items()
            }
        try:
            return callee(*given, **named)
        except TypeError as error:
            raise self.refuse(
                node,
                f"the call does not fit: {error}",
                "docs/reference/language.md shows how each word is written.",
            ) from None

    def _operation(
        self,
        node: ast.expr,
        left: ast.expr,
        sign: ast.operator | ast.cmpop,
        right: ast.expr,
        depth: int,
    ) -> Any:
        a, b = self.build(left, depth + 1), self.build(right, depth + 1)
        known = OPERATORS.get(type(sign))
        if known is None or not isinstance(a, JOINED) | isinstance(b, JOINED):
            raise self.refuse(
                node,
                f"{type(sign).__name__} is not part of the language here",
                "Operators join values and conditions: + - * / & | ~ and comparisons.",
            )
        try:
            return known(a, b)
        except TypeError:
            raise self.refuse(
                node,
                "these two cannot be joined by this operator",
                "Join numbers with + - * /, conditions with & and |.",
            ) from None


def _is_docstring(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )

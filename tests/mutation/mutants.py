"""Small faults to put into a source file, one at a time.

Each is what a tired person could have written: an edge that is in where it was out, a
filter left away, a sign turned round. SQL is text here, so its words are turned round
inside the strings of the files that write it.
"""

import ast
import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

SIGNS: dict[type, list[str]] = {
    ast.Lt: ["<=", ">="],
    ast.LtE: ["<", ">"],
    ast.Gt: [">=", "<="],
    ast.GtE: [">", "<"],
    ast.Eq: ["!="],
    ast.NotEq: ["=="],
    ast.Is: ["is not"],
    ast.IsNot: ["is"],
    ast.In: ["not in"],
    ast.NotIn: ["in"],
}
RECKONING: dict[type, str] = {
    ast.Add: "-",
    ast.Sub: "+",
    ast.Mult: "/",
    ast.Div: "*",
    ast.FloorDiv: "*",
    ast.Mod: "*",
    ast.Pow: "*",
    ast.LShift: ">>",
    ast.RShift: "<<",
    ast.BitAnd: "|",
    ast.BitOr: "&",
}
OTHER_NAME = {
    "min": "max",
    "max": "min",
    "minimum": "maximum",
    "maximum": "minimum",
    "any": "all",
    "all": "any",
    "zeros": "ones",
    "zeros_like": "ones_like",
    "ones_like": "zeros_like",
    "ones": "zeros",
    "left": "right",
    "both": "either",
    "either": "both",
    "lower_edge": "upper_edge",
    "min_horizontal": "max_horizontal",
    "max_horizontal": "min_horizontal",
}
OTHER_TEXT = {"left": "right", "right": "left"}
IN_SQL = [
    (r" < ", " <= "),
    (r" <= ", " < "),
    (r" > ", " >= "),
    (r" >= ", " > "),
    (r" = ", " <> "),
    (r" <> ", " = "),
    (r"^< ", "<= "),
    (r"^<= ", "< "),
    (r"\bAND\b", "OR"),
    (r"\bOR\b", "AND"),
    (r"\bIS NULL\b", "IS NOT NULL"),
    (r"\bIS NOT NULL\b", "IS NULL"),
    (r"\(NOT ", "("),
    (r"\bEXISTS\b", "NOT EXISTS"),
    (r"\bDISTINCT ", ""),
    (r" DESC\b", ""),
    (r"\bLEFT JOIN\b", "JOIN"),
    (r"\bmin\(", "max("),
    (r"\bmax\(", "min("),
    (r"\bleast\(", "greatest("),
    (r"\bgreatest\(", "least("),
    (r" \+ ", " - "),
    (r" - ", " + "),
    (r" / ", " * "),
    (r" \* ", " / "),
    (r"\btrue\b", "false"),
    (r"\bfalse\b", "true"),
    (r"\b0\b", "1"),
    (r"\b1\b", "2"),
    (r"\b100\b", "1"),
    (r"\babs\(", "("),
    (r"\bround_even\(", "round("),
    (r" ORDER BY a\.row", ""),
    (r" PARTITION BY a\.row", ""),
    (r"\bNULL\b(?! |\))", "0"),
]


@dataclass(frozen=True)
class Mutant:
    """One fault in one file."""

    file: str
    within: str
    line: str
    fault: str
    number: int
    source: str

    @property
    def key(self) -> tuple[str, str, str, str, int]:
        """What names it without line numbers, which change."""
        return (self.file, self.within, self.line, self.fault, self.number)


@dataclass(frozen=True)
class _Change:
    begin: int
    end: int
    new: str
    fault: str


def mutants(root: Path, file: str) -> list[Mutant]:
    """Every mutant of a file, in the order of its lines."""
    source = (root / file).read_text(encoding="utf-8")
    text = source.encode()
    finder = _Finder(text, sql=Path(file).name.startswith("sql"))
    finder.visit(ast.parse(source))
    found, times = [], Counter()
    for within, change in sorted(finder.found, key=lambda one: one[1].begin):
        begin = text.rfind(b"\n", 0, change.begin) + 1
        end = text.find(b"\n", change.begin)
        line = text[begin:end].decode().strip()
        times[within, line, change.fault] += 1
        new = text[: change.begin] + change.new.encode() + text[change.end :]
        found.append(
            Mutant(
                file,
                within,
                line,
                change.fault,
                times[within, line, change.fault],
                new.decode(),
            )
        )
    return found


def compiles(mutant: Mutant) -> bool:
    """Whether a fault makes a program at all; some signs cannot be turned round."""
    try:
        compile(mutant.source, "mutant", "exec")
    except SyntaxError:
        return False
    return True


class _Finder(ast.NodeVisitor):
    """Walks a file and notes what could be changed, but no words and no types."""

    def __init__(self, text: bytes, *, sql: bool) -> None:
        self.text = text
        self.sql = sql
        self.starts = [0]
        for line in text.split(b"\n"):
            self.starts.append(self.starts[-1] + len(line) + 1)
        self.path: list[str] = []
        self.found: list[tuple[str, _Change]] = []

    def at(self, line: int, column: int) -> int:
        return self.starts[line - 1] + column

    def span(self, node: ast.AST) -> tuple[int, int]:
        return (
            self.at(node.lineno, node.col_offset),
            self.at(node.end_lineno, node.end_col_offset),
        )

    def words(self, node: ast.AST) -> str:
        begin, end = self.span(node)
        return self.text[begin:end].decode()

    def note(self, begin: int, end: int, new: str, fault: str) -> None:
        change = _Change(begin, end, new, fault)
        self.found.append((".".join(self.path), change))

    def instead(self, node: ast.AST, new: str) -> None:
        """Put something else in a node's place."""
        old = " ".join(self.words(node).split())
        self.note(*self.span(node), new, f"{_short(old)} -> {_short(new)}")

    # What is passed over: words, types, messages

    def visit_Raise(self, node: ast.Raise) -> None:
        self.instead(node, "pass")

    def visit_Assert(self, node: ast.Assert) -> None:
        pass

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None and "TypeAlias" not in ast.dump(node.annotation):
            self.visit(node.value)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self.inside(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self.inside(node)

    def inside(self, node: ast.FunctionDef | ast.ClassDef) -> None:
        self.path.append(node.name)
        for one in node.body:
            self.visit(one)
        if isinstance(node, ast.FunctionDef):
            for default in [*node.args.defaults, *node.args.kw_defaults]:
                if default is not None:
                    self.visit(default)
        self.path.pop()

    def visit_Assign(self, node: ast.Assign) -> None:
        if self.path or not isinstance(node.value, ast.BinOp | ast.Tuple):
            self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> None:
        if isinstance(node.value, ast.Constant):
            return
        if isinstance(node.value, ast.Call):
            self.instead(node, "pass")
        self.generic_visit(node)

    def visit_MatchValue(self, node: ast.MatchValue) -> None:
        pass

    # What is changed

    def visit_Compare(self, node: ast.Compare) -> None:
        left = node.left
        for operator, right in zip(node.ops, node.comparators, strict=True):
            begin, end = self.span(left)[1], self.span(right)[0]
            between = self.text[begin:end].decode()
            sign = re.search(r"not in|is not|<=|>=|==|!=|<|>|\bin\b|\bis\b", between)
            for new in SIGNS[type(operator)]:
                self.note(
                    begin + len(between[: sign.start()].encode()),
                    begin + len(between[: sign.end()].encode()),
                    new,
                    f"{sign.group()} -> {new}",
                )
            left = right
        self.generic_visit(node)

    def visit_BinOp(self, node: ast.BinOp) -> None:
        self.sign(node.left, node.right, RECKONING.get(type(node.op)))
        if isinstance(node.op, ast.BitAnd | ast.BitOr):
            self.instead(node, f"({self.words(node.left)})")
            self.instead(node, f"({self.words(node.right)})")
        self.generic_visit(node)

    def sign(self, left: ast.AST, right: ast.AST, new: str | None) -> None:
        begin, end = self.span(left)[1], self.span(right)[0]
        between = self.text[begin:end].decode()
        sign = re.search(r"<<|>>|//|\*\*|[-+*/%&|]", between)
        if sign is not None and new is not None:
            self.note(
                begin + sign.start(),
                begin + sign.end(),
                new,
                f"{sign.group()} -> {new}",
            )

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self.instead(node, "pass")
        self.generic_visit(node)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        parts = [self.words(one) for one in node.values]
        here, other = (" and ", " or ")
        if isinstance(node.op, ast.Or):
            here, other = other, here
        self.instead(node, "(" + other.join(f"({p})" for p in parts) + ")")
        for at in range(len(parts)):
            kept = here.join(f"({p})" for p in parts[:at] + parts[at + 1 :])
            self.instead(node, f"({kept})")
        self.generic_visit(node)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> None:
        if isinstance(node.operand, ast.Constant):
            return self.instead(node, f"({self.words(node)} + 1)")
        self.instead(node, f"({self.words(node.operand)})")
        return self.generic_visit(node)

    def visit_Constant(self, node: ast.Constant) -> None:
        value = node.value
        if isinstance(value, bool):
            self.instead(node, str(not value))
        elif isinstance(value, int | float):
            self.instead(node, repr(value + 1))
        elif isinstance(value, str):
            if value in OTHER_TEXT:
                self.instead(node, f'"{OTHER_TEXT[value]}"')
            elif self.sql:
                self.in_sql(node)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        if self.sql:
            self.in_sql(node)

    def in_sql(self, node: ast.AST) -> None:
        """Turn round the words of SQL between the quotation marks of a string."""
        begin, _ = self.span(node)
        text = self.words(node)
        for piece in re.finditer(r'"((?:[^"\\{]|\\.|\{[^}]*\})*)"', text):
            for old, new in IN_SQL:
                for hit in re.finditer(old, piece.group(1)):
                    start = piece.start(1) + hit.start()
                    around = piece.group(1)[: hit.start()]
                    if around.count("{") > around.count("}"):
                        continue
                    self.note(
                        begin + len(text[:start].encode()),
                        begin + len(text[: start + len(hit.group())].encode()),
                        new,
                        f"SQL {hit.group().strip()} -> {new.strip() or 'nothing'}",
                    )

    def visit_If(self, node: ast.If) -> None:
        self.instead(node.test, "True")
        self.instead(node.test, "False")
        self.generic_visit(node)

    def visit_While(self, node: ast.While) -> None:
        self.instead(node.test, "False")
        self.generic_visit(node)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        self.instead(node, f"({self.words(node.body)})")
        self.instead(node, f"({self.words(node.orelse)})")
        self.generic_visit(node)

    def visit_comprehension(self, node: ast.comprehension) -> None:
        for test in node.ifs:
            self.instead(test, "True")
        self.generic_visit(node)

    def visit_Continue(self, node: ast.Continue) -> None:
        self.instead(node, "break")

    def visit_Break(self, node: ast.Break) -> None:
        self.instead(node, "continue")

    def visit_Return(self, node: ast.Return) -> None:
        if node.value is not None and not _is_none(node.value):
            self.instead(node.value, "None")
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        name = node.func
        if isinstance(name, ast.Name) and name.id in ("isinstance", "cast"):
            self.visit(node.args[0])
            return
        if isinstance(name, ast.Name) and name.id in OTHER_NAME:
            self.instead(name, OTHER_NAME[name.id])
        if isinstance(name, ast.Attribute):
            if name.attr in OTHER_NAME:
                self.instead(name, f"{self.words(name.value)}.{OTHER_NAME[name.attr]}")
            if name.attr in ("filter", "sort", "sorted", "unique"):
                self.instead(node, self.words(name.value))
        if isinstance(name, ast.Name) and name.id == "sorted":
            self.instead(node, f"list({self.words(node.args[0])})")
        self.generic_visit(node)

    def visit_List(self, node: ast.List) -> None:
        for one in node.elts:
            rest = [self.words(other) for other in node.elts if other is not one]
            if self.sql and self.path and rest:
                self.instead(node, f"[{', '.join(rest)}]")
        self.generic_visit(node)


def _is_none(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 60 else f"{text[:38]}…{text[-21:]}"

"""What is wrong with a file that somebody wrote, key by key, in words."""

import types
import typing
from typing import Any

from pydantic import BaseModel, ValidationError

from riskaid.errors import nearest


def in_words(error: ValidationError, asked: type[BaseModel]) -> str:
    """Say what is wrong, with the nearest name where a key is not known.

    Args:
        error: What checking the file raised.
        asked: What the file as a whole should have been.
    """
    lines = [_line(e["type"], e["loc"], e["msg"], asked) for e in error.errors()]
    return " ".join(lines)


def _line(
    kind: str, loc: tuple[int | str, ...], message: str, asked: type[BaseModel]
) -> str:
    where = ".".join(str(part) for part in loc)
    if kind == "extra_forbidden":
        known = _keys_at(loc[:-1], asked)
        hint = nearest(str(loc[-1]), known) or f" Known here: {', '.join(known)}."
        return f"there is no key '{where}'.{hint}"
    if kind == "missing":
        return f"the key '{where}' is missing."
    return f"'{where}': {message.removeprefix('Value error, ').rstrip('.')}."


def _keys_at(loc: tuple[int | str, ...], asked: type[BaseModel]) -> list[str]:
    part = asked
    for name in loc:
        if not isinstance(name, str) or name not in part.model_fields:
            continue
        for kind in _kinds(part.model_fields[name].annotation):
            if isinstance(kind, type) and issubclass(kind, BaseModel):
                part = kind
    return list(part.model_fields)


def _kinds(annotation: Any) -> list[Any]:
    if typing.get_origin(annotation) in {tuple, types.UnionType, typing.Union}:
        return [k for a in typing.get_args(annotation) for k in _kinds(a)]
    return [annotation]

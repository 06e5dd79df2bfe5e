"""The words on every page of a release that is not for use about anybody."""

from riskaid.records.marks import OPEN_MARKS

_WORDS = "DEMONSTRATION - {mark} records - not for use about any child or person"


def watermark_of(state: str, mark: str | None) -> str | None:
    """The watermark of a purpose or state beside a store's mark; None for none.

    Marked records always carry it; so does every demonstration.
    """
    if mark in OPEN_MARKS:
        return _WORDS.format(mark=mark)
    if state == "demonstration":
        return _WORDS.format(mark="synthetic or public")
    return None

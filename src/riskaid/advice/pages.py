"""The pages a person sees: HTML from templates, and the same advice as plain text."""

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from riskaid.advice import wording
from riskaid.advice.content import Advice, DatedRecord

HERE = Path(__file__).resolve().parent
STATIC = HERE / "static"
STYLES = ("govuk.css", "riskaid.css")


def render(template: str, **context: Any) -> str:
    """Fill a template; everything that comes from outside is escaped."""
    always: dict[str, Any] = {
        "words": wording,
        "session": None,
        "practitioners": {},
        "errors": {},
        "given": {},
        "watermark": None,
        "styles": None,
        "reference": "",
    }
    return _environment().get_template(template).render(always | context)


def render_page(advice: Advice) -> str:
    """One page of advice that stands alone, with its styles inside and no links."""
    # Ours and vendored, under test to hold no markup; nothing of the record is in it.
    css = "\n".join((STATIC / name).read_text(encoding="utf-8") for name in STYLES)
    css = css.replace('@charset "UTF-8";\n', "")
    return render(
        "advice.html",
        advice=advice,
        watermark=advice.watermark,
        styles=Markup(css),  # noqa: S704 - our own style sheets only
        review_at=None,
    )


def render_text(advice: Advice) -> str:
    """The advice for a terminal, in the same order and words as the page."""
    lines: list[str] = []
    if advice.watermark:
        lines += [advice.watermark, ""]
    as_of = wording.date_words(advice.as_of)
    held = wording.date_words(advice.extract_date)
    who = f"{advice.age}. As of {as_of}, from records held up to {held}."
    lines += [wording.SERVICE_NAME.upper(), who, "", "WHAT IS RECORDED"]
    for family in advice.families:
        lines.append(family.title)
        for reason in family.reasons:
            lines.append(f"  * {reason.reads}: {reason.value}. {reason.adds}.")
            lines += [f"      {_line(record)}" for record in reason.records]
    if not advice.families:
        lines.append(wording.NO_REASONS)
    lines += ["", "WHAT IS NOT KNOWN"]
    lines += [f"  * {gap.says} {gap.closes_with}" for gap in advice.gaps]
    lines += [f"  * Not known: {reads}" for reads in advice.unknown]
    if not advice.gaps and not advice.unknown:
        lines.append(wording.NO_GAPS)
    lines += ["", "QUESTIONS THE RECORDS RAISE"]
    for prompt in advice.prompts:
        lines += [f"  * {prompt.asks}", f"      {prompt.says}"]
        lines.append(f"      Why we ask: {prompt.because}")
    if not advice.prompts:
        lines.append(wording.NO_PROMPTS)
    lines += ["", "THE ESTIMATE", advice.estimate.band.capitalize()]
    lines += [f"  {sentence}" for sentence in advice.estimate.sentences]
    lines += ["", "LIMITS"]
    lines += [f"  * {limit}" for limit in advice.limits]
    lines += ["", f"Release {advice.release} ({advice.release_digest})"]
    return "\n".join(lines) + "\n"


def _line(record: DatedRecord) -> str:
    day = wording.date_words(record.day) if record.day else "no date recorded"
    whose = "" if record.whose == "the child" else f" ({record.whose})"
    details = "; ".join(f"{name}: {value}" for name, value in record.details)
    details = f", {details}" if details else ""
    return f"{day}: {record.what}{whose}{details} [{record.source}]"


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["day"] = wording.date_words
    return environment

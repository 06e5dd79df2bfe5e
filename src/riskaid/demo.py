"""The whole way on a made-up council, with a page that leads through what it made."""

import importlib.resources
import shutil
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined

from riskaid import shipped
from riskaid.advice.advise import advise
from riskaid.advice.allocation import choose_cases
from riskaid.advice.content import Advice
from riskaid.advice.pages import render_page
from riskaid.errors import UsageError
from riskaid.files import (
    digest_file,
    digest_folder,
    write_json,
    write_text,
)
from riskaid.pipeline import Way, facts_of, whole_way
from riskaid.progress import Progress, silent
from riskaid.records.synthetic import synth

FACTS = "demo.json"
RELEASE_NAME = "conference_12m demo"
DRAWN_FOR = ("one", "two", "three", "four")


@dataclass(frozen=True, kw_only=True)
class Demo:
    """What the demonstration found, and whom its advice page shows."""

    way: Way
    person_id: str
    as_of: date
    advice_band: str
    about_the_verdict: tuple[str, ...]
    facts: dict[str, Any]


def run_demo(
    out: Path,
    *,
    children: int,
    seed: int,
    today: date,
    replace: bool = False,
    progress: Progress = silent,
) -> Demo:
    """Make a synthetic council and take it from extract to signed advice.

    Everything stands below `out`; each stage writes its own folder whole or not at all.
    Values, model, audit and card are the same to the byte for the same children and
    seed; keys, signatures, the MLflow database and when.json are not.

    Raises:
        UsageError: The folder is taken, or is not an earlier demonstration.
    """
    _make_room(out, replace=replace)
    council = out / "council"
    synth(council, children=children, seed=seed, progress=progress)
    mlflow = (out / "mlflow").resolve()
    mlflow.mkdir()
    way = whole_way(
        [(council / "ssd", None), (council / "feeds", "partner_feeds")],
        out,
        experiment=shipped.folder("experiments") / "conference_12m.toml",
        policy=shipped.folder("fairness") / "policy.toml",
        name=RELEASE_NAME,
        today=today,
        mlflow_uri=f"sqlite:///{(mlflow / 'mlflow.db').as_posix()}",
        mlflow_artifacts=mlflow / "artifacts",
        progress=progress,
    )
    progress("writing one page of advice", 0, 0)
    person_id, as_of, advice = one_to_show(way)
    write_text(out / "advice" / "advice.html", render_page(advice))
    write_json(out / "advice" / "advice.json", advice.to_json())
    write_text(out / "trust-digest.txt", f"{way.trust_digest}\n")
    about = about_the_verdict(way)
    facts = facts_of(way) | {
        "children": children,
        "seed": seed,
        "digests": digests(out),
        "advice": {"as_of": as_of.isoformat(), "band": advice.estimate.band},
    }
    write_json(out / FACTS, facts)
    found = Demo(
        way=way,
        person_id=person_id,
        as_of=as_of,
        advice_band=advice.estimate.band,
        about_the_verdict=about,
        facts=facts,
    )
    write_text(out / "index.html", _index(found, out))
    return found


def _make_room(out: Path, *, replace: bool) -> None:
    if out.exists() and (out.is_file() or any(out.iterdir())):
        earlier = (out / "council" / "council.json").is_file()
        if not replace or not earlier:
            raise UsageError(
                f"'{out.name}' is there already and is not empty. "
                + (
                    "Add --replace to make it anew."
                    if earlier
                    else "Name another folder; this one is no earlier demonstration."
                )
            )
        shutil.rmtree(out)
    out.mkdir(parents=True, exist_ok=True)


def one_to_show(way: Way) -> tuple[str, date, Advice]:
    """Choose a made-up child whose records show what the page can do.

    Of cases drawn as the service draws them, without looking: one whose page holds an
    estimate, whatever it is, and whose records raise the most questions.
    """
    shown = [
        (case, advise(way.release, way.store, case.person_id, case.as_of))
        for case in choose_cases(way.store, DRAWN_FOR)
    ]
    case, advice = max(
        shown,
        key=lambda pair: (
            bool(pair[1].estimate.count),
            len(pair[1].prompts),
            len(pair[1].chronology()),
        ),
    )
    return case.person_id, case.as_of, advice


def digests(out: Path) -> dict[str, str]:
    """Digests of everything that is the same for the same children and seed."""
    found = {
        f"{part}/{name}": digest
        for part in ("run", "audit", "card", "release/bundle", "store/tables")
        for name, digest in digest_folder(out / part).items()
        if name != "when.json"
    }
    return found | {"advice/advice.html": digest_file(out / "advice" / "advice.html")}


def about_the_verdict(way: Way) -> tuple[str, ...]:
    """Say what the verdict means here, and what it would mean for a real council."""
    if way.audit.verdict == "fail":
        return (
            "For a real council nothing would be released, and nobody could override",
            "it. Here the way goes on with a watermark, so that you can see the rest.",
        )
    if way.audit.verdict == "pass":
        return ("For a real council shadow use and two signatures would come next.",)
    said: tuple[str, ...] = (
        "In a council of this size that is the expected, correct result. For a real",
        "council it leads at most to shadow use: scored silently, shown to nobody,",
        "until there is evidence.",
    )
    if not way.run.recommended:
        said += ("With no model recommended, not even that would be built.",)
    return (*said, "Here the way goes on as a watermarked demonstration.")


def next_commands(found: Demo, out: Path) -> tuple[str, str, str]:
    """The next three commands to try."""
    pinned = f"--trust-digest {found.way.trust_digest}"
    common = f"--release {out / 'release'} --store {out / 'store'} {pinned}"
    return (
        f"riskaid serve {common}",
        f"riskaid advise {common} --person {found.person_id} --as-of {found.as_of}",
        f"riskaid release verify {out / 'release'} {pinned}",
    )


def _index(found: Demo, out: Path) -> str:
    template = (
        importlib.resources.files("riskaid") / "templates" / "demo_index.html.j2"
    ).read_text(encoding="utf-8")
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    facts = found.way.run.facts
    return environment.from_string(template).render(
        facts=facts,
        metrics=facts["metrics"][found.way.run.chosen],
        verdict=found.way.audit.verdict.replace("_", " "),
        about=" ".join(found.about_the_verdict),
        commands=next_commands(found, out),
        children=found.facts["children"],
        seed=found.facts["seed"],
        plots=sorted(p.name for p in (found.way.folders.run / "plots").glob("*.svg")),
        mlflow=(out / "mlflow" / "mlflow.db").as_posix(),
    )

"""Commands about advice and its review log: advise, serve, log verify, log export."""

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from riskaid.commands.release import TrustDigest, TrustFile, trust_of
from riskaid.commands.terminal import Json, Store, a_date, need, say, today
from riskaid.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Engine

ReleaseOption = Annotated[
    Path, typer.Option("--release", help="The release, a folder.")
]
Log = Annotated[
    str, typer.Option("--log", help="The review log: a file, or a database address.")
]


def advise(
    *,
    release: ReleaseOption,
    store: Store,
    person: Annotated[
        str,
        typer.Option(
            help="The child's id in the store; riskaid pseudonym finds it in a store "
            "that was made with a key."
        ),
    ],
    as_of: Annotated[str, typer.Option(help="The date, YYYY-MM-DD.")],
    trust_digest: TrustDigest,
    trust_file: TrustFile = None,
    as_json: Json = False,
) -> None:
    """Advice on one child, for evaluation: synthetic, public or long-closed rows."""
    from riskaid.advice.access import may_advise_outside_service
    from riskaid.advice.advise import advise as put_together
    from riskaid.advice.facts import read_facts
    from riskaid.advice.pages import render_text
    from riskaid.records.store import open_store
    from riskaid.release.verify import open_release

    day = a_date(as_of, "--as-of")
    assert day is not None
    cases = open_store(store)
    opened = open_release(
        release,
        trust=trust_of(release, trust_file),
        trust_digest=trust_digest,
        store_mark=cases.mark,
        today=today(),
    )
    may_advise_outside_service(cases, read_facts(opened), day)
    advice = put_together(opened, cases, person, day)
    say(advice.to_json(), render_text(advice), as_json=as_json)


def serve(
    *,
    release: ReleaseOption,
    store: Store,
    trust_digest: TrustDigest,
    trust_file: TrustFile = None,
    log: Log = "riskaid-review-log.db",
    host: Annotated[str, typer.Option(help="The address to listen on.")] = "127.0.0.1",
    port: Annotated[
        int, typer.Option(min=1, max=65535, help="The port to listen on.")
    ] = 8000,
) -> None:
    """Serve advice pages on this machine: sign in, own view, advice, review."""
    need("serve")
    from riskaid.advice.service import ServiceSettings
    from riskaid.advice.service import serve as run_service

    settings = ServiceSettings(
        release=release,
        trust=trust_of(release, trust_file),
        trust_digest=trust_digest,
        store=store,
        review_log=_address(log),
    )
    typer.echo(f"Advice pages on http://{host}:{port} - stop with Ctrl-C.", err=True)
    run_service(settings, host=host, port=port)


def log_verify(log: Log, *, as_json: Json = False) -> None:
    """Check the review log's chain from first to last: exit 0 or 16."""
    from riskaid.advice.review_log import verify

    with _opened(log) as engine:
        report = verify(engine)
    say(
        report.to_json(),
        f"The chain holds: {report.entries} entries, {report.erased} erased.\n"
        f"Head: {report.head.position} {report.head.digest}",
        as_json=as_json,
    )


def log_export(
    log: Log,
    *,
    out: Annotated[Path, typer.Option("--out", help="A file of JSON lines.")],
    with_payloads: Annotated[
        bool, typer.Option("--with-payloads", help="What was written too: personal.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Write the review log as JSON lines, without what was written unless asked."""
    from riskaid.advice.review_log import export
    from riskaid.files import write_text

    with _opened(log) as engine:
        lines = list(export(engine, with_payloads=with_payloads))
    write_text(out, "".join(f"{line.rstrip()}\n" for line in lines))
    say(
        {"out": str(out), "entries": len(lines)},
        f"{len(lines)} entries written to {out}.",
        as_json=as_json,
    )


@contextmanager
def _opened(log: str) -> "Iterator[Engine]":
    from riskaid.advice.review_log import open_log

    if "://" not in log and not Path(log).is_file():
        raise UsageError(f"There is no review log '{Path(log).name}'. Check --log.")
    engine = open_log(_address(log))
    try:
        yield engine
    finally:
        engine.dispose()


def _address(log: str) -> str:
    return log if "://" in log else f"sqlite:///{Path(log).resolve().as_posix()}"

"""Commands about releases: build, keygen, trust, sign, verify, show."""

from pathlib import Path
from typing import Annotated, Any

import typer

from riskaid.commands.decisions import decisions_in
from riskaid.commands.models import policy_file
from riskaid.commands.terminal import (
    BoardDecisions,
    Json,
    Out,
    Policy,
    a_date,
    say,
    today,
)
from riskaid.errors import UsageError

Release = Annotated[Path, typer.Argument(help="The release, a folder.")]
TrustFile = Annotated[
    Path | None, typer.Option("--trust", help="The trust file; else the release's.")
]
TrustDigest = Annotated[
    str,
    typer.Option("--trust-digest", help="SHA-256 of the trust file, from elsewhere."),
]
Key = Annotated[Path, typer.Option("--key", help="A private key, a PEM file.")]


def build(
    run: Annotated[Path, typer.Argument(help="The training run, a folder.")],
    *,
    audit: Annotated[Path, typer.Option("--audit", help="Its audit, a folder.")],
    card: Annotated[Path, typer.Option("--card", help="Its card, a folder.")],
    out: Out,
    name: Annotated[
        str, typer.Option(help="The release's name, such as 'conference_12m 2026.1'.")
    ],
    purpose: Annotated[
        str, typer.Option(help="demonstration, shadow or live.")
    ] = "demonstration",
    store: Annotated[
        Path | None,
        typer.Option(
            help="The case store in whose ledger the audit stands; needed for all but "
            "a demonstration."
        ),
    ] = None,
    decisions: BoardDecisions = None,
    policy: Policy = None,
    mlflow_uri: Annotated[
        str | None,
        typer.Option(help="Where the run is tracked; else SQLite beside the run."),
    ] = None,
    no_tracking: Annotated[
        bool, typer.Option("--no-tracking", help="Keep the draft out of MLflow.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Bind plan, model, audit and card into a draft release; the gate decides."""
    from riskaid.release.bundle import build_release
    from riskaid.release.registry import log_draft, place_of

    digest = build_release(
        run,
        audit,
        policy_file(policy),
        card,
        out,
        name=name,
        purpose=purpose,
        store=store,
        decisions=decisions_in(decisions),
        today=today(),
    )
    text = f"A draft release stands in {out}. Its bundle is {digest}."
    uri = None if no_tracking else place_of(run, mlflow_uri)
    if uri is not None:
        log_draft(run, out, name=name, digest=digest, uri=uri)
        text += "\nMLflow holds a copy beside the run."
    say(
        {"release": str(out), "bundle": digest, "in_mlflow": uri is not None},
        text,
        as_json=as_json,
    )


def keygen(
    path: Annotated[Path, typer.Argument(help="Where the private key will stand.")],
    *,
    as_json: Json = False,
) -> None:
    """Make a signing key. Signing is a person's act: each person keeps their own."""
    from riskaid.release.keys import make_key, public_path_of

    keyid = make_key(path)
    say(
        {"keyid": keyid, "private": str(path), "public": str(public_path_of(path))},
        f"Private key: {path} (keep it; only you may read it)\n"
        f"Public key:  {public_path_of(path)}\nKey id:      {keyid}",
        as_json=as_json,
    )


def trust(
    path: Annotated[Path, typer.Argument(help="Where the trust file will stand.")],
    *,
    root_key: Annotated[
        list[Path], typer.Option(help="A private root key that signs. Repeatable.")
    ],
    member: Annotated[
        list[str],
        typer.Option(help="ROLE:PUBLIC_KEY_FILE:POST, role analyst or board."),
    ],
    sequence: Annotated[int, typer.Option(min=1, help="Higher each time.")] = 1,
    as_json: Json = False,
) -> None:
    """Say whose signatures count, signed by the root key; pin the digest it prints."""
    from riskaid.release.keys import read_key
    from riskaid.release.trust import Trust, write_trust

    roots = [read_key(key) for key in root_key]
    made = Trust(
        sequence=sequence,
        keys=tuple(_member(text) for text in member),
        root=tuple(key.public for key in roots),
        root_needed=len(roots),
    )
    digest = write_trust(path, made, root_keys=roots)
    say(
        {"trust": str(path), "digest": digest},
        f"The trust file stands in {path}. Pin its digest: {digest}",
        as_json=as_json,
    )


def _member(text: str) -> Any:
    from riskaid.release.keys import read_public
    from riskaid.release.trust import ROLES, TrustedKey

    role, _, rest = text.partition(":")
    file, _, holder = rest.rpartition(":")
    if role not in ROLES or not file or not holder:
        raise UsageError(
            "--member takes ROLE:PUBLIC_KEY_FILE:POST, such as "
            "'board:chair.pub.pem:Chair of the board'. "
            f"The roles are: {', '.join(ROLES)}."
        )
    return TrustedKey(public=read_public(Path(file)), roles=(role,), holder=holder)


def sign(
    release: Release,
    *,
    state: Annotated[
        str | None,
        typer.Option(
            help="audited, demonstration, shadow, live, suspended, withdrawn."
        ),
    ] = None,
    key: Key,
    trust_digest: TrustDigest,
    trust_file: TrustFile = None,
    expires: Annotated[
        str | None, typer.Option(help="For a state in use: at most 12 months ahead.")
    ] = None,
    reason: Annotated[str, typer.Option(help="Why, without anybody's data.")] = "",
    evidence: Annotated[
        Path | None, typer.Option(help="The report a live state rests on.")
    ] = None,
    second: Annotated[
        bool, typer.Option("--second", help="Sign the newest statement as the second.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Sign the next state of a release, or a second time as another person."""
    from riskaid.release.keys import read_key
    from riskaid.release.statements import add_statement, co_sign, next_step
    from riskaid.release.trust import open_trust

    trusted = open_trust(trust_of(release, trust_file), trust_digest=trust_digest)
    if second == (state is not None):
        raise UsageError("Give either --state, or --second to sign the newest one.")
    if state is None:
        path = co_sign(release, trust=trusted, key=read_key(key))
    else:
        step = next_step(
            state, on=today(), expires=a_date(expires, "--expires"), reason=reason
        )
        path = add_statement(
            release, step, trust=trusted, key=read_key(key), evidence=evidence
        )
    say({"statement": str(path)}, f"Signed: {path}", as_json=as_json)


def verify(
    release: Release,
    *,
    trust_digest: TrustDigest,
    trust_file: TrustFile = None,
    as_json: Json = False,
) -> None:
    """Check signatures, trust, digests, purpose, order and expiry: exit 0 or 14."""
    from riskaid.release.verify import verify_release

    report = verify_release(
        release,
        trust=trust_of(release, trust_file),
        trust_digest=trust_digest,
        today=today(),
    )
    lines = [
        f"{report.name}: {report.state}, built for {report.purpose}",
        f"  bundle    {report.digest}",
        f"  files     {report.files}, each as signed",
        f"  verdict   {report.verdict}",
        f"  expires   {report.expires or 'no date: not in use'}",
        *(
            [f"  decided   by the board, until {report.decided_until}"]
            if report.decided_until
            else []
        ),
        f"  may load  {'yes' if report.may_load else f'no: {report.why_not}'}",
        f"  {report.freshness}",
    ]
    say(report.to_json(), "\n".join(lines), as_json=as_json)


def register(
    release: Release,
    *,
    trust_digest: TrustDigest,
    trust_file: TrustFile = None,
    mlflow_uri: Annotated[
        str, typer.Option(help="Where the run of the release was tracked.")
    ],
    as_json: Json = False,
) -> None:
    """Give the version in MLflow that a live release holds the alias 'released'."""
    from riskaid.release.registry import RELEASED
    from riskaid.release.registry import register as give_alias

    name, version = give_alias(
        release,
        trust=trust_of(release, trust_file),
        trust_digest=trust_digest,
        uri=mlflow_uri,
        today=today(),
    )
    say(
        {"model": name, "version": version, "alias": RELEASED},
        f"Version {version} of {name} has the alias '{RELEASED}'. It is for whoever "
        "reads the registry: advice opens the release itself.",
        as_json=as_json,
    )


def show(release: Release, *, as_json: Json = False) -> None:
    """Show what a release says of itself, checked against nothing; see verify."""
    import json

    from riskaid.errors import ReleaseError
    from riskaid.release.statements import BUNDLE, STATEMENTS

    try:
        manifest = json.loads((release / BUNDLE / "manifest.json").read_text("utf-8"))
        steps = sorted(p.name for p in (release / STATEMENTS).glob("*.json"))
        lines = [f"{manifest['name']} (not verified)"]
        lines += [f"  {k:<10} {manifest[k]}" for k in ("purpose", "rung", "verdict")]
    except (OSError, ValueError, KeyError, TypeError):
        raise ReleaseError(
            f"'{release.name}' holds no release that can be read. Check the path."
        ) from None
    decided = shown_decisions(release)
    lines += [
        f"  decision   {one['file']}: {one['characteristic']}, {one['group']}, "
        f"{one['measure']}; by {one['role']}, until {one['until']}"
        for one in decided
    ]
    lines += [f"  statement  {name}" for name in steps]
    lines.append(f"  read       {release / BUNDLE / 'card' / 'card.html'}")
    facts = {"manifest": manifest, "statements": steps, "decisions": decided}
    say(facts, "\n".join(lines), as_json=as_json)


def shown_decisions(release: Path) -> list[dict[str, Any]]:
    """The decisions of the board that a release rests on, as its card says them."""
    import json

    from riskaid.release.statements import BUNDLE

    try:
        card = (release / BUNDLE / "card" / "card.json").read_text("utf-8")
        return list(json.loads(card).get("decisions", []))
    except (OSError, ValueError, AttributeError, TypeError):
        return []


def trust_of(release: Path, named: Path | None) -> Path:
    """The trust file that was named, or the one inside the release."""
    from riskaid.release.statements import TRUST

    return named or release / TRUST

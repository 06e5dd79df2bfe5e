"""What every test shares: no network, sector files, and an honest NOT RUN list."""

import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from riskaid.doctor import PARTS

ROOT = Path(__file__).resolve().parent.parent
REQUIRE_ALL = os.environ.get("RISKAID_REQUIRE") == "all"
NOT_RUN = "NOT RUN: "


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line(
        "markers",
        "requires(part): needs a system part, named as riskaid doctor names it; "
        "listed as NOT RUN where it is missing, failed with RISKAID_REQUIRE=all",
    )


def not_run(reason: str) -> None:
    """End a test as NOT RUN, or as failed where everything is required."""
    if REQUIRE_ALL:
        pytest.fail(f"RISKAID_REQUIRE=all, but {reason}", pytrace=False)
    pytest.skip(NOT_RUN + reason)


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker in item.iter_markers("requires"):
        (name,) = marker.args
        if PARTS[name].found() is None:
            not_run(f"{name} is missing (installed by .ci/system-parts)")


def pytest_terminal_summary(terminalreporter) -> None:
    skipped = terminalreporter.stats.get("skipped", [])
    if skipped:
        terminalreporter.section("NOT RUN")
        for report in skipped:
            reason = report.longrepr[2] if report.longrepr else "no reason"
            reason = reason.removeprefix("Skipped: ")
            terminalreporter.line(f"{report.nodeid}: {reason}")


@pytest.fixture(autouse=True, scope="session")
def _no_network() -> Iterator[None]:
    """Refuse every connection that leaves this machine."""
    connect = socket.socket.connect

    def local_only(self, address):
        if self.family != socket.AF_UNIX:
            host = address[0]
            if host not in ("127.0.0.1", "::1", "localhost"):
                raise AssertionError("a test tried to leave this machine")
        return connect(self, address)

    patch = pytest.MonkeyPatch()
    patch.setattr(socket.socket, "connect", local_only)
    yield
    patch.undo()


@pytest.fixture(scope="session")
def root() -> Path:
    """The checkout."""
    return ROOT


@pytest.fixture(scope="session")
def sector_files() -> Path:
    """Fake returns in the sector's formats, which are not part of the project."""
    named = os.environ.get("RISKAID_SECTOR_FILES")
    folder = Path(named) if named else ROOT.parent / "shared" / "data"
    if not (folder / "sample_cin.xml").is_file():
        not_run("the sector files are not here (RISKAID_SECTOR_FILES names them)")
    return folder


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """A PostgreSQL of our own on a socket in a temporary folder; its address."""
    bins = Path(PARTS["postgresql"].found())
    place = Path(tempfile.mkdtemp(prefix="riskaid-pg-"))
    as_root = os.geteuid() == 0
    if as_root:
        shutil.chown(place, "postgres", "postgres")

    def run(*command: str) -> None:
        # PostgreSQL refuses to be run by root.
        before = ["runuser", "-u", "postgres", "--"] if as_root else []
        subprocess.run([*before, *command], check=True, capture_output=True, cwd=place)

    data = place / "data"
    run(
        str(bins / "initdb"), "-D", str(data), "-A", "trust", "-U", "riskaid",
        "--no-sync", "-E", "UTF8", "--locale=C",
    )  # fmt: skip
    options = f"-c listen_addresses= -k {place} -c fsync=off"
    log = str(place / "log")
    run(str(bins / "pg_ctl"), "-D", str(data), "-w", "-l", log, "-o", options, "start")
    yield f"postgresql+psycopg://riskaid@/postgres?host={place}"
    run(str(bins / "pg_ctl"), "-D", str(data), "-m", "immediate", "stop")
    shutil.rmtree(place, ignore_errors=True)


@pytest.fixture(scope="module")
def mlflow_server(tmp_path_factory) -> Iterator[Callable[..., str]]:
    """Starts MLflow's own server with some options; gives its address once it answers.

    What is given by name is set in the server's environment.
    """
    started: list[subprocess.Popen[bytes]] = []

    def start(*options: str, **environment: str) -> str:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        place = tmp_path_factory.mktemp("server")
        with (place / "log").open("w") as log:
            running = subprocess.Popen(
                [
                    *[sys.executable, "-m", "mlflow", "server", "--workers", "1"],
                    *[*options, "--host", "127.0.0.1", "--port", str(port)],
                    *["--artifacts-destination", str(place / "kept")],
                ],
                cwd=place,
                stdout=log,
                stderr=log,
                start_new_session=True,
                env={
                    **os.environ,
                    "MLFLOW_DISABLE_TELEMETRY": "true",
                    "DO_NOT_TRACK": "true",
                    "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
                    "PYTHONWARNINGS": "ignore",
                    **environment,
                },
            )
        started.append(running)
        until = time.monotonic() + 240
        while True:
            assert running.poll() is None, (place / "log").read_text()
            assert time.monotonic() < until, (place / "log").read_text()
            try:
                address = f"http://127.0.0.1:{port}"
                with urllib.request.urlopen(f"{address}/health", timeout=5):
                    return address
            except OSError:
                time.sleep(0.5)

    yield start
    for running in started:
        os.killpg(running.pid, 15)
        running.wait(timeout=60)


@pytest.fixture(scope="module")
def browser():
    """A Chromium without a window; what uses it needs the part "chromium"."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        started = playwright.chromium.launch(
            executable_path=PARTS["chromium"].found(),
            args=["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"],
        )
        yield started
        started.close()


@pytest.fixture
def check_page_in_one_file(browser):
    """Check that everybody can read a page, at 320 pixels too, and it asks nobody."""
    import axe_playwright_python

    axe = Path(axe_playwright_python.__file__).parent / "axe.min.js"

    def check(page_file: Path) -> None:
        pictures = os.environ.get("RISKAID_PICTURES")
        for width in (1100, 320):
            page = browser.new_page(viewport={"width": width, "height": 800})
            asked, said = [], []
            page.on("request", lambda request, asked=asked: asked.append(request.url))
            page.on("console", lambda message, said=said: said.append(message.text))
            page.goto(page_file.as_uri())
            if pictures:
                picture = f"{pictures}/{page_file.stem}-{width}.png"
                page.screenshot(path=picture, full_page=True)
            assert [one for one in asked if not one.startswith("data:")] == [
                page_file.as_uri()
            ]
            assert said == [], "nothing breaks the page's own policy"
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            page.evaluate(axe.read_text(encoding="utf-8"))
            found = page.evaluate("axe.run()")["violations"]
            assert [one["id"] for one in found] == []
            page.close()

    return check


KINDS = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "boolean": bool,
    "null": type(None),
}
KEYWORDS = {
    "$schema", "$id", "$defs", "$ref", "title", "description", "type", "const", "enum",
    "properties", "required", "additionalProperties", "items", "minimum", "maximum",
    "pattern",
}  # fmt: skip


def follow(value, schema, top, where):  # noqa: C901 - one branch a keyword
    """Check a value against the part of JSON Schema (2020-12) that ours use.

    A keyword that is not understood here fails, so that none is passed over.
    """
    assert set(schema) <= KEYWORDS, f"{where}: {set(schema) - KEYWORDS}"
    if "$ref" in schema:
        name = schema["$ref"].removeprefix("#/$defs/")
        follow(value, top["$defs"][name], top, where)
    if "const" in schema:
        assert value == schema["const"], where
    if "enum" in schema:
        assert value in schema["enum"], where
    if "type" in schema:
        kinds = schema["type"]
        kinds = [kinds] if isinstance(kinds, str) else kinds
        fits = [
            type(value) in (int, float) if k == "number" else type(value) is KINDS[k]
            for k in kinds
        ]
        assert any(fits), f"{where} is {value!r}"
    if type(value) in (int, float):
        assert value >= schema.get("minimum", value), where
        assert value <= schema.get("maximum", value), where
    if isinstance(value, str) and "pattern" in schema:
        assert re.search(schema["pattern"], value), f"{where} is {value!r}"
    if isinstance(value, dict):
        assert set(schema.get("required", ())) <= set(value), where
        for key, inner in value.items():
            rule = schema.get("properties", {}).get(key)
            if rule is None:
                rule = schema.get("additionalProperties", True)
            assert rule is not False, f"{where}.{key}"
            if isinstance(rule, dict):
                follow(inner, rule, top, f"{where}.{key}")
    if isinstance(value, list):
        for i, inner in enumerate(value):
            follow(inner, schema.get("items", {}), top, f"{where}[{i}]")


@pytest.fixture(scope="session")
def follows_audit_schema():
    """Check an audit's published form against the schema that is shipped."""
    from riskaid.fairness.results import audit_schema

    schema = audit_schema()
    return lambda facts: follow(facts, schema, schema, "audit")


@pytest.fixture(scope="session")
def follows_schema():
    """Check what is published against any schema of ours."""
    return lambda facts, schema: follow(facts, schema, schema, "facts")

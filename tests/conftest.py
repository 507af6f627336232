"""What every test may use: a real Redis, a started Sparkroom, a browser, a database that threads can share."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import hypothesis
import pytest
from django.conf import settings
from django.core.management import call_command
from django.db import DEFAULT_DB_ALIAS, connections
from pytest_django import DjangoDbBlocker
from redis import Redis
from redis.exceptions import ConnectionError as NotThere

from ide.interfaces import reachable_hosts
from ide.launcher import redis
from ide.settings import describe_database
from tests.postgres import Postgres
from tests.stack import ROOT, TIED, Stack, free_port

BROWSER_TESTS = ROOT / "tests" / "browser"
CHROMIUM_OPTIONS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
# Where `make test` puts a browser of Playwright's own, on machines without a Chromium.
os.environ.setdefault("PLAYWRIGHT_BROWSERS_PATH", str(ROOT / "build" / "browsers"))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--soak", action="store_true", help="the random and fault suites at their full counts")


def pytest_configure(config: pytest.Config) -> None:
    soak = config.getoption("--soak")
    # The same examples on every CI run: a failure there must be one that others can repeat.
    hypothesis.settings.register_profile(
        "sparkroom", deadline=None, max_examples=1_000 if soak else 100, derandomize="CI" in os.environ and not soak
    )
    hypothesis.settings.load_profile("sparkroom")
    # Not the data of whoever runs the tests.
    settings.DATA = Path(tempfile.mkdtemp(prefix="sparkroom-tests-"))


def pytest_unconfigure() -> None:
    shutil.rmtree(settings.DATA, ignore_errors=True)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Browser tests come last: once Playwright has started, its event loop runs until the session ends."""
    items.sort(key=lambda item: BROWSER_TESTS in item.path.parents)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        for value in getattr(item, "funcargs", {}).values():
            if isinstance(value, Stack):
                report.sections.append(("Sparkroom's log", value.log()))
    return report


@pytest.fixture(scope="session")
def soak(pytestconfig: pytest.Config) -> bool:
    """Whether to run at full counts."""
    return bool(pytestconfig.getoption("--soak"))


@pytest.fixture(scope="session")
def redis_url() -> Iterator[str]:
    """A real Redis on a private socket."""
    with tempfile.TemporaryDirectory(prefix="sparkroom-redis-") as folder:
        path = redis.socket_path(Path(folder))
        url = f"unix://{path}"
        tied = [sys.executable, "-IS", str(TIED), "KILL", str(os.getpid())]
        with subprocess.Popen([*tied, *redis.command(path)], stdin=subprocess.DEVNULL) as process:
            try:
                wait_for_redis(url, process)
                yield url
            finally:
                process.terminate()


def wait_for_redis(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 10
    with Redis.from_url(url) as client:
        while True:
            assert process.poll() is None, "Redis ended"
            assert time.monotonic() < deadline, "Redis gave no answer"
            try:
                client.ping()
            except NotThere:
                time.sleep(0.02)
            else:
                return


@pytest.fixture(scope="session")
def sparkroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A started Sparkroom that the tests of a session share."""
    with Stack(tmp_path_factory.mktemp("sparkroom")) as stack:
        yield stack


@pytest.fixture(scope="session")
def lan_sparkroom(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One that other devices reach: it listens on every address of this machine."""
    own_port = str(free_port())
    with Stack(tmp_path_factory.mktemp("lan"), HOST="0.0.0.0", SPARKROOM_PREVIEW_PORT=own_port) as stack:
        yield stack


@pytest.fixture(scope="session")
def lan(lan_sparkroom: Stack) -> str:
    """The origin under which other devices reach it."""
    hosts = reachable_hosts("0.0.0.0")
    assert hosts, "this machine has no address but loopback ones, so nothing else could reach it"
    return f"http://{hosts[0]}:{lan_sparkroom.port}"


@pytest.fixture(scope="session")
def django_db_modify_db_settings(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The test database is a file: one in memory belongs to one thread."""
    connections["default"].settings_dict["TEST"]["NAME"] = str(tmp_path_factory.mktemp("database") / "test.sqlite3")


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A real PostgreSQL, started for the first test that wants it."""
    with Postgres() as server:
        yield server


@pytest.fixture(scope="session")
def postgres_tables(
    postgres: Postgres, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> dict[str, dict[str, Any]]:
    """Django's description of a database with our tables in that PostgreSQL."""
    description = connections.configure_settings({DEFAULT_DB_ALIAS: describe_database(postgres.create("tests"))})
    with django_db_blocker.unblock(), on_databases(description):
        call_command("migrate", verbosity=0)
    return description


@pytest.fixture(params=["SQLite", "PostgreSQL"])
def either_database(request: pytest.FixtureRequest, django_db_setup: None) -> Iterator[str]:
    """Has all threads use the one or the other; answers its name. Comes before the fixture that empties it."""
    if request.param == "PostgreSQL":
        with on_databases(request.getfixturevalue("postgres_tables")):
            yield request.param
    else:
        yield request.param


@pytest.fixture
def database(either_database: str, transactional_db: None) -> Iterator[str]:
    """A real, empty database for the threads of a test; a test that uses it runs with each that we support."""
    yield either_database
    # The test may have cut it. What empties the database opens another.
    connections[DEFAULT_DB_ALIAS].close()


@contextmanager
def on_databases(descriptions: dict[str, dict[str, Any]]) -> Iterator[None]:
    """Have every thread use these databases instead of those of the settings."""
    known, connection = connections.settings[DEFAULT_DB_ALIAS], connections[DEFAULT_DB_ALIAS]
    connections.settings[DEFAULT_DB_ALIAS] = descriptions[DEFAULT_DB_ALIAS]
    connections[DEFAULT_DB_ALIAS] = connections.create_connection(DEFAULT_DB_ALIAS)
    try:
        yield
    finally:
        connections[DEFAULT_DB_ALIAS].close()
        connections.settings[DEFAULT_DB_ALIAS], connections[DEFAULT_DB_ALIAS] = known, connection


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """The system's Chromium where there is one; otherwise Playwright's own."""
    chromium = {"executable_path": found} if (found := shutil.which("chromium")) else {}
    return {**browser_type_launch_args, **chromium, "args": [*CHROMIUM_OPTIONS]}

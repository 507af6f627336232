"""`DATABASE_URL`: what is understood, and what stops the start with one line that says nothing secret."""

from __future__ import annotations

import pytest
from django.db import DEFAULT_DB_ALIAS
from django.db.utils import ConnectionHandler
from pytest_django import DjangoDbBlocker

from ide.environment import BadSetting
from ide.settings import describe_database
from tests.postgres import Postgres


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("sqlite:////srv/a%20b.sqlite3", {"NAME": "//srv/a b.sqlite3"}),
        ("sqlite:///srv/a.sqlite3", {"NAME": "/srv/a.sqlite3"}),
        (
            "postgres://me:p%40ss@db.example:5433/rooms",
            {"HOST": "db.example", "PORT": "5433", "USER": "me", "PASSWORD": "p@ss", "NAME": "rooms"},
        ),
        ("postgresql://me@/rooms?host=/run/postgresql", {"HOST": "/run/postgresql", "PORT": "", "NAME": "rooms"}),
        ("postgres://me@%2Frun%2Fpostgresql/rooms", {"HOST": "/run/postgresql", "NAME": "rooms"}),
    ],
)
def test_addresses_are_understood(url: str, expected: dict[str, str]) -> None:
    described = describe_database(url)
    assert {name: described[name] for name in expected} == expected


def test_what_libpq_understands_it_gets() -> None:
    options = describe_database("postgres://db/rooms?sslmode=verify-full&connect_timeout=2")["OPTIONS"]
    assert isinstance(options, dict)
    assert (options["sslmode"], options["connect_timeout"]) == ("verify-full", "2")


@pytest.mark.parametrize(
    "url",
    [
        "mysql://me:secret@db/rooms",
        "sqlite://relative.sqlite3",
        "sqlite:///",
        "sqlite:",
        "sqlite:///srv/rooms.sqlite3?mode=ro",
        "/srv/secret.sqlite3",
        "postgres://me:secret@db",
        "postgres://me:secret@db:port/rooms",
        "postgres://me:secret@db:99999/rooms",
        "postgres://me:secret@db/rooms?secret=1",
        "postgres://me:sec ret@db/rooms",
        "postgres://me:secret@[::1/rooms",
    ],
)
def test_anything_else_stops_the_start_with_one_line(url: str) -> None:
    with pytest.raises(BadSetting) as stopped:
        describe_database(url)
    words = str(stopped.value)
    assert words.startswith("DATABASE_URL=")
    assert "\n" not in words
    assert "sec" not in words


def test_a_password_lets_in_by_tcp(postgres: Postgres, django_db_blocker: DjangoDbBlocker) -> None:
    known = ConnectionHandler({DEFAULT_DB_ALIAS: describe_database(postgres.tcp_url("postgres"))})
    with django_db_blocker.unblock(), known[DEFAULT_DB_ALIAS].temporary_connection() as cursor:
        cursor.execute("SELECT host(inet_client_addr())")
        assert cursor.fetchone() == ("127.0.0.1",)

"""Which errors of the database pass by themselves: it is locked, full, away or in no state to write."""

from __future__ import annotations

import sqlite3

from django.db import DatabaseError, InterfaceError, OperationalError

_SQLITE = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_NOMEM,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_PROTOCOL,
}
# Classes of SQLSTATE: connection, rollback by the server, resources, intervention by its operator, its system. A lock
# that was not to be had, and a server that only reads, are alone in theirs.
_POSTGRESQL = ("08", "40", "53", "57P", "58", "55P03", "25006")


def is_outage(error: DatabaseError | InterfaceError) -> bool:
    """Whether the same statements may succeed later, though nothing about them changes."""
    cause = error.__cause__
    if isinstance(cause, sqlite3.Error):
        # The low byte; the rest says more about the same. Errors of Python's own module have no code.
        return getattr(cause, "sqlite_errorcode", 0) & 0xFF in _SQLITE
    state = getattr(cause, "sqlstate", None)
    if state is None:
        # What the client says of its connection has no state.
        return isinstance(error, (OperationalError, InterfaceError))
    return str(state).startswith(_POSTGRESQL)

"""A store function that takes effect once, however often it must be tried."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

from django.db import DataError, OperationalError, connection, transaction

T = TypeVar("T")


class Once(Generic[T]):
    """Tries a function until its transaction is committed.

    A server that goes away while it commits has done so or has not; PostgreSQL remembers which, by the transaction's
    number. SQLite answers for each commit: there is nobody who could go away.
    """

    def __init__(self, function: Callable[[], T]) -> None:
        self._function = function
        self._asked: tuple[str, T] | None = None
        """The transaction that was asked to commit, and what the function answered in it."""

    def attempt(self) -> T:
        """What the function answers. Raises what it raises, and then it has had no effect, or DatabaseError."""
        if connection.vendor != "postgresql":
            return self._function()
        if self._asked is not None and _was_committed(self._asked[0]):
            return self._asked[1]
        self._asked = None
        with transaction.atomic():
            result = self._function()
            number = _number()
            if number is not None:
                self._asked = (number, result)
        return result


def _number() -> str | None:
    """The number of the running transaction; None if it has written nothing."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_xact_id_if_assigned()::text")
        number: str | None = cursor.fetchone()[0]
        return number


def _was_committed(number: str) -> bool:
    """Whether a transaction of another connection was committed. Raises OperationalError while that is open."""
    with connection.cursor() as cursor:
        try:
            cursor.execute("SELECT pg_xact_status(%s::xid8)", [number])
        except DataError:
            return False  # from the future: the server was put back to an earlier state
        status = cursor.fetchone()[0]
    if status == "in progress":
        raise OperationalError(f"transaction {number} has not ended yet")
    return bool(status == "committed")

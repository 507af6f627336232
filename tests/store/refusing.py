"""A database that refuses to write, as one does whose disk is full."""

from __future__ import annotations

from django.db import connection

READ_ONLY = {"sqlite": "PRAGMA query_only", "postgresql": "SET default_transaction_read_only"}


def refuse(yes: bool) -> None:
    """Have the connection of this thread refuse whatever is to be written, or accept it again."""
    with connection.cursor() as cursor:
        cursor.execute(f"{READ_ONLY[connection.vendor]}={'ON' if yes else 'OFF'}")

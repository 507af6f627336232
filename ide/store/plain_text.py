"""PostgreSQL refuses the character U+0000, which people and models may write: it keeps U+FFFD in its place."""

from __future__ import annotations

import re

from psycopg import Connection
from psycopg.abc import Buffer
from psycopg.types.json import Jsonb, JsonbDumper
from psycopg.types.string import StrDumper

# An escape that is not itself escaped.
_ESCAPED = re.compile(rb"((?<!\\)(?:\\\\)*)\\u0000")


class _Text(StrDumper):
    def dump(self, obj: str) -> Buffer | None:
        return super().dump(obj.replace("\0", "\ufffd"))

    def quote(self, obj: str) -> Buffer:
        return super().quote(obj.replace("\0", "\ufffd"))


class _Json(JsonbDumper):
    def dump(self, obj: Jsonb) -> Buffer | None:
        data = super().dump(obj)
        return None if data is None else _ESCAPED.sub(rb"\1\\ufffd", bytes(data))


def replace_nul(connection: Connection[object]) -> None:
    """Have a connection do so with every value that it is given."""
    connection.adapters.register_dumper(str, _Text)
    connection.adapters.register_dumper(Jsonb, _Json)

"""How long a text is in bytes, asked of the database."""

from __future__ import annotations

from typing import Any

from django.db.models import Func, IntegerField


class Octets(Func):
    """The bytes of a text's UTF-8, which `Length` does not count."""

    function = "OCTET_LENGTH"
    output_field = IntegerField()

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        """SQLite has the function only since 3.43."""
        return self.as_sql(compiler, connection, template="LENGTH(CAST(%(expressions)s AS BLOB))", **context)

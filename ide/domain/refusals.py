"""An expected "no": a code for programs and a sentence for people."""

from __future__ import annotations

from ide.wire.codes import Code


class Refusal(Exception):
    """Raised by whatever refuses a request, and answered by whichever transport carried it."""

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

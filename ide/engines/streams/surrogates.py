"""Half characters: text that a model's server cut in the middle of a UTF-16 pair."""

from __future__ import annotations


class Surrogates:
    """Joins UTF-16 pairs that were split across deltas. It returns no surrogate: a lone half becomes U+FFFD."""

    def __init__(self) -> None:
        self._half = ""

    def join(self, text: str) -> str:
        """`text` with what was held back before it, without a half pair at its end."""
        if not self._half and (text.isascii() or not _has_surrogate(text)):
            return text
        text = self._half + text
        self._half = ""
        if text and "\ud800" <= text[-1] <= "\udbff":
            self._half = text[-1]
            text = text[:-1]
        return without_surrogates(text)

    def flush(self) -> str:
        """A replacement for a half pair that never got its other half."""
        rest = "\ufffd" if self._half else ""
        self._half = ""
        return rest


def without_surrogates(text: str) -> str:
    """`text` with its pairs joined, and U+FFFD for every half without the other."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _has_surrogate(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return True
    return False

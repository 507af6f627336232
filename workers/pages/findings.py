"""What a look at a page brought to light, bounded: a page that says a thousand things says no more than forty here."""

from __future__ import annotations

from collections import Counter

from ide.domain.documents import PATH_BYTES, is_path
from ide.wire.codes import PageLevel
from ide.wire.run_shapes import FailedLoad, PageMessage, PagePlace, PageReport
from workers.pages.site import path_of, with_paths

# Of each level, so that errors are not lost behind what was only noted.
MESSAGES = 40
FAILURES = 40
TEXT_LENGTH = 1_500
ADDRESS_LENGTH = 300
TITLE_LENGTH = 200
_LARGEST = 10_000_000


class Findings:
    """Of one look. Texts may hold addresses of the room's files; they are told as paths."""

    def __init__(self) -> None:
        self.messages: list[PageMessage] = []
        self.failures: list[FailedLoad] = []
        self.left_out = 0
        self.title = ""
        self.load_ms: float | None = None
        self._kept: Counter[PageLevel] = Counter()
        self._failed: dict[str, int] = {}

    def say(self, level: PageLevel, text: str, place: PagePlace | None = None, *, uncaught: bool = False) -> None:
        """The page wrote something to its console, or did not catch an error."""
        message = PageMessage(level=level, text=_bounded(with_paths(text), TEXT_LENGTH), place=place, uncaught=uncaught)
        last = self.messages[-1] if self.messages else None
        if last is not None and last.model_copy(update={"count": 1}) == message:
            self.messages[-1] = last.model_copy(update={"count": last.count + 1})
        elif self._kept[level] < MESSAGES:
            self._kept[level] += 1
            self.messages.append(message)
        else:
            self.left_out += 1

    def fail(self, url: str, reason: str, place: PagePlace | None = None) -> None:
        """The page asked for something and did not get it. The first time counts."""
        address = _bounded(path_of(url) or url, ADDRESS_LENGTH)
        if address in self._failed:
            self.locate(url, place)
        elif len(self.failures) < FAILURES:
            self._failed[address] = len(self.failures)
            self.failures.append(FailedLoad(address=address, reason=_bounded(reason, ADDRESS_LENGTH), place=place))
        else:
            self.left_out += 1

    def locate(self, url: str, place: PagePlace | None) -> None:
        """Who asked for something is known only after it has failed, since the browser tells of both in any order."""
        number = self._failed.get(_bounded(path_of(url) or url, ADDRESS_LENGTH))
        if number is not None and self.failures[number].place is None:
            self.failures[number] = self.failures[number].model_copy(update={"place": place})

    def report(self, path: str, picture: str | None) -> PageReport:
        """All of it."""
        return PageReport(
            path=path,
            title=_bounded(self.title, TITLE_LENGTH),
            load_ms=self.load_ms,
            messages=self.messages,
            failures=self.failures,
            left_out=self.left_out,
            picture=picture,
        )


def place_at(url: str | None, line: int | None, column: int | None = None) -> PagePlace | None:
    """A place by the browser's own, 0-based count; None for what is not in the room, or could not be."""
    path = path_of(url or "")
    if path is None or line is None or not 0 <= line < _LARGEST:
        return None
    # A script names itself as it likes. What is far too long is not even to be remembered by `is_path`.
    if len(path) > PATH_BYTES or not is_path(path):
        return None
    return PagePlace(path=path, line=line + 1, column=min(max(column or 0, 0), _LARGEST) + 1)


def _bounded(text: str, most: int) -> str:
    # Databases cannot keep U+0000, nor what is no character at all.
    text = text[: most + 1].replace("\0", "\ufffd").encode("utf-8", "replace").decode()
    return text if len(text) <= most else f"{text[: most - 1]}…"

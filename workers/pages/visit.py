"""One visit to a page: the browser is told where to go, answered what it asks for, listened to, and left."""

from __future__ import annotations

import base64
import binascii
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel, JsonValue, ValidationError

from ide.wire.codes import PageLevel
from ide.wire.run_shapes import PagePlace
from workers.pages import console, events
from workers.pages.findings import Findings, place_at
from workers.pages.line import Line, Message
from workers.pages.site import STAY, Answer, Site

WIDTH: Final = 1280
HEIGHT: Final = 800
PICTURE_BYTES: Final = 4_000_000
START_SECONDS: Final = 60.0
# From the first request on until the page has loaded and answers.
ANSWER_SECONDS: Final = 10.0
# After it has loaded: nothing is on its way any more for so long, and how long that is waited for.
QUIET_SECONDS: Final = 0.3
MOST_QUIET_SECONDS: Final = 2.0
PICTURE_SECONDS: Final = 3.0
PAUSE_SECONDS: Final = 1.0

REQUESTS: Final = 2_000
SERVED_BYTES: Final = 256_000_000
TARGETS: Final = 20

NO_NETWORK: Final = "pages have no network here"
NO_FILE: Final = "there is no such file in this room"
STUCK: Final = f"the page did not answer within {ANSWER_SECONDS:.0f} s"
UNFINISHED: Final = f"the page did not finish loading within {ANSWER_SECONDS:.0f} s"
CRASHED: Final = "the page crashed"

# What the browser says of a policy names the address that was refused first.
_ADDRESS: Final = re.compile(r"\b(?:https?|wss?)://[^\s'\"<>]+")


class NoAnswer(Exception):
    """The browser did not answer a command in time, or refused it."""


class Crashed(Exception):
    """The page's process is gone."""


@dataclass(frozen=True)
class Seen:
    """What came of a visit. `trouble` is why it was cut short; `picture` is a PNG of the page."""

    trouble: str | None
    picture: bytes | None


class Visit:
    """To the page at `path` of `site`, over the `line` to a browser that was just started. For one use.

    Both `findings` and what the methods raise (`Gone`, `TooMuch`) are the caller's to deal with.
    """

    def __init__(self, line: Line, site: Site, path: str, findings: Findings) -> None:
        self._line = line
        self._site = site
        self._path = path
        self._findings = findings
        self._session = ""
        self._target = ""
        self._targets = 0
        self._loaded = False
        self._left = False
        self._asked: dict[str, tuple[str, PagePlace | None]] = {}
        self._under_way: set[str] = set()
        self._requests = 0
        self._served = 0
        self._last_sign = 0.0
        self._paused: events.Paused | None = None
        self._pausing = False
        self._scripts: dict[str, str] = {}
        self._hears: dict[str, tuple[type[BaseModel], Callable[[Any, str | None], None]]] = {
            "Fetch.requestPaused": (events.RequestPaused, self._serve),
            "Network.requestWillBeSent": (events.WillBeSent, self._ask_noted),
            "Network.webSocketCreated": (events.SocketCreated, self._socket_noted),
            "Network.webSocketFrameError": (events.RequestOver, self._socket_failed),
            "Network.loadingFinished": (events.RequestOver, self._arrived),
            "Network.loadingFailed": (events.LoadingFailed, self._failed),
            "Runtime.consoleAPICalled": (events.ConsoleCalled, self._said),
            "Runtime.exceptionThrown": (events.ExceptionThrown, self._thrown),
            "Log.entryAdded": (events.EntryAdded, self._noted),
            "Page.javascriptDialogOpening": (events.DialogOpening, self._dialog),
            "Page.windowOpen": (events.WindowOpen, self._window),
            "Target.targetCreated": (events.TargetCreated, self._other_page),
            "Target.attachedToTarget": (events.Attached, self._joined),
            "Debugger.scriptParsed": (events.ScriptParsed, self._script),
            "Debugger.paused": (events.Paused, self._halted),
        }

    def make(self) -> Seen:
        """Go there, wait until it is quiet, and take a picture."""
        self._open()
        began = time.monotonic()
        deadline = began + ANSWER_SECONDS
        self._line.send("Page.navigate", self._session, url=self._site.address(self._path))
        try:
            while not self._loaded and self._listen(deadline):
                pass
            if self._loaded:
                self._findings.load_ms = round((time.monotonic() - began) * 1000, 1)
                self._settle(min(deadline, time.monotonic() + MOST_QUIET_SECONDS))
            # Whoever has until now been too busy to load is asked once more.
            self._findings.title = self._title(max(deadline, time.monotonic() + PAUSE_SECONDS))
            return Seen(None if self._loaded else UNFINISHED, self._picture())
        except Crashed:
            return Seen(CRASHED, None)
        except NoAnswer:
            return Seen(self._why_stuck(), None)

    # --- what the browser is told ---

    def _open(self) -> None:
        """Make a page that is listened to and goes nowhere by itself. Raises NoAnswer."""
        until = time.monotonic() + START_SECONDS
        self._tell(until, "Browser.setDownloadBehavior", None, behavior="deny")
        made = self._tell(until, "Target.createTarget", None, url="about:blank")
        self._target = str(made.get("targetId"))
        attached = self._tell(until, "Target.attachToTarget", None, targetId=self._target, flatten=True)
        self._session = str(attached.get("sessionId"))
        self._line.send("Target.setDiscoverTargets", discover=True)
        for method in ("Inspector.enable", "Page.enable", "Debugger.enable"):
            self._line.send(method, self._session)
        self._line.send("Emulation.setDeviceMetricsOverride", self._session, width=WIDTH, height=HEIGHT,
                        deviceScaleFactor=1, mobile=False)  # fmt: skip
        self._tell(until, *self._listen_to(self._session))

    def _listen_to(self, session: str) -> tuple[str, str]:
        """Have a page, frame or worker report, and ask before it loads anything. Answers the command that is left."""
        for method in ("Runtime.enable", "Log.enable", "Network.enable"):
            self._line.send(method, session)
        self._line.send("Target.setAutoAttach", session, autoAttach=True, waitForDebuggerOnStart=True, flatten=True)
        self._line.send("Fetch.enable", session, patterns=[{"urlPattern": "*"}])
        return "Runtime.runIfWaitingForDebugger", session

    def _tell(self, until: float, method: str, session: str | None, **params: Any) -> dict[str, JsonValue]:
        """Send a command and wait for its answer; what else comes is dealt with. Raises NoAnswer."""
        number = self._line.send(method, session, **params)
        while (message := self._line.receive(until)) is not None:
            if message.id == number:
                if message.error is not None:
                    raise NoAnswer
                return message.result
            self._take(message)
        raise NoAnswer

    def _settle(self, until: float) -> None:
        """Wait until nothing has been asked for or answered for a while."""
        self._last_sign = time.monotonic()
        while (now := time.monotonic()) < until:
            quiet_at = self._last_sign + QUIET_SECONDS
            if not self._under_way and now >= quiet_at:
                return
            self._listen(until if self._under_way else min(until, quiet_at))

    def _title(self, until: float) -> str:
        answer = self._tell(until, "Runtime.evaluate", self._session, expression="document.title", returnByValue=True)
        result = answer.get("result")
        title = result.get("value") if isinstance(result, dict) else None
        return title if isinstance(title, str) else ""

    def _picture(self) -> bytes | None:
        until = time.monotonic() + PICTURE_SECONDS
        try:
            answer = self._tell(until, "Page.captureScreenshot", self._session, format="png", optimizeForSpeed=True)
            data = base64.b64decode(str(answer.get("data", "")), validate=True)
        except (NoAnswer, binascii.Error):
            return None
        return data if data.startswith(b"\x89PNG\r\n\x1a\n") and len(data) <= PICTURE_BYTES else None

    def _why_stuck(self) -> str:
        """Where the page is busy, if it can be found out."""
        self._pausing = True
        self._line.send("Debugger.pause", self._session)
        until = time.monotonic() + PAUSE_SECONDS
        try:
            while self._paused is None and self._listen(until):
                pass
        except Crashed:
            return CRASHED
        for frame in self._paused.callFrames if self._paused else []:
            url = self._scripts.get(frame.location.scriptId)
            place = place_at(url, frame.location.lineNumber, frame.location.columnNumber)
            if place is not None:
                self._findings.say(PageLevel.ERROR, "The page is busy here and does not come to an end.", place)
                return f"{STUCK}: it is busy at {place.path}:{place.line}"
        return STUCK

    # --- what the browser says ---

    def _listen(self, until: float) -> bool:
        """Deal with one message. False if none came until then. Raises Crashed."""
        message = self._line.receive(until)
        if message is None:
            return False
        self._take(message)
        return True

    def _take(self, message: Message) -> None:
        if message.method == "Inspector.targetCrashed" and message.sessionId == self._session:
            raise Crashed
        # A page that tries to leave before it has loaded only stops loading.
        ends = ("Page.loadEventFired", "Page.frameStoppedLoading") if self._left else ("Page.loadEventFired",)
        if message.method in ends and message.sessionId == self._session:
            self._loaded = True
        if message.method in self._hears:
            shape, hear = self._hears[message.method]
            try:
                event = shape.model_validate(message.params)
            except ValidationError:
                return
            hear(event, message.sessionId)

    def _serve(self, paused: events.RequestPaused, session: str | None) -> None:
        """Answer a request from the room's files; nothing else is ever loaded."""
        url = paused.request.url
        answer = self._site.answer(url)
        self._requests += 1
        self._served += len(answer.body) if answer else 0
        if self._requests > REQUESTS or self._served > SERVED_BYTES:
            self._line.send("Fetch.failRequest", session, requestId=paused.requestId, errorReason="Failed")
            return
        if answer is None and url.startswith(("data:", "blob:")):
            self._line.send("Fetch.continueRequest", session, requestId=paused.requestId)
        elif answer is None and paused.resourceType == "Document" and session == self._session:
            # A page that goes elsewhere would leave nothing to look at.
            self._left = True
            self._findings.fail(url, NO_NETWORK)
            self._fulfil(paused.requestId, STAY, session)
        elif answer is None:
            self._line.send(
                "Fetch.failRequest", session, requestId=paused.requestId, errorReason="InternetDisconnected"
            )
        else:
            if answer.status == 404 and not url.endswith("/favicon.ico"):
                _, place = self._asked.get(paused.networkId, ("", None))
                self._findings.fail(url, NO_FILE, place)
            self._fulfil(paused.requestId, answer, session)

    def _fulfil(self, request: str, answer: Answer, session: str | None) -> None:
        headers = [{"name": name, "value": value} for name, value in answer.headers.items()]
        body = base64.b64encode(answer.body).decode()
        self._line.send("Fetch.fulfillRequest", session, requestId=request, responseCode=answer.status,
                        responseHeaders=headers, body=body)  # fmt: skip

    def _ask_noted(self, asked: events.WillBeSent, _: str | None) -> None:
        if asked.request.url.startswith("data:"):
            return
        self._remember(asked.requestId, asked.request.url, asked.initiator)
        self._under_way.add(asked.requestId)
        self._last_sign = time.monotonic()

    def _socket_noted(self, created: events.SocketCreated, _: str | None) -> None:
        self._remember(created.requestId, created.url, created.initiator)

    def _remember(self, request: str, url: str, initiator: events.Initiator) -> None:
        if len(self._asked) < REQUESTS:
            place = place_at(initiator.url, initiator.lineNumber, initiator.columnNumber)
            place = place or _called(initiator.stack)
            self._asked[request] = (url, place)
            self._findings.locate(url, place)

    def _socket_failed(self, over: events.RequestOver, _: str | None) -> None:
        url, place = self._asked.get(over.requestId, ("", None))
        if url:
            self._findings.fail(url, NO_NETWORK, place)

    def _arrived(self, over: events.RequestOver, _: str | None) -> None:
        self._under_way.discard(over.requestId)
        self._last_sign = time.monotonic()

    def _failed(self, failed: events.LoadingFailed, _: str | None) -> None:
        self._under_way.discard(failed.requestId)
        self._last_sign = time.monotonic()
        url, place = self._asked.get(failed.requestId, ("", None))
        if not url or failed.canceled:
            return
        if self._site.answer(url) is None:
            self._findings.fail(url, NO_NETWORK, place)
        else:
            self._findings.fail(url, failed.blockedReason or failed.errorText or "it could not be loaded", place)

    def _said(self, called: events.ConsoleCalled, _: str | None) -> None:
        if called.type in ("clear", "endGroup", "profile", "profileEnd"):
            return
        text = console.text_of(called.type, called.args)
        self._findings.say(console.level_of(called.type), text, _called(called.stackTrace))

    def _thrown(self, thrown: events.ExceptionThrown, _: str | None) -> None:
        details = thrown.exceptionDetails
        place = _called(details.stackTrace) or place_at(details.url, details.lineNumber, details.columnNumber)
        self._findings.say(PageLevel.ERROR, console.error_text(details), place, uncaught=True)

    def _noted(self, added: events.EntryAdded, _: str | None) -> None:
        entry = added.entry
        if entry.source == "network" or entry.level not in ("error", "warning"):
            return  # what did not load is told as such
        place = _called(entry.stackTrace) or place_at(entry.url, entry.lineNumber)
        if "Content Security Policy" in entry.text and (refused := _ADDRESS.search(entry.text)):
            self._findings.fail(refused[0].rstrip("."), NO_NETWORK, place)
            return
        self._findings.say(console.level_of(entry.level), entry.text, place)

    def _dialog(self, opening: events.DialogOpening, session: str | None) -> None:
        self._findings.say(PageLevel.INFO, f"{opening.type}: {opening.message}")
        self._line.send("Page.handleJavaScriptDialog", session, accept=opening.type == "beforeunload")

    def _window(self, opened: events.WindowOpen, _: str | None) -> None:
        self._findings.say(PageLevel.WARNING, f"The page tried to open a window, which it cannot here: {opened.url}")

    def _other_page(self, created: events.TargetCreated, _: str | None) -> None:
        if created.targetInfo.type == "page" and created.targetInfo.targetId != self._target:
            self._line.send("Target.closeTarget", targetId=created.targetInfo.targetId)

    def _joined(self, attached: events.Attached, session: str | None) -> None:
        """A frame of another process or a worker, which waits until it is let go."""
        if session is None:
            return
        self._targets += 1
        if self._targets > TARGETS:
            self._findings.left_out += 1
            return
        self._line.send(*self._listen_to(attached.sessionId))

    def _script(self, parsed: events.ScriptParsed, _: str | None) -> None:
        if len(self._scripts) < REQUESTS:
            self._scripts[parsed.scriptId] = parsed.url

    def _halted(self, paused: events.Paused, session: str | None) -> None:
        if self._pausing and self._paused is None:
            self._paused = paused
        else:
            # A `debugger` statement.
            self._line.send("Debugger.resume", session)


def _called(stack: events.Stack | None) -> PagePlace | None:
    """The innermost call that stands in a file of the room."""
    for frame in stack.callFrames if stack else []:
        place = place_at(frame.url, frame.lineNumber, frame.columnNumber)
        if place is not None:
            return place
    return None

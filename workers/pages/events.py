"""What is read of the browser's events. The page has a hand in all of it: every field may be missing or wrong."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, JsonValue


class Loose(BaseModel):
    """Fields that are not named are ignored; those that are have to fit, or the event counts for nothing."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


class Frame(Loose):
    """One call of a stack. Lines and columns are 0-based."""

    functionName: str = ""
    url: str = ""
    lineNumber: int = -1
    columnNumber: int = -1


class Stack(Loose):
    """Where something was called, the innermost call first."""

    callFrames: list[Frame] = []


class Property(Loose):
    """One property of an object in a console."""

    name: str
    type: str = ""
    value: str = ""


class Preview(Loose):
    """An object as a console shows it in one line."""

    subtype: str | None = None
    description: str = ""
    overflow: bool = False
    properties: list[Property] = []


class RemoteObject(Loose):
    """A value of the page."""

    type: str = ""
    subtype: str | None = None
    value: JsonValue = None
    unserializableValue: str | None = None
    description: str = ""
    preview: Preview | None = None


class ConsoleCalled(Loose):
    """`Runtime.consoleAPICalled`."""

    type: str
    args: list[RemoteObject] = []
    stackTrace: Stack | None = None


class ExceptionDetails(Loose):
    """An error that nothing caught."""

    text: str = ""
    url: str | None = None
    lineNumber: int = -1
    columnNumber: int = -1
    exception: RemoteObject | None = None
    stackTrace: Stack | None = None


class ExceptionThrown(Loose):
    """`Runtime.exceptionThrown`."""

    exceptionDetails: ExceptionDetails


class LogEntry(Loose):
    """What the browser itself writes to the console."""

    source: str
    level: str
    text: str
    url: str | None = None
    lineNumber: int | None = None
    stackTrace: Stack | None = None


class EntryAdded(Loose):
    """`Log.entryAdded`."""

    entry: LogEntry


class Initiator(Loose):
    """Who asked for something."""

    url: str | None = None
    lineNumber: int | None = None
    columnNumber: int | None = None
    stack: Stack | None = None


class Request(Loose):
    """What was asked for."""

    url: str
    method: str = "GET"


class WillBeSent(Loose):
    """`Network.requestWillBeSent`."""

    requestId: str
    request: Request
    initiator: Initiator = Initiator()


class SocketCreated(Loose):
    """`Network.webSocketCreated`."""

    requestId: str
    url: str
    initiator: Initiator = Initiator()


class LoadingFailed(Loose):
    """`Network.loadingFailed`."""

    requestId: str
    errorText: str = ""
    canceled: bool = False
    blockedReason: str | None = None


class RequestOver(Loose):
    """`Network.loadingFinished`, and what else ends a request."""

    requestId: str


class RequestPaused(Loose):
    """`Fetch.requestPaused`: the browser waits for the answer."""

    requestId: str
    request: Request
    resourceType: str = ""
    networkId: str = ""


class DialogOpening(Loose):
    """`Page.javascriptDialogOpening`: the page waits until it is closed."""

    type: str = ""
    message: str = ""


class WindowOpen(Loose):
    """`Page.windowOpen`."""

    url: str = ""


class TargetInfo(Loose):
    """A page, a frame or a worker."""

    targetId: str
    type: str = ""


class TargetCreated(Loose):
    """`Target.targetCreated`."""

    targetInfo: TargetInfo


class Attached(Loose):
    """`Target.attachedToTarget`."""

    sessionId: str
    targetInfo: TargetInfo


class Location(Loose):
    """A place in a script, 0-based."""

    scriptId: str = ""
    lineNumber: int = -1
    columnNumber: int = -1


class CallFrame(Loose):
    """One call of a script that was paused."""

    location: Location = Location()


class ScriptParsed(Loose):
    """`Debugger.scriptParsed`. `url` is the address of a page for the scripts in it."""

    scriptId: str
    url: str = ""


class Paused(Loose):
    """`Debugger.paused`."""

    callFrames: list[CallFrame] = []

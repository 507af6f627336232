"""Runs a program under debugpy inside a sandbox: `python -m sparkroom_debugger main.py [argument ...]`.

Its source is laid into sandboxes, so it imports nothing of ours. The worker is debugpy's client: debugging messages
travel as one line of JSON each over the pair of descriptors that SPARKROOM_TALK names. The program beside it can write
anything to them; `workers.debugging` believes none of it.
"""

from __future__ import annotations

import json
import os
import runpy
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO

# Python's own modules may be loaded without their files; nobody sets a breakpoint there.
os.environ["PYDEVD_DISABLE_FILE_VALIDATION"] = "1"

import debugpy

# The worker leaves longer lines out, and what it asked would never be answered.
VARIABLES = 200
VALUE_LENGTH = 400
LOOK_SECONDS = 0.01


def bounded(message: dict[str, Any]) -> dict[str, Any]:
    """The message with no more variables than anybody looks at, each with the beginning of its value."""
    if message.get("command") == "variables" and message.get("success"):
        variables = message["body"]["variables"]
        message["body"]["more"] = max(0, len(variables) - VARIABLES)
        message["body"]["variables"] = [
            {**variable, "value": variable["value"][:VALUE_LENGTH]} for variable in variables[:VARIABLES]
        ]
    return message


def pass_in(lines: BinaryIO, debugger: socket.socket) -> None:
    """From the worker to debugpy, which frames messages by their length."""
    for line in lines:
        body = line.strip()
        debugger.sendall(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))


def pass_out(debugger: socket.socket, lines: BinaryIO) -> None:
    """From debugpy to the worker."""
    answers = debugger.makefile("rb")
    while headers := answers.readline():
        # Header and body come in two packets; debugpy sends the second when the first is acknowledged.
        debugger.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)
        size = int(headers.split(b":")[1])
        answers.readline()
        message = bounded(json.loads(answers.read(size)))
        lines.write(json.dumps(message, ensure_ascii=False).encode("utf-8", "replace") + b"\n")
        lines.flush()


def connect() -> None:
    """Start debugpy in this process and tie it to the worker; returns when the worker has set it up."""
    inward, outward = (int(descriptor) for descriptor in os.environ.pop("SPARKROOM_TALK").split(","))
    debugger = socket.create_connection(debugpy.listen(("127.0.0.1", 0), in_process_debug_adapter=True))
    # A step begins when its thread looks again, and by itself it looks five times a second.
    vars(sys.modules["pydevd"])["TIMEOUT_SLOW"] = LOOK_SECONDS
    pairs: tuple[tuple[Callable[..., None], tuple[Any, ...]], ...] = (
        (pass_in, (os.fdopen(inward, "rb"), debugger)),
        (pass_out, (debugger, os.fdopen(outward, "wb"))),
    )
    for function, given in pairs:
        thread = threading.Thread(target=function, args=given, daemon=True)
        # So debugpy neither stops it with the program nor shows it.
        thread.is_pydev_daemon_thread = thread.pydev_do_not_trace = True  # type: ignore[attr-defined]
        thread.start()
    debugpy.wait_for_client()


def own_part(trace: TracebackType | None, folder: Path) -> TracebackType | None:
    """A traceback without what started the program."""
    while trace and not Path(trace.tb_frame.f_code.co_filename).is_relative_to(folder):
        trace = trace.tb_next
    return trace


def main() -> None:
    """Run the program that the arguments name."""
    sys.argv.pop(0)
    folder = Path.cwd()
    program = folder / sys.argv[0]

    def tell(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        sys.__excepthook__(kind, error.with_traceback(own_part(trace, folder) or trace), error.__traceback__)

    connect()
    # Not `except`: what is caught anywhere is no uncaught exception to debugpy, which has set a hook of its own by now.
    sys.excepthook = tell
    sys.path[0] = str(program.parent)
    runpy.run_path(str(program), run_name="__main__")


if __name__ == "__main__":
    main()

"""What each command of the Makefile needs, in order."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from ide.launcher.setup import debian, frontend, node, python, sandbox
from ide.launcher.setup.steps import alone


def to_run() -> None:
    """What serving takes."""
    python.RUN.do()
    node.see_to()
    frontend.PACKAGES.do()
    frontend.BUILD.do()
    if debian.bubblewrap():
        sandbox.toolchain()
        debian.page_browser()


def to_check() -> None:
    """What `make check` takes."""
    python.RUN.do()
    python.DEVELOPMENT.do()
    node.see_to()
    frontend.PACKAGES.do()


def to_test() -> None:
    """What `make test` takes: everything, and a browser."""
    to_run()
    python.DEVELOPMENT.do()
    node.STOCK_CLIENTS.do()
    debian.browser()


def to_lock() -> None:
    """What `make lock` takes."""
    python.RUN.do()
    python.DEVELOPMENT.do()


NEEDS: Mapping[str, Callable[[], None]] = {"run": to_run, "check": to_check, "test": to_test, "lock": to_lock}


def main(words: Sequence[str]) -> None:
    """`run`, `check`, `test` or `lock`: set up what that takes. `npm WORDS…`: become npm in the frontend's folder."""
    match words:
        case ["npm", *rest]:
            frontend.npm(*rest)
        case [name] if name in NEEDS:
            with alone():
                python.environment()
                NEEDS[name]()
        case _:
            raise SystemExit(f"python3 -m ide.launcher.setup {'|'.join(NEEDS)}, or npm and its words")

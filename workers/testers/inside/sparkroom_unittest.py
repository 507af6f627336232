"""Runs unittest inside the sandbox, and tells of each test when it was found, begins and is over."""

from __future__ import annotations

import contextlib
import importlib
import importlib.util
import inspect
import io
import os
import sys
import time
import traceback
import unittest
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any, TextIO

import sparkroom_tests as tests  # type: ignore[import-not-found]

NO_TESTS = 5
Fault = tuple[type[BaseException], BaseException, TracebackType] | tuple[None, None, None]


class Echo(io.StringIO):
    """Keeps what is printed, and prints it."""

    def __init__(self, to: TextIO) -> None:
        super().__init__()
        self._to = to

    def write(self, text: str) -> int:
        """Keep and print."""
        self._to.write(text)
        return super().write(text)


class Result(unittest.TextTestResult):
    """Tells of each test. `places` are their files, by the identity of the test."""

    places: dict[int, str] = {}

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        self._told: tuple[str, str] = ("passed", "")
        self._begun = 0.0
        self._capture = contextlib.ExitStack()
        self._printed = io.StringIO()

    def startTest(self, test: unittest.TestCase) -> None:
        """A test begins."""
        super().startTest(test)
        self._told = "passed", ""
        self._begun = time.perf_counter()
        self._capture = contextlib.ExitStack()
        self._printed = Echo(sys.stdout)
        self._capture.enter_context(contextlib.redirect_stdout(self._printed))
        self._capture.enter_context(contextlib.redirect_stderr(self._printed))
        tests.report(*_place(test, self.places), outcome="running", line=_line(test))

    def stopTest(self, test: unittest.TestCase) -> None:
        """A test is over."""
        self._capture.close()
        super().stopTest(test)
        outcome, message = self._told
        seconds = time.perf_counter() - self._begun
        tests.report(
            *_place(test, self.places),
            outcome=outcome,
            line=_line(test),
            seconds=seconds,
            message=message,
            output=self._printed.getvalue(),
        )

    def addFailure(self, test: unittest.TestCase, err: Fault) -> None:
        """An assertion does not hold."""
        super().addFailure(test, err)
        self._add("failed", err)

    def addError(self, test: Any, err: Fault) -> None:
        """Something else was raised: in a test, or in the set-up of a class or a module, which is no test."""
        super().addError(test, err)
        if isinstance(test, unittest.TestCase):
            self._add("error", err)
        else:
            path, names = _holder(str(test), self.places)
            tests.report(path, names, "error", message=_said(err))

    def addSubTest(self, test: unittest.TestCase, subtest: unittest.TestCase, err: Fault | None) -> None:
        """A part of a test is over. What failed is told with its test."""
        super().addSubTest(test, subtest, err)
        if err is not None and err[0] is not None:
            assertion = issubclass(err[0], test.failureException)
            self._add("failed" if assertion else "error", err, str(subtest))

    def addSkip(self, test: unittest.TestCase, reason: str) -> None:
        """A test does not run."""
        super().addSkip(test, reason)
        self._told = "skipped", reason

    def addExpectedFailure(self, test: unittest.TestCase, err: Fault) -> None:
        """A test failed as it was said to."""
        super().addExpectedFailure(test, err)
        self._told = "skipped", "expected to fail"

    def addUnexpectedSuccess(self, test: unittest.TestCase) -> None:
        """A test passed that was said to fail."""
        super().addUnexpectedSuccess(test)
        self._told = "failed", "It was expected to fail, and passed."

    def _add(self, outcome: str, err: Fault, part: str = "") -> None:
        said = f"{part}\n{_said(err)}" if part else _said(err)
        before = self._told[1]
        self._told = outcome, f"{before}\n{said}" if before else said


def _said(err: Fault) -> str:
    """A traceback without unittest's own lines."""
    shown = traceback.TracebackException(*err)
    shown.stack = traceback.StackSummary.from_list(
        [frame for frame in shown.stack if f"{os.sep}unittest{os.sep}" not in frame.filename]
    )
    return "".join(shown.format()).rstrip()


def _place(test: unittest.TestCase, places: dict[int, str]) -> tuple[str, list[str]]:
    """A test's file and its names."""
    return places.get(id(test), "unittest"), [*type(test).__qualname__.split("."), test.id().rpartition(".")[2]]


def _holder(said: str, places: dict[int, str]) -> tuple[str, list[str]]:
    """The place of what unittest says failed instead of tests: `setUpClass (module.Class)`, `setUpModule (module)`."""
    step, _, rest = said.partition(" (")
    owner = rest.rstrip(")")
    for path in sorted(set(places.values())):
        module = path.removesuffix(".py").replace("/", ".")
        for name in (module, module.rpartition(".")[2]):
            if owner == name or owner.startswith(f"{name}."):
                return path, [*filter(None, owner.removeprefix(name).split(".")), step]
    return "unittest", [said]


def _line(test: unittest.TestCase) -> int | None:
    """Where a test begins."""
    method = inspect.unwrap(getattr(type(test), test.id().rpartition(".")[2], None) or _line)
    code = getattr(method, "__code__", None)
    return code.co_firstlineno if code is not None and method is not _line else None


def _loaded(path: str) -> ModuleType:
    """The module of a file: by its name if it is in a package, otherwise under a name of its own."""
    file = Path(path).resolve()
    base, names = file.parent, [file.stem]
    while (base / "__init__.py").exists():
        names.insert(0, base.name)
        base = base.parent
    if str(base) not in sys.path:
        sys.path.insert(1, str(base))
    if len(names) > 1:
        return importlib.import_module(".".join(names))
    name = path.removesuffix(".py").replace("/", ".")
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} cannot be imported")
    module = sys.modules[name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _cases(suite: unittest.TestSuite) -> Iterator[unittest.TestCase]:
    for one in suite:
        if isinstance(one, unittest.TestSuite):
            yield from _cases(one)
        elif isinstance(one, unittest.TestCase):
            yield one


def main() -> int:
    """Load the files, run what is chosen of them, and answer as pytest would."""
    only = tests.only_files()
    suite = unittest.TestSuite()
    broken = False
    for path in tests.files("unittest"):
        if only is not None and path not in only:
            continue
        try:
            loaded = unittest.defaultTestLoader.loadTestsFromModule(_loaded(path))
        except BaseException:
            broken = True
            traceback.print_exc()
            tests.report(path, [], "error", message=traceback.format_exc())
            continue
        for case in _cases(loaded):
            if tests.chosen(*_place(case, {id(case): path})):
                Result.places[id(case)] = path
                suite.addTest(case)
    # Held until the end: a place is known by the identity of its test.
    cases = list(_cases(suite))
    for case in cases:
        tests.report(*_place(case, Result.places), outcome="waiting", line=_line(case))
    ended = unittest.TextTestRunner(stream=sys.stderr, resultclass=Result, verbosity=2).run(suite)
    if not broken and not cases:
        return NO_TESTS
    return int(broken or not ended.wasSuccessful())


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    # Threads that a test left behind are no reason to wait.
    os._exit(code)

"""How each kind of run is carried out: a line a kind."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from ide.wire.codes import RunKind
from workers.debugging.execution import DebugExecution
from workers.execution import Execution
from workers.pages.execution import PageExecution
from workers.suite import SuiteExecution

EXECUTIONS: Mapping[RunKind, type[Execution]] = MappingProxyType(
    {
        RunKind.PROGRAM: Execution,
        RunKind.TESTS: SuiteExecution,
        RunKind.DEBUG: DebugExecution,
        RunKind.PAGE: PageExecution,
    }
)

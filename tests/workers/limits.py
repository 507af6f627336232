"""What the tests of the workers allow a program, and for how long they wait for anything."""

from __future__ import annotations

from ide.wire.run_shapes import RunLimits

LIMITS = RunLimits(
    seconds=10,
    cpu_seconds=10,
    memory_bytes=512_000_000,
    output_bytes=1_000_000,
    file_bytes=64_000_000,
    files=4_096,
    processes=64,
)
PATIENCE = 20.0

"""What a model is told about the blocks of its last answer, so that it repairs what failed and repeats nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from ide.domain.edits.hunks import HunkRecord
from ide.wire.codes import HunkState


def render_feedback(records: Iterable[HunkRecord]) -> str:
    """Which blocks stand and which do not, each with its reason. Empty if there were none."""
    records = list(records)
    standing = [record for record in records if record.state in (HunkState.APPLIED, HunkState.ACCEPTED)]
    failed = [record for record in records if record.state in (HunkState.REFUSED, HunkState.WITHDRAWN)]
    rejected = [record for record in records if record.state == HunkState.REJECTED]
    parts = []
    if standing:
        parts.append("These blocks were applied. Do not send them again:\n" + _listed(standing))
    if rejected:
        parts.append(
            "These blocks were applied and then rejected by a person. Do not send them again:\n" + _listed(rejected)
        )
    if failed:
        parts.append("These blocks were not applied:\n" + "\n".join(_failure(record) for record in failed))
    return "\n\n".join(parts)


def _listed(records: Sequence[HunkRecord]) -> str:
    return "\n".join(f"- {_name(record)}" for record in records)


def _failure(record: HunkRecord) -> str:
    why = record.message or "It was stopped before its end."
    first, *rest = why.split("\n")
    return "\n".join([f"- {_name(record)}: {first}", *(f"  {line}" for line in rest)])


def _name(record: HunkRecord) -> str:
    if record.kind == "move" and record.before:
        return f"MOVE {record.before} -> {record.after}"
    line = f" @{record.line}" if record.kind == "edit" and record.line else ""
    return f"{record.kind.upper()} {record.path}{line}"

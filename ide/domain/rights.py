"""Who may do what: one rule, asked by everything that changes a room."""

from __future__ import annotations

from ide.domain.refusals import Refusal
from ide.wire.codes import Code, Role


def require(role: Role, needed: Role) -> None:
    """Raises Refusal unless `role` may do what `needed` may."""
    if not role.covers(needed):
        raise Refusal(Code.ROLE_MAY_NOT, f"That takes the role of {needed}; yours is {role}.")

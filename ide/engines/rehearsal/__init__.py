"""Rehearsal: prepared examples and rule-based edits, for a room without a model. It is not AI and says so.

`prompt + documents → answer.py → text in edit blocks → pacing.py → tokens`. Everything but pacing is pure. A rule acts
only if it accounts for every word of the prompt that carries meaning; else it asks or declines.
"""

from ide.engines.rehearsal.catalogue import EXAMPLES
from ide.engines.rehearsal.pacing import Rehearsal
from ide.engines.rehearsal.prose import NAME

__all__ = ["EXAMPLES", "NAME", "Rehearsal"]

"""What one model was told in one room and what it answered, in their order.

It is only ever appended to, so that each request begins with the one before and its answer:

    user       the documents as they are, an outline of the others, what was asked in the room before
    assistant  "I have read them."
    user       the first prompt, word for word
    assistant  the answer, with its blocks
    user       what changed since, what others asked, what the next prompt is about   (left out if there is nothing)
    assistant  "I have read them."
    user       the next prompt …

When a request would take more than three quarters of the window, it begins anew: with the documents as they are then,
and what was asked before as prompts and one-line answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Literal

from ide.domain.edits.dialects import DialectName
from ide.domain.edits.feedback import render_feedback
from ide.domain.edits.hunks import HunkRecord
from ide.domain.turns.beliefs import Belief, after_answer
from ide.domain.turns.budget import Budget, cost, fitted
from ide.domain.turns.context import (
    DocumentText,
    Exchange,
    render_briefly,
    render_changes,
    render_documents,
    render_exchange,
)
from ide.domain.turns.excerpt import excerpt
from ide.domain.turns.instructions import instructions, mode_note
from ide.domain.turns.memory import Memory
from ide.domain.turns.mentions import RoomFile
from ide.domain.turns.outline import outline_line
from ide.domain.turns.question import Wanted, notes, wanted
from ide.domain.turns.room_view import RoomView, choose, framed_cost, likely, render_outline
from ide.wire.codes import HunkState, Mode
from ide.wire.shapes import Ask, Sent

READ: Final = "I have read them."
NO_DOCUMENTS: Final = "The room has no files yet."
_DOCUMENTS: Final = "These are the room's files as they stand now."
_BEFORE: Final = "What was asked in this room before, oldest first:"
_SINCE: Final = "What happened in the room since:"
_CHANGED: Final = "What changed in the files since, by people or by other models:"
_SILENT: Final = "(The answer is in the files.)"
_CUT: Final = "[interrupted here]"
_FULL_TURNS: Final = 3
# Of a window in which there is hardly room: what is always kept for the room's outline, and for joints.
_LEAST: Final = 150
_LEAST_OUTLINE: Final = 60
_LEAST_EXCERPT: Final = 100
_MOST_RELATED: Final = 2
_RELATED_SHARE: Final = 32
_MOST_LISTED: Final = 100
# A change this small is told as a change even if the document is hardly longer.
_SMALL_CHANGE: Final = 60
_FAILED = (HunkState.REFUSED, HunkState.WITHDRAWN)


class TooLong(Exception):
    """A prompt and the instructions alone take more than the model reads."""


@dataclass(frozen=True, slots=True)
class PromptMessage:
    """One message for a model."""

    role: Literal["user", "assistant"]
    text: str


@dataclass(frozen=True, slots=True)
class Content:
    """All that a model is told, and what to say of it. `answer_tokens` are left for the answer."""

    system: str
    messages: tuple[PromptMessage, ...]
    answer_tokens: int
    sent: Sent


@dataclass(frozen=True, slots=True)
class _Told:
    """What was said so far, and what the model knows by it. `tokens` counts the instructions too."""

    messages: tuple[PromptMessage, ...]
    tokens: int
    beliefs: dict[str, Belief]
    heard: int
    exchanges: int = 0
    shortened: int = 0
    outcome: tuple[HunkRecord, ...] = ()

    def saying(self, role: Literal["user", "assistant"], text: str) -> _Told:
        """With one message more."""
        return replace(self, messages=(*self.messages, PromptMessage(role, text)), tokens=self.tokens + cost(text))


@dataclass(slots=True)
class _Part:
    """A part of what changed that is being put together."""

    tokens: int
    lines: list[str] = field(default_factory=list)

    def add(self, text: str) -> None:
        self.lines.append(text)
        self.tokens += cost(text)


class Conversation:
    """One turn at a time: `ask`, then `answered`. Asking again without that forgets what was asked."""

    def __init__(self, dialect: DialectName, context_tokens: int) -> None:
        self._budget = Budget(context_tokens)
        self._system = instructions(dialect, brief=self._budget.small)
        self._told: _Told | None = None
        self._asked: _Told | None = None
        self._own: set[str] = set()
        self._turn = ""
        self._said: list[Exchange] = []
        """What was asked and answered in the turn that is asked for now: the memory has only turns that are over."""

    def fits(self, prompt: str, mode: Mode) -> bool:
        """Whether a prompt can be asked at all."""
        return self._left(prompt, mode) > 0

    def ask(self, turn: str, view: RoomView, memory: Memory, ask: Ask, prompt: str, *, repair: bool = False) -> Content:
        """What to tell the model so that it answers `prompt`. Raises `TooLong`.

        `repair`: the prompt says itself which blocks of the last answer failed.
        """
        if not self.fits(prompt, ask.mode):
            raise TooLong
        if turn != self._turn:
            self._turn, self._said = turn, []
        more = bool(self._said)
        about = wanted(view, ask, prompt)
        outcome = "" if repair or self._told is None else render_feedback(self._told.outcome)
        told = None
        if self._told is not None:
            told = self._go_on(self._told, view, memory, ask, about, prompt, outcome, more=more)
        if told is None:
            told = self._begin(view, memory, ask, about, prompt, outcome if more else "")
        self._asked = told.saying("user", prompt)
        return Content(self._system, self._asked.messages, self._budget.answer, _sent(self._asked, view))

    def answered(self, answer: str, hunks: Iterable[HunkRecord], *, cut: bool = False) -> None:
        """What the model said to what was asked last, and the blocks of that. `cut`: it was not its whole answer."""
        if self._asked is None:
            return
        hunks = list(hunks)
        beliefs = dict(self._asked.beliefs)
        after_answer(beliefs, answer, hunks)
        # What a whole answer wrote is taken for applied, unless it is said that it was not.
        outcome = tuple(hunk for hunk in hunks if (cut or hunk.state in _FAILED) and not hunk.superseded)
        # Servers refuse an empty message.
        said = f"{answer}\n\n{_CUT}".lstrip() if cut else answer if answer.strip() else _SILENT
        self._said.append(Exchange(self._asked.messages[-1].text, said))
        self._own.add(self._turn)
        told = self._asked.saying("assistant", said)
        self._told = replace(told, beliefs=beliefs, outcome=outcome, exchanges=told.exchanges + 1)
        self._asked = None

    def redirected(self, prompt: str) -> None:
        """The model, whose answer so far was told to `answered`, goes on with `prompt` without being asked anew."""
        if self._told is not None:
            self._asked = replace(self._told, outcome=()).saying("user", prompt)

    def forget(self) -> None:
        """Begin anew with the next question."""
        self._told = self._asked = None

    def _left(self, prompt: str, mode: Mode) -> int:
        """What a request has for the room beside its instructions and its prompt, or less than nothing."""
        fixed = cost(self._system) + cost(prompt) + cost(mode_note(mode)) + cost(READ)
        return self._budget.most - fixed - _LEAST

    # --- going on ---

    def _go_on(
        self,
        told: _Told,
        view: RoomView,
        memory: Memory,
        ask: Ask,
        about: Wanted,
        prompt: str,
        outcome: str,
        *,
        more: bool,
    ) -> _Told | None:
        """With what is new since; None if that would take more than three quarters of the window."""
        parts = [outcome] if outcome else []
        heard = [noted.said for noted in memory.since(told.heard, self._own)]
        if heard:
            said = [render_exchange(one) if isinstance(one, Exchange) else f"- {one}" for one in heard]
            parts.append("\n".join([_SINCE, *said]))
        mode = "" if more else mode_note(ask.mode)
        left = self._budget.most - told.tokens - cost(prompt) - cost(READ) - cost(mode) - sum(map(cost, parts))
        beliefs = dict(told.beliefs)
        changed = _news(view, about, beliefs, left, self._budget.window // _RELATED_SHARE) if left > 0 else None
        if changed is None:
            return None
        beside = "" if more else notes(view, ask, about, left - cost(changed))
        parts += [changed, mode, beside]
        others = sum(isinstance(one, Exchange) for one in heard)
        told = replace(told, beliefs=beliefs, heard=memory.newest, outcome=(), exchanges=told.exchanges + others)
        text = "\n\n".join(part for part in parts if part)
        return told.saying("user", text).saying("assistant", READ) if text else told

    # --- beginning ---

    def _begin(self, view: RoomView, memory: Memory, ask: Ask, about: Wanted, prompt: str, outcome: str) -> _Told:
        """With the documents as they are."""
        self._own.clear()
        left = self._left(prompt, ask.mode)
        taken = self._budget.most - left
        outlines = max(_LEAST_OUTLINE, min(left // 4, self._budget.window // 8))
        outcome = fitted(outcome, left // 6)
        beside = "\n\n".join(
            part for part in (outcome, mode_note(ask.mode), notes(view, ask, about, left // 3)) if part
        )
        before, exchanges, shortened = _before([*memory.exchanges(), *self._said], left // 8)
        left -= cost(beside) + cost(before)
        # Where all fits, nothing is left out; otherwise room is kept for what is said later.
        room = min(left, self._budget.opening - taken)
        shown: dict[str, RoomFile] = {}
        parts: list[str] = []
        if sum(map(framed_cost, view.files.values())) + cost(render_outline((), view.assets, outlines)) <= room:
            shown.update(view.files)
        else:
            parts = _choose_few(view, about, prompt, left - outlines, room - outlines, shown)
        if shown:
            parts = [
                _DOCUMENTS,
                render_documents(DocumentText(file.path, file.text) for file in shown.values()),
                *parts,
            ]
        others = [file for file in view.files.values() if file.id not in shown]
        parts.append(render_outline(others, view.assets, outlines))
        if not view.files and not view.assets:
            parts = [NO_DOCUMENTS]
        beliefs = {file.id: Belief(file.path, file.text if file.id in shown else None) for file in view.files.values()}
        told = _Told((), cost(self._system), beliefs, memory.newest, exchanges, shortened)
        text = "\n\n".join(part for part in (*parts, before, beside) if part)
        return told.saying("user", text).saying("assistant", READ)


def _choose_few(
    view: RoomView, about: Wanted, prompt: str, left: int, room: int, shown: dict[str, RoomFile]
) -> list[str]:
    """Put into `shown` what matters of a room that is too large. Answers excerpts of what is named but too long.

    What is named may take all that is `left`, the others what the opening has `room` for.
    """
    named = [view.files[file_id] for file_id in about.named]
    used = choose(named, left, shown)
    parts = []
    for file in named:
        if file.id not in shown and left - used > _LEAST_EXCERPT:
            part = excerpt(file.path, file.text, prompt, about.lines.get(file.id, ()), left - used)
            if part:
                parts.append(part)
                used += cost(part)
    near = [view.files[file_id] for file_id in (*about.open, *about.related)]
    used += choose(near, room - used, shown)
    choose(likely(view), room // 2 - used, shown)
    return parts


def _news(view: RoomView, about: Wanted, beliefs: dict[str, Belief], tokens: int, related: int) -> str | None:
    """What changed against `beliefs`, which are brought up to date; None if it does not fit into `tokens`.

    What the prompt is about is shown if it was not yet; what is only `related` up to so many tokens.
    """
    part = _Part(cost(_CHANGED))
    for file_id in [file_id for file_id in beliefs if file_id not in view.files]:
        part.add(f"- {beliefs.pop(file_id).path} was removed.")
    shown = {*about.named, *about.open}
    shown.update(one for one in about.related[:_MOST_RELATED] if framed_cost(view.files[one]) <= related)
    for file in view.files.values():
        belief = beliefs.get(file.id)
        if belief is not None and belief.path == file.path and (belief.text is file.text or belief.text == file.text):
            continue
        known = belief.text if belief is not None else None
        if belief is not None and belief.path != file.path:
            part.add(f"- {belief.path} is now called {file.path}.")
        if known is not None and known != file.text:
            part.add(_change(file, known))
        elif known is None and (file.id in shown or belief is None or belief.unsure):
            if part.tokens + framed_cost(file) <= tokens:
                part.add(render_documents([DocumentText(file.path, file.text)]))
                known = file.text
            elif file.id in about.named or (belief is not None and belief.unsure):
                return None
            elif belief is None:
                part.add(outline_line(file.path, file.outline))
        beliefs[file.id] = Belief(file.path, None if known is None else file.text)
        if part.lines and part.tokens > tokens:
            return None
    # Files that were only removed are listed too.
    if part.lines and part.tokens > tokens:
        return None
    return "\n".join([_CHANGED, *part.lines]) if part.lines else ""


def _change(file: RoomFile, known: str) -> str:
    """How a document became another since it was told; all of it where that is hardly longer."""
    change = render_changes(file.path, known, file.text)
    if cost(change) > max(framed_cost(file) // 2, _SMALL_CHANGE):
        return render_documents([DocumentText(file.path, file.text)])
    return change


def _before(exchanges: Sequence[Exchange], tokens: int) -> tuple[str, int, int]:
    """Earlier turns within `tokens`, how many, and how many of them in one line: the newest ones whole."""
    left = tokens - cost(_BEFORE)
    kept: list[str] = []
    whole = 0
    for exchange in reversed(exchanges):
        text = render_exchange(exchange)
        if whole == len(kept) and whole < _FULL_TURNS and cost(text) <= left // 2:
            whole += 1
        else:
            text = render_briefly(exchange)
        if cost(text) > left:
            break
        left -= cost(text)
        kept.append(text)
    return ("\n".join([_BEFORE, *reversed(kept)]) if kept else ""), len(kept), len(kept) - whole


def _sent(told: _Told, view: RoomView) -> Sent:
    known = [belief.path for belief in told.beliefs.values() if belief.text is not None]
    return Sent(
        tokens=told.tokens,
        files=known[:_MOST_LISTED],
        outlined=len(view.files) - len(known),
        exchanges=told.exchanges,
        compacted=told.shortened,
    )

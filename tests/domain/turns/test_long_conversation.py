"""Two hundred turns in a full room, against a count of tokens that is stricter than the estimate."""

from __future__ import annotations

import random
import secrets
from functools import lru_cache

from ide.domain.edits.hunks import HunkRecord
from ide.domain.turns.context import DocumentText
from ide.domain.turns.conversation import Content
from ide.wire.codes import HunkState
from tests.domain.turns.counting import count
from tests.domain.turns.full_room import FILES, end_of, path_of, text_of, version_line
from tests.domain.turns.talked_of import TalkedOf

WINDOW = 128_000
TURNS = 210


def test_over_two_hundred_turns_no_request_is_too_long_and_each_holds_the_file_that_its_prompt_names() -> None:
    seed = secrets.randbits(32)
    print(f"seed {seed}")
    rng = random.Random(seed)
    texts = [text_of(number) for number in range(FILES)]
    assert sum(len(text.encode()) for text in texts) > 9_700_000
    room = TalkedOf(DocumentText(path_of(number), text) for number, text in enumerate(texts))
    counted = lru_cache(maxsize=8_192)(count)
    numbers = rng.sample(range(FILES), 80)
    versions = dict.fromkeys(numbers, 0)
    before: Content | None = None
    anew = longest = 0
    for at in range(TURNS):
        number = rng.choice(numbers)
        path, version = path_of(number), versions[number]
        prompt = rng.choice(
            [f"count up in @{path}", f"Count up in {path}, please.", f"the version of module{number}.js"]
        )
        content = room.ask(prompt, turn=f"turn {at}")
        used = counted(content.system) + sum(counted(message.text) + 4 for message in content.messages)
        assert used <= WINDOW, f"turn {at}"
        longest = max(longest, used)
        told = "\n".join(message.text for message in content.messages)
        assert f'<document path="{path}"' in told
        assert end_of(number) in told
        assert version_line(number, version) in told
        assert path in content.sent.files
        if before is not None and content.messages[: len(before.messages)] != before.messages:
            anew += 1
            assert before.sent.tokens > WINDOW * 0.65, "not before it has to"
            assert content.sent.tokens < WINDOW * 0.6
        before = content
        old, new = version_line(number, version), version_line(number, version + 1)
        room.write(path, room.texts()[path].replace(old, new))
        hunk = HunkRecord("h", "edit", path, HunkState.APPLIED, room.id_of(path), line=1, before=old, after=new)
        room.answered(f"<<<<<<< EDIT {path}\n{old}\n======= WITH\n{new}\n>>>>>>> END\nDone.\n", [hunk])
        versions[number] += 1
        if rng.random() < 0.3:
            typed = path_of(rng.choice(numbers))
            room.write(typed, f"{room.texts()[typed]}// typed after {at}\n")
    assert 5 < anew < TURNS / 5
    assert longest > WINDOW * 0.7, "the window is made use of"

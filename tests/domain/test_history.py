"""What a room's history is made of, and what goes of it first."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ide.domain.history import (
    LONGEST_BURST_SECONDS,
    QUIET_SECONDS,
    THINNED_TO,
    Burst,
    Fate,
    FileState,
    Weighed,
    changes,
    fate_of_equal,
    hash_text,
    label_of,
    only_file,
    pack_manifest,
    pack_text,
    plan_restore,
    thin,
    unpack_manifest,
    unpack_text,
)
from ide.wire.codes import StepKind

A, B, C = (FileState(name, hash_text(name)) for name in "abc")
PATHS = st.sampled_from(["a.js", "b.js", "src/a.js", "A.css", "é.txt", "logo.png"])
FILES = st.builds(FileState, st.sampled_from("abcdef"), st.sampled_from(["1", "2", "3"]).map(hash_text), st.booleans())
MANIFESTS = st.dictionaries(PATHS, FILES, max_size=6).filter(
    lambda files: len({file.id for file in files.values()}) == len(files)
)


def test_a_burst_ends_when_nobody_types_on_and_at_the_latest_after_half_a_minute() -> None:
    burst = Burst(100.0)
    burst.type("Blue Fox", 100.0)
    assert burst.ends_at == 100.0 + QUIET_SECONDS
    for second in range(100, 140):
        burst.type("Blue Fox", float(second))
    assert burst.ends_at == 100.0 + LONGEST_BURST_SECONDS


@pytest.mark.parametrize(
    ("names", "by"),
    [
        ([], ""),
        ([""], ""),
        (["Blue Fox"], "Blue Fox"),
        (["", "Blue Fox"], "Blue Fox"),
        (["Blue Fox", "Red Owl", "Blue Fox"], "Blue Fox and 1 more"),
        (["x" * 40, "y", "z"], "x" * 29 + " and 2 more"),
    ],
)
def test_a_burst_says_who_typed_in_forty_characters(names: list[str], by: str) -> None:
    burst = Burst(0.0)
    for name in names:
        burst.type(name, 0.0)
    assert burst.by == by
    assert len(by) <= 40


def test_every_turn_and_checkpoint_leaves_its_mark_and_typing_only_where_it_changed_something() -> None:
    for last in StepKind:
        assert fate_of_equal(StepKind.TYPING, None, last, None) is Fate.DROPPED
        assert fate_of_equal(StepKind.HUNK, "t", last, "t") is Fate.DROPPED
        assert fate_of_equal(StepKind.TURN, "t", last, "other") is Fate.STORED
    assert fate_of_equal(StepKind.TURN, "t", StepKind.HUNK, "t") is Fate.RELABELS
    assert fate_of_equal(StepKind.CHECKPOINT, None, StepKind.TYPING, None) is Fate.RELABELS
    assert fate_of_equal(StepKind.CHECKPOINT, None, StepKind.TURN, "t") is Fate.STORED
    assert fate_of_equal(StepKind.RESTORE, None, StepKind.CHECKPOINT, None) is Fate.DROPPED


def test_a_label_is_the_first_line_that_says_something() -> None:
    assert label_of("\n  \n Make a snake game\nwith sound") == "Make a snake game"
    assert label_of(" \n") == ""
    assert label_of("x" * 300) == "x" * 199 + "…"


def test_equal_manifests_are_stored_as_equal_bytes() -> None:
    one = {"b": B, "a": A, "logo.png": FileState("i", "f" * 64, True)}
    other = dict(reversed(one.items()))
    assert pack_manifest(one) == pack_manifest(other)
    assert unpack_manifest(pack_manifest(one)) == one
    assert unpack_text(pack_text("é😀\n" * 1000)) == "é😀\n" * 1000


def test_what_differs_is_named_by_path() -> None:
    changed, added = changes({"a": A, "b": B}, {"a": A, "b": C, "c": C})
    assert (changed.path, changed.before, changed.after) == ("b", B, C)
    assert (added.path, added.before, added.after) == ("c", None, C)
    assert [(gone.path, gone.after) for gone in changes({"a": A, "b": B}, {"b": B})] == [("a", None)]
    text, asset = FileState("a", "1" * 64), FileState("a", "1" * 64, True)
    assert len(changes({"x": text}, {"x": asset})) == 1


# --- thinning ---


def _steps(*kinds: StepKind) -> tuple[list[Weighed], dict[str, int]]:
    """A step each, with 10 bytes of its own and a text of 90 that no other names."""
    return [Weighed(str(index), kind, 10, (f"t{index}",)) for index, kind in enumerate(kinds)], {
        f"t{index}": 90 for index in range(len(kinds))
    }


def test_typing_goes_first_then_hunks_then_turns_checkpoints_last_and_of_each_the_oldest() -> None:
    typing, hunk, turn, named = StepKind.TYPING, StepKind.HUNK, StepKind.TURN, StepKind.CHECKPOINT
    steps, sizes = _steps(named, turn, hunk, typing, named, turn, hunk, typing, typing)
    gone: list[frozenset[str]] = []
    for count in range(len(steps)):
        thinned = thin(steps, sizes, budget=round((len(steps) - count) * 100 / THINNED_TO))
        gone.append(thinned.steps - frozenset().union(*gone))
    assert [set(step) for step in gone] == [set(), {"3"}, {"7"}, {"2"}, {"6"}, {"1"}, {"5"}, {"0"}, {"4"}]


def test_a_text_goes_with_the_last_step_that_names_it() -> None:
    steps = [Weighed(str(index), StepKind.TYPING, 10, ("shared", f"own{index}")) for index in range(4)]
    sizes = {"shared": 1000, "orphan": 5} | {f"own{index}": 100 for index in range(4)}
    thinned = thin(steps, sizes, budget=1550)
    assert thinned.steps == {"0", "1"}
    assert thinned.texts == {"own0", "own1", "orphan"}


def test_the_newest_step_stays_however_small_the_budget() -> None:
    steps, sizes = _steps(*[StepKind.CHECKPOINT] * 5)
    assert thin(steps, sizes, budget=1).steps == {"0", "1", "2", "3"}
    assert thin([], {"orphan": 1}, budget=1).texts == {"orphan"}


def test_there_are_never_too_many_steps() -> None:
    steps, sizes = _steps(*[StepKind.TYPING] * 50)
    assert len(thin(steps, sizes, budget=10**9, most=20).steps) == 50 - 20 * THINNED_TO


@given(
    st.lists(
        st.tuples(st.sampled_from(StepKind), st.integers(1, 500), st.sets(st.sampled_from("abcdefgh"))), max_size=30
    ),
    st.integers(0, 3_000),
)
def test_what_is_left_is_within_the_budget_and_names_only_texts_that_stay(
    rows: list[tuple[StepKind, int, set[str]]], budget: int
) -> None:
    steps = [Weighed(str(index), kind, size, tuple(texts)) for index, (kind, size, texts) in enumerate(rows)]
    sizes = {text: 100 * (index + 1) for index, text in enumerate("abcdefgh")}
    thinned = thin(steps, sizes, budget)
    left = [step for step in steps if step.id not in thinned.steps]
    named = {text for step in left for text in step.texts}
    assert thinned.texts == sizes.keys() - named
    total = sum(step.bytes for step in left) + sum(sizes[text] for text in named)
    assert total <= budget or len(left) <= 1
    assert not steps or steps[-1] in left


# --- restoring ---


@given(MANIFESTS, MANIFESTS)
def test_a_plan_leads_from_any_files_to_any_others(now: dict[str, FileState], then: dict[str, FileState]) -> None:
    plan = plan_restore(now, then)
    paths = {file.id: path for path, file in now.items()}
    for file_id in plan.delete:
        del paths[file_id]
    for file_id, path in plan.move:
        paths[file_id] = path
    assert all(paths[file_id] == path for file_id, path in plan.stay)
    assert len(set(paths.values())) == len(paths)
    kept = {path: next(file for file in now.values() if file.id == file_id) for file_id, path in paths.items()}
    result = kept | {path: then[path] for path in plan.write}
    assert not changes(result, then)


def test_a_file_that_was_renamed_is_moved_back_and_stays_the_same_file() -> None:
    plan = plan_restore({"new.js": A, "b.js": B}, {"old.js": A, "b.js": B})
    assert (plan.delete, plan.move, plan.write) == ((), (("a", "old.js"),), ())


@given(MANIFESTS, MANIFESTS, PATHS)
def test_one_file_alone_is_restored(now: dict[str, FileState], then: dict[str, FileState], path: str) -> None:
    target = only_file(now, then, path)
    assert target.get(path) == then.get(path)
    assert {other: file for other, file in target.items() if other != path} == {
        other: file for other, file in now.items() if other != path
    }

from __future__ import annotations

import re

import pytest

from ide.domain.programs import language_of
from ide.engines.languages import languages, read_languages


def test_those_that_ship_can_be_told_apart() -> None:
    known = languages()
    assert [one.name for one in known] == ["Python", "TypeScript", "JavaScript", "Shell", "Web page"]
    suffixes = [suffix for one in known for suffix in one.suffixes]
    assert len(suffixes) == len(set(suffixes))
    assert all(set(one.scripts) <= set(one.suffixes) for one in known)


def test_files_that_are_taken_for_the_program_are_of_their_language() -> None:
    for language in languages():
        for name in language.mains:
            assert language_of(name, languages()) == language


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[language]]\nname = 'x'", "suffixes"),
        ("[[language]]\nname = 'x'\nsuffixes = ['py']", "suffixes"),
        ("[[language]]\nname = 'x'\nsuffixes = ['.py']\ncomand = ['x']", "comand"),
        ("[[language]]\nname = 'x'\nsuffixes = ['.py']\nmains = ['a/b']", "mains"),
        ("[language]\nname = 'x'", "language"),
        ("[[languages]]\nname = 'x'", "language"),
    ],
)
def test_an_entry_that_is_wrong_is_named(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=re.escape(says)):
        read_languages(text)

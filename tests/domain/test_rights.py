"""What a link and an owner's decision make of a browser's place."""

from __future__ import annotations

import pytest

from ide.domain.access import Claim
from ide.domain.refusals import Refusal
from ide.domain.rights import Place, place_by_link, place_by_owner, place_removed, require
from ide.wire.codes import Code, Role

OWNER, EDITOR, VIEWER = Role.OWNER, Role.EDITOR, Role.VIEWER
FIRST = {OWNER: 1, EDITOR: 1, VIEWER: 1}


def renewed(role: Role) -> dict[Role, int]:
    """The generations once the links of one role were replaced."""
    return {**FIRST, role: 2}


def test_each_role_may_do_what_the_lesser_ones_may() -> None:
    for role, needed in ((OWNER, EDITOR), (OWNER, OWNER), (EDITOR, EDITOR), (EDITOR, VIEWER), (VIEWER, VIEWER)):
        require(role, needed)
    for role, needed in ((VIEWER, EDITOR), (VIEWER, OWNER), (EDITOR, OWNER)):
        with pytest.raises(Refusal):
            require(role, needed)


def test_a_link_gives_its_role_unless_one_has_a_better_one() -> None:
    viewer = place_by_link(None, Claim(VIEWER, 1), FIRST)
    assert viewer == Place(VIEWER, 1)
    editor = place_by_link(viewer, Claim(EDITOR, 1), FIRST)
    assert editor == Place(EDITOR, 1)
    assert place_by_link(editor, Claim(VIEWER, 1), FIRST) == editor


def test_a_revoked_place_is_replaced_by_any_link_that_holds() -> None:
    generations = renewed(EDITOR)
    editor = Place(EDITOR, 1)
    assert not editor.holds(generations)
    assert place_by_link(editor, Claim(VIEWER, 1), generations) == Place(VIEWER, 1)
    assert place_by_link(editor, Claim(EDITOR, 2), generations) == Place(EDITOR, 2)


def test_who_was_lowered_does_not_rise_by_the_old_link_but_by_a_new_one() -> None:
    viewer = place_by_owner(Place(EDITOR, 1), VIEWER, FIRST)
    assert place_by_link(viewer, Claim(EDITOR, 1), FIRST) == viewer
    assert place_by_link(viewer, Claim(OWNER, 1), FIRST) == viewer
    assert place_by_link(viewer, Claim(EDITOR, 2), renewed(EDITOR)).role == EDITOR


def test_the_old_link_is_of_no_use_either_once_the_lower_place_was_revoked() -> None:
    viewer = place_by_owner(Place(EDITOR, 1), VIEWER, FIRST)
    generations = renewed(VIEWER)
    with pytest.raises(Refusal) as refused:
        place_by_link(viewer, Claim(EDITOR, 1), generations)
    assert refused.value.code == Code.NOT_AUTHORISED
    again = place_by_link(viewer, Claim(VIEWER, 2), generations)
    assert again.holds(generations)
    assert place_by_link(again, Claim(EDITOR, 1), generations) == again


def test_who_was_raised_may_rise_further_by_a_link_there_was() -> None:
    editor = place_by_owner(Place(VIEWER, 1), EDITOR, FIRST)
    assert place_by_link(editor, Claim(OWNER, 1), FIRST).role == OWNER


def test_raising_somebody_again_does_not_revive_the_links_that_were_overruled() -> None:
    viewer = place_by_owner(Place(OWNER, 1), VIEWER, FIRST)
    editor = place_by_owner(viewer, EDITOR, FIRST)
    assert place_by_link(editor, Claim(OWNER, 1), FIRST) == editor


@pytest.mark.parametrize("role", list(Role))
def test_who_was_removed_comes_back_by_a_newer_link_or_an_owners_word_alone(role: Role) -> None:
    removed = place_removed(Place(EDITOR, 1), FIRST)
    assert not removed.holds(FIRST)
    for link in FIRST:
        with pytest.raises(Refusal):
            place_by_link(removed, Claim(link, 1), FIRST)
    back = place_by_link(removed, Claim(role, 2), renewed(role))
    assert back.role == role
    assert back.holds(renewed(role))
    assert place_by_owner(removed, role, FIRST).holds(FIRST)


def test_an_owner_lets_in_whoever_was_not_there_or_is_not_any_more() -> None:
    assert place_by_owner(None, VIEWER, FIRST) == Place(VIEWER, 1)
    assert place_by_owner(Place(EDITOR, 1), EDITOR, renewed(EDITOR)) == Place(EDITOR, 2)

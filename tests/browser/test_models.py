"""From the rehearsal to a real model in the browser, without a restart; and what the page of the models says."""

from __future__ import annotations

import re
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from ide.live import trial
from tests.benchmarks.processes import module
from tests.browser.person import Person, Room
from tests.stack import Stack

MakePerson = Callable[[], Person]
KEY = "sk-planted-3f9a8c77d1"
A_TURN = re.compile(r"\d turns?\b")
REHEARSAL = "Rehearsal (prepared demo, not AI)"
MODELS = """
[[model]]
name = "Standin"
protocol = "chat"
base_url = "{address}"
model = "standin-1"
key_env = "STANDIN_API_KEY"
paid = true
context_tokens = 32000
[model.published]
tokens_per_second = {{ says = "about 150", source = "its vendor" }}
[model.price]
input = 1.0
output = 2.0
source = "its vendor"

[[model]]
name = "Invited"
protocol = "responses-ws"
base_url = "wss://api.example.invalid/v1"
model = "invited-1"
key_env = "INVITED_API_KEY"
by_invitation = true

[[model]]
name = "Lost"
protocol = "chat"
base_url = "http://127.0.0.1:9/v1"
model = "lost-1"
key_env = "LOST_API_KEY"
"""
# For the test a rewrite of its file, and in a new room a file.
ANSWER = f"<<<<<<< CREATE {trial.PATH}\n{trial.AFTER}>>>>>>> END\n"


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    folder: Path = tmp_path_factory.mktemp("models")
    (folder / "answer.txt").write_text(ANSWER)
    with module("tests.standins.chat", "--answer", str(folder / "answer.txt"), "--rate", "400") as (_, address):
        models = folder / "models.toml"
        models.write_text(MODELS.format(address=address))
        with Stack(folder, SPARKROOM_MODELS=str(models)) as stack:
            yield stack


def row(person: Person, name: str) -> Locator:
    """A model's row."""
    return person.page.get_by_role("row").filter(has=person.page.get_by_text(name, exact=True))


def paste_key(model: Locator, key: str) -> None:
    model.get_by_role("button", name="Paste key").click()
    model.get_by_label("is kept on this computer").fill(key)
    model.get_by_role("button", name="Keep").click()


def test_from_the_rehearsal_to_a_real_turn_without_a_restart(person: MakePerson, stack: Stack) -> None:
    alice = person()
    alice.page.goto(stack.base_url)
    expect(alice.page.get_by_role("button", name=f"Model: {REHEARSAL}")).to_be_visible()
    alice.page.goto(f"{stack.base_url}/models")
    standin = row(alice, "Standin")
    expect(standin).to_contain_text("needs STANDIN_API_KEY")
    expect(standin.get_by_role("button", name="Test")).to_have_count(0)
    paste_key(standin, KEY)
    expect(standin).to_contain_text("Ready")
    standin.get_by_role("button", name="Test").click()
    expect(standin.get_by_role("status")).to_have_text(
        re.compile(r"The edit landed · first token [\d.,]+ m?s · [\d.,]+ tokens/s")
    )
    assert KEY not in alice.page.content()
    # A test is no turn, and no measure.
    expect(standin).not_to_contain_text(A_TURN)
    alice.page.goto(stack.base_url)
    expect(alice.page.get_by_role("button", name="Model: Standin")).to_be_visible()
    alice.prompt.fill("Greet me in the morning")
    alice.prompt.press("Enter")
    expect(alice.turns.last).to_have_attribute("data-state", "settled")
    expect(alice.turns.last).to_contain_text("Standin")
    assert alice.text(trial.PATH) == trial.AFTER


def test_what_was_measured_stands_beside_what_was_published(person: MakePerson, stack: Stack) -> None:
    alice = person()
    alice.page.goto(f"{stack.base_url}/models")
    standin = row(alice, "Standin")
    expect(standin).to_contain_text("about 150")
    expect(standin).to_contain_text("its vendor")
    expect(standin).to_contain_text("1 turn")
    # The test and the turn: both were paid for.
    expect(alice.page.get_by_text("tokens for paid models are used")).not_to_contain_text(re.compile(r"^0 of"))
    # A speed that was set is no measure.
    expect(row(alice, REHEARSAL)).to_contain_text("Always there")
    expect(row(alice, REHEARSAL)).not_to_contain_text(A_TURN)


def test_a_model_by_invitation_says_so(person: MakePerson, stack: Stack) -> None:
    alice = person()
    alice.page.goto(f"{stack.base_url}/models")
    expect(row(alice, "Invited")).to_contain_text("needs INVITED_API_KEY · API by invitation")


def test_a_test_that_fails_says_why(person: MakePerson, stack: Stack) -> None:
    alice = person()
    alice.page.goto(f"{stack.base_url}/models")
    lost = row(alice, "Lost")
    paste_key(lost, "sk-another-planted-1")
    lost.get_by_role("button", name="Test").click()
    expect(lost.get_by_role("status")).to_have_text("No edit: nothing answers at the address of the model's server")
    lost.get_by_role("button", name="Remove key").click()
    expect(lost).to_contain_text("needs LOST_API_KEY")
    expect(lost.get_by_role("button", name="Test")).to_have_count(0)


def test_a_room_that_is_open_already_offers_a_model_that_was_connected_since(person: MakePerson, stack: Stack) -> None:
    alice, room = person(), Room(stack)
    alice.enter(room.links["owner"])
    offered = alice.page.get_by_role("menuitemradio", name="Lost")
    alice.page.get_by_role("button", name="Model: ").click()
    expect(offered).to_contain_text("needs LOST_API_KEY")
    expect(offered).to_be_disabled()
    alice.page.keyboard.press("Escape")
    elsewhere = person()
    elsewhere.page.goto(f"{stack.base_url}/models")
    paste_key(row(elsewhere, "Lost"), "sk-another-planted-2")
    expect(row(elsewhere, "Lost")).to_contain_text("Ready")
    # A headless browser says of every page that it is in front; this is what coming back to one is.
    alice.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    alice.page.get_by_role("button", name="Model: ").click()
    expect(offered).to_be_enabled()


def test_a_pasted_key_outlives_a_restart_and_shows_nowhere(person: MakePerson, stack: Stack) -> None:
    alice = person()
    alice.page.goto(f"{stack.base_url}/models")
    standin = row(alice, "Standin")
    expect(standin.get_by_role("button", name=re.compile("Paste key|Test"))).to_be_visible()
    if standin.get_by_role("button", name="Paste key").is_visible():
        paste_key(standin, KEY)
    expect(standin).to_contain_text("Ready")
    stack.restart()
    alice.page.goto(f"{stack.base_url}/models")
    expect(standin).to_contain_text("Ready")
    file = stack.data / "keys.json"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert KEY in file.read_text()
    holding = [path for path in stack.data.rglob("*") if path.is_file() and KEY.encode() in path.read_bytes()]
    assert holding == [file]
    assert KEY not in stack.log()

"""What the documents name exists, and what people may set is documented."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from ide import settings
from tests.stack import ROOT

DOCUMENTS = (
    *("README.md", "ARCHITECTURE.md", "SETTINGS.md", "CONTRIBUTING.md", "STYLE.md", "CHANGELOG.md"),
    "docker/README.md",
)
SETTINGS = Path(settings.__file__).read_text()
# Folders whose files documents name by path; what a set-up or a build makes is not there in a fresh clone.
OURS = ("ide", "workers", "frontend", "tests", "docker", ".ci")
MADE = ("frontend/dist", "frontend/node_modules")


@pytest.fixture(params=DOCUMENTS)
def document(request: pytest.FixtureRequest) -> str:
    return (ROOT / str(request.param)).read_text()


def code(document: str) -> str:
    """Everything that stands as code in a document: blocks, and words between backticks."""
    blocks = re.findall(r"^```.*?^```|^ {4}.*?$", document, re.DOTALL | re.MULTILINE)
    return "\n".join([*blocks, *re.findall(r"`([^`\n]+)`", document)])


def settings_read() -> set[str]:
    """The names of the variables that the settings read."""
    return set(re.findall(r"env\.\w+\(\s*\"([A-Z_]+)\"", SETTINGS))


def test_every_make_target_exists(document: str) -> None:
    targets = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"\bmake ([a-z][a-z-]*)", code(document)))
    assert named <= targets


def test_every_management_command_exists(document: str) -> None:
    assert set(re.findall(r"manage\.py ([a-z_]+)", code(document))) <= get_commands().keys()


def test_every_npm_script_exists(document: str) -> None:
    scripts = set(re.findall(r'^    "([a-z:-]+)":', (ROOT / "frontend" / "package.json").read_text(), re.MULTILINE))
    assert set(re.findall(r"npm run ([a-z:-]+)", code(document))) <= scripts


def test_every_setting_that_is_named_is_read(document: str) -> None:
    named = set(re.findall(r"\bSPARKROOM_[A-Z_]+[A-Z]\b", document))
    assert named <= settings_read()


def test_every_path_that_is_named_exists(document: str) -> None:
    paths = re.findall(rf"(?<![\w/.])(?:{'|'.join(map(re.escape, OURS))})/[\w./-]*\w", code(document))
    missing = [path for path in paths if not path.startswith(MADE) and not (ROOT / path).exists()]
    assert missing == []


def test_every_link_between_documents_leads_somewhere(request: pytest.FixtureRequest, document: str) -> None:
    home = ROOT / str(request.node.callspec.params["document"])
    links = re.findall(r"\]\((?!\w+:|#)([^)#\s]+)", document)
    assert [link for link in links if not (home.parent / link).exists()] == []


def test_every_setting_is_documented_with_its_default() -> None:
    rows = re.findall(r"^\| `([A-Z_]+)` \|([^|]*)\|", (ROOT / "SETTINGS.md").read_text(), re.MULTILINE)
    documented = {name: default.strip().replace(",", "") for name, default in rows}
    assert documented.keys() == settings_read()
    numbers = re.findall(r"env\.whole\(\"([A-Z_]+)\", ([\d_]+)", SETTINGS)
    assert {name: documented[name] for name, _ in numbers} == {
        name: default.replace("_", "") for name, default in numbers
    }

from __future__ import annotations

import pytest

from ide.domain.turns.context import DocumentText
from ide.domain.turns.mentions import Names, related
from ide.domain.turns.outline import outline, outline_line
from tests.domain.turns.talked_of import TalkedOf

PATHS = ("game/snake.js", "game/index.html", "site/index.html", "my notes.md", "app/[id].tsx", "übung.py", "README")
NAMES = Names({path: path for path in PATHS})


@pytest.mark.parametrize(
    ("prompt", "named"),
    [
        ("make @game/snake.js faster", ["game/snake.js"]),
        ("make snake.js faster.", ["game/snake.js"]),
        ("see `Game/Snake.js`, please", ["game/snake.js"]),
        ("it fails at /app/game/snake.js:41", ["game/snake.js"]),
        ("./game/snake.js", ["game/snake.js"]),
        ("change index.html", ["game/index.html", "site/index.html"]),
        ("change site/index.html", ["site/index.html"]),
        ("look at @game", ["game/snake.js", "game/index.html"]),
        ("read @my notes.md first", ["my notes.md"]),
        ("and @app/[id].tsx", ["app/[id].tsx"]),
        ("@übung.py", ["übung.py"]),
        ("update the readme", ["README"]),
        ("snake.jsx and mysnake.js", []),
        ("write to me@game.org", []),
        ("make it faster", []),
    ],
)
def test_a_prompt_names_files(prompt: str, named: list[str]) -> None:
    assert list(NAMES.find(prompt).files) == named


def test_files_marked_with_an_at_come_first_and_those_that_are_none_are_told() -> None:
    found = NAMES.find("like index.html, but in @game/snake.js and @nothing/here.js with @property")
    assert found.files[0] == "game/snake.js"
    assert found.missing == ("nothing/here.js",)


def test_a_prompt_of_any_length_is_read_at_both_ends() -> None:
    assert NAMES.find("snake.js " + "x " * 400_000 + "README").files == ("game/snake.js", "README")


def test_files_are_related_by_their_names_at_the_top_level_and_their_paths() -> None:
    room = TalkedOf(
        [
            DocumentText("a.js", "const other = 1\n"),
            DocumentText("b.js", "export function drawBoard() {}\nclass Snake {}\n"),
            DocumentText("lib/snake.css", ".board {\n}\n"),
        ]
    )
    assert related(room.view().files, "let drawBoard of the snake use colours") == ["#b.js", "#lib/snake.css"]
    assert related(room.view().files, "make it nicer, please") == []


@pytest.mark.parametrize(
    ("path", "text", "names"),
    [
        ("a.py", "import x\nSPEED = 1\n\nclass A:\n    def no(self): ...\nasync def run(): ...\n", "SPEED@2 A@4 run@6"),
        ("a.ts", "export default async function f() {}\n  const inner = 1\nexport const g = 2\n", "f@1 g@3"),
        ("a.go", "package main\nfunc (s *Server) Run() {\n}\n", "main@1 Run@2"),
        ("a.css", ".a{\n}\n@media (x) {\n .b{}\n}\n", ".a@1 @media (x)@3"),
        ("a.md", "# Top\ntext\n## Below\n", "Top@1 Below@3"),
        ("a.html", "<div id='x'>\n<p id=\"y\">", "x@1 y@2"),
        ("a.txt", "", ""),
    ],
)
def test_an_outline_has_the_names_at_the_top_level_with_their_lines(path: str, text: str, names: str) -> None:
    line = outline_line(path, outline(path, text))
    head = f"- {path}: {text.count(chr(10)) + 1} lines, "
    assert line.startswith(head)
    assert line.partition(" tokens")[2].removeprefix(": ") == names


def test_an_outline_of_a_long_text_finds_names_across_its_stretches() -> None:
    text = "x = 1  # " + "y" * 90 + "\n"
    far = text * 2_000 + "def far(): ...\n"
    assert outline("a.py", far).names == (("far", 2_001),)
    many = outline("a.py", "".join(f"def f{number}(): ...\n" for number in range(100)))
    assert len(many.names) == 40

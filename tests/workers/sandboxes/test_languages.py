"""What a room's programs can be written in, and with which packages: each is really run in a sandbox."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from pathlib import Path

import pytest

from ide.domain.programs import command_of_file, command_of_name
from ide.engines.languages import SHIPPED, languages, read_languages
from tests.workers.transcript import Transcript, order
from workers.sandboxes import toolchain as toolchains
from workers.sandboxes.bubblewrap import Bubblewrap
from workers.sandboxes.sandbox import Ended
from workers.sandboxes.toolchain import Toolchain, locate

PROGRAMS = {
    "main.py": "import sys\nprint(sum([1, 2, 39]), sys.version_info >= (3, 11))",
    "main.ts": """
        import { half } from "./lib/half.ts";
        interface Point { readonly x: number }
        const point: Point = { x: 84 };
        console.log(half(point.x), true);""",
    "main.mts": "const answer: number = 42;\nconsole.log(answer, import.meta.filename.endsWith('main.mts'));",
    "main.js": "const { sep } = require('node:path');\nconsole.log(42, sep === '/');",
    "modules.js": "import { sep } from 'node:path';\nconsole.log(42, sep === '/');",
    "main.mjs": "import { half } from './lib/half.ts';\nconsole.log(half(84), true);",
    "main.sh": "numbers=(1 2 39)\necho $((numbers[0] + numbers[1] + numbers[2])) true",
}
HALF = "export function half(n: number): number {\n  return n / 2;\n}\n"


def executed(
    backend: Bubblewrap, command: str | Sequence[str], files: dict[str, str] | None = None
) -> tuple[str, Ended]:
    transcript = Transcript()
    given = {path: text.encode() for path, text in (files or {}).items()}
    with backend.start(order(command, given, seconds=20)) as sandbox:
        ended = transcript.to_the_end(sandbox)
    return transcript.text, ended


@pytest.mark.parametrize("path", PROGRAMS)
def test_a_file_is_run_by_its_language_and_says_nothing_of_its_own(backend: Bubblewrap, path: str) -> None:
    files = {path: PROGRAMS[path], "lib/half.ts": HALF}
    text, ended = executed(backend, command_of_file(path, files, languages()), files)
    assert text.lower() == "42 true\n"
    assert ended.exit_code == 0


def test_every_language_that_ships_is_among_them() -> None:
    suffixes = {f".{path.rpartition('.')[2]}" for path in PROGRAMS}
    assert all(suffixes & set(language.suffixes) for language in languages() if language.command)


def test_another_language_takes_an_entry_and_nothing_else(backend: Bubblewrap) -> None:
    entry = '[[language]]\nname = "Perl"\nsuffixes = [".pl"]\ncommand = ["perl", "-w"]\n'
    known = read_languages(f"{SHIPPED.read_text()}\n{entry}")
    files = {"main.pl": 'print 6 * 7, "\\n";'}
    text, _ = executed(backend, command_of_file("main.pl", files, known), files)
    assert text == "42\n"


def test_a_named_run_with_its_words(backend: Bubblewrap) -> None:
    settings = "run.greet = 'python main.py \"two words\" --fast'"
    files = {"main.py": "import sys; print(sys.argv)", "sparkroom.toml": settings}
    text, _ = executed(backend, command_of_name("greet", settings), files)
    assert text == "['main.py', 'two words', '--fast']\n"


PLOT = """
import logging, os
logging.basicConfig(level=logging.INFO)
import matplotlib.pyplot as plot
import numpy as np
x = np.linspace(0, 6, 50)
figure, axes = plot.subplots()
axes.plot(x, np.sin(x), label="Sinus für alle")
axes.legend()
plot.savefig("plot.png")
plot.show()
print(plot.get_backend(), open("plot.png", "rb").read(4), os.listdir())
"""


def test_a_plot_is_made_without_a_screen_and_without_looking_for_fonts_again(backend: Bubblewrap) -> None:
    text, ended = executed(backend, PLOT)
    assert text == "Agg b'\\x89PNG' ['plot.png']\n"
    assert ended.exit_code == 0


def test_arrays_of_numbers(backend: Bubblewrap) -> None:
    program = "import numpy as np\nprint(np.linalg.solve(np.array([[2., 1], [1, 3]]), np.array([5., 10])).round(6))"
    assert executed(backend, program)[0] == "[1. 3.]\n"


def test_hypothesis_finds_an_example_and_keeps_it_out_of_the_room(backend: Bubblewrap) -> None:
    suite = """
        from hypothesis import given, strategies as st
        @given(st.integers())
        def test_small(n): assert n < 1000
    """.replace("\n        ", "\n")
    command = ["sh", "-c", "python -m pytest -q -p no:cacheprovider; ls -A"]
    text, _ = executed(backend, command, {"test_it.py": suite})
    assert "test_small(\n" in text or "n=1000" in text
    assert text.splitlines()[-1] == "test_it.py"


def test_node_is_the_one_that_strips_types(backend: Bubblewrap) -> None:
    text, _ = executed(backend, ["node", "--version"])
    assert text.startswith("v24.")


@pytest.mark.parametrize(
    ("program", "answer"),
    [
        ("import getpass; print(getpass.getuser())", "u\n"),
        ("import debugpy; print(debugpy.__version__.split('.')[0])", "1\n"),
        ("import sys; print(sys.prefix)", "/opt/sandbox\n"),
        ("import shutil; print(shutil.which('node'))", "/opt/sandbox/bin/node\n"),
    ],
)
def test_what_programs_ask_of_their_surroundings(backend: Bubblewrap, program: str, answer: str) -> None:
    assert executed(backend, program)[0] == answer


def test_a_changed_lock_is_another_toolchain(
    toolchain: Toolchain, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert locate() == toolchain
    changed = tmp_path / "requirements.txt"
    changed.write_bytes(toolchains.REQUIREMENTS.read_bytes() + b"# newer\n")
    monkeypatch.setattr(toolchains, "REQUIREMENTS", changed)
    assert locate() != toolchain
    assert dataclasses.replace(locate(), folder=toolchain.folder) == toolchain
    assert not locate().installed

from __future__ import annotations

from pathlib import Path

from ide.launcher.tree import problems


def test_long_sources_and_addresses_in_lock_files_are_found(tmp_path: Path) -> None:
    (tmp_path / "long.py").write_text("pass\n" * 501)
    (tmp_path / "fits.py").write_text("pass\n" * 500)
    (tmp_path / "requirements.txt").write_text("--index-url https://packages.example/simple\nDjango==5.2\n")
    (tmp_path / "package-lock.json").write_text(
        '{"a": {\n"resolved": "https://packages.example/a.tgz",\n"funding": {"url": "https://donate.example"}}}'
    )
    made = tmp_path / "node_modules" / "theirs.js"
    made.parent.mkdir()
    made.write_text("\n" * 1000)

    cure = "a lock file names no address; write it anew with `make lock`"
    assert list(problems(tmp_path)) == [
        "long.py: 501 lines; 500 at most: divide it by its nouns",
        f'package-lock.json: "resolved": "https://packages.example/a.tgz",: {cure}',
        f"requirements.txt: https://packages.example/simple: {cure}",
    ]

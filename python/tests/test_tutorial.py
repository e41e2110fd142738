"""The tutorial, run: every command and every Python line gives what the text shows."""

from __future__ import annotations

import doctest
import os
import re
import shlex
import subprocess
from pathlib import Path

import pytest

from conftest import ROOT

TUTORIAL = ROOT / "docs" / "tutorial_is_my_equilibrium_right.md"
PLACE = ROOT / "examples" / "is_it_right"
TEXT = TUTORIAL.read_text(encoding="utf-8")
CONSOLES = re.findall(r"^```console\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)


def program() -> Path:
    target = Path(os.environ.get("CARGO_TARGET_DIR", "target"))
    return ROOT / target / "release" / "smfg"


def session(block: str) -> list[tuple[str, str]]:
    """Commands of a console with what each prints."""
    found = re.split(r"^\$ (.*)\n", block, flags=re.MULTILINE)
    return list(zip(found[1::2], found[2::2]))


@pytest.mark.parametrize("block", CONSOLES, ids=[f"console {i + 1}" for i in range(len(CONSOLES))])
def test_commands(block):
    if not program().exists():
        pytest.skip("the program is not built: cargo build --release")
    for command, expected in session(block):
        words = shlex.split(command)
        assert words[0] == "smfg"
        done = subprocess.run([program(), *words[1:]], cwd=PLACE, capture_output=True, text=True)
        printed = done.stdout + done.stderr
        # `...` stands for any text, and spaces at the ends of lines do not count.
        wanted, got = (
            "\n".join(line.rstrip() for line in text.strip().splitlines())
            for text in (expected, printed)
        )
        pattern = re.escape(wanted).replace(re.escape("..."), ".*?")
        assert re.fullmatch(
            pattern, got, re.DOTALL
        ), f"{command} printed\n{got}\nand the tutorial shows\n{wanted}"


def test_python(monkeypatch):
    monkeypatch.chdir(PLACE)
    examples = doctest.DocTestParser().get_doctest(
        "\n".join(re.findall(r"^```python\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)),
        {},
        "tutorial",
        str(TUTORIAL),
        0,
    )
    assert len(examples.examples) >= 10
    report: list[str] = []
    result = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS).run(examples, out=report.append)
    assert result.failed == 0, "".join(report)


def test_there_is_something_to_run():
    assert len(CONSOLES) >= 3 and sum(len(session(block)) for block in CONSOLES) >= 3

"""The pages of docs/, run: every command and every Python line gives what the text shows."""

from __future__ import annotations

import doctest
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import ROOT

TUTORIAL = ROOT / "docs" / "tutorial_is_my_equilibrium_right.md"
GUIDE = ROOT / "docs" / "guide.md"
README = ROOT / "README.md"
#: Pages, the folder in which their commands are meant, and how many commands and lines they have.
PAGES = [(TUTORIAL, ROOT / "examples" / "is_it_right", 3, 10), (GUIDE, ROOT, 12, 10)]
IDS = [page.stem for page, *_ in PAGES]


def blocks(page: Path, language: str) -> list[str]:
    text = page.read_text(encoding="utf-8")
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def smfg(words: list[str], folder: Path) -> str:
    """What the program prints; that of the package, where no other one is built."""
    target = Path(os.environ.get("CARGO_TARGET_DIR", "target"))
    built = ROOT / target / "release" / "smfg"
    command = [str(built)] if built.exists() else [sys.executable, "-m", "smfg"]
    done = subprocess.run([*command, *words], cwd=folder, capture_output=True, text=True)
    return done.stdout + done.stderr


def session(block: str) -> list[tuple[str, str]]:
    """Commands of a console with what each prints."""
    found = re.split(r"^\$ (.*)\n", block, flags=re.MULTILINE)
    return list(zip(found[1::2], found[2::2]))


@pytest.fixture
def folder(request, tmp_path):
    """A copy of the games and examples, so that commands may write files."""
    for name in ("models", "examples"):
        shutil.copytree(ROOT / name, tmp_path / name)
    return tmp_path / request.param.relative_to(ROOT)


def check(command: str, expected: str, printed: str) -> None:
    """`...` stands for any text, and spaces at the ends of lines do not count."""
    wanted, got = (
        "\n".join(line.rstrip() for line in text.strip().splitlines())
        for text in (expected, printed)
    )
    pattern = re.escape(wanted).replace(re.escape("..."), ".*?")
    assert re.fullmatch(pattern, got, re.DOTALL), f"{command} printed\n{got}\nnot\n{wanted}"


@pytest.mark.parametrize(
    ("page", "folder", "count"),
    [(page, folder, count) for page, folder, count, _ in PAGES],
    ids=IDS,
    indirect=["folder"],
)
def test_commands(page, folder, count):
    """In the order of the page: later commands read what earlier ones wrote."""
    found = [pair for block in blocks(page, "console") for pair in session(block)]
    assert len(found) >= count
    for command, expected in found:
        words = shlex.split(command)
        assert words[0] == "smfg"
        check(command, expected, smfg(words[1:], folder))


@pytest.mark.parametrize(
    ("page", "folder", "count"),
    [(page, folder, count) for page, folder, _, count in PAGES],
    ids=IDS,
)
def test_python(page, folder, count, monkeypatch):
    pytest.importorskip("pandas")
    monkeypatch.chdir(folder)
    text = "\n".join(blocks(page, "python"))
    examples = doctest.DocTestParser().get_doctest(text, {}, page.stem, str(page), 0)
    assert len(examples.examples) >= count
    report: list[str] = []
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    result = doctest.DocTestRunner(optionflags=flags).run(examples, out=report.append)
    assert result.failed == 0, "".join(report)


def test_the_result_of_the_readme():
    """Its lines are printed, in this order; `...` stands for lines that are left out."""
    (block,) = [block for block in blocks(README, "text") if block.startswith("$ smfg")]
    ((command, expected),) = session(block)
    printed = smfg(shlex.split(command)[1:], ROOT)
    check(command, "...\n" + expected + "...", printed)


def test_the_readme_is_short():
    assert len(README.read_text(encoding="utf-8").splitlines()) <= 120


@pytest.mark.parametrize(
    "page",
    [README, ROOT / "python" / "README.md", *sorted((ROOT / "docs").rglob("*.md"))],
    ids=lambda page: str(page.relative_to(ROOT)),
)
def test_tables_fit_on_a_screen(page):
    """At most 100 columns, outside of blocks of code."""
    text = re.sub(r"^```.*?^```$", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    wide = [line for line in text.splitlines() if line.startswith("|") and len(line) > 100]
    assert wide == []

"""Reports in a real browser: phone, desktop, print.

Needs Chromium and playwright; `scripts/test-browser` installs both. SMFG_SCREENSHOTS names a
folder in
which pictures of all pages are left.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from conftest import ROOT

CHROMIUM = next(
    filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None
)
if CHROMIUM is None:
    pytest.skip("no Chromium: scripts/test-browser installs it", allow_module_level=True)
sync_api = pytest.importorskip(
    "playwright.sync_api", reason="no playwright: scripts/test-browser installs it"
)

#: Width and height of a phone and of a screen, in CSS pixels.
VIEWPORTS = {"phone": (375, 720), "desktop": (1280, 900)}
#: A page per name: the questions that it answers.
REPORTS: dict[str, tuple[str, list[list[str]]]] = {
    "queue": ("queue_tolls", [["solve", "--epsilon", "1/4"]]),
    "wages": (
        "moral_hazard_grid",
        [
            ["sweep", "--epsilon", "0:1/4"],
            ["solve", "--epsilon", "1/100", "--robust", "reward=1/100,leader=1/50"],
            ["sensitivity", "--reward-error", "1/100"],
        ],
    ),
    "adoption": (
        "adoption",
        [
            ["equilibria", "--decision", "none"],
            ["range", "--decision", "none", "--epsilon", "1/100"],
        ],
    ),
    "pigou": (
        "pigou_latency",
        [["frontier", "--decision", "toll 0", "--epsilon", "0:1/4", "--width", "1/20"]],
    ),
    "rock": (
        "rock_paper_scissors",
        [["map", "--of", "mu[rock]@1", "--of", "mu[paper]@1", "--epsilon", "1/10", "--cells", "8"]],
    ),
}


def smfg(*arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "smfg", *arguments], cwd=cwd, capture_output=True, text=True
    )


@pytest.fixture(scope="module")
def pages(tmp_path_factory) -> dict[str, Path]:
    made = {}
    for name, (model, questions) in REPORTS.items():
        folder = tmp_path_factory.mktemp(name)
        game = shutil.copy(ROOT / "models" / f"{model}.toml", folder)
        results = []
        for number, (command, *options) in enumerate(questions):
            files = ["--certificate", f"{number}.cert", "--format", "json", "--quiet"]
            answer = smfg(command, Path(game).name, *options, *files, cwd=folder)
            assert answer.returncode in (0, 1), answer.stderr
            (folder / f"{number}.json").write_text(answer.stdout)
            results.append(f"{number}.json")
        done = smfg("report", *results, "--game", Path(game).name, "-o", "page.html", cwd=folder)
        assert done.returncode == 0, done.stderr
        made[name] = folder / "page.html"
    return made


@pytest.fixture(scope="module")
def browser():
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


def opened(browser, path: Path, size: tuple[int, int], told: list[str]):
    page = browser.new_page(viewport={"width": size[0], "height": size[1]}, device_scale_factor=2)
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    page.on(
        "request",
        lambda request: None if request.url == path.as_uri() else told.append(request.url),
    )
    page.goto(path.as_uri())
    return page


@pytest.mark.parametrize("device", VIEWPORTS)
@pytest.mark.parametrize("name", REPORTS)
def test_a_page_fits_and_asks_for_nothing(browser, pages, name, device):
    told: list[str] = []
    page = opened(browser, pages[name], VIEWPORTS[device], told)
    width = VIEWPORTS[device][0]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    # Figures lie within the page; wide tables scroll by themselves.
    for box in page.locator("figure svg").all():
        place = box.bounding_box()
        assert place is not None and place["x"] >= 0 and place["x"] + place["width"] <= width
    # Formulas are set, not shown as source: each has a height, and fractions are taller than a
    # line.
    heights = page.evaluate(
        "[...document.querySelectorAll('math')].map(m => m.getBoundingClientRect().height)"
    )
    assert heights and min(heights) > 0
    fraction = page.evaluate(
        "document.querySelector('mfrac')?.getBoundingClientRect().height ?? 99"
    )
    assert fraction > 20
    assert page.evaluate("document.querySelectorAll('parsererror, script, link, img').length") == 0
    assert page.locator(".bad").count() == 0 and page.locator(".good").count() > 0
    if folder := os.environ.get("SMFG_SCREENSHOTS"):
        page.screenshot(path=f"{folder}/{name}-{device}.png", full_page=True)
    page.close()
    assert told == []


@pytest.mark.parametrize("name", REPORTS)
def test_a_page_prints(browser, pages, name):
    page = opened(browser, pages[name], VIEWPORTS["desktop"], [])
    pdf = page.pdf(format="A4", print_background=False)
    page.close()
    assert pdf.startswith(b"%PDF")
    if folder := os.environ.get("SMFG_SCREENSHOTS"):
        Path(folder, f"{name}-print.pdf").write_bytes(pdf)

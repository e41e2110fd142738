"""The recipe for joblib in docs/many_machines.md, run as it stands."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("joblib")

PAGE = Path(__file__).resolve().parents[2] / "docs" / "many_machines.md"


def test_joblib(tmp_path, models, monkeypatch):
    recipe = re.search(r"## joblib\n\n```python\n(.*?)```", PAGE.read_text(), re.DOTALL).group(1)
    shutil.copy(models / "moral_hazard_grid.toml", tmp_path / "game.toml")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
    (tmp_path / "recipe.py").write_text(recipe)
    subprocess.run([sys.executable, "recipe.py"], check=True, capture_output=True)
    done = subprocess.run(
        ["smfg", "gather", "points", "--game", "game.toml", "--format", "json"],
        capture_output=True,
        text=True,
    )
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["complete"], answer["proved"]) == (0, True, 40)
    # By hand (models/README.md): 19/20 at eps = 0.
    assert answer["points"][0]["lower"] == answer["points"][0]["upper"] == "19/20"

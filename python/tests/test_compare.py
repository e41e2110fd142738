"""benches/compare.py: claims of another solver against the certified values of the collection."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "benches" / "compare.py"
# By hand (models/README.md): braess is worth -3/2, adoption 17/20; the third is off by 1/10.
CLAIMS = [
    {"instance": "braess", "epsilon": "0", "value": -1.5, "seconds": 0.2},
    {"instance": "adoption", "epsilon": 0, "value": "17/20"},
    {"instance": "tie", "epsilon": "0", "value": 0.6},
    {"instance": "nobody", "value": 1},
]


def test_right_and_wrong_claims(tmp_path):
    file = tmp_path / "solver.json"
    file.write_text(json.dumps(CLAIMS))
    done = subprocess.run([sys.executable, SCRIPT, file], capture_output=True, text=True)
    rows = [[cell.strip() for cell in line.split("|")[1:-1]] for line in done.stdout.splitlines()]
    verdicts = {row[0]: (row[6], row[7]) for row in rows[2:]}
    assert verdicts["braess"] == ("0", "right")
    assert verdicts["adoption"] == ("0", "right")
    assert verdicts["tie"] == ("0.1", "wrong")
    assert verdicts["nobody"][1] == "no such instance"
    assert done.returncode == 1, "a wrong claim is reported"


def test_a_folder_with_a_policy(tmp_path):
    claim = {
        "epsilon": "1/100",
        "value": 0.81,
        "decision": "wage=7/20",
        "policy": [[["1/10", "9/10"]]],
        "exploitability": "1/100",
        "leader_reward": "81/100",
    }
    (tmp_path / "moral_hazard_grid.json").write_text(json.dumps(claim))
    program = Path(sys.executable).with_name("smfg")
    done = subprocess.run(
        [sys.executable, SCRIPT, tmp_path, "--verify", "--program", program],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    row = [cell.strip() for cell in done.stdout.splitlines()[2].split("|")[1:-1]]
    assert (row[7], row[9]) == ("right", "holds")

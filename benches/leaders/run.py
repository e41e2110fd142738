"""Leaders with p decision dimensions: pieces, times and widths, as rows of a Markdown table.

    cargo build --release
    python3 benches/leaders/run.py [P,P,...]

Gap 1e-3 for p up to 3 and 1e-2 for p = 4, one thread, 60 seconds each; games of games.py, two per p.
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import time

from games import game

PROGRAM = pathlib.Path(__file__).resolve().parents[2] / "target" / "release" / "smfg"


def main():
    dimensions = [int(p) for p in sys.argv[1].split(",")] if len(sys.argv) > 1 else [1, 2, 3, 4]
    print("| p | game | eps | lower | width | pieces | decisions | seconds | of which the check | certificate |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for p in dimensions:
            for seed in (1, 2):
                path = pathlib.Path(folder) / f"p{p}-{seed}.toml"
                path.write_text(game(p, seed))
                for epsilon in ("0.2", "0.05", "0.01"):
                    row(p, seed, epsilon, path)


def row(p, seed, epsilon, path):
    options = ["--epsilon", epsilon, "--gap", "0.01" if p > 3 else "0.001", "--threads", "1", "--quiet", "--format", "json", "--time-limit", "60"]
    start = time.monotonic()
    done = subprocess.run([PROGRAM, "solve", path, *options], capture_output=True, text=True, check=False)
    seconds = time.monotonic() - start
    result = json.loads(done.stdout)
    value, statistics = result["value"], result["statistics"]
    width = value["upper_decimal"] - value["lower_decimal"]
    print(
        f"| {p} | {seed} | {epsilon} | {value['lower_decimal']:.6f} | {width:.1e} ({result['status']}) | {statistics['nodes']} | "
        f"{statistics['decisions_solved']} | {seconds:.1f} | {statistics['check_seconds']:.1f} | {result['certificate']['bytes'] // 1000} kB |",
        flush=True,
    )


if __name__ == "__main__":
    main()

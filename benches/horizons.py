#!/usr/bin/env python3
"""How games of two states grow with their stages: ends, seconds of the processor, memory, sizes.

    cargo build --release && python3 benches/horizons.py [--seconds 60] [STAGES ...]

Infection and distance over so many stages (models/susceptible_infected_51.toml), the infected mass
of the last one; `smfg range` to a gap of 1/1000, one thread.
"""

import argparse
import json
import os
import pathlib
import subprocess
import tempfile

MODEL = pathlib.Path("models/susceptible_infected_51.toml")
EPSILONS = ["1/1000", "1/100"]


def game(stages: int, folder: pathlib.Path) -> pathlib.Path:
    """The model with another number of stages."""
    text = MODEL.read_text().replace("stages = 51", f"stages = {stages}")
    path = folder / f"infection_{stages}.toml"
    path.write_text(text.replace("@50", f"@{stages - 1}"))
    return path


def measure(path: pathlib.Path, epsilon: str, seconds: int) -> str:
    """A row of the table."""
    proof = path.with_suffix(".cert")
    command = ["target/release/smfg", "range", str(path), "--epsilon", epsilon, "--gap", "1/1000"]
    command += ["--time-limit", str(seconds), "--certificate", str(proof), "--format", "json"]
    before = os.times()
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    after = os.times()
    spent = after.children_user - before.children_user
    answer = json.loads(run.stdout)
    ends = []
    for end in ("least", "greatest"):
        bounds = sorted(-float(answer[end][side]["approx"]) for side in ("lower", "upper"))
        ends.append(f"[{bounds[0]:.5f}, {bounds[1]:.5f}]")
    return f"| {epsilon} | {' | '.join(ends)} | {spent:.1f} | {proof.stat().st_size // 1000} |"


def main() -> None:
    """Prints the table."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--seconds", type=int, default=60)
    arguments.add_argument("stages", type=int, nargs="*", default=[11, 25, 51, 101, 201, 401])
    given = arguments.parse_args()
    print("| stages | eps | greatest | least | s of processor | kB of proof |\n|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        for stages in given.stages:
            path = game(stages, pathlib.Path(folder))
            for epsilon in EPSILONS:
                print(f"| {stages} {measure(path, epsilon, given.seconds)}", flush=True)


if __name__ == "__main__":
    main()

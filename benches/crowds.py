#!/usr/bin/env python3
"""Ranges of games with a statistic in every state and stage: a Markdown table.

    python3 benches/crowds.py [--limit SECONDS] [--gap G] [--epsilon E ...] GAME ...

After `cargo build --release`; SMFG names another program. Figures are seconds of processor time on
one thread of `smfg range`, which finds, proves and checks both ends; the width of the wider of both
intervals; and seconds of `smfg check` on the certificate alone, which reads the game again.
"""

import argparse
import json
import pathlib
import resource
import subprocess
import tempfile

from overshoot import SMFG


def timed(command):
    """The output of a command, and its seconds of processor time."""
    spent = lambda used: used.ru_utime + used.ru_stime
    before = spent(resource.getrusage(resource.RUSAGE_CHILDREN))
    output = subprocess.run(command, capture_output=True, text=True).stdout
    return output, spent(resource.getrusage(resource.RUSAGE_CHILDREN)) - before


def measured(game, epsilon, gap, limit, certificate):
    certificate.unlink(missing_ok=True)
    command = [SMFG, "range", game, "--epsilon", epsilon, "--gap", gap, "--threads", "1", "--quiet"]
    command += ["--format", "json", "--time-limit", str(limit), "--certificate", certificate]
    output, seconds = timed(command)
    if not output or not certificate.exists():
        return f"{seconds:.2g} s, no bounds"
    ends = [json.loads(output)[end] for end in ("least", "greatest")]
    width = max(end["upper_decimal"] - end["lower_decimal"] for end in ends)
    _, checked = timed([SMFG, "check", game, certificate])
    return f"{seconds:.2g} s, {width:.0e}, {checked:.2g} s"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--limit", type=float, default=20)
    parser.add_argument("--gap", default="1/1000000")
    parser.add_argument("--epsilon", nargs="+", default=["0", "1/100", "1/10"])
    parser.add_argument("game", nargs="+", type=pathlib.Path)
    given = parser.parse_args()
    print("| game | " + " | ".join(f"eps {epsilon}" for epsilon in given.epsilon) + " |")
    print("|---" * (len(given.epsilon) + 1) + "|")
    with tempfile.TemporaryDirectory() as name:
        certificate = pathlib.Path(name) / "certificate"
        for game in given.game:
            print(f"| {game.stem} ", end="", flush=True)
            for epsilon in given.epsilon:
                row = measured(game, epsilon, given.gap, given.limit, certificate)
                print(f"| {row} ", end="", flush=True)
            print("|", flush=True)


if __name__ == "__main__":
    main()

#!/usr/bin/env python3
"""How ranges of crowds on grids scale: a Markdown table.

    python3 benches/grids.py [--limit SECONDS] [--gap G ...] [--epsilon E ...] [SIZE ...]

After `cargo build --release`; SMFG names another program. SIZE is rows x columns x stages, such as
5x5x10: a statistic per place and stage, five actions. Figures are seconds of processor time of the
whole command on one thread, which finds, proves and checks both ends of the range of the leader's
reward, and the width of the wider interval where the gap was not reached.
"""

import argparse
import json
import pathlib
import resource
import subprocess
import tempfile

from overshoot import SMFG

SIZES = ["3x3x5", "5x5x10", "10x10x10", "10x10x20", "20x20x20", "30x30x20"]


def generated(folder, size):
    rows, columns, stages = size.split("x")
    path = folder / f"{size}.json"
    sizes = ["--rows", rows, "--columns", columns, "--stages", stages]
    subprocess.run([SMFG, "generate", "grid", *sizes, "--output", path], check=True)
    return path, int(rows) * int(columns) * int(stages)


def spent():
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def measured(path, epsilon, gap, limit):
    command = [SMFG, "range", path, "--epsilon", epsilon, "--gap", gap, "--threads", "1"]
    command += ["--quiet", "--format", "json", "--time-limit", str(limit)]
    before = spent()
    done = subprocess.run(command, capture_output=True, text=True)
    seconds = spent() - before
    if not done.stdout:
        return f"{seconds:.2g}, no bounds"
    ends = [json.loads(done.stdout)[end] for end in ("least", "greatest")]
    width = max(end["upper_decimal"] - end["lower_decimal"] for end in ends)
    return f"{seconds:.2g}" if done.returncode == 0 else f"{seconds:.2g}, {width:.1e} wide"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--limit", type=float, default=600)
    parser.add_argument("--gap", nargs="+", default=["1/10000", "1/1000000"])
    parser.add_argument("--epsilon", nargs="+", default=["0", "1/1000", "1/64"])
    parser.add_argument("size", nargs="*", default=SIZES)
    given = parser.parse_args()
    cases = [(epsilon, gap) for epsilon in given.epsilon for gap in given.gap]
    heads = [f"eps {epsilon}, gap {gap}" for epsilon, gap in cases]
    print("| grid | statistics | pairs | " + " | ".join(heads) + " |")
    print("|---" * (len(cases) + 3) + "|")
    with tempfile.TemporaryDirectory() as name:
        for size in given.size:
            path, statistics = generated(pathlib.Path(name), size)
            print(f"| {size} | {statistics:,} | {5 * statistics:,} ", end="", flush=True)
            for epsilon, gap in cases:
                print(f"| {measured(path, epsilon, gap, given.limit)} ", end="", flush=True)
            print("|", flush=True)


if __name__ == "__main__":
    main()

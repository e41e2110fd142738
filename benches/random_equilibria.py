"""Random mean-field games at eps 0, 1/64 and 1/16, both ends: which stay open after a limit.

    python3 benches/random_equilibria.py [--kind dynamics|general] [--seeds 1-200] [--limit 20]
                                         [--epsilon 0,1/64,1/16] [--program target/release/smfg]

Prints a line for every end that is wider than the default gap, 1e-6 relative to max(1, |value|),
and how many there are of how many.
"""

import argparse
import json
import subprocess
import tempfile
from pathlib import Path

SHAPES = {
    "dynamics": ["--stages", "4", "--states", "4", "--actions", "3", "--aggregates", "2"],
    "general": ["--stages", "5", "--states", "6", "--actions", "4", "--aggregates", "3"],
}
GAP = 1.0000001e-6


def main() -> None:
    """Runs the campaign."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--kind", choices=sorted(SHAPES), default="dynamics")
    parser.add_argument("--seeds", default="1-200")
    parser.add_argument("--limit", type=float, default=20)
    parser.add_argument("--epsilon", default="0,1/64,1/16")
    parser.add_argument("--program", default="target/release/smfg")
    options = parser.parse_args()
    first, last = map(int, options.seeds.split("-"))
    total = still_open = 0
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(first, last + 1):
            game = Path(folder) / f"{seed}.json"
            shape = ["--interaction", options.kind, *SHAPES[options.kind], "--seed", str(seed)]
            subprocess.run(
                [options.program, "generate", "mean-field", *shape, "--output", game], check=True
            )
            for epsilon in options.epsilon.split(","):
                for selection in ("pessimistic", "optimistic"):
                    total += 1
                    still_open += not closed(options, game, (seed, epsilon, selection))
    print(f"open: {still_open} of {total}")


def closed(options: argparse.Namespace, game: Path, case: tuple[int, str, str]) -> bool:
    """Solves one end; prints it when it stays open."""
    seed, epsilon, selection = case
    answer = subprocess.run(
        [options.program, "solve", game, "--epsilon", epsilon, "--selection", selection]
        + ["--threads", "1", "--time-limit", str(options.limit), "--format", "json"],
        capture_output=True,
        text=True,
        check=False,
    )
    if not answer.stdout:
        print(f"seed {seed}, eps {epsilon}, {selection}: {answer.stderr.strip()}", flush=True)
        return False
    document = json.loads(answer.stdout)
    lower = document["value"]["lower_decimal"]
    upper = document["value"]["upper_decimal"]
    width = (upper - lower) / max(1.0, abs(lower), abs(upper))
    if width > GAP:
        seconds = document["statistics"]["seconds"]
        print(
            f"seed {seed}, eps {epsilon}, {selection}: [{lower}, {upper}], "
            f"relative width {width:.2g}, {seconds:.1f} s",
            flush=True,
        )
    return width <= GAP


if __name__ == "__main__":
    main()

"""The program `smfg` on one problem: its certified interval and the time it needed, certificate and check included."""

import json
import resource
import subprocess
import time
from fractions import Fraction


_baselines = {}


def run(command):
    """The ended process with its wall and processor seconds."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    ended = subprocess.run(command, capture_output=True, text=True, check=False)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return ended, wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def baseline(program, path):
    """Processor seconds of starting the program and reading the game: the least of five runs of `smfg info`."""
    if path not in _baselines:
        _baselines[path] = min(run([program, "info", str(path)])[2] for _ in range(5))
    return _baselines[path]


def solve(program, path, problem, gap, limit):
    """A record like those of the peers, with `lower` and `upper` as fractions in text."""
    selection = "pessimistic" if problem["sense"] == "min" else "optimistic"
    command = [program, "solve", str(path), "--epsilon", problem["epsilon"], "--selection", selection, "--gap", str(Fraction(str(gap)))]
    command += ["--threads", "1", "--time-limit", str(limit), "--format", "json", "--quiet"]
    if problem["decision"] is not None:
        command += ["--decision", problem["decision"]]
    ended, wall, cpu = run(command)
    cpu = max(0.0, cpu - baseline(program, path))
    if ended.returncode not in (0, 1) or not ended.stdout:
        return {"status": "refused: " + (ended.stderr.strip().splitlines() or ["no answer"])[0], "wall": wall, "cpu": cpu}
    result = json.loads(ended.stdout)
    statistics = result["statistics"]
    return {
        # A limit that is not one of time is worth seeing: nothing was left that could close the gap.
        "status": "optimal" if result["status"] in ("exact", "within_gap") else result["termination"].replace("_", " "),
        "lower": result["value"]["lower"],
        "upper": result["value"]["upper"],
        "nodes": statistics["nodes"],
        "refused_steps": statistics.get("refused_steps", 0),
        "wall": float(statistics["seconds"]) + float(statistics["check_seconds"]),
        "check": float(statistics["check_seconds"]),
        "cpu": cpu,
    }


def disagreement(record, bound, value, slip):
    """How far the certified interval lies outside of what another solver says; 0 when they agree up to `slip`."""
    ends = [end for end in (bound, value) if end is not None]
    if "lower" not in record or not ends:
        return 0.0
    lower, upper = float(Fraction(record["lower"])), float(Fraction(record["upper"]))
    return max(0.0, lower - max(ends) - slip, min(ends) - slip - upper)

"""`smfg` on one problem: its certified interval and the time it needed, certificate and check included.

The Python package, in this process, which is how the peers are called, or a program in a process of its own.
"""

import json
import resource
import subprocess
from fractions import Fraction


def solver(name):
    """What solves problems: the Python package (`package`) or the program of that path."""
    return Package() if name == "package" else Program(name)


class Package:
    """The package of this interpreter. Games are read before the clock starts, as models are for the peers."""

    def __init__(self):
        import smfg

        self.smfg = smfg
        self.games = {}

    def solve(self, path, problem, gap, limit):
        """A record like those of the peers, with `lower` and `upper` as fractions in text."""
        if path not in self.games:
            self.games[path] = self.smfg.load(str(path))
        terms = {"epsilon": problem["epsilon"], "selection": selection(problem), "decision": problem["decision"]}
        before = resource.getrusage(resource.RUSAGE_SELF)
        try:
            solution = self.smfg.solve(self.games[path], gap=str(Fraction(str(gap))), threads=1, time_limit=limit, **terms)
        except self.smfg.Error as error:
            return {"status": f"refused: {error}", "wall": 0.0, "cpu": cpu_since(before, resource.RUSAGE_SELF)}
        value = (str(solution.value.lower), str(solution.value.upper))
        return record(solution.status, solution.termination, value, solution.statistics, cpu_since(before, resource.RUSAGE_SELF))


class Program:
    """A program, started anew for every problem."""

    def __init__(self, path):
        self.path = path
        self.baselines = {}

    def run(self, arguments):
        """The ended process and its processor seconds."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        ended = subprocess.run([self.path, *arguments], capture_output=True, text=True, check=False)
        return ended, cpu_since(before, resource.RUSAGE_CHILDREN)

    def baseline(self, path):
        """Processor seconds of starting the program and reading the game: the least of five runs of `smfg info`."""
        if path not in self.baselines:
            self.baselines[path] = min(self.run(["info", str(path)])[1] for _ in range(5))
        return self.baselines[path]

    def solve(self, path, problem, gap, limit):
        """A record like those of the peers, with `lower` and `upper` as fractions in text."""
        arguments = ["solve", str(path), "--epsilon", problem["epsilon"], "--selection", selection(problem), "--gap", str(Fraction(str(gap)))]
        arguments += ["--threads", "1", "--time-limit", str(limit), "--format", "json", "--quiet"]
        if problem["decision"] is not None:
            arguments += ["--decision", problem["decision"]]
        ended, cpu = self.run(arguments)
        cpu = max(0.0, cpu - self.baseline(path))
        if ended.returncode not in (0, 1) or not ended.stdout:
            return {"status": "refused: " + (ended.stderr.strip().splitlines() or ["no answer"])[0], "wall": 0.0, "cpu": cpu}
        result = json.loads(ended.stdout)
        return record(result["status"], result["termination"], (result["value"]["lower"], result["value"]["upper"]), result["statistics"], cpu)


def selection(problem):
    return "pessimistic" if problem["sense"] == "min" else "optimistic"


def cpu_since(before, who):
    after = resource.getrusage(who)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def record(status, termination, value, statistics, cpu):
    return {
        # A limit that is not one of time is worth seeing: nothing was left that could close the gap.
        "status": "optimal" if status in ("exact", "within_gap") else termination.replace("_", " "),
        "lower": value[0],
        "upper": value[1],
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

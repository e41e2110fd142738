#!/usr/bin/env python3
"""SCIP, COPT and `smfg` on a directory of games: the inner problem of every decision, eps and sense, as Markdown tables.

    run.py DIRECTORY [--smfg package|PROGRAM] [--results FILE.jsonl] [--solvers scip,copt] [--only TEXT] [--time-limit 120]

A game is GAME.json; GAME.values.json beside it lists problems with known values (decision, epsilon, sense, bound, value). Without it the
problems are all decisions, both senses and the numbers of --epsilon. Results of the peers are appended to --results and read from there the
next time. README.md says what is measured.
"""

import argparse
import hashlib
import json
import math
import sys
from fractions import Fraction
from pathlib import Path

import certified
from evaluate import evaluate
from game import Game
from programme import Programme
from solvers import SOLVERS

SHIFT = 0.010  # Seconds; of the geometric means.


def main():
    arguments = parse()
    games = sorted(path for path in Path(arguments.directory).glob("*.json") if not path.name.endswith(".values.json") and arguments.only in path.name)
    known = read_results(arguments.results)
    rows, complaints, remarks = {}, [], []
    for path in games:
        run_game(path, arguments, known, rows, complaints, remarks)
    print_tables(rows, arguments)
    print("\n".join(["", "Disagreements: none" if not complaints else "Disagreements:", *complaints]))
    if remarks:
        print("\n".join(["", "Peers whose own point shows that they are wrong:", *remarks]))
    return 1 if complaints else 0


def parse():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("directory")
    parser.add_argument("--smfg", help="what is compared: `package`, the Python package in this process, or the path of the program; without it only the peers run")
    parser.add_argument("--results", help="file of peers' results, one JSON object a line: read first, appended to")
    parser.add_argument("--solvers", default="scip,copt", help="peers, separated by commas; may be empty")
    parser.add_argument("--only", default="", help="games whose file name contains this")
    parser.add_argument("--epsilon", action="append", help="for games without known values; may be repeated [1/8, 1/64]")
    parser.add_argument("--gap", type=float, default=1e-6, help="relative to max(1, |value|)")
    parser.add_argument("--time-limit", type=float, default=120.0, help="seconds per problem")
    parser.add_argument("--repeat", type=int, default=5, help="times that a problem is solved, the fastest of which counts, for everyone; once if it takes a second")
    parser.add_argument("--clock", choices=["wall", "cpu"], default="wall", help="which seconds the tables show")
    parser.add_argument("--slip", type=float, default=1e-4, help="accepted distance from a peer's interval")
    arguments = parser.parse_args()
    arguments.smfg = arguments.smfg and certified.solver(arguments.smfg)
    arguments.solvers = [name for name in arguments.solvers.split(",") if name]
    return arguments


def problems_of(path, game, arguments):
    beside = path.with_name(path.stem + ".values.json")
    if beside.exists():
        return json.loads(beside.read_text())
    names = list(game.decisions)
    epsilons = arguments.epsilon or ["1/8", "1/64"]
    return [{"decision": u, "epsilon": e, "sense": sense} for u in names for e in epsilons for sense in ("min", "max")]


def run_game(path, arguments, known, rows, complaints, remarks):
    game = Game(path)
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    for problem in problems_of(path, game, arguments):
        numbers = game.at(problem["decision"])
        label = f"{path.stem}, {problem['decision']}, eps {problem['epsilon']}, {problem['sense']}"
        records = {name: peer(name, numbers, game.path.stem, digest, problem, arguments, known) for name in arguments.solvers}
        if arguments.smfg:
            ask = lambda: arguments.smfg.solve(path, problem, arguments.gap, arguments.time_limit)
            ours = records["smfg"] = fastest(ask, lambda record: record[arguments.clock], arguments.repeat)
            print(f"smfg: {label}: {ours['status']}, {ours.get('nodes')} nodes, {ours.get('refused_steps')} steps refused, {ours[arguments.clock]:.3g} s", file=sys.stderr)
            compare(label, records, problem, arguments.slip, complaints, remarks)
        rows.setdefault((path.stem.split("-")[0], size(numbers), class_of(numbers)), []).append(records)


def fastest(ask, seconds, times):
    """The fastest of so many answers; of one, where that takes a second."""
    best = ask()
    for _ in range(times - 1):
        if seconds(best) >= 1:
            break
        best = min(best, ask(), key=seconds)
    return best


def peer(name, numbers, stem, digest, problem, arguments, known):
    """A peer's record, computed or known."""
    key = (digest, problem["decision"], problem["epsilon"], problem["sense"], name, arguments.gap, arguments.time_limit)
    if key in known:
        return known[key]
    print(f"{name}: {stem}, {problem['decision']}, eps {problem['epsilon']}, {problem['sense']}", file=sys.stderr)
    programme = Programme(numbers, Fraction(problem["epsilon"]), problem["sense"])
    ask = lambda: SOLVERS[name](programme, arguments.gap, arguments.time_limit)
    answer = fastest(ask, lambda answer: getattr(answer, arguments.clock), arguments.repeat)
    record = dict(zip(("digest", "decision", "epsilon", "sense", "solver", "gap", "time_limit"), key), game=stem)
    record.update(status=answer.status, bound=answer.bound, value=answer.value, nodes=answer.nodes, wall=answer.wall, cpu=answer.cpu)
    if answer.point:
        masses = {pair: answer.point[variable] for pair, variable in programme.d.items()}
        record["exploitability"], record["point_value"] = evaluate(numbers, masses)
    known[key] = record
    if arguments.results:
        with open(arguments.results, "a") as file:
            file.write(json.dumps(record) + "\n")
    return record


def read_results(path):
    known = {}
    if path and Path(path).exists():
        for line in Path(path).read_text().splitlines():
            record = json.loads(line)
            known[tuple(record[key] for key in ("digest", "decision", "epsilon", "sense", "solver", "gap", "time_limit"))] = record
    return known


def compare(label, records, problem, slip, complaints, remarks):
    """Sets the certified interval against what each other solver says, and against the stored value."""
    ours = records["smfg"]
    others = {name: record for name, record in records.items() if name != "smfg"}
    if "value" in problem:
        others["the stored answer"] = problem
    for name, other in others.items():
        if other.get("status") == "infeasible":
            remarks.append(f"* {label}: {name} says that there is no equilibrium")
            continue
        # A peer's bound and its value may each be off by its tolerance; so may the value of its point.
        ends = [end for end in (other.get("bound"), other.get("value"), other.get("point_value")) if end is not None]
        distance = certified.disagreement(ours, min(ends), max(ends), slip) if len(ends) > 1 else 0.0
        if distance > 0:
            excess = other.get("exploitability", math.inf) - float(Fraction(problem["epsilon"]))
            text = f"* {label}: {float(Fraction(ours['lower']))} to {float(Fraction(ours['upper']))} certified; {name}: {min(ends)} to {max(ends)}, exploitability above eps by {excess:.1e}"
            # A point that is no eps-equilibrium proves nothing; a good one, or a stored value, does.
            (complaints if excess <= 0 or name not in SOLVERS else remarks).append(text)


def size(numbers):
    used = {key for table in (numbers.reward, numbers.leader) for value in table.values() for key in value if key is not None}
    used |= {key for row in numbers.transition.values() for value in row.values() for key in value if key is not None}
    return f"{numbers.stages}x{numbers.states}x{numbers.actions}", len(used)


def class_of(numbers):
    """The class that the data have, whatever the file is called."""
    if any(key is not None for row in numbers.transition.values() for value in row.values() for key in value):
        return "C3"
    return "C1" if any(key is not None for value in numbers.reward.values() for key in value) else "C0"


def print_tables(rows, arguments):
    names = arguments.solvers + (["smfg"] if arguments.smfg else [])
    head = ["kind", "class", "size", "K", "problems"] + [f"{name}, s" for name in names]
    if arguments.smfg:
        head += [f"{name} / smfg" for name in arguments.solvers] + ["check / smfg"]
    print("| " + " | ".join(head) + " |\n|" + "---|" * len(head))
    for (kind, (sizes, aggregates), group), records in sorted(rows.items(), key=lambda row: (row[0][2], row[0][0], row[0][1])):
        cells = [kind, group, sizes, str(aggregates), str(len(records))]
        means = {name: mean([record[name] for record in records], arguments) for name in names}
        cells += [shown(means[name], len(records)) for name in names]
        if arguments.smfg:
            ours = means["smfg"][0]
            cells += [ratio(means[name], ours) for name in arguments.solvers]
            checks = [record["smfg"].get("check", 0.0) for record in records]
            walls = [record["smfg"]["wall"] for record in records]
            cells.append("" if ours is None else f"{sum(checks) / max(sum(walls), 1e-9):.2f}")
        print("| " + " | ".join(cells) + " |")


def mean(records, arguments):
    """Shifted geometric mean of the seconds, unfinished problems counting the time limit; how many were finished, how many refused."""
    answered = [record for record in records if not record["status"].startswith("refused:")]
    finished = [record for record in answered if record["status"] == "optimal"]
    if not answered:
        return None, 0, len(records)
    seconds = [record[arguments.clock] if record["status"] == "optimal" else arguments.time_limit for record in answered]
    logarithm = sum(math.log(second + SHIFT) for second in seconds) / len(seconds)
    return math.exp(logarithm) - SHIFT, len(finished), len(records) - len(answered)


def shown(result, problems):
    seconds, finished, refused = result
    if seconds is None:
        return "refused"
    text = f"{'> ' if finished + refused < problems else ''}{seconds:.2g}"
    if finished < problems:
        text += f" ({finished} solved" + (f", {refused} refused)" if refused else ")")
    return text


def ratio(result, ours):
    seconds, _, refused = result
    return "" if seconds is None or ours is None or refused else f"{seconds / max(ours, 1e-9):.2g}"


if __name__ == "__main__":
    sys.exit(main())

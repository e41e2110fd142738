"""COPT on the convex programme of crowds, as far as its free size allows, beside `smfg range`.

    python benches/peers/convex.py [--limit SECONDS] EPSILON SIZE ...

SIZE is rows x columns x stages of `smfg generate grid`. Prints Markdown. Figures are seconds of
processor time on one thread for both ends of the range: of COPT's two calls without building its
models, and of the whole `smfg range` at a gap of 1e-6, which also proves and checks. The ends of
COPT are floating-point numbers with its tolerances, the intervals of smfg are proved. SMFG names
another program.
"""

import argparse
import json
import pathlib
import sys
import tempfile
import time

import coptpy
from coptpy import COPT

ROOT = pathlib.Path(__file__).parents[2]
sys.path += [str(ROOT / "tests/oracle/crowds"), str(ROOT / "benches")]
from conic import load, number  # noqa: E402
from crowds import timed  # noqa: E402
from grids import generated  # noqa: E402
from overshoot import SMFG  # noqa: E402
from tables import filled  # noqa: E402


def whole(path):
    """The data of a game, with the numbers of its tables."""
    initial, reward, move, cost = load(str(path))
    tables = json.loads(path.read_text())["tables"]
    for entry in tables["reward"]:
        numbers = filled(entry, cost.shape)
        reward = [
            [[own + float(value) for own, value in zip(*pair)] for pair in zip(*rows)] for rows in zip(reward, numbers)
        ]
    return initial, reward, move, cost + sum(filled(entry, cost.shape) for entry in tables["leader_reward"])


def solve(environment, data, epsilon, sense, limit):
    """One end of the range, its status and the seconds of the solver."""
    initial, reward, move, cost = data
    T, S, A = cost.shape
    model = environment.createModel("crowd")
    model.setParam(COPT.Param.Logging, 0)
    model.setParam(COPT.Param.Threads, 1)
    model.setParam(COPT.Param.TimeLimit, limit)
    places = [(t, s) for t in range(T) for s in range(S)]
    d = {(t, s, a): model.addVar(lb=0.0) for t, s in places for a in range(A)}
    v = {place: model.addVar(lb=-COPT.INFINITY) for place in places}
    x = {(t, s): sum(d[t, s, a] for a in range(A)) for t, s in places}
    for t, s in places:
        if t == 0:
            model.addConstr(x[t, s] == initial[s])
    for t in range(1, T):
        arriving = {s: [] for s in range(S)}
        for s in range(S):
            for a in range(A):
                for q, p in move[t - 1][s][a].items():
                    arriving[q].append(p * d[t - 1, s, a])
        for s in range(S):
            model.addConstr(x[t, s] - sum(arriving[s]) == 0.0)
    # The same reward in every action but for a constant: the quadratic form is in the masses of the states.
    loss, square = sum(initial[s] * v[0, s] for s in range(S)), coptpy.QuadExpr()
    mass = {place: model.addVar(lb=0.0) for place in places}
    for place in places:
        model.addConstr(mass[place] - x[place] == 0.0)
    for t, s in places:
        for a in range(A):
            own = reward[t][s][a]
            now = own.constant + sum(value * mass[t, q] for q, value in own.terms.items())
            later = sum(p * v[t + 1, q] for q, p in move[t][s][a].items()) if t + 1 < T else 0.0
            model.addConstr(v[t, s] - now - later >= 0.0)
            loss = loss - own.constant * d[t, s, a]
        for q, value in reward[t][s][0].terms.items():
            square = square - value * mass[t, s] * mass[t, q]
    model.addQConstr(square + loss <= epsilon)
    payoff = sum(cost[key] * variable for key, variable in d.items() if cost[key])
    model.setObjective(payoff, COPT.MINIMIZE if sense > 0 else COPT.MAXIMIZE)
    before = time.process_time()
    model.solve()
    seconds = time.process_time() - before
    return (model.objval if model.status == COPT.OPTIMAL else None), seconds


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--limit", type=float, default=120)
    parser.add_argument("epsilon")
    parser.add_argument("size", nargs="+")
    given = parser.parse_args()
    environment = coptpy.Envr()
    print("| grid | statistics | COPT, s | least and greatest | smfg, s |")
    print("|---" * 5 + "|")
    with tempfile.TemporaryDirectory() as name:
        for size in given.size:
            path, statistics = generated(pathlib.Path(name), size)
            command = [SMFG, "range", path, "--epsilon", given.epsilon, "--gap", "1/1000000"]
            _, own = timed(command + ["--threads", "1", "--quiet"])
            try:
                call = environment, whole(path), number(given.epsilon)
                ends = [solve(*call, sense, given.limit) for sense in (1, -1)]
                words = ", ".join("none" if end is None else f"{end:.7f}" for end, _ in ends)
                row = f"{sum(seconds for _, seconds in ends):.2g} | {words}"
            except coptpy.CoptError as error:
                row = f"refused | {error}"
            print(f"| {size} | {statistics:,} | {row} | {own:.2g} |", flush=True)


if __name__ == "__main__":
    main()

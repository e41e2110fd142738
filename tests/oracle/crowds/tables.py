"""Least and greatest leader's reward over the eps-equilibria of random monotone games, by Clarabel.

    python3 tables.py EPSILON GAME ...        (packages numpy, scipy, clarabel)

Games are those of `smfg generate mean-field --interaction monotone`: tables, and statistics m_k that
count pairs of one or several stages, whose followers lose c_k m_k. One conic programme over masses d,
values v and statistics m,

    flow equations,  v_t(s) >= r0 - sum_k c_k m_k + P v_{t+1},  mu0'v_0 - r0'd + sum_k c_k n_k m_k^2 <= eps,  d >= 0,

with n_k stages in m_k. It proves nothing. Prints one row of tests/values/crowds_random.rs per game.
"""

import json
import re
import sys
from fractions import Fraction

import clarabel
import numpy as np
import scipy.sparse as sp


def filled(entry, shape):
    """The numbers of one table."""
    result, denominator = np.zeros(shape), entry.get("denominator", 1)
    if "dense" in entry:
        return result + np.array(entry["dense"], dtype=float) / denominator
    for *place, value in entry["sparse"]:
        result[tuple(place)] += value / denominator
    return result


def load(path):
    game = json.load(open(path))
    T, S, A = game["stages"], len(game["states"]), len(game["actions"])
    tables = game["tables"]
    places = {entry["name"]: entry["sparse"] for entry in tables["aggregates"]}
    weights = {}
    for name, formula in game["define"].items():
        top, stages = re.fullmatch(r"\((.*)\) / (\d+)", formula).groups()
        weights[name] = np.zeros((T, S, A))
        for term in top.split(" + "):
            known, t = re.fullmatch(r"(\w+)@(\d+)", term).groups()
            for s, a, value in places[known]:
                weights[name][int(t), s, a] += value / int(stages)
    constant, slopes = np.zeros((T, S, A)), {}
    for entry in tables["reward"]:
        numbers = filled(entry, (T, S, A))
        if "times" in entry:
            slopes[entry["times"]] = slopes.get(entry["times"], 0) + numbers
        else:
            constant = constant + numbers
    move = sum(filled(entry, (T - 1, S, A, S)) for entry in tables["transition"])
    cost = sum(filled(entry, (T, S, A)) for entry in tables["leader_reward"])
    initial = np.array([float(Fraction(game["initial"].get(name, "0"))) for name in game["states"]])
    return initial, constant, [(weights[name], slope) for name, slope in slopes.items()], move, cost


def solve(data, epsilon, sense):
    initial, constant, statistics, move, cost = data
    T, S, A = constant.shape
    K, D = len(statistics), T * S * A
    N = D + T * S + K
    d = lambda t, s, a: (t * S + s) * A + a
    v = lambda t, s: D + t * S + s
    rows, right = [], []

    def add(row, bound):
        rows.append(row), right.append(bound)

    for t in range(T):
        for s in range(S):
            row = np.zeros(N)
            row[d(t, s, 0) : d(t, s, 0) + A] = 1.0
            if t:
                row[(t - 1) * S * A : t * S * A] -= move[t - 1, :, :, s].ravel()
            add(row, initial[s] if t == 0 else 0.0)
    for k, (weight, _) in enumerate(statistics):
        row = np.zeros(N)
        row[:D], row[D + T * S + k] = -weight.ravel(), 1.0
        add(row, 0.0)
    equations = len(rows)
    for t in range(T):
        for s in range(S):
            for a in range(A):
                row = np.zeros(N)
                row[v(t, s)] = -1.0
                if t + 1 < T:
                    row[v(t + 1, 0) : v(t + 1, 0) + S] = move[t, s, a]
                for k, (_, slope) in enumerate(statistics):
                    row[D + T * S + k] = slope[t, s, a]
                add(row, -constant[t, s, a])
    for i in range(D):
        row = np.zeros(N)
        row[i] = -1.0
        add(row, 0.0)
    inequalities = len(rows) - equations
    # The loss is mu0'v_0 - r0'd + sum_k q_k m_k^2, where minus the slopes are q_k times the weights.
    loss = np.zeros(N)
    loss[:D] = -constant.ravel()
    loss[D : D + S] = initial
    add(loss, epsilon + 1.0), add(loss, epsilon - 1.0)
    for k, (weight, slope) in enumerate(statistics):
        q = -slope[weight != 0] / weight[weight != 0]
        assert np.ptp(q) < 1e-12 and q[0] > 0 and not slope[weight == 0].any(), "not of this kind"
        row = np.zeros(N)
        row[D + T * S + k] = -2.0 * np.sqrt(q[0])
        add(row, 0.0)
    cones = [
        clarabel.ZeroConeT(equations),
        clarabel.NonnegativeConeT(inequalities),
        clarabel.SecondOrderConeT(2 + K),
    ]
    objective = np.zeros(N)
    objective[:D] = sense * cost.ravel()
    settings = clarabel.DefaultSettings()
    settings.verbose, settings.max_iter = False, 300
    settings.tol_gap_abs = settings.tol_gap_rel = settings.tol_feas = 1e-10
    matrix = sp.csc_matrix(np.array(rows))
    answer = clarabel.DefaultSolver(sp.csc_matrix((N, N)), objective, matrix, np.array(right), cones, settings).solve()
    assert str(answer.status) in ("Solved", "AlmostSolved"), answer.status
    return sense * answer.obj_val


if __name__ == "__main__":
    for path in sys.argv[2:]:
        data = load(path)
        ends = [solve(data, float(Fraction(sys.argv[1])), sense) for sense in (1, -1)]
        count = len(data[2])
        print(f'    ({count}, "{sys.argv[1]}", "{ends[0]:.8f}", "{ends[1]:.8f}"),', flush=True)

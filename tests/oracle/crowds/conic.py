"""Least and greatest leader's reward over the eps-equilibria of a monotone game, by Clarabel.

    python3 conic.py GAME EPSILON ...        (packages numpy, scipy, clarabel)

One conic programme over masses d, values v and statistics x = M d,

    flow equations,  v_t(s) >= r0 - (Q x) + P v_{t+1},  mu0'v_0 - r0'd + x'Q x <= eps,  d >= 0,

with Q from the rewards themselves: a reward of a state is affine in the masses of the states of its stage. It reads the
game files that such games need, and nothing more. It proves nothing; interior points of eps > 0 are good to about 1e-7.
"""

import json
import re
import sys
import tomllib

import clarabel
import numpy as np
import scipy.sparse as sp


class Linear:
    """A constant and coefficients of masses."""

    def __init__(self, constant=0.0, terms=None):
        self.constant, self.terms = constant, terms or {}

    def of(value):
        return value if isinstance(value, Linear) else Linear(float(value))

    def __add__(self, other):
        other, terms = Linear.of(other), dict(self.terms)
        for key, value in other.terms.items():
            terms[key] = terms.get(key, 0.0) + value
        return Linear(self.constant + other.constant, terms)

    def __mul__(self, other):
        if isinstance(other, Linear):
            if other.terms:
                return other * self.constant if not self.terms else NotImplemented
            other = other.constant
        return Linear(self.constant * other, {key: value * other for key, value in self.terms.items()})

    __radd__, __rmul__ = __add__, __mul__

    def __neg__(self):
        return self * -1.0

    def __sub__(self, other):
        return self + -Linear.of(other)

    def __rsub__(self, other):
        return -self + other

    def __truediv__(self, other):
        return self * (1.0 / other)


def number(word):
    top, _, bottom = str(word).partition("/")
    return float(top) / float(bottom or 1)


class Names(dict):
    def __missing__(self, key):
        return key


def load(path):
    text = open(path).read()
    game = json.loads(text) if path.endswith(".json") else tomllib.loads(text)
    named = lambda items: [item if isinstance(item, dict) else {"name": item} for item in items]
    states, actions, stages = named(game["states"]), named(game["actions"]), game["stages"]
    index = {state["name"]: k for k, state in enumerate(states)}
    of_action = {action["name"]: k for k, action in enumerate(actions)}

    def evaluate(formula, t, s, a):
        attributes = lambda item: type("Item", (), item)
        code = re.sub(r"(\d+)/(\d+)", r"(\1/\2)", str(formula)).replace("^", "**")
        names = Names(t=t, s=attributes(states[s]), a=attributes(actions[a]))
        mass = type("Mass", (), {"__getitem__": lambda _, name: Linear(0.0, {index[name]: 1.0})})
        names["mu"] = mass()
        for name, value in game.get("define", {}).items():
            names[name] = eval(str(value).replace("^", "**"), {}, names)
        return Linear.of(eval(code, {}, names))

    def times(rule):
        word = str(rule.get("stage", f"0..{stages - 1}"))
        first, _, last = word.partition("..")
        return range(int(first), int(last or first) + 1)

    def chosen(rule, key, names, count):
        return [names[rule[key]]] if key in rule else range(count)

    S, A = len(states), len(actions)
    reward = [[[Linear() for _ in range(A)] for _ in range(S)] for _ in range(stages)]
    move = [[[{} for _ in range(A)] for _ in range(S)] for _ in range(stages)]
    cost = np.zeros((stages, S, A))
    for rule in game.get("reward", []):
        for t in times(rule):
            for s in chosen(rule, "state", index, S):
                for a in chosen(rule, "action", of_action, A):
                    reward[t][s][a] = reward[t][s][a] + evaluate(rule["value"], t, s, a)
    for rule in game["transition"]:
        to = rule["to"] if isinstance(rule["to"], dict) else {rule["to"]: 1}
        for t in times(rule) if "stage" in rule else range(stages - 1):
            for s in chosen(rule, "state", index, S):
                for a in chosen(rule, "action", of_action, A):
                    move[t][s][a] = {index[q]: number(p) for q, p in to.items()}
    leader = game.get("leader", {})
    for rule in leader.get("payoff", []):
        for t in times(rule):
            for s, value in evaluate(rule["value"], t, 0, 0).terms.items():
                cost[t, s] += value
    for rule in leader.get("reward", []):
        for t in times(rule):
            for s in chosen(rule, "state", index, S):
                for a in chosen(rule, "action", of_action, A):
                    cost[t, s, a] += evaluate(rule["value"], t, s, a).constant
    initial = np.zeros(S)
    for name, mass in game["initial"].items():
        initial[index[name]] = number(mass)
    return initial, reward, move, cost


def solve(data, epsilon, sense):
    initial, reward, move, cost = data
    T, S, A = cost.shape
    d = lambda t, s, a: (t * S + s) * A + a
    v = lambda t, s: T * S * A + t * S + s
    x = lambda t, s: T * S * A + T * S + t * S + s
    N = T * S * (A + 2)
    rows, columns, values, right = [], [], [], []

    def add(entries, bound):
        for column, value in entries:
            rows.append(len(right)), columns.append(column), values.append(value)
        right.append(bound)

    for t in range(T):
        arriving = [[] for _ in range(S)]
        if t:
            for s in range(S):
                for a in range(A):
                    for q, p in move[t - 1][s][a].items():
                        arriving[q].append((d(t - 1, s, a), -p))
        for s in range(S):
            add([(d(t, s, a), 1.0) for a in range(A)] + arriving[s], initial[s] if t == 0 else 0.0)
            add([(x(t, s), 1.0)] + [(d(t, s, a), -1.0) for a in range(A)], 0.0)
    equations = len(right)
    for t in range(T):
        for s in range(S):
            for a in range(A):
                entries = [(v(t, s), -1.0)] + [(x(t, q), value) for q, value in reward[t][s][a].terms.items()]
                if t + 1 < T:
                    entries += [(v(t + 1, q), p) for q, p in move[t][s][a].items()]
                add(entries, -reward[t][s][a].constant)
                add([(d(t, s, a), -1.0)], 0.0)
    inequalities = len(right) - equations
    # x'Q x as a sum of squares of rows of L', where Q + Q' = 2 L L'; the same for all actions of a state.
    factors = []
    for t in range(T):
        Q = np.zeros((S, S))
        for s in range(S):
            for q, value in reward[t][s][0].terms.items():
                Q[s, q] -= value
        w, U = np.linalg.eigh((Q + Q.T) / 2)
        assert w.min() > -1e-9, "not monotone"
        factors += [(t, np.sqrt(w[k]) * U[:, k]) for k in range(S) if w[k] > 1e-12]
    loss = [(v(0, s), initial[s]) for s in range(S)]
    loss += [(d(t, s, a), -reward[t][s][a].constant) for t in range(T) for s in range(S) for a in range(A)]
    cones = [clarabel.ZeroConeT(equations), clarabel.NonnegativeConeT(inequalities)]
    if factors:
        add(loss, epsilon + 1.0), add(loss, epsilon - 1.0)
        for t, factor in factors:
            add([(x(t, s), -2.0 * value) for s, value in enumerate(factor) if value], 0.0)
        cones.append(clarabel.SecondOrderConeT(2 + len(factors)))
    else:
        add(loss, epsilon)
        cones.append(clarabel.NonnegativeConeT(1))
    matrix = sp.csc_matrix((values, (rows, columns)), shape=(len(right), N))
    objective = np.concatenate([sense * cost.ravel(), np.zeros(2 * T * S)])
    settings = clarabel.DefaultSettings()
    settings.verbose, settings.max_iter, settings.tol_gap_abs, settings.tol_gap_rel = False, 300, 1e-11, 1e-11
    settings.tol_feas = 1e-11
    answer = clarabel.DefaultSolver(sp.csc_matrix((N, N)), objective, matrix, np.array(right), cones, settings).solve()
    return sense * answer.obj_val, str(answer.status)


if __name__ == "__main__":
    data = load(sys.argv[1])
    for word in sys.argv[2:]:
        (least, one), (greatest, two) = solve(data, number(word), 1), solve(data, number(word), -1)
        print(sys.argv[1], word, f"{least:.9f} {greatest:.9f}", one, two, flush=True)

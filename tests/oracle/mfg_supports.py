"""Equilibria at eps = 0 by enumeration of supports, in exact arithmetic (class C1, small games).

At eps = 0 an equilibrium is a flow d with values v such that every action played is a best response. A pattern gives
to every reachable (stage, state) the set of actions that may be played there and must then be best; for one pattern the
conditions are linear in (d, v), since transitions are fixed and rewards affine, and the least and greatest leader reward are
linear programmes. The union over all patterns is the equilibrium set. A leader reward of higher degree is evaluated where the patterns leave
its masses no freedom; otherwise the game is refused.
"""

from fractions import Fraction as F
from itertools import chain, combinations, product

from c0_values import GameError, Program, solve_tableau


def subsets(actions):
    return chain.from_iterable(combinations(actions, k) for k in range(1, len(actions) + 1))


class Pattern:
    """d_t(s,a) for the allowed triples, then v+ and v- per reached (t, s), then the slacks of actions that are not allowed."""

    def __init__(self, instance, reached, allowed):
        self.instance, last = instance, instance.stages - 1
        self.keys = [(t, s, a) for t, s in reached for a in instance.available[t, s]]
        played = [key for key in self.keys if key[2] in allowed[key[0], key[1]]]
        self.d = {key: j for j, key in enumerate(played)}
        v = {place: len(played) + 2 * k for k, place in enumerate(reached)}
        slack = {key: len(played) + 2 * len(reached) + k for k, key in enumerate(k for k in self.keys if k not in self.d)}
        self.width = len(played) + 2 * len(reached) + len(slack)
        rows, right = [], []
        for t, s in reached:  # flow
            row = {self.d[t, s, a]: F(1) for a in allowed[t, s]}
            if t > 0:
                for key in played:
                    if key[0] == t - 1 and s in instance.law[key]:
                        p = instance.law[key][s].terms
                        row[self.d[key]] = row.get(self.d[key], F(0)) - p[()]
            rows.append(row)
            right.append(instance.initial[s] if t == 0 else F(0))
        for key in self.keys:  # v_t(s) - r - sum P v = slack
            t, s, _ = key
            row = {v[t, s]: F(1), v[t, s] + 1: F(-1)}
            if t < last:
                for x, p in instance.law[key].items():
                    for sign in (0, 1):
                        column = v[t + 1, x] + sign
                        row[column] = row.get(column, F(0)) - p.terms[()] * (1 - 2 * sign)
            constant = F(0)
            for term, c in instance.reward[key].terms.items():
                if not term:
                    constant = c
                elif len(term) > 1:
                    raise GameError("rewards must be affine in the population")
                elif term[0] in self.d:
                    row[self.d[term[0]]] = row.get(self.d[term[0]], F(0)) - c
            if key in slack:
                row[slack[key]] = F(-1)
            rows.append(row)
            right.append(constant)
        self.columns = [{} for _ in range(self.width)]
        for i, row in enumerate(rows):
            for j, value in row.items():
                if value:
                    self.columns[j][i] = value
        self.right = right

    def least(self, costs):
        """Least value of a linear form {triple: cost}, and the population; None if there is no equilibrium of this pattern."""
        vector = [F(0)] * self.width
        for key, value in costs.items():
            if key in self.d:
                vector[self.d[key]] += value
        try:
            value, solution = solve_tableau(Program([dict(c) for c in self.columns], vector, list(self.right)))
        except GameError as error:
            if "infeasible" in str(error):
                return None
            raise
        return value, {key: solution[j] for key, j in self.d.items()}


def extrema(instance):
    """(least, greatest) leader reward over all equilibria at eps = 0, and the populations that attain them."""
    reached = sorted(instance.reached(), key=lambda place: (place[0], instance.states.index(place[1])))
    choices = [list(subsets(instance.available[place])) for place in reached]
    leader = instance.leader_polynomial()
    linear = {key[0]: c for key, c in leader.terms.items() if len(key) == 1}
    curved = sorted({triple for key in leader.terms if len(key) > 1 for triple in key})
    best = {}
    for combination in product(*choices):
        pattern = Pattern(instance, reached, dict(zip(reached, combination)))
        found = pattern.least({})
        if found is None:
            continue
        if curved:
            for triple in curved:
                ends = [pattern.least({triple: sign})[0] * sign for sign in (F(1), F(-1))]
                if ends[0] != ends[1]:
                    raise GameError(f"the mass {triple} is free: {ends}")
            linear_ends = [found[1], found[1]]
            free = [k for k in linear if pattern.least({k: F(1)})[0] != -pattern.least({k: F(-1)})[0]]
            if free:
                raise GameError(f"the masses {free} are free")
        else:
            linear_ends = [pattern.least(linear)[1], pattern.least({k: -c for k, c in linear.items()})[1]]
        for sense, population in zip(("min", "max"), linear_ends):
            full = {key: population.get(key, F(0)) for key in instance.triples}
            value = instance.leader_reward(full)
            if sense not in best or (value < best["min"][0] if sense == "min" else value > best["max"][0]):
                best[sense] = (value, full)
    if not best:
        raise GameError("no equilibrium found")
    return best

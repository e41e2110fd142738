"""Exact equilibria at eps = 0 of games too large for enumeration, when their aggregates are unique.

If all equilibria have the same aggregates m, they have the same values v, and they are exactly the flows that play best responses to m
and produce m: one polyhedron. Fictitious play comes near to m; the actions within a tolerance of best give a pattern (mfg_supports.py);
a solution of that pattern is an equilibrium, proved by its exploitability 0 in exact arithmetic; the pattern of all its best responses is the whole set.

`network_tolls` has unique aggregates: divided by a commuter's value of time, which changes none of her choices, costs are time + toll / value of time, and
the equilibria minimise the sum of the integrals of the congested times plus a linear function of d, strictly convex in the three loads.
"""

from fractions import Fraction as F

from mfg_supports import Pattern


def fictitious_play(instance, rounds):
    exact, instance.initial = instance.initial, {s: float(m) for s, m in instance.initial.items()}
    population = None
    for k in range(rounds):
        if population is None:
            policy = {place: {actions[0]: 1.0} for place, actions in instance.available.items()}
        else:
            q = instance.values(population)[1]
            policy = {(t, s): {max(actions, key=lambda a: q[t, s, a]): 1.0} for (t, s), actions in instance.available.items()}
        answer = {key: float(mass) for key, mass in instance.flow(policy).items()}
        weight = 2 / (k + 2)
        population = answer if population is None else {key: (1 - weight) * d + weight * answer[key] for key, d in population.items()}
    instance.initial = exact
    return population


def best(instance, population, tolerance):
    """The actions of every reached place that lose at most `tolerance`."""
    v, q = instance.values(population)
    return {
        (t, s): [a for a in instance.available[t, s] if q[t, s, a] >= v[t, s] - tolerance]
        for t, s in sorted(instance.reached(), key=lambda place: (place[0], instance.states.index(place[1])))
    }


def equilibrium(instance, rounds=400):
    """An exact equilibrium {triple: mass}."""
    near = fictitious_play(instance, rounds)
    for tolerance in (0.001, 0.003, 0.01, 0.02, 0.05, 0.1):
        allowed = best(instance, near, tolerance)
        found = Pattern(instance, list(allowed), allowed).least({})
        if found:
            population = {key: found[1].get(key, F(0)) for key in instance.triples}
            assert instance.exploitability(population) == 0
            return population
    raise RuntimeError("no support found")


def extrema(instance):
    """Least and greatest leader reward over all equilibria with the aggregates of one of them, with the populations."""
    population = equilibrium(instance)
    allowed = best(instance, population, F(0))
    pattern = Pattern(instance, list(allowed), allowed)
    # All forms of the population that occur are the same on the whole pattern.
    forms = {tuple(sorted((key, c) for key, c in p.terms.items() if key)) for p in (*instance.reward.values(), *instance.leader_rate.values())}
    for form in forms:
        if form:
            costs = {key[0]: c for key, c in form}
            assert pattern.least(costs)[0] == -pattern.least({key: -c for key, c in costs.items()})[0], form
    assert instance.payoff.degree() == 0
    rates = {key: rate.at(population) for key, rate in instance.leader_rate.items()}
    result = {}
    for sense, sign in (("min", 1), ("max", -1)):
        solution = pattern.least({key: sign * rate for key, rate in rates.items()})[1]
        full = {key: F(solution.get(key, 0)) for key in instance.triples}
        assert instance.exploitability(full) == 0
        result[sense] = (instance.leader_reward(full), full)
    return result

"""Bounds and witnesses for larger games by SCIP (package `pyscipopt`), the witnesses made exact.

Posed as in MF-OMO: over occupation measures d and value functions v,

    flow equations,   v_t(s) >= r_t(s,a; m) + sum_x P_t(x|s,a; m) v_{t+1}(x),   mu0'v_0 - sum r d <= eps,   d >= 0,

with one variable m for every linear form of the population that occurs in rewards and transitions. Products are left
to SCIP. Its dual bound holds up to its feasibility tolerance (1e-9 here), which acts like a slightly larger eps. The
witness comes from a second run at eps less 1e-7: its policy, rounded to rational numbers, is evaluated in exact
arithmetic and counts only if its exploitability is at most eps.
"""

from fractions import Fraction

MARGIN = Fraction(1, 10**7)
POLISHED = Fraction(1, 10**9)


def pose(instance, epsilon, sense, seconds):
    from pyscipopt import Model, quicksum

    model = Model()
    model.hideOutput()
    model.setParam("limits/time", seconds)
    model.setParam("numerics/feastol", 1e-9)
    model.setParam("limits/gap", 1e-7)
    model.setParam("parallel/maxnthreads", 1)
    game = instance
    last = game.stages - 1
    d = {key: model.addVar(lb=0, ub=1) for key in game.triples}
    spans = [max(abs(float(c)) for p in game.reward.values() for c in p.terms.values())]
    bound = 2 * (last + 1) * max(spans) * max(1, max(len(p.terms) for p in game.reward.values()))
    v = {(t, s): model.addVar(lb=-bound, ub=bound) for t in range(game.stages) for s in game.states}
    forms = {}

    def variable(polynomial):
        """(scale, variable) of the non-constant part of an affine polynomial."""
        terms = sorted((key, c) for key, c in polynomial.terms.items() if key)
        scale = terms[0][1]
        key = tuple((k, c / scale) for k, c in terms)
        if key not in forms:
            weights = [float(c) for _, c in key]
            size = sum(abs(w) for w in weights)
            m = forms[key] = model.addVar(lb=-size, ub=size)
            model.addCons(m == quicksum(float(c) * d[k[0]] for k, c in key))
        return float(scale), forms[key]

    def affine(polynomial):
        if polynomial.degree() > 1:
            raise ValueError("rewards and transitions must be affine in the population")
        constant = float(polynomial.terms.get((), 0))
        if polynomial.degree() == 0:
            return constant
        scale, m = variable(polynomial)
        return constant + scale * m

    def earned(rates):
        """sum of rate * d, products grouped by aggregate."""
        plain, groups = [], {}
        for key, polynomial in rates.items():
            if polynomial.terms.get(()):
                plain.append(float(polynomial.terms[()]) * d[key])
            if polynomial.degree() == 1:
                scale, m = variable(polynomial)
                groups.setdefault(m.ptr(), (m, []))[1].append(scale * d[key])
        total = quicksum(plain)
        for m, parts in groups.values():
            g = model.addVar(lb=-100, ub=100)
            model.addCons(g == quicksum(parts))
            total = total + m * g
        return total

    for s in game.states:
        model.addCons(quicksum(d[0, s, a] for a in game.available[0, s]) == float(game.initial[s]))
    for t in range(1, game.stages):
        inflow = {s: [] for s in game.states}
        for s in game.states:
            for a in game.available[t - 1, s]:
                for x, p in game.law[t - 1, s, a].items():
                    inflow[x].append(affine(p) * d[t - 1, s, a])
        for s in game.states:
            model.addCons(quicksum(d[t, s, a] for a in game.available[t, s]) == quicksum(inflow[s]))
        model.addCons(quicksum(d[t, s, a] for s in game.states for a in game.available[t, s]) == 1)
    for t, s, a in game.triples:
        value = affine(game.reward[t, s, a])
        if t < last:
            value = value + quicksum(affine(p) * v[t + 1, x] for x, p in game.law[t, s, a].items())
        model.addCons(v[t, s] >= value)
    best = quicksum(float(mass) * v[0, s] for s, mass in game.initial.items() if mass)
    model.addCons(best - earned(game.reward) <= float(epsilon))
    objective = model.addVar(lb=-1000, ub=1000)
    payoff = quicksum(
        float(c) * (1 if not key else d[key[0]] if len(key) == 1 else d[key[0]] * d[key[1]]) for key, c in game.payoff.terms.items()
    )
    model.addCons(objective == payoff + earned(game.leader_rate))
    model.setObjective(objective, "minimize" if sense == "min" else "maximize")
    model.optimize()
    point = {key: model.getVal(x) for key, x in d.items()} if model.getNSols() else None
    return model.getDualbound(), point, model.getStatus()


def exact_witness(instance, point, epsilon):
    """(leader reward, exploitability) of the rounded policy of a point, exactly; None if it is no eps-equilibrium."""
    rounded = {key: Fraction(max(0, round(mass * 10**8)), 10**8) for key, mass in point.items()}
    policy = instance.policy(rounded)
    population = instance.flow({k: {a: limited(p) for a, p in row.items()} if len(row) == 1 else rounded_row(row) for k, row in policy.items()})
    exploitability = instance.exploitability(population)
    return (instance.leader_reward(population), exploitability) if exploitability <= epsilon else None


def limited(p):
    return Fraction(round(Fraction(p) * 10**9), 10**9)


def rounded_row(row):
    result = {a: limited(p) for a, p in row.items()}
    largest = max(result, key=result.get)
    result[largest] += 1 - sum(result.values())
    return result


def enclose(instance, epsilon, sense, seconds):
    """(bound, (leader reward, exploitability) of an exact witness or None, status)."""
    bound, _, status = pose(instance, epsilon, sense, seconds)
    _, point, _ = pose(instance, Fraction(epsilon) - MARGIN, sense, seconds)
    return bound, point and exact_witness(instance, point, Fraction(epsilon)), status


def enclose_zero(instance, sense, seconds):
    """At eps = 0: (bound, leader reward of an equilibrium near SCIP's point, whether it is exact, status).

    SCIP's tolerances make it solve a slightly larger eps, so its bound holds. Its point is polished: when no follower mixes the policy
    is evaluated exactly and its exploitability is 0; otherwise the indifferences are solved by Newton's method in floating point and the
    exploitability is below 1e-11.
    """
    bound, point, status = pose(instance, Fraction(0), sense, seconds)
    value, exact = polish(instance, point) if point else (None, False)
    return bound, value, exact, status


def polish(instance, point):
    import numpy

    q = instance.values(point)[1]
    support = {}
    for (t, s), actions in instance.available.items():
        mass = sum(point[t, s, a] for a in actions)
        played = [a for a in actions if mass > 1e-6 and point[t, s, a] > 1e-4 * mass]
        support[t, s] = played or [max(actions, key=lambda a: q[t, s, a])]
    mixed = [place for place, actions in support.items() if len(actions) > 1]
    if not mixed:
        population = instance.flow({place: {actions[0]: Fraction(1)} for place, actions in support.items()})
        exact = instance.exploitability(population) == 0
        return (instance.leader_reward(population), True) if exact else (None, False)
    unknowns = [(place, a) for place in mixed for a in support[place][1:]]
    x = numpy.array([point[(*place, a)] / sum(point[(*place, b)] for b in support[place]) for place, a in unknowns])

    def population_of(x):
        policy = {place: {actions[0]: 1.0} for place, actions in support.items()}
        for (place, a), p in zip(unknowns, x):
            policy[place][a] = float(p)
            policy[place][support[place][0]] -= float(p)
        return {key: float(mass) for key, mass in instance.flow(policy).items()}

    def gaps(x):
        q = instance.values(population_of(x))[1]
        return numpy.array([q[(*place, a)] - q[(*place, support[place][0])] for place, a in unknowns])

    for _ in range(30):
        base, h = gaps(x), 1e-7
        slopes = numpy.array([(gaps(x + h * e) - base) / h for e in numpy.eye(len(x))]).T
        x = x - numpy.linalg.lstsq(slopes, base, rcond=1e-9)[0]
    population = population_of(x)
    if x.min() < 0 or instance.exploitability(population) > 1e-11:
        return None, False
    return Fraction(instance.leader_reward(population)), False

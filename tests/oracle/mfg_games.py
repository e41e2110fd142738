"""Games whose rewards and transitions depend on the population, as polynomials in the occupation measure.

The game files are read by `c0_values.Game`; here every formula becomes a polynomial in the masses
d_t(s,a), with rational coefficients, and one follower's problem is solved at a given population by
backward induction. Works in `Fraction` or, for floats, in floating point.
"""

from fractions import Fraction

from c0_values import Context, Game, GameError, evaluate

ZERO, ONE = Fraction(0), Fraction(1)


class Polynomial:
    """{sorted tuple of triples (t, s, a): coefficient}; the empty tuple is the constant term."""

    __slots__ = ("terms",)

    def __init__(self, terms=None):
        self.terms = {key: value for key, value in (terms or {}).items() if value}

    @staticmethod
    def of(value):
        return value if isinstance(value, Polynomial) else Polynomial({(): Fraction(value)})

    def __add__(self, other):
        terms = dict(self.terms)
        for key, value in Polynomial.of(other).terms.items():
            terms[key] = terms.get(key, ZERO) + value
        return Polynomial(terms)

    __radd__ = __add__

    def __neg__(self):
        return Polynomial({key: -value for key, value in self.terms.items()})

    def __sub__(self, other):
        return self + -Polynomial.of(other)

    def __rsub__(self, other):
        return Polynomial.of(other) - self

    def __mul__(self, other):
        terms = {}
        for left, x in self.terms.items():
            for right, y in Polynomial.of(other).terms.items():
                key = tuple(sorted(left + right))
                terms[key] = terms.get(key, ZERO) + x * y
        return Polynomial(terms)

    __rmul__ = __mul__

    def degree(self):
        return max(map(len, self.terms), default=0)

    def at(self, population):
        """Value at {triple: mass}, in the arithmetic of the masses; coefficients are converted to floats for floats."""
        total = 0
        for key, value in self.terms.items():
            for triple in key:
                value = (float(value) if isinstance(population[triple], float) else value) * population[triple]
            total = total + (float(value) if isinstance(total, float) else value)
        return total


class PopulationGame(Game):
    def form(self, terms):
        """A linear form of the population; masses that are the same for every population are numbers."""
        polynomial = Polynomial()
        for (t, s, a), weight in terms.items():
            if t == 0 and all(terms.get((0, s, b)) == weight for b in self.available[0, s]):
                if a == self.available[0, s][0]:
                    polynomial += weight * self.initial.get(s, ZERO)
            else:
                polynomial += Polynomial({((t, s, a),): weight})
        return polynomial

    def at(self, decision):
        return Instance(self, self.decisions[decision])


class Instance:
    """A game at one decision: `reward`, `law` and `leader_rate` of every available triple, and the leader's `payoff`."""

    def __init__(self, game, parameters):
        self.game, self.stages, self.states = game, game.stages, game.states
        self.available = game.available
        self.initial = {s: game.initial.get(s, ZERO) for s in game.states}
        self.triples = [(t, s, a) for t in range(game.stages) for s in game.states for a in game.available[t, s]]
        self.reward = dict.fromkeys(self.triples, Polynomial())
        self.leader_rate = dict.fromkeys(self.triples, Polynomial())
        self.payoff = Polynomial()
        for t, s, a in self.triples:
            context = Context(game, parameters, t, s, a)
            for stages, states, actions, tree, _ in game.rewards:
                if t in stages and s in states and a in actions:
                    self.reward[t, s, a] += Polynomial.of(evaluate(tree, context))
            for stages, states, actions, tree, _ in game.leader_rewards:
                if t in stages and s in states and a in actions:
                    self.leader_rate[t, s, a] += Polynomial.of(evaluate(tree, context))
        for stages, _, _, tree, staged in game.leader_payoffs:
            for t in sorted(stages) if staged else [None]:
                self.payoff += Polynomial.of(evaluate(tree, Context(game, parameters, t)))
        self.law = {(t, s, a): self.law_of(parameters, t, s, a) for t, s, a in self.triples if t < game.stages - 1}

    def law_of(self, parameters, t, s, a):
        for stages, states, actions, content, _ in reversed(self.game.transitions):
            if t in stages and s in states and a in actions:
                break
        else:
            raise GameError(f"no transition at stage {t} from {s!r} under {a!r}")
        context = Context(self.game, parameters, t, s, a)
        law = {x: Polynomial.of(evaluate(tree, context)) for x, tree in content.items() if tree != "rest"}
        for x in [x for x, tree in content.items() if tree == "rest"]:
            law[x] = ONE - sum(law.values(), Polynomial())
        if (sum(law.values(), Polynomial()) - ONE).terms:
            raise GameError(f"not a law at stage {t} from {s!r} under {a!r}")
        return {x: p for x, p in law.items() if p.terms}

    def flow(self, policy):
        """Occupation measure {triple: mass} of a policy {(t, s): {action: probability}}."""
        masses, population = dict(self.initial), {}
        for t in range(self.stages):
            for s in self.states:
                for a in self.available[t, s]:
                    population[t, s, a] = masses[s] * policy[t, s].get(a, 0)
            if t < self.stages - 1:
                following = dict.fromkeys(self.states, 0)
                for s in self.states:
                    for a in self.available[t, s]:
                        mass = population[t, s, a]
                        if mass:
                            for x, p in self.law[t, s, a].items():
                                following[x] = following[x] + mass * p.at(population)
                masses = following
        return population

    def values(self, population):
        """Optimal values {(t, s): v} of one follower at a frozen population, and {triple: value of playing it}."""
        v, q = {}, {}
        for t in reversed(range(self.stages)):
            for s in self.states:
                for a in self.available[t, s]:
                    value = self.reward[t, s, a].at(population)
                    if t < self.stages - 1:
                        for x, p in self.law[t, s, a].items():
                            value = value + p.at(population) * v[t + 1, x]
                    q[t, s, a] = value
                v[t, s] = max(q[t, s, a] for a in self.available[t, s])
        return v, q

    def leader_reward(self, population):
        rates = sum(mass * self.leader_rate[key].at(population) for key, mass in population.items() if mass)
        return self.payoff.at(population) + rates

    def leader_polynomial(self):
        return sum((rate * Polynomial({(key,): ONE}) for key, rate in self.leader_rate.items()), self.payoff)

    def exploitability(self, population):
        v, _ = self.values(population)
        best = sum(mass * v[0, s] for s, mass in self.initial.items())
        return best - sum(mass * self.reward[key].at(population) for key, mass in population.items() if mass)

    def policy(self, population):
        """The policy of an occupation measure; at empty states the first action."""
        result = {}
        for t in range(self.stages):
            for s in self.states:
                masses = {a: population[t, s, a] for a in self.available[t, s]}
                total = sum(masses.values())
                result[t, s] = {a: m / total for a, m in masses.items()} if total else {self.available[t, s][0]: 1}
        return result

    def reached(self):
        """The (t, s) that some policy reaches, transitions of any positive polynomial counting."""
        reached = {(0, s) for s, mass in self.initial.items() if mass}
        for t in range(self.stages - 1):
            for s in self.states:
                if (t, s) in reached:
                    reached |= {(t + 1, x) for a in self.available[t, s] for x in self.law[t, s, a]}
        return reached

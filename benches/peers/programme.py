"""The inner problem of one decision as a non-convex quadratic programme, for any solver.

    min or max  c'd + sum_k m_k f_k + h(m)     over d, v, m, g, f and, when transitions depend on the population, y
    flow        sum_a d_t+1(s,a) = sum P0 d_t + sum_k m_k y_tsk,   y_tsk = sum P_k(s|.) d_t
    links       m_k = M_k d,   g_k = R_k d,   f_k = C_k d
    Bellman     v_t(s) >= r0 + sum_k m_k R_k + sum P0 v_t+1 + sum_k m_k (sum P_k v_t+1)
    regret      mu0'v_0 - r0'd - sum_k m_k g_k <= eps

With fixed transitions the products are K numbers m_k g_k, and as many m_k f_k where the leader's reward depends on the population. Every variable has
the bounds of `bounds.Ranges`, valid for d and the followers' optimal value function.
"""

from bounds import Ranges, coefficients

MARGIN = 1e-9  # Bounds computed in binary64 are widened by this.


class Programme:
    """Variables with bounds, and rows `low <= linear + quadratic <= high`; None is no bound."""

    def __init__(self, numbers, epsilon, sense):
        self.sense, self.names, self.low, self.high = sense, [], [], []
        self.objective, self.objective_constant, self.rows = {}, 0.0, []
        self.numbers, self.ranges = numbers, Ranges(numbers)
        ranges = self.ranges
        self.d = {pair: self.variable(f"d{pair}", 0.0, ranges.reach[pair[0]][pair[1]]) for pair in numbers.pairs}
        self.v = [[self.variable(f"v{t},{s}", low - MARGIN, high + MARGIN) for s, (low, high) in enumerate(stage)] for t, stage in enumerate(ranges.value)]
        self.m = [self.variable(f"m{k}", low - MARGIN, high + MARGIN) for k, (low, high) in enumerate(ranges.aggregate)]
        for k, weights in enumerate(numbers.weights):
            self.define(self.m[k], weights)
        self.flow_rows()
        self.bellman_rows()
        self.regret_row(epsilon)
        self.leader_objective()

    def variable(self, name, low, high):
        self.names.append(name)
        self.low.append(low)
        self.high.append(high)
        return len(self.names) - 1

    def row(self, linear, products, low, high):
        self.rows.append((linear, products, low, high))

    def define(self, variable, weights):
        """variable = weights'd."""
        row = {variable: 1.0}
        for pair, weight in weights.items():
            row[self.d[pair]] = -float(weight)
        self.row(row, [], 0.0, 0.0)

    def form(self, name, weights, ends):
        """A new variable for weights'd."""
        variable = self.variable(name, ends[0] - MARGIN, ends[1] + MARGIN)
        self.define(variable, weights)
        return variable

    def flow_rows(self):
        numbers, actions = self.numbers, range(self.numbers.actions)
        for s in range(numbers.states):
            self.row({self.d[0, s, a]: 1.0 for a in actions}, [], float(numbers.initial[s]), float(numbers.initial[s]))
        for t in range(numbers.stages - 1):
            linear = [{self.d[t + 1, s, a]: 1.0 for a in actions} for s in range(numbers.states)]
            forms = [{} for _ in range(numbers.states)]
            for s in range(numbers.states):
                for a in actions:
                    for after, value in numbers.transition[t, s, a].items():
                        for key, factor in value.items():
                            if key is None:
                                linear[after][self.d[t, s, a]] = -float(factor)
                            else:
                                forms[after].setdefault(key, {})[t, s, a] = factor
            for s in range(numbers.states):
                products = [(self.m[k], self.form(f"y{t},{s},{k}", weights, self.by_reach(t, weights)), -1.0) for k, weights in forms[s].items()]
                self.row(linear[s], products, 0.0, 0.0)
            if any(forms):
                # Implied, and a help to both solvers: the relaxation of the products does not keep the mass.
                self.row({self.d[t + 1, s, a]: 1.0 for s in range(numbers.states) for a in actions}, [], 1.0, 1.0)

    def by_reach(self, t, weights):
        """The range of a form of one stage from the largest masses of its states."""
        low = high = 0.0
        for s, mass in enumerate(self.ranges.reach[t]):
            values = [float(weights.get((t, s, a), 0)) for a in range(self.numbers.actions)]
            low, high = low + mass * min(0.0, *values), high + mass * max(0.0, *values)
        return low, high

    def bellman_rows(self):
        numbers = self.numbers
        for t, s, a in numbers.pairs:
            linear, products = {self.v[t][s]: 1.0}, {}
            for key, factor in numbers.reward[t, s, a].items():
                if key is not None:
                    linear[self.m[key]] = -float(factor)
            if t < numbers.stages - 1:
                for after, value in numbers.transition[t, s, a].items():
                    for key, factor in value.items():
                        variable = self.v[t + 1][after]
                        if key is None:
                            linear[variable] = linear.get(variable, 0.0) - float(factor)
                        else:
                            products[self.m[key], variable] = products.get((self.m[key], variable), 0.0) - float(factor)
            self.row(linear, [(x, y, c) for (x, y), c in products.items()], float(numbers.reward[t, s, a].get(None, 0)), None)

    def regret_row(self, epsilon):
        numbers = self.numbers
        linear = {self.v[0][s]: float(mass) for s, mass in enumerate(numbers.initial) if mass}
        for pair, value in numbers.reward.items():
            if value.get(None):
                linear[self.d[pair]] = -float(value[None])
        products = []
        for k in range(len(self.m)):
            weights = coefficients(numbers.reward, k)
            if weights:
                products.append((self.m[k], self.form(f"g{k}", weights, self.ranges.slope[k]), -1.0))
        self.row(linear, products, None, float(epsilon))

    def leader_objective(self):
        numbers = self.numbers
        for pair, value in numbers.leader.items():
            if value.get(None):
                self.objective[self.d[pair]] = float(value[None])
        for key, factor in numbers.payoff.items():
            if key is None:
                self.objective_constant = float(factor)
            else:
                self.objective[self.m[key]] = float(factor)
        for k in range(len(self.m)):
            weights = coefficients(numbers.leader, k)
            if weights:
                # Solvers want linear objectives: the product becomes a variable.
                form = self.form(f"f{k}", weights, self.ranges.leader_slope[k])
                corners = [x * y for x in self.ranges.aggregate[k] for y in self.ranges.leader_slope[k]]
                product = self.variable(f"mf{k}", min(corners) - MARGIN, max(corners) + MARGIN)
                self.row({product: 1.0}, [(self.m[k], form, -1.0)], 0.0, 0.0)
                self.objective[product] = 1.0

"""Ranges that hold for every population, by backward and forward induction with intervals (binary64)."""


class Ranges:
    """Ranges of everything in a programme.

    `aggregate[k]` and `slope[k]` enclose m_k and the form that multiplies m_k in the followers' total reward, `leader_slope[k]` the same of the leader,
    `value[t][s]` the followers' value functions at their optimum, `reach[t][s]` bounds the mass of a state from above.
    """

    def __init__(self, numbers):
        self.numbers = numbers
        count = len(numbers.weights)
        # Stage by stage, whatever the dynamics; then along flows, twice, since ranges of aggregates narrow transitions.
        self.aggregate = [self.by_mass(weights) for weights in numbers.weights]
        self.narrow_transitions()
        for _ in range(2):
            self.aggregate = [meet(old, self.along_flows(weights)) for old, weights in zip(self.aggregate, numbers.weights)]
            self.narrow_transitions()
        self.slope = [self.along_flows(coefficients(numbers.reward, k)) for k in range(count)]
        self.leader_slope = [self.along_flows(coefficients(numbers.leader, k)) for k in range(count)]
        rewards = {pair: self.enclose(value) for pair, value in numbers.reward.items()}
        low, high = self.induction({pair: r[0] for pair, r in rewards.items()}, False), self.induction({pair: r[1] for pair, r in rewards.items()}, True)
        self.value = [list(zip(low[t], high[t])) for t in range(numbers.stages)]
        self.reach = self.forwards()

    def enclose(self, value):
        """The range of a value over aggregates on the box of their ranges."""
        low = high = float(value.get(None, 0))
        for key, factor in value.items():
            if key is not None:
                ends = [float(factor) * end for end in self.aggregate[key]]
                low, high = low + min(ends), high + max(ends)
        return low, high

    def narrow_transitions(self):
        self.probability = {
            pair: {after: clip(self.enclose(value)) for after, value in row.items()} for pair, row in self.numbers.transition.items()
        }

    def by_mass(self, weights):
        """The range of a form when each stage has mass 1 and nothing else is known."""
        low = high = 0.0
        for t in {pair[0] for pair in weights}:
            values = [float(value) for pair, value in weights.items() if pair[0] == t]
            if len(values) < self.numbers.states * self.numbers.actions:
                values.append(0.0)
            low, high = low + min(values), high + max(values)
        return low, high

    def along_flows(self, weights):
        """The range of a form over all flows, each transition row chosen freely in its ranges; exact when they are points."""
        ends = []
        for sign in (-1, 1):
            first = self.induction({pair: sign * float(weights.get(pair, 0)) for pair in self.numbers.pairs}, True)[0]
            ends.append(sign * sum(float(mass) * value for mass, value in zip(self.numbers.initial, first)))
        return ends[0], ends[1]

    def induction(self, reward, up):
        """Values `[stage][state]` of the best policy for `reward`; nature chooses the rows for it (up) or against it."""
        numbers = self.numbers
        after, values = None, []
        for t in reversed(range(numbers.stages)):
            here = [
                max(reward[t, s, a] + (self.expect((t, s, a), after, up) if after else 0.0) for a in range(numbers.actions))
                for s in range(numbers.states)
            ]
            values.append(here)
            after = here
        return values[::-1]

    def expect(self, pair, values, up):
        """The greatest (or least) expectation of `values` over the rows of `pair`."""
        row = self.probability[pair]
        total = sum(low * values[after] for after, (low, _) in row.items())
        rest = 1.0 - sum(low for low, _ in row.values())
        for after in sorted(row, key=lambda after: values[after], reverse=up):
            if rest <= 0:
                break
            more = min(rest, row[after][1] - row[after][0])
            total, rest = total + more * values[after], rest - more
        return total

    def forwards(self):
        numbers = self.numbers
        reach = [[float(mass) for mass in numbers.initial]]
        for t in range(numbers.stages - 1):
            after = [0.0] * numbers.states
            for s in range(numbers.states):
                most = {}
                for a in range(numbers.actions):
                    for state, (_, high) in self.probability[t, s, a].items():
                        most[state] = max(most.get(state, 0.0), high)
                for state, high in most.items():
                    after[state] += reach[t][s] * high
            reach.append([min(1.0, mass) for mass in after])
        return reach


def coefficients(values, key):
    """The coefficient of an aggregate, per pair."""
    return {pair: value[key] for pair, value in values.items() if key in value}


def meet(one, other):
    return max(one[0], other[0]), min(one[1], other[1])


def clip(ends):
    return max(0.0, ends[0]), min(1.0, ends[1])

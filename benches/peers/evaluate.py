"""What a solver's point is worth: the policy it stands for, its flow, its exploitability and the leader's reward, in binary64."""


def evaluate(numbers, masses):
    """(exploitability, leader's reward) of the policy read from `masses[pair]`; unreached states play their first action."""
    stages, states, actions = numbers.stages, range(numbers.states), range(numbers.actions)
    aggregates = [0.0] * len(numbers.weights)
    by_stage = [[] for _ in range(stages)]
    for k, weights in enumerate(numbers.weights):
        for pair, weight in weights.items():
            by_stage[pair[0]].append((k, pair, float(weight)))
    flow, rows, here = {}, {}, [float(mass) for mass in numbers.initial]
    for t in range(stages):
        for s in states:
            given = [max(0.0, masses[t, s, a]) for a in actions]
            total = sum(given)
            for a in actions:
                flow[t, s, a] = here[s] * (given[a] / total if total > 1e-12 else float(a == 0))
        for k, pair, weight in by_stage[t]:
            aggregates[k] += weight * flow[pair]
        here = [0.0] * numbers.states
        # Transitions refer to aggregates of this stage and earlier ones: these are final.
        for s in states if t < stages - 1 else ():
            for a in actions:
                rows[t, s, a] = {after: at(value, aggregates) for after, value in numbers.transition[t, s, a].items()}
                for after, probability in rows[t, s, a].items():
                    here[after] += probability * flow[t, s, a]
    reward = {pair: at(value, aggregates) for pair, value in numbers.reward.items()}
    values = [0.0] * numbers.states
    for t in reversed(range(stages)):
        values = [max(reward[t, s, a] + sum(p * values[after] for after, p in rows.get((t, s, a), {}).items()) for a in actions) for s in states]
    best = sum(float(mass) * value for mass, value in zip(numbers.initial, values))
    exploitability = best - sum(reward[pair] * mass for pair, mass in flow.items())
    leader = sum(at(numbers.leader[pair], aggregates) * mass for pair, mass in flow.items()) + at(numbers.payoff, aggregates)
    return exploitability, leader


def at(value, aggregates):
    """A value over aggregates as a number."""
    return sum(float(factor) * (1.0 if key is None else aggregates[key]) for key, factor in value.items())

"""Knapsack interdiction as game files: the leader takes away up to B items from a packer.

    python3 benches/leaders/interdiction.py ITEMS BUDGET SEED FILE [LIST]

Followers go through the items, one a stage; the state is what the items taken so far weigh. The
leader loses what they pack. FILE has one binary per item, LIST the same decisions one by one.
Prints the value at eps = 0 by enumeration: minus the least, over all ways to take items away, of
the best packing of the others.
"""

import itertools
import pathlib
import random
import sys


def instance(items, seed):
    rng = random.Random(seed)
    weights = [rng.randint(1, 5) for _ in range(items)]
    values = [rng.randint(2, 9) for _ in range(items)]
    return weights, values, (3 + sum(weights)) // 2


def value(weights, values, capacity, budget):
    def packed(gone):
        best = [0] * (capacity + 1)
        for item in range(len(weights)):
            if item not in gone:
                for room in range(capacity, weights[item] - 1, -1):
                    best[room] = max(best[room], best[room - weights[item]] + values[item])
        return best[capacity]

    return -min(packed(set(gone)) for gone in ways(len(weights), budget))


def ways(items, budget):
    sizes = (itertools.combinations(range(items), size) for size in range(budget + 1))
    return itertools.chain.from_iterable(sizes)


def game(weights, values, capacity, budget, listed):
    items = len(weights)
    names = [f"x{i + 1}" for i in range(items)]
    if listed:
        rows = []
        for number, gone in enumerate(ways(items, budget)):
            taken = ", ".join(f"{name} = {int(i in gone)}" for i, name in enumerate(names))
            rows.append(f'{{ name = "d{number}", {taken} }}')
        leader = "decisions = [" + ", ".join(rows) + "]"
    else:
        rows = [f'{{ name = "{n}", lower = 0, upper = 1, integer = true }}' for n in names]
        leader = "variables = [" + ", ".join(rows) + "]\n"
        leader += f'constraints = ["{" + ".join(names)} <= {budget}"]'
    states = ", ".join(f'"used {used}"' for used in range(capacity + 1))
    text = f"""format = "smfg-game/1"
name = "knapsack interdiction, {items} items"
stages = {items}
states = [{states}]
actions = ["leave", "take"]
initial = "used 0"
[leader]
{leader}
"""
    for stage, (weight, worth) in enumerate(zip(weights, values)):
        full = ", ".join(f'"used {used}"' for used in range(capacity - weight + 1, capacity + 1))
        text += f"""[[available]]
stage = {stage}
state = [{full}]
actions = ["leave"]
[[reward]]
stage = {stage}
action = "take"
value = "{worth} * (1 - {names[stage]})"
[[leader.reward]]
stage = {stage}
action = "take"
value = "-{worth} * (1 - {names[stage]})"
"""
        for used in range(capacity + 1) if stage < items - 1 else ():
            text += f'[[transition]]\nstage = {stage}\nstate = "used {used}"\nto = "used {used}"\n'
            if used + weight <= capacity:
                text += f'[[transition]]\nstage = {stage}\nstate = "used {used}"\n'
                text += f'action = "take"\nto = "used {used + weight}"\n'
    return text


def main():
    items, budget, seed = (int(word) for word in sys.argv[1:4])
    weights, values, capacity = instance(items, seed)
    pathlib.Path(sys.argv[4]).write_text(game(weights, values, capacity, budget, False))
    if len(sys.argv) > 5:
        pathlib.Path(sys.argv[5]).write_text(game(weights, values, capacity, budget, True))
    print(value(weights, values, capacity, budget))


if __name__ == "__main__":
    main()

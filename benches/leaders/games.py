"""A random mean-field-free game whose leader chooses p numbers in [0, 1]: 4 stages, 4 states, 3 actions.

    python3 benches/leaders/games.py P SEED > game.toml

Rewards of both sides are affine in the decision, every coefficient a hundredth between -1 and 1; transition weights are 1 to 20.
"""

import random
import sys

STAGES, STATES, ACTIONS = 4, 4, 3


def game(p, seed):
    source = random.Random(1000 * p + seed)
    coefficient = lambda: source.randint(-100, 100)
    variables = ", ".join(f'{{ name = "u{j}", lower = 0, upper = 1 }}' for j in range(p))
    lines = [
        'format = "smfg-game/1"',
        f'name = "free p{p} seed {seed}"',
        f"stages = {STAGES}",
        "states = [" + ", ".join(f'"s{s}"' for s in range(STATES)) + "]",
        "actions = [" + ", ".join(f'"a{a}"' for a in range(ACTIONS)) + "]",
        "initial = { " + ", ".join(f's{s} = "1/{STATES}"' for s in range(STATES)) + " }",
        "[leader]",
        f"variables = [{variables}]",
    ]
    for t in range(STAGES):
        for s in range(STATES):
            for a in range(ACTIONS):
                place = [f"stage = {t}", f'state = "s{s}"', f'action = "a{a}"']
                for table in ("reward", "leader.reward"):
                    linear = " ".join(f"+ ({coefficient()}/100) * u{j}" for j in range(p))
                    lines += [f"[[{table}]]", *place, f'value = "{coefficient()}/100 {linear}"']
                if t < STAGES - 1:
                    weights = [source.randint(1, 20) for _ in range(STATES)]
                    law = ", ".join(f's{i} = "{w}/{sum(weights)}"' for i, w in enumerate(weights))
                    lines += ["[[transition]]", *place, f"to = {{ {law} }}"]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(game(int(sys.argv[1]), int(sys.argv[2])))

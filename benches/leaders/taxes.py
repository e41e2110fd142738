#!/usr/bin/env python3
"""A tax per stage on the crowded one of two places, as a game file on standard output.

    python3 benches/leaders/taxes.py [STAGES]

Class C1, fixed transitions: as many parameters as stages (20 by default), each between 0 and 1.
"""

import sys

HEAD = """format = "smfg-game/1"
name = "taxes"
stages = {stages}
states = ["town", "country"]
actions = [{{ name = "stay", move = 0 }}, {{ name = "go", move = 1 }}]
initial = {{ town = "3/4", country = "1/4" }}
[leader]
variables = [{taxes}]
[[reward]]
state = "country"
value = "1/2 - mu[country] - 1/5 * a.move"
"""
STAGE = """[[reward]]
stage = {t}
state = "town"
value = "1 - mu[town] - tax{t} - 1/5 * a.move"
[[leader.reward]]
stage = {t}
state = "town"
value = "tax{t} - 1/2 * mu[town]"
"""
MOVES = """[[transition]]
state = "{here}"
action = "go"
to = "{there}"
[[transition]]
state = "{here}"
action = "stay"
to = "{here}"
"""


def main():
    stages = int(sys.argv[1]) if len(sys.argv) > 1 else 20
    taxes = ", ".join(f'{{ name = "tax{t}", lower = 0, upper = 1 }}' for t in range(stages))
    print(HEAD.format(stages=stages, taxes=taxes), end="")
    print("".join(STAGE.format(t=t) for t in range(stages)), end="")
    for here, there in (("town", "country"), ("country", "town")):
        print(MOVES.format(here=here, there=there), end="")


if __name__ == "__main__":
    main()

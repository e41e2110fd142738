#!/usr/bin/env python3
"""How long calls take beside their time limits: a Markdown table.

    python3 benches/overshoot.py [LIMIT ...]       default 1 5 20, after `cargo build --release`

Each case is a call that is open at the limit, or closes before it. A call keeps its limit L when it
ends by 1.1 L + 1 s; one that ends open before 0.9 L stopped too early. SMFG names another program.
"""

import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
SMFG = os.environ.get("SMFG", str(ROOT / "target/release/smfg"))


def generate(folder, name, *options):
    path = folder / f"{name}.json"
    subprocess.run([SMFG, "generate", *options, "--output", path], check=True)
    return str(path)


def sizes(stages, states, actions):
    return ["--stages", str(stages), "--states", str(states), "--actions", str(actions)]


def leaders(folder, parameters):
    """A leader with continuous prices in [0, 1], and followers of class C1 who answer them."""
    actions = [f"a{k}" for k in range(parameters + 1)]
    rules = []
    for k in range(parameters):
        rules.append(f'[[reward]]\naction = "a{k}"\nvalue = "{k + 2}/3 - p{k} - mu[*, a{k}]"\n')
        rules.append(f'[[leader.reward]]\naction = "a{k}"\nvalue = "p{k} - mu[*, a{k}] / {k + 2}"\n')
    variables = ", ".join(
        f'{{ name = "p{k}", lower = 0, upper = 1 }}' for k in range(parameters)
    )
    text = (
        f'format = "smfg-game/1"\nname = "prices"\nstages = 1\nstates = ["s"]\n'
        f"actions = {json.dumps(actions)}\ninitial = {{ s = 1 }}\n"
        f"[leader]\nvariables = [{variables}]\n" + "".join(rules)
    )
    path = folder / f"prices{parameters}.toml"
    path.write_text(text)
    return str(path)


def ring(folder, places, stages):
    """Followers on a ring who avoid each other: a statistic in every place and stage."""
    states = [f"p{k}" for k in range(places)]
    rules = []
    for k, place in enumerate(states):
        value = f"{(k * 7) % places}/{places} - mu[{place}]"
        rules.append(f'[[reward]]\nstate = "{place}"\nvalue = "{value}"\n')
        rules.append(f'[[leader.reward]]\nstate = "{place}"\nvalue = "{(k * 3) % 5}"\n')
        for action, step in (("back", -1), ("stay", 0), ("on", 1)):
            rules.append(
                f'[[transition]]\nstate = "{place}"\naction = "{action}"\n'
                f'to = "{states[(k + step) % places]}"\n'
            )
    path = folder / "ring.toml"
    path.write_text(
        f'format = "smfg-game/1"\nname = "ring"\nstages = {stages}\n'
        f"states = {json.dumps(states)}\n"
        'actions = ["back", "stay", "on"]\ninitial = { p0 = 1 }\n' + "".join(rules)
    )
    return str(path)


def endless(folder):
    path = folder / "endless.toml"
    path.write_text(
        'format = "smfg-game/1"\nname = "endless"\nstages = 1000000\nstates = ["a", "b"]\n'
        'actions = ["x", "y"]\ninitial = { a = 1 }\n[[reward]]\naction = "x"\nvalue = "1 - t / 1000"\n'
        '[[leader.reward]]\naction = "y"\nvalue = 1\n'
        '[[transition]]\nto = { b = "1/3", a = "rest" }\n'
    )
    return str(path)


def slow(folder):
    """Takes seconds to read."""
    states = [f"s{k}" for k in range(12)]
    law = ", ".join(f'{s} = "1/12"' for s in states)
    rules = []
    for rule in range(1, 41):
        total = " + ".join(f"{rule + k} * mu[{s}, a]" for k, s in enumerate(states))
        rules.append(f'[[reward]]\nvalue = "q * ({total})^5"\n')
    path = folder / "slow.toml"
    path.write_text(
        f'format = "smfg-game/1"\nname = "slow"\nstages = 1\nstates = {json.dumps(states)}\n'
        f'actions = ["a", "b"]\ninitial = {{ {law} }}\n[define]\nq = 1\n' + "".join(rules)
    )
    return str(path)


def uniform(folder, game):
    """The uniform policy of a game, as a claim."""
    info = json.loads(
        subprocess.run(
            [SMFG, "info", game, "--format", "json"], capture_output=True, check=True
        ).stdout
    )["sizes"]
    row = [f"1/{info['actions']}"] * info["actions"]
    policy = [[row] * info["states"]] * info["stages"]
    path = folder / f"uniform-{pathlib.Path(game).stem}.json"
    path.write_text(json.dumps({"format": "smfg-claim/1", "policy": policy}))
    return str(path)


def cases(folder):
    c0 = generate(folder, "c0", "mdp", *sizes(20, 5000, 10))
    general = ["mean-field", "--interaction", "general", "--aggregates"]
    c1 = generate(folder, "c1", *general, "6", *sizes(20, 100, 4))
    c1_list = generate(
        folder, "c1list", *general, "3", *sizes(4, 5, 3), "--decisions", "3"
    )
    c3 = generate(
        folder, "c3", "mean-field", "--interaction", "dynamics", "--aggregates", "3",
        *sizes(10, 17, 3),
    )
    crowd = ring(folder, 50, 20)
    small = generate(folder, "small", *general, "2", *sizes(6, 8, 3))
    slow_game = slow(folder)
    million = endless(folder)
    at = ["--epsilon", "1/100"]
    return [
        ("C0, 10^6 pairs, solve", ["solve", c0, "--epsilon", "1/50"]),
        ("C1, 8,000 pairs, solve", ["solve", c1, *at]),
        ("C3, 500 pairs, solve", ["solve", c3, *at]),
        ("three prices, solve", ["solve", leaders(folder, 3), *at]),
        ("four prices, solve", ["solve", leaders(folder, 4), *at]),
        ("1,000 statistics, solve", ["solve", crowd, *at]),
        ("equilibria", ["equilibria", small]),
        ("sweep", ["sweep", small, "--epsilon", "0:1/10", "--width", "1/100000"]),
        ("sweep of a constant", ["sweep", slow_game, "--parameter", "q=0:1:200"]),
        ("frontier", ["frontier", small, "--epsilon", "0:1/10", "--width", "1/100000"]),
        ("sensitivity", ["sensitivity", c1_list, *at, "--reward-error", "1/20"]),
        ("robust", ["solve", c1_list, *at, "--robust", "reward=1/20"]),
        ("verify", ["verify", c1, uniform(folder, c1), *at]),
        (
            "verify --precision exact",
            ["verify", c3, uniform(folder, c3), "--precision", "exact"],
        ),
        ("10^6 stages, solve", ["solve", million, *at]),
    ]


def measured(arguments, limit):
    start = time.monotonic()
    command = [SMFG, *arguments, "--quiet", "--format", "json", "--time-limit", str(limit)]
    done = subprocess.run(command, capture_output=True, text=True)
    took = time.monotonic() - start
    kept = took <= 1.1 * limit + 1
    # A search that has nothing left to tighten ends by itself, whatever the limit.
    stalled = done.returncode == 1 and '"termination": "gap"' in done.stdout
    early = done.returncode == 1 and took < 0.9 * limit and not stalled
    mark = " **over**" if not kept else " **early**" if early else ""
    opened = "stalled" if stalled else "open" if done.stdout else "no bounds"
    state = {0: "closed", 1: opened}.get(done.returncode, f"status {done.returncode}")
    return f"{took:.1f} s, {state}{mark}"


def main():
    limits = [float(word) for word in sys.argv[1:]] or [1.0, 5.0, 20.0]
    print("| call | " + " | ".join(f"limit {limit:g} s" for limit in limits) + " |")
    print("|---" * (len(limits) + 1) + "|")
    with tempfile.TemporaryDirectory() as name:
        for title, arguments in cases(pathlib.Path(name)):
            row = [measured(arguments, limit) for limit in limits]
            print(f"| {title} | " + " | ".join(row) + " |", flush=True)


if __name__ == "__main__":
    main()

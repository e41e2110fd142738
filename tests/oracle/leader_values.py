#!/usr/bin/env python3
"""Values of games whose leader chooses from a continuum or a large grid, computed without smfg and without its game files.

    leader_values.py            recompute and compare with leader_values.json
    leader_values.py --write    recompute and write it

A row is {"model", "epsilon", "selection", "value", "tolerance", "decision", "attained", "source"}: the supremum over all decisions of the
least (`pessimistic`) or greatest (`optimistic`) leader reward over eps-equilibria, with a decision at or near which it is reached. Sources:

    closed form      derived by hand; where a one-stage game has one population unknown, a grid of decisions, with the end points of the set of eps-equilibria
                     found by scanning, must come within 6e-3 of it
    by hand          derived by hand only, at eps = 0
    enumeration      every decision, the worst (best) division of eps among followers by a fractional knapsack, in rational arithmetic
"""

import json
import sys
from fractions import Fraction as F
from math import sqrt
from pathlib import Path

LIST = Path(__file__).resolve().parent / "leader_values.json"
POPULATIONS = 1_000


def scan(gain, leader, epsilon, lower, upper, points):
    """Best over a grid of decisions of the least leader reward over {x : Expl(x) <= eps}, x on a grid of populations."""
    best = None
    for i in range(points + 1):
        u = lower + (upper - lower) * i / points
        worst = None
        for j in range(POPULATIONS + 1):
            x = j / (POPULATIONS)
            g = gain(u, x)
            if (1 - x) * max(g, 0) + x * max(-g, 0) <= epsilon + 1e-12:
                value = leader(u, x)
                worst = value if worst is None else min(worst, value)
        if worst is not None and (best is None or worst > best[0]):
            best = (worst, u)
    return best


def noisy(e):
    """max over the gain g >= eps of (2 - wage)(1/5 + 3/5 (1 - eps/g)), wage = (g + 3/10) 5/3; the maximum is at a root, found by golden section."""
    value = lambda g: (2 - (g + 0.3) / 0.6) * (0.2 + 0.6 * (1 - e / g))
    low, high = e, 0.9
    for _ in range(200):
        a, b = high - (high - low) / 1.618033988749895, low + (high - low) / 1.618033988749895
        low, high = (low, b) if value(a) > value(b) else (a, high)
    return value(low), (low + 0.3) / 0.6


def knapsack(day, night, epsilon, sense):
    """Least (sense 1) or greatest (-1) reward of `staffing`, exactly: every firm at its best action, then deviations while regret lasts."""
    total, options, ties = F(0), [], F(0)
    for gain, loss in ((F(1, 2) - F(day, 80), F(1)), (F(1, 2) - F(night, 50), F(3, 2))):
        if gain > 0:
            total -= loss / 2
        change = loss if gain > 0 else -loss  # reward per unit mass that leaves its best action
        if sense * change < 0:
            if gain == 0:
                ties += change / 2
            else:
                options.append((abs(gain), change))
    budget = epsilon
    for gain, change in sorted(options, key=lambda o: -abs(o[1]) / o[0]):
        mass = min(F(1, 2), budget / gain)
        budget -= mass * gain
        total += mass * change
    return total + ties - F(day, 200) - F(night, 150)


def rows():
    found = []

    def add(model, epsilon, value, decision, source, attained=True, selection="pessimistic", tolerance="1/1000000000"):
        exact = isinstance(value, F)
        found.append({"model": model, "epsilon": epsilon, "selection": selection, "value": str(value) if exact else f"{value:.12f}",
                      "tolerance": "0" if exact else tolerance, "decision": decision, "attained": attained, "source": source})

    form = "closed form"
    for e, s in (("1/100", F(1, 10)), ("1/25", F(1, 5)), ("9/100", F(3, 10))):
        add("moral_hazard", e, (1 - s) ** 2, {"wage": str(F(1, 4) + s)}, form)
        add("moral_hazard_fine", e, (1 - s) ** 2, {"wage": str(F(1, 4) + s)}, form)
    add("moral_hazard", "0", F(1), {"wage": "1/4"}, form, False)
    add("moral_hazard", "0", F(1), {"wage": "1/4"}, form, True, "optimistic")
    add("moral_hazard_fine", "0", F(19999, 20000), {"wage": "5001/20000"}, form)
    for e in ("1/100", "3/100"):
        value, wage = noisy(float(F(e)))
        add("moral_hazard_noisy", e, value, {"wage": f"{wage:.6f}"}, form)
    add("moral_hazard_noisy", "0", F(6, 5), {"wage": "1/2"}, form, False)
    for e, s in (("1/200", F(1, 10)), ("1/50", F(1, 5)), ("2/25", F(2, 5))):
        add("inspection", e, F(-1, 2) - s, {"p[inspect]": str((1 + s) / 2)}, form)
    add("inspection", "0", F(-1, 2), {"p[inspect]": "1/2"}, form, False)
    for e, s in (("0", F(0)), ("1/104", F(1, 2)), ("1/26", F(1))):
        add("audit_continuous", e, F(15, 8) - s / 4 + 3 * F(e) / 4, {"p1": str((1 + s) / 4)}, form, e != "0")
    for e in ("0", "1/20", "1/5"):
        add("pigou_latency_continuous", e, -0.75 - (sqrt(0.25 + 4 * float(F(e))) / 2 - 0.25) ** 2, {"toll": "1/2"}, form)
    add("pigou_revenue_continuous", "0", F(1, 4), {"toll": "1/2"}, form)
    add("pigou_revenue_continuous", "9/125", F(24, 125), {"toll": "12/25"}, form)
    add("links_optimum_continuous", "0", F(-11, 16), {"toll1": "1/2", "toll2": "1/4", "toll3": "0"}, "by hand")
    add("braess_continuous", "0", F(-3, 2), {"toll": "1"}, "by hand")
    add("braess_revenue_continuous", "0", F(1, 8), {"toll": "1/4"}, "by hand")
    add("adoption_continuous", "0", F(1), {"subsidy": "1/2"}, form, False)
    for e in ("1/50", "1/10"):
        add("adoption_continuous", e, (1 - F(e)) ** 2, {"subsidy": str(F(1, 2) + F(e))}, form, False)
    add("adoption_continuous", "0", F(3, 2), {"subsidy": "0"}, form, True, "optimistic")
    add("opinion_continuous", "0", F(18, 25), {"subsidy": "13/10"}, "by hand", False)
    add("opinion_continuous", "0", F(3, 2), {"subsidy": "0"}, "by hand", True, "optimistic")
    for e in ("0", "1/20", "1/10"):
        add("leader_state", e, 3 * (1 - 2 * F(e)) - 1, {"nu[without, invest]@0": "1"}, form)
    for e in ("0", "1/200", "1/20"):
        for selection, sense in (("pessimistic", 1), ("optimistic", -1)):
            value, day, night = max((knapsack(d, n, F(e), sense), -d, -n) for d in range(101) for n in range(101))
            add("staffing", e, value, {"day_staff": str(-day), "night_staff": str(-night)}, "enumeration", True, selection)
    return found


GAMES = {
    "moral_hazard": (lambda w, x: w - 0.25, lambda w, x: x * (1.25 - w), 0, 1.25),
    "moral_hazard_noisy": (lambda w, x: 0.6 * w - 0.3, lambda w, x: (2 - w) * (0.2 + 0.6 * x), 0, 2),
    "inspection": (lambda q, x: 1 - 2 * q, lambda q, x: -x - q, 0, 1),
    "pigou_latency_continuous": (lambda u, x: 1 - x - u, lambda u, x: -(x * x + 1 - x), 0, 1),
    "pigou_revenue_continuous": (lambda u, x: 1 - x - u, lambda u, x: u * x, 0, 1),
    "adoption_continuous": (lambda u, x: x - 0.5 + u, lambda u, x: (1.5 - u) * x, 0, 1),
}


def check(found):
    """Scans may exceed the value by the error of a population grid of step 1/1000, and fall short by that of both grids."""
    for row in found:
        e = float(F(row["epsilon"]))
        if row["model"] in GAMES and e > 0 and row["selection"] == "pessimistic":
            value, decision = scan(*GAMES[row["model"]][:2], e, *GAMES[row["model"]][2:], 400)
            if abs(value - float(F(row["value"]))) > 6e-3:
                sys.exit(f"{row['model']} at {row['epsilon']}: {row['value']}, but the scan finds {value:.6f} at {decision:.4f}")


def main():
    found = rows()
    check(found)
    if "--write" in sys.argv:
        LIST.write_text("[\n" + ",\n".join(json.dumps(row) for row in found) + "\n]\n")
    elif json.loads(LIST.read_text()) != found:
        sys.exit("leader_values.json differs")
    print(f"{len(found)} rows")


main()

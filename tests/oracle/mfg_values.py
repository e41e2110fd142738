#!/usr/bin/env python3
"""Known values of games whose followers depend on one another, each computed without smfg.

    mfg_values.py             recompute what needs only the standard library and compare with mfg_values.json
    mfg_values.py --write     recompute and write it, keeping the rows of the larger games
    mfg_values.py --scip      recompute the rows of SCIP too (package `pyscipopt`; an hour), or of the models named after it

A row is {"model", "decision", "epsilon", "sense", "exact", "lower", "upper", "source"}: the least (`min`) or greatest (`max`) leader
reward over the eps-equilibria of one decision lies in [lower, upper]; `exact` is the number when it is known as a fraction; `attained` is the leader
reward of an exact equilibrium at eps = 0, at the inner end. A row with `of` is about that expression of the file instead of the leader's reward. Sources:

    closed form    one unknown, end points of the set of eps-equilibria (mfg_closed_forms.py)
    supports       eps = 0, all supports enumerated, linear programmes in rational arithmetic (mfg_supports.py)
    face           eps = 0, all best responses at the unique aggregates of the game, linear programmes in rational arithmetic
    shooting       eps = 0, a curve of candidates followed through the stages, its roots polished to 60 digits (mfg_shooting.py)
    SCIP           SCIP's dual bound on the outer side, moved outwards by `slip` for its tolerances; on the inner side a policy in rational
                   numbers whose exploitability is at most eps in exact arithmetic (at eps = 0: see mfg_scip.enclose_zero)

Games that two methods can treat are treated by both. One-stage and two-stage games are also compared with a grid of populations.
"""

import argparse
import json
import sys
from fractions import Fraction as F
from pathlib import Path

import mfg_closed_forms
import mfg_faces
import mfg_shooting
import mfg_supports
from c0_values import MODELS
from mfg_games import Polynomial, PopulationGame

HERE = Path(__file__).resolve().parent
LIST = HERE / "mfg_values.json"
SUPPORTS = ("pigou_latency", "pigou_revenue", "adoption", "corner", "left_right", "links_optimum", "braess", "braess_revenue",
            "opinion", "rock_paper_scissors")
LARGER = {
    "links_optimum": ("1/50", "1/10"),
    "braess": ("1/50", "1/10"),
    "braess_revenue": ("1/50",),
    "opinion": ("1/50",),
    "rock_paper_scissors": ("1/50", "1/10"),
    "susceptible_infected_6": ("1/1000", "1/100"),
    "susceptible_infected_11": ("1/1000",),
    "network_tolls": ("1/100",),
    "adoption_waves": ("1/100",),
    "vaccination": ("1/100",),
}
ZERO = ("adoption_waves", "vaccination")
SLIP = F(1, 10**6)

# Numbers printed by others, or derived by hand before: (model, decision, epsilon, sense, value, tolerance).
KNOWN = [
    ("adoption", "enough", "0", "min", "17/20", 0), ("adoption", "none", "0", "max", "3/2", 0), ("adoption", "none", "0", "min", "0", 0),
    ("pigou_latency", "toll 1/2", "0", "min", "-3/4", 0), ("pigou_latency", "toll 0", "0", "min", "-1", 0),
    ("pigou_latency", "toll 1/2", "1/20", "min", "-0.757295", 5e-7), ("pigou_latency", "toll 1/2", "1/5", "min", "-0.818826", 5e-7),
    ("pigou_revenue", "toll 12/25", "9/125", "min", "24/125", 0), ("pigou_revenue", "toll 1/2", "0", "min", "1/4", 0),
    ("links_optimum", "marginal cost", "0", "min", "-11/16", 0), ("links_optimum", "none", "0", "min", "-3/4", 0),
    ("braess", "toll 0", "0", "min", "-2", 0), ("braess", "toll 1/2", "0", "min", "-3/2", 0), ("braess", "toll 1", "0", "min", "-3/2", 0),
    ("braess_revenue", "toll 1/4", "0", "min", "1/8", 0),
    ("opinion", "1.3", "0", "min", "0", 0), ("opinion", "1.31", "0", "min", "0.714", 0), ("opinion", "1.35", "0", "min", "0.69", 0),
    ("opinion", "1.5", "0", "min", "0.6", 0), ("opinion", "0", "0", "max", "3/2", 0),
    ("corner", "risky", "1/10", "min", "-1", 0), ("corner", "safe", "1/10", "min", "-1/2", 0),
    ("left_right", None, "0", "min", "2/3", 0), ("left_right", None, "0", "max", "2/3", 0),
    ("left_right", None, "1/10", "min", "0.586127", 5e-7), ("left_right", None, "1/10", "max", "0.713392", 5e-7),
    ("rock_paper_scissors", None, "0", "min", "26/77", 0), ("rock_paper_scissors", None, "0", "max", "26/77", 0),
    ("epidemic_menu", "tax 3/5", "0", "min", "1/5", 0), ("epidemic_menu", "tax 3/5", "1/20", "min", "0.191421", 5e-7),
]


def decimal(value, digits, up):
    """A decimal text not above (or, `up`, not below) the fraction."""
    scaled = value * 10**digits
    whole = -(-scaled.numerator // scaled.denominator) if up else scaled.numerator // scaled.denominator
    sign, whole = ("-", -whole) if whole < 0 else ("", whole)
    text = str(whole).rjust(digits + 1, "0")
    return f"{sign}{text[:-digits]}.{text[-digits:]}"


def row(model, decision, epsilon, sense, low, high, source, digits=15, **more):
    exact = low == high
    return {
        "model": model, "decision": decision, "epsilon": str(F(epsilon)), "sense": sense,
        "exact": str(low) if exact else None,
        "lower": decimal(low, digits, False), "upper": decimal(high, digits, True),
        **more, "source": source,
    }


def game(model):
    return PopulationGame(MODELS / f"{model}.toml")


def closed_rows():
    rows = mfg_closed_forms.rows()
    check_forms()
    return [row(*entry) for entry in rows]


def population_at(instance, x):
    """The flow when a mass x takes the unknown's action of a game of mfg_closed_forms."""
    choice = {"pigou": 0, "left or right": 0, "two-stage": 0}
    first = next((v for k, v in choice.items() if instance.game.name.lower().startswith(k)), 1)
    policy = {}
    for t in range(instance.stages):
        for s in instance.states:
            actions = instance.available[t, s]
            if len(actions) == 2 and t == 0 and instance.initial[s]:
                policy[t, s] = {actions[first]: x, actions[1 - first]: 1 - x}
            else:
                policy[t, s] = {actions[0]: F(1)}
    return instance.flow(policy)


def check_forms():
    """The forms written by hand have the exploitability and leader reward of the files, at 11 populations."""
    for model, decisions in mfg_closed_forms.games().items():
        loaded = game(model)
        assert list(loaded.decisions) == list(decisions), model
        for decision, (alpha, beta, leader) in decisions.items():
            instance = loaded.at(decision)
            for k in range(11):
                x = F(k, 10)
                population = population_at(instance, x)
                assert instance.exploitability(population) == mfg_closed_forms.exploitability(alpha, beta, x), (model, decision, x)
                assert instance.leader_reward(population) == leader[0] + leader[1] * x + leader[2] * x * x, (model, decision, x)


def support_rows():
    rows = []
    for model in SUPPORTS:
        loaded = game(model)
        for decision in loaded.decisions:
            instance = loaded.at(decision)
            for sense, (value, population) in mfg_supports.extrema(instance).items():
                assert instance.exploitability(population) == 0, (model, decision)
                v = instance.values(population)[0]
                more = {"follower_value": str(sum(m * v[0, s] for s, m in instance.initial.items()))} if decision is None else {}
                rows.append(row(model, decision, 0, sense, value, value, "supports", **more))
    return rows


def expression_rows():
    """Ranges of other expressions, those of `[define]` in the two games without a leader's choice."""
    rows = []
    for model, masses in (("rock_paper_scissors", {"x": "rock", "y": "paper", "z": "scissors"}), ("left_right", {"x": "left"})):
        instance = game(model).at(None)
        for name, state in masses.items():
            instance.payoff = Polynomial({((1, state, a),): 1 for a in instance.available[1, state]})
            for sense, (value, _) in mfg_supports.extrema(instance).items():
                rows.append(row(model, None, 0, sense, value, value, "supports", of=name))
    # left_right: x (3x - 2) = eps on the right, (1 - x)(2 - 3x) = eps on the left.
    for epsilon in (F(1, 100), F(1, 10)):
        low, high = mfg_closed_forms.root(1 + 12 * epsilon), mfg_closed_forms.root(1 + 3 * epsilon)
        rows.append(row("left_right", None, epsilon, "min", (5 - low[1]) / 6, (5 - low[0]) / 6, "closed form", of="x"))
        rows.append(row("left_right", None, epsilon, "max", (1 + high[0]) / 3, (1 + high[1]) / 3, "closed form", of="x"))
    return rows


def shooting_rows():
    rows = []
    for stages in (6, 11):
        least, greatest = mfg_shooting.extrema(stages)
        model = f"susceptible_infected_{stages}"
        # The leader's reward is minus the infected mass.
        rows.append(row(model, None, 0, "min", -greatest[1], -greatest[0], "shooting"))
        rows.append(row(model, None, 0, "max", -least[1], -least[0], "shooting"))
    return rows


def merge(rows):
    """One row per question; where two methods answer it they must agree, and the narrower answer is kept."""
    result = {}
    for entry in rows:
        key = entry["model"], entry["decision"], entry["epsilon"], entry["sense"], entry.get("of")
        old = result.get(key)
        if old is None:
            result[key] = entry
            continue
        if old["exact"] and entry["exact"]:
            assert old["exact"] == entry["exact"], (old, entry)
        assert F(old["lower"]) <= F(entry["upper"]) and F(entry["lower"]) <= F(old["upper"]), (old, entry)
        width = [F(e["upper"]) - F(e["lower"]) for e in (old, entry)]
        kept, other = (old, entry) if width[0] <= width[1] else (entry, old)
        result[key] = {**other, **kept, "source": f"{kept['source']}; also {other['source'].split(',')[0]}"}
    return sorted(result.values(), key=lambda e: (e["model"], F(e["epsilon"]), str(e["decision"]), e["sense"] == "max", e.get("of", "")))


def check_known(rows):
    table = {(e["model"], e["decision"], e["epsilon"], e["sense"]): e for e in rows if "of" not in e}
    ranges = {(e["model"], e["of"], e["epsilon"]): e["exact"] for e in rows if "of" in e}
    assert [ranges["rock_paper_scissors", name, "0"] for name in "xyz"] == ["26/77", "20/77", "31/77"]
    assert table["rock_paper_scissors", None, "0", "min"]["follower_value"] == "6/11"
    for model, decision, epsilon, sense, value, tolerance in KNOWN:
        entry = table[model, decision, str(F(epsilon)), sense]
        if tolerance == 0:
            assert entry["exact"] is not None and F(entry["exact"]) == F(value), (entry, value)
        else:
            assert abs(F(entry["lower"]) - F(value)) <= tolerance, (entry, value)
    print(f"{len(KNOWN)} numbers known before agree")


def check_grids(rows):
    """No population of a grid is an eps-equilibrium with a leader reward outside the row, and some come near its ends."""
    count = 0
    for model in ("links_optimum", "rock_paper_scissors", "braess", "opinion", "left_right", "corner", "adoption", "pigou_latency"):
        loaded = game(model)
        for decision in loaded.decisions:
            instance = loaded.at(decision)
            points = [(float(instance.exploitability(p)), float(instance.leader_reward(p))) for p in grid(instance)]
            for entry in (e for e in rows if (e["model"], e["decision"]) == (model, decision) and F(e["epsilon"]) > 0 and "of" not in e):
                inside = [j for x, j in points if x <= float(F(entry["epsilon"]))]
                if not inside:  # the set is smaller than the grid
                    continue
                ends = float(F(entry["lower"])), float(F(entry["upper"]))
                found = min(inside) if entry["sense"] == "min" else max(inside)
                outside = ends[0] - found if entry["sense"] == "min" else found - ends[1]
                assert outside <= 1e-12, (entry, found)
                assert -outside <= 0.1, (entry, found)
                count += 1
    print(f"{count} rows agree with grids of populations")


def grid(instance):
    """Flows of the policies with probabilities in steps, over the places where the followers choose."""
    places = [p for p in sorted(instance.reached()) if len(instance.available[p]) > 1]
    if len(places) == 1 and len(instance.available[places[0]]) == 2:
        steps = 200
    else:
        steps = 20
    lists = []
    for place in places:
        actions = instance.available[place]
        lists.append([dict(zip(actions, (F(k, steps) for k in ks))) for ks in compositions(steps, len(actions))])
    base = {(t, s): {instance.available[t, s][0]: F(1)} for t in range(instance.stages) for s in instance.states}
    combos = [{}]
    for place, rows in zip(places, lists):
        combos = [{**c, place: r} for c in combos for r in rows]
    for c in combos:
        yield instance.flow({**base, **c})


def compositions(total, parts):
    if parts == 1:
        return [(total,)]
    return [(k, *rest) for k in range(total + 1) for rest in compositions(total - k, parts - 1)]


def scip_rows(models, seconds=120):
    import mfg_scip

    rows = []
    for model in models:
        loaded = game(model)
        for epsilon in LARGER[model]:
            for decision in loaded.decisions:
                instance = loaded.at(decision)
                for sense in ("min", "max"):
                    bound, witness, status = mfg_scip.enclose(instance, F(epsilon), sense, seconds)
                    if witness is None:
                        print(f"no witness: {model} {decision} {epsilon} {sense}", file=sys.stderr)
                        continue
                    outer = F(round(bound * 10**9), 10**9) + (-SLIP if sense == "min" else SLIP)
                    low, high = (outer, witness[0]) if sense == "min" else (witness[0], outer)
                    rows.append(row(model, decision, epsilon, sense, low, high, f"SCIP, {status}", 9, slip=str(SLIP)))
                    print(rows[-1], file=sys.stderr, flush=True)
    return rows


def zero_rows(models, seconds=120):
    """Larger games at eps = 0, where equilibria are many."""
    import mfg_scip

    rows = []
    for model in models:
        loaded = game(model)
        for decision in loaded.decisions:
            instance = loaded.at(decision)
            for sense in ("min", "max"):
                bound, value, exact, status = mfg_scip.enclose_zero(instance, sense, seconds)
                if value is None:
                    print(f"no equilibrium: {model} {decision} {sense}", file=sys.stderr)
                    continue
                outer = F(round(bound * 10**9), 10**9) + (-SLIP if sense == "min" else SLIP)
                inner = value + (0 if exact else mfg_scip.POLISHED if sense == "min" else -mfg_scip.POLISHED)
                low, high = (outer, inner) if sense == "min" else (inner, outer)
                more = {"attained": str(value)} if exact and value.denominator < 10**9 else {}
                rows.append(row(model, decision, 0, sense, low, high, f"SCIP, {status}", 9, slip=str(SLIP), **more))
                print(rows[-1], file=sys.stderr, flush=True)
    return rows


def face_rows():
    rows = []
    loaded = game("network_tolls")
    for decision in loaded.decisions:
        for sense, (value, _) in mfg_faces.extrema(loaded.at(decision)).items():
            rows.append(row("network_tolls", decision, 0, sense, value, value, "face"))
    return rows


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--write", action="store_true")
    parser.add_argument("--scip", nargs="*", metavar="MODEL")
    options = parser.parse_args()
    stored = json.loads(LIST.read_text()) if LIST.exists() else []
    computed = closed_rows() + support_rows() + shooting_rows() + face_rows() + expression_rows()
    keep = [e for e in stored if e["source"].startswith("SCIP")]
    if options.scip is not None:
        models = options.scip or list(LARGER)
        keep = [e for e in keep if e["model"] not in models] + scip_rows(models) + zero_rows([m for m in models if m in ZERO])
    rows = merge(computed + keep)
    check_known(rows)
    check_grids(rows)
    if options.write or options.scip is not None:
        LIST.write_text("[\n" + ",\n".join(json.dumps(e) for e in rows) + "\n]\n")
        print(f"{len(rows)} rows written")
    elif rows != stored:
        missing = [e for e in rows if e not in stored] + [e for e in stored if e not in rows]
        print("\n".join(map(str, missing[:20])))
        sys.exit("mfg_values.json differs")
    else:
        print(f"{len(rows)} rows agree")


if __name__ == "__main__":
    main()

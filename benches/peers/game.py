"""Game files `smfg-game/1` (JSON, finite leader, affine data) in exact fractions, written apart from the reader of the program."""

import json
from fractions import Fraction
from pathlib import Path

from formulas import Formula, FormulaError, add, clean, number, scale

EVERYTHING = {"format", "name", "description", "source", "stages", "states", "actions", "initial", "define", "reward", "transition", "leader", "tables"}


class Game:
    """A game file; `at` gives its numbers at a decision."""

    def __init__(self, path):
        self.path = Path(path)
        # Numbers stay texts, so that no digit is lost.
        self.file = json.loads(self.path.read_text(), parse_float=str, parse_int=str)
        unknown = set(self.file) - EVERYTHING
        if unknown:
            raise FormulaError(f"{path}: keys {sorted(unknown)} are beyond this reader")
        self.stages = int(self.file["stages"])
        self.states = [name_of(entry) for entry in self.file["states"]]
        self.actions = [name_of(entry) for entry in self.file["actions"]]
        initial = self.file["initial"]
        initial = {initial: "1"} if isinstance(initial, str) else initial
        self.initial = [number(initial.get(name, 0)) for name in self.states]
        leader = self.file.get("leader", {})
        self.decisions = {entry["name"]: entry for entry in leader.get("decisions", [])} or {None: {}}
        if {"variables", "mixed", "process"} & set(leader):
            raise FormulaError(f"{path}: the leader's decisions are not a finite list")

    def at(self, decision):
        """The numbers at the decision with this name."""
        return Numbers(self, self.decisions[decision])


def name_of(entry):
    return entry if isinstance(entry, str) else entry["name"]


class Numbers:
    """A game at one decision.

    A pair is (stage, state, action) as positions. `reward[pair]` and `leader[pair]` are values over aggregates, `transition[pair]` maps next states
    to such values; `weights[k]` maps pairs to the weights of aggregate k; `payoff` is the part of the leader's reward that no follower weighs.
    """

    def __init__(self, game, decision):
        self.game = game
        self.parameters = {key: number(value) for key, value in decision.items() if key != "name"}
        self.stages, self.states, self.actions = game.stages, len(game.states), len(game.actions)
        self.initial = game.initial
        self.pairs = [(t, s, a) for t in range(self.stages) for s in range(self.states) for a in range(self.actions)]
        self.keys, self.weights, self.cache = {}, [], {}
        tables = game.file.get("tables", {})
        self.named = {entry["name"]: entry for entry in tables.get("aggregates", [])}
        leader = game.file.get("leader", {})
        self.reward = self.rewards(game.file.get("reward", []), tables.get("reward", []))
        self.leader = self.rewards(leader.get("reward", []), tables.get("leader_reward", []))
        self.transition = self.transitions(game.file.get("transition", []), tables.get("transition", []))
        self.payoff = {}
        for rule in leader.get("payoff", []):
            for t in self.selected_stages(rule.get("stage")) if "stage" in rule else [None]:
                self.payoff = add(self.payoff, self.evaluate(rule["value"], t))

    def evaluate(self, formula, stage, masses=False):
        """The value of a formula at a stage."""
        key = (str(formula), stage, masses)
        if key not in self.cache:
            self.cache[key] = Formula(str(formula), Scope(self, stage, masses)).value()
        return self.cache[key]

    def aggregate(self, name, value):
        """`value`, given over masses, as its constant plus one aggregate."""
        weights = clean({key: own for key, own in value.items() if key is not None})
        result = clean({None: value.get(None, Fraction(0))})
        if weights:
            if name not in self.keys:
                self.keys[name] = len(self.weights)
                self.weights.append(weights)
            result[self.keys[name]] = Fraction(1)
        return result

    def selected_stages(self, selector):
        if selector is None:
            return list(range(self.stages))
        chosen = []
        for part in selector if isinstance(selector, list) else [selector]:
            first, _, last = str(part).partition("..")
            chosen.extend(range(int(first), int(last or first) + 1))
        return chosen

    def selected(self, rule):
        """The pairs that a rule chooses."""

        def positions(selector, names):
            if selector is None:
                return range(len(names))
            return [names.index(name) for name in (selector if isinstance(selector, list) else [selector])]

        states, actions = positions(rule.get("state"), self.game.states), positions(rule.get("action"), self.game.actions)
        return [(t, s, a) for t in self.selected_stages(rule.get("stage")) for s in states for a in actions]

    def rewards(self, rules, parts):
        result = {pair: {} for pair in self.pairs}
        for rule in rules:
            for pair in self.selected(rule):
                result[pair] = add(result[pair], self.evaluate(rule["value"], pair[0]))
        for part in parts:
            for (t, s, a), value in self.entries(part, 2, self.stages):
                result[t, s, a] = add(result[t, s, a], value)
        return result

    def transitions(self, rules, parts):
        result = {pair: {} for pair in self.pairs if pair[0] < self.stages - 1}
        for part in parts:
            for (t, s, a, after), value in self.entries(part, 3, self.stages - 1):
                row = result[t, s, a]
                row[after] = add(row.get(after, {}), value)
        for rule in rules:
            for pair in self.selected(rule):
                if pair in result:
                    result[pair] = self.row(rule["to"], pair[0])
        for pair, row in result.items():
            result[pair] = {after: value for after, value in row.items() if value}
            total = {}
            for value in row.values():
                total = add(total, value)
            if total != {None: 1}:
                raise FormulaError(f"{self.game.path}: the probabilities of {pair} do not sum to 1")
        return result

    def row(self, to, stage):
        if isinstance(to, str):
            return {self.game.states.index(to): {None: Fraction(1)}}
        row = {self.game.states.index(name): self.evaluate(value, stage) for name, value in to.items() if value != "rest"}
        rest = {None: Fraction(1)}
        for value in row.values():
            rest = add(rest, value, -1)
        row.update({self.game.states.index(name): rest for name, value in to.items() if value == "rest"})
        return row

    def entries(self, part, axes, stages):
        """(indices, value) of the numbers of a table, stage first; `axes` counts the others."""
        fixed = part.get("time_invariant", False)
        divisor = number(part.get("denominator", 1))
        numbers = flat(part["dense"], ()) if "dense" in part else ((tuple(map(int, entry[:-1])), entry[-1]) for entry in part["sparse"])
        for indices, value in numbers:
            value = number(value or 0) / divisor
            if value == 0:
                continue
            assert len(indices) == axes + (not fixed)
            for t in range(stages) if fixed else [indices[0]]:
                yield (t, *indices[-axes:]), scale(self.evaluate(part.get("times", 1), t), value)

    def named_masses(self, entry, stage):
        """A named aggregate of the tables, over masses."""
        stage = int(entry["stage"]) if "stage" in entry else stage
        divisor = number(entry.get("denominator", 1))
        numbers = flat(entry["dense"], ()) if "dense" in entry else ((tuple(map(int, item[:-1])), item[-1]) for item in entry["sparse"])
        return clean({(stage, s, a): number(value or 0) / divisor for (s, a), value in numbers})


def flat(array, indices):
    """(indices, number) of nested lists."""
    for position, item in enumerate(array):
        if isinstance(item, list):
            yield from flat(item, (*indices, position))
        else:
            yield (*indices, position), item


class Scope:
    """Names and masses at a stage."""

    def __init__(self, numbers, stage, masses):
        self.numbers, self.stage, self.masses = numbers, stage, masses

    def name(self, word, stage):
        numbers = self.numbers
        here = self.stage if stage is None else stage
        if word == "t":
            return clean({None: Fraction(self.stage)})
        if word in numbers.parameters:
            return clean({None: numbers.parameters[word]})
        if word in numbers.game.file.get("define", {}):
            value = numbers.evaluate(numbers.game.file["define"][word], self.stage, True)
            # The same weights at every stage are the same aggregate.
            return value if self.masses else numbers.aggregate((word, frozenset(value.items())), value)
        if word in numbers.named:
            value = numbers.named_masses(numbers.named[word], here)
            return value if self.masses else numbers.aggregate((word, here), value)
        raise FormulaError(f"{word!r} is beyond this reader")

    def mass(self, state, action, stage):
        game = self.numbers.game
        here = self.stage if stage is None else stage
        states = range(len(game.states)) if state is None else [game.states.index(state)]
        actions = range(len(game.actions)) if action is None else [game.actions.index(action)]
        value = {(here, s, a): Fraction(1) for s in states for a in actions}
        return value if self.masses else self.numbers.aggregate(("mu", state, action, here), value)

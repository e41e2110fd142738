"""Games of OpenSpiel with known formulas as games of this package, several populations included."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np

from ._crowds import Block, Crowd, Term
from ._errors import ConversionError
from ._game import Game
from ._interpolate import simplest
from ._nodes import availability, children_of, is_decision, kind_of, name_of, open_actions

#: Distance from 1 up to which a sum of chances is a matter of rounding.
_ROUNDING = Fraction(1, 100_000)


class Crowds:
    """The layers of all populations, and the tables that they make.

    The states of population ``p`` are its places in a layer, after those of earlier populations;
    so are its actions.
    """

    def __init__(self, formula: Crowd, trees: list[list[dict[str, Any]]], actions: int) -> None:
        self._formula = formula
        self._trees = trees
        self._actions = actions
        self._widths = [max(map(len, layers)) for layers in trees]
        kinds = [[kind_of(next(iter(layer.values()))) for layer in layers] for layers in trees]
        if any(own != kinds[0] for own in kinds):
            raise ConversionError("the layers of the populations differ in kind, expected the same")
        self._kinds = kinds[0]
        #: The last layer earns nothing.
        self.stages = max(1, len(self._kinds) - (self._kinds[-1] == "terminal"))
        self._constant: list[list[Any]] = []
        self._factors: dict[str, list[list[Any]]] = {}

    def build(self, name: str, points: int, seed: int) -> Game:
        """The game, compared with the library at random laws."""
        random = np.random.default_rng(seed)
        difference = 0.0
        for t in range(self.stages):
            if t and self._kinds[t] == "decision" and self._kinds[t - 1] == "mean field":
                block = Block(self._formula, [tree[t - 1] for tree in self._trees], f"layer {t}")
                for _ in range(points):
                    difference = max(difference, block.compare(random))
                self._after_mean_field(t, block)
            else:
                self._without_masses(t)
        reward: list[dict[str, Any]] = [{"sparse": self._constant}] if self._constant else []
        reward += [{"times": text, "sparse": rows} for text, rows in self._factors.items()]
        several = len(self._trees) > 1
        return Game.build(
            name=name,
            description=f"From OpenSpiel: {len(self._kinds)} layers of nodes, rewards by formulas, "
            f"compared at {points} laws at each mean-field layer, largest difference "
            f"{difference:.1e}.",
            stages=self.stages,
            available=[rule for t in range(self.stages) for rule in self._available(t)],
            reward=reward,
            transition=[{"sparse": self._moves()}] if self.stages > 1 else (),
            **(self._populations() if several else self._one()),
        )

    def mass(self, p: int, s: int) -> str:
        """The mass of a place, out of all followers."""
        return f'mu["{s}"]' if len(self._trees) == 1 else f"mu[p{p}.s{s}]"

    def place(self, p: int, s: int) -> int:
        """The state of the place of a population."""
        return sum(self._widths[:p]) + s

    def action(self, p: int, a: int) -> int:
        """The action of a population."""
        return p * self._actions + a

    def _one(self) -> dict[str, Any]:
        return {
            "states": [str(s) for s in range(self._widths[0])],
            "actions": [str(a) for a in range(self._actions)],
            "initial": {"0": 1},
        }

    def _populations(self) -> dict[str, Any]:
        share = Fraction(1, len(self._trees))
        return {
            "populations": [
                {
                    "name": f"p{p}",
                    "mass": share,
                    "states": [f"s{s}" for s in range(width)],
                    "actions": [f"a{a}" for a in range(self._actions)],
                    "initial": "s0",
                }
                for p, width in enumerate(self._widths)
            ]
        }

    def _available(self, t: int) -> list[dict[str, Any]]:
        if len(self._trees) == 1:
            return availability(list(self._trees[0][t].values()), t, self._widths[0])
        return [
            {"population": f"p{p}", **rule}
            for p, (tree, width) in enumerate(zip(self._trees, self._widths))
            for rule in availability(list(tree[t].values()), t, width, ("s", "a"))
        ]

    def _earn(self, rows: list[list[Any]], t: int, p: int, s: int, node: Any, number: Any) -> None:
        place = self.place(p, s)
        rows += [[t, place, self.action(p, a), number] for a in open_actions(node)]

    def _without_masses(self, t: int) -> None:
        """Rewards of a layer that no law has changed, as the library computes them."""
        for p, tree in enumerate(self._trees):
            for s, node in enumerate(tree[t].values()):
                if kind_of(node) == "chance":
                    continue
                number = simplest(float(node.rewards()[p]), False)
                if number:
                    self._earn(self._constant, t, p, s, node, number)

    def _after_mean_field(self, t: int, block: Block) -> None:
        position = [{name: s for s, name in enumerate(tree[t])} for tree in self._trees]
        followers = [self._children(p, t) for p in range(len(self._trees))]
        masses = {
            name: self.mass(p, position[p][child])
            for p, own in enumerate(followers)
            for name, child in own.items()
        }
        count = len(self._trees)
        for p, tree in enumerate(self._trees):
            for name, child in followers[p].items():
                term: Term = block.terms[p][name]
                node, s = tree[t][child], position[p][child]
                if term.constant:
                    self._earn(self._constant, t, p, s, node, term.constant)
                for other, number in term.linear.items():
                    # Places that nobody can reach by then have no mass.
                    if other in masses:
                        rows = self._factors.setdefault(masses[other], [])
                        self._earn(rows, t, p, s, node, count * number)
                if self._formula.coefficient:
                    rows = self._factors.setdefault(self._logarithm(masses[name], count), [])
                    self._earn(rows, t, p, s, node, -self._formula.coefficient)

    def _logarithm(self, mass: str, count: int) -> str:
        scale = count * self._formula.scale
        return f"log({mass if scale == 1 else f'{scale} * {mass}'} + {self._formula.shift})"

    def _children(self, p: int, t: int) -> dict[str, str]:
        """Mean-field nodes of the layer before, and the decision nodes that they become."""
        found = {}
        for name, node in self._trees[p][t - 1].items():
            (child,) = children_of(node, lambda name: 0.0)
            found[name] = name_of(child)
        if len(set(found.values())) < len(found):
            raise ConversionError(f"layer {t}: several mean-field nodes become one")
        return found

    def _moves(self) -> list[list[Any]]:
        rows: list[list[Any]] = []
        for p, (tree, width) in enumerate(zip(self._trees, self._widths)):
            for t in range(self.stages - 1):
                position = {name: s for s, name in enumerate(tree[t + 1])}
                for s, node in enumerate(tree[t].values()):
                    for a, to, number in _leaving(node, position, f"layer {t}"):
                        place, action = self.place(p, s), self.action(p, a)
                        rows.append([t, place, action, self.place(p, to), number])
                rows += [
                    [t, self.place(p, s), self.action(p, 0), self.place(p, 0), 1]
                    for s in range(len(tree[t]), width)
                ]
        return rows


def _leaving(
    node: Any, position: Mapping[str, int], where: str
) -> list[tuple[int, int, Fraction | int]]:
    """Actions of a node with the places that they lead to and probabilities."""
    if is_decision(node):
        return [(int(a), position[name_of(node.child(a))], 1) for a in node.legal_actions()]
    if kind_of(node) != "chance":
        (child,) = children_of(node, lambda name: 0.0)
        return [(0, position[name_of(child)], 1)]
    row: dict[int, Fraction] = {}
    for outcome, probability in node.chance_outcomes():
        to = position[name_of(node.child(outcome))]
        row[to] = row.get(to, Fraction(0)) + simplest(float(probability), False)
    total = sum(row.values(), Fraction(0))
    if abs(total - 1) > _ROUNDING:
        raise ConversionError(
            f"{where}: the chances of the node {name_of(node)!r} sum to {float(total)!r}, "
            f"expected 1"
        )
    return [(0, to, number / total) for to, number in row.items() if number]

"""Mean-field games and tabular policies of OpenSpiel.

    import pyspiel, smfg, smfg.openspiel
    import open_spiel.python.mfg.games.normal_form_game
    options = {"reward_function": "biased_indirect_rps", "num_actions": 3}
    converted = smfg.openspiel.convert(pyspiel.load_game("mean_field_nfg", options))
    print(converted.game.range(of=converted.mass("0")))             # 15/71 to 15/71
    judged = converted.game.verify(converted.policy(some_tabular_policy))
    print(smfg.openspiel.judge(any_game, some_policy).exploitability)

OpenSpiel unfolds a game into nodes: decisions, chance, and mean-field nodes at which the law over
the nodes of that layer is registered. Every layer becomes a stage, every node of a layer a state;
where nobody decides there is one action. Rewards and chances of the layers after a mean-field node
depend on its law, and have to be polynomials of degree at most two in it. So the reward may depend
on the last action, which is part of the node.

Nothing of OpenSpiel is imported here but its constants, where a game is given.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._crowds import Crowd, crowd, refusal
from ._errors import ConversionError
from ._game import Game
from ._interpolate import Polynomial, interpolate
from ._nodes import availability, children_of, is_decision, kind_of, name_of, open_actions
from ._nodes_judged import judge
from ._openspiel_crowds import Crowds

__all__ = ["Converted", "convert", "judge"]

#: Most nodes in all layers together.
_MOST_NODES = 200_000
_JUDGED = "smfg.openspiel.judge(game, policy) judges policies of it"


@dataclass(frozen=True)
class Place:
    """Where a node stands in the converted game."""

    node: Any
    state: int
    #: The first action of its population.
    action: int
    #: The formula for its mass, without a stage.
    mass: str


@dataclass(frozen=True)
class Playable:
    """A policy with the method that OpenSpiel's evaluations call."""

    _rows: Mapping[str, Mapping[int, float]]

    def action_probabilities(self, state: Any, player_id: Any = None) -> dict[int, float]:
        """Probabilities by action at a node where a follower decides."""
        return dict(self._rows[name_of(state)])


@dataclass(frozen=True)
class Converted:
    """A game of OpenSpiel as one of this package.

    ``layers[stage]`` lists the nodes of a stage by the strings that OpenSpiel gives them, of all
    populations one after the other. With one population the state of a node is its position there;
    with several, populations are called ``p0``, ``p1``, ... and their states ``s0``, ``s1``, ...
    """

    game: Game
    layers: tuple[tuple[str, ...], ...]
    _places: tuple[tuple[Place, ...], ...]

    def mass(self, node: str, stage: int | None = None) -> str:
        """The expression for the mass in a node, by its string: a share of all followers.

        Raises
        ------
        KeyError
            When no node is called so, or nodes of several stages are and ``stage`` does not say
            which.
        """
        found = [t for t, layer in enumerate(self.layers) if node in layer and stage in (None, t)]
        if len(found) != 1:
            raise KeyError(f"{node!r} is a node of the stages {found}, expected one stage")
        t = found[0]
        return f"{self._places[t][self.layers[t].index(node)].mass}@{t}"

    def policy(self, policy: Any) -> NDArray[np.float64]:
        """A policy of OpenSpiel (anything with ``action_probabilities(state)``) as an array
        ``[stage][state][action]``.
        """
        array = np.zeros(self.game.shape)
        open_to = self.game.available()
        for t, layer in enumerate(self._places):
            array[t][np.arange(array.shape[1]), open_to[t].argmax(axis=1)] = 1.0
            for place in layer:
                if not is_decision(place.node):
                    continue
                array[t, place.state] = 0.0
                for action, probability in policy.action_probabilities(place.node).items():
                    array[t, place.state, place.action + action] = probability
        return array

    def playable(self, policy: Any) -> Playable:
        """An array ``[stage][state][action]`` as a policy that OpenSpiel's functions take."""
        array = np.asarray(policy, dtype=np.float64)
        if array.shape != self.game.shape:
            raise ConversionError(
                f"the policy has the shape {array.shape}, expected {self.game.shape} for "
                f"[stage][state][action]"
            )
        rows: dict[str, dict[int, float]] = {}
        for t, layer in enumerate(self._places):
            for place in layer:
                if is_decision(place.node):
                    rows[name_of(place.node)] = {
                        a: float(array[t, place.state, place.action + a])
                        for a in open_actions(place.node)
                    }
        return Playable(rows)


def convert(game: Any, *, points: int = 20, seed: int = 0) -> Converted:
    """The game of this package that a mean-field game of OpenSpiel is.

    Rewards of the crowd games (one and two dimensions, garnet, periodic aversion, predator and
    prey, crowd avoidance) are known as formulas, logarithms included, for all populations; they are
    compared with the game at random laws, to 1e-12. Rewards and chances of other games are
    polynomials, found and compared as by :func:`smfg.mfglib.convert`.

    Nodes with the same string are one node, as OpenSpiel's own evaluations have it: where a reward
    depends on what the string does not tell (the last move, in the crowd games), it is that of the
    first such node.

    Raises
    ------
    ConversionError
        For other games with several populations, and for rewards or chances that are no polynomials
        of degree at most two in the law of the population. :func:`judge` takes all of them.
    """
    jumps = refusal(game)
    if jumps:
        raise ConversionError(f"{jumps}; {_JUDGED}")
    roots = list(game.new_initial_states())
    formula = crowd(game)
    if formula is not None:
        return _with_formulas(game, formula, [_layers([root]) for root in roots], points, seed)
    if len(roots) != 1:
        raise ConversionError(f"the game has {len(roots)} populations, expected one; {_JUDGED}")
    layers = _layers(roots)
    nodes = tuple(tuple(layer.values()) for layer in layers)
    names = tuple(tuple(layer) for layer in layers)
    width, actions = max(map(len, layers)), int(game.num_distinct_actions())
    places = {name: (t, s) for t, layer in enumerate(names) for s, name in enumerate(layer)}
    rewards: dict[str | None, list[list[Any]]] = {}
    chances: dict[str | None, list[list[Any]]] = {}
    available = []
    for start, end in _blocks(nodes):
        table = _Block(nodes, names, start, end)
        found = table.interpolate(points, seed)
        for factor, numbers in _terms(found, table, places):
            for key, number in table.rewards(numbers):
                t, s = key
                rewards.setdefault(factor, []).extend(
                    [t, s, a, number] for a in open_actions(nodes[t][s])
                )
            chances.setdefault(factor, []).extend(
                table.chances(numbers, None if factor else table.varying(found))
            )
    stages = 1 + max([t for entries in rewards.values() for t, *_ in entries], default=0)
    for t in range(stages):
        available += availability(nodes[t], t, width)
    constant = chances.setdefault(None, [])
    for t in range(stages - 1):
        constant += _moves(nodes[t], t, names[t + 1])
        constant += [[t, s, 0, 0, 1] for s in range(len(nodes[t]), width)]
    converted = Game.build(
        name=str(game),
        description=f"From OpenSpiel: {len(layers)} layers of nodes, compared at {points} laws at "
        "each mean-field layer.",
        stages=stages,
        states=[str(s) for s in range(width)],
        actions=[str(a) for a in range(actions)],
        initial={"0": 1},
        available=available,
        reward=[_part(factor, entries) for factor, entries in rewards.items() if entries],
        transition=(
            [
                _part(factor, [e for e in entries if e[0] < stages - 1])
                for factor, entries in chances.items()
            ]
            if stages > 1
            else ()
        ),
    )
    return Converted(converted, names[:stages], tuple(map(_numbered, nodes[:stages])))


def _numbered(layer: tuple[Any, ...]) -> tuple[Place, ...]:
    return tuple(Place(node, s, 0, f'mu["{s}"]') for s, node in enumerate(layer))


def _with_formulas(
    game: Any, formula: Crowd, trees: list[list[dict[str, Any]]], points: int, seed: int
) -> Converted:
    tables = Crowds(formula, trees, int(game.num_distinct_actions()))
    converted = tables.build(str(game), points, seed)
    places = tuple(
        tuple(
            Place(node, tables.place(p, s), tables.action(p, 0), tables.mass(p, s))
            for p, tree in enumerate(trees)
            for s, node in enumerate(tree[t].values())
        )
        for t in range(tables.stages)
    )
    layers = tuple(tuple(name for tree in trees for name in tree[t]) for t in range(tables.stages))
    return Converted(converted, layers, places)


def _part(factor: str | None, entries: list[list[Any]]) -> dict[str, Any]:
    return {"sparse": entries} if factor is None else {"times": factor, "sparse": entries}


def _layer_after(layer: Mapping[str, Any], law: Callable[[str], float]) -> dict[str, Any]:
    following: dict[str, Any] = {}
    for node in layer.values():
        for child in children_of(node, law):
            following.setdefault(name_of(child), child)
    return following


def _layers(roots: list[Any]) -> list[dict[str, Any]]:
    """Nodes layer by layer, with uniform laws; all nodes of a layer are of one kind."""
    layers = [{name_of(root): root for root in roots}]
    count = 1
    while layers[-1]:
        layer = layers[-1]
        kinds = {kind_of(node) for node in layer.values()}
        if len(kinds) > 1:
            raise ConversionError(
                f"layer {len(layers) - 1} has nodes of several kinds, {', '.join(sorted(kinds))}, "
                f"expected one"
            )
        if kinds == {"terminal"}:
            break
        layers.append(_layer_after(layer, _uniform(layer)))
        count += len(layers[-1])
        if count > _MOST_NODES:
            raise ConversionError(f"the game has more than {_MOST_NODES} nodes")
    return layers


def _uniform(layer: Mapping[str, Any]) -> Callable[[str], float]:
    share = 1.0 / len(layer)
    return lambda name: share if name in layer else 0.0


def _blocks(nodes: tuple[tuple[Any, ...], ...]) -> list[tuple[int, int]]:
    """Layers ``[start, end)`` with the same law: the first begins at 0, each other after a
    mean-field layer and with the next one still in it.
    """
    starts = [0, *(t + 1 for t, layer in enumerate(nodes) if kind_of(layer[0]) == "mean field")]
    return [(start, end) for start, end in zip(starts, [*starts[1:], len(nodes)]) if start < end]


class _Block:
    """Rewards and chances of some layers as a function of the law at the mean-field layer before
    them.
    """

    def __init__(
        self,
        nodes: tuple[tuple[Any, ...], ...],
        names: tuple[tuple[str, ...], ...],
        start: int,
        end: int,
    ) -> None:
        self.start, self.end = start, end
        self._before = dict(zip(names[start - 1], nodes[start - 1])) if start else {}
        self._first = dict(zip(names[start], nodes[start]))
        self._position = [{name: s for s, name in enumerate(layer)} for layer in names]
        self.support = list(
            dict.fromkeys(
                name for node in self._before.values() for name in node.distribution_support()
            )
        )
        self._names = names
        self._reward_keys = [
            (t, s)
            for t in range(start, end)
            for s in range(len(nodes[t]))
            if kind_of(nodes[t][s]) != "chance"
        ]
        self._chance_keys = [
            (t, s, self._position[t + 1][name_of(node.child(outcome))])
            for t in range(start, end)
            for s, node in enumerate(nodes[t])
            if kind_of(node) == "chance"
            for outcome, _ in node.chance_outcomes()
        ]
        self._chance_keys = list(dict.fromkeys(self._chance_keys))
        self._what = f"layers {start} to {end - 1}"

    def interpolate(self, points: int, seed: int) -> Polynomial:
        if not self.support:
            return interpolate(
                lambda law: (self._at(law), False), 1, self._what, points=2, seed=seed
            )
        return interpolate(
            lambda law: (self._at(law), False),
            len(self.support),
            self._what,
            label=self.label,
            points=points,
            seed=seed,
        )

    def _at(self, law: NDArray[np.float64]) -> NDArray[np.float64]:
        mass = dict(zip(self.support, law.tolist()))
        layer = (
            _layer_after(self._before, lambda name: mass[name])
            if self._before
            else dict(self._first)
        )
        rewards: dict[tuple[int, int], float] = {}
        chances: dict[tuple[int, int, int], float] = {}
        for t in range(self.start, self.end):
            for name, node in layer.items():
                s = self._position[t].get(name)
                if s is None:
                    raise ConversionError(
                        f"{self._what}: the node {name!r} appears with some laws only"
                    )
                if kind_of(node) == "chance":
                    for outcome, probability in node.chance_outcomes():
                        key = (t, s, self._position[t + 1][name_of(node.child(outcome))])
                        chances[key] = chances.get(key, 0.0) + float(probability)
                else:
                    rewards[t, s] = float(node.rewards()[0])
            if t + 1 < self.end:
                layer = _layer_after(layer, lambda name: 0.0)
        unknown = [key for key in chances if key not in set(self._chance_keys)]
        if unknown:
            raise ConversionError(f"{self._what}: outcomes of chance appear with some laws only")
        return np.array(
            [
                *(rewards.get(key, 0.0) for key in self._reward_keys),
                *(chances.get(key, 0.0) for key in self._chance_keys),
            ]
        )

    def rewards(self, numbers: Mapping[int, Fraction]) -> list[tuple[tuple[int, int], Fraction]]:
        return [
            (self._reward_keys[i], number)
            for i, number in numbers.items()
            if i < len(self._reward_keys)
        ]

    def varying(self, found: Polynomial) -> set[tuple[int, int]]:
        """Chance nodes whose outcomes depend on the law."""
        first = len(self._reward_keys)
        entries = {
            i
            for numbers in (*found.linear.values(), *found.quadratic.values())
            for i in numbers
            if i >= first
        }
        return {self._chance_keys[i - first][:2] for i in entries}

    def chances(
        self, numbers: Mapping[int, Fraction], varying: set[tuple[int, int]] | None
    ) -> list[list[Any]]:
        """Entries ``[stage, state, 0, next state, number]``; rows other than ``varying`` are
        divided by their sums, unless that is ``None``.
        """
        first = len(self._reward_keys)
        entries = [
            (self._chance_keys[i - first], number) for i, number in numbers.items() if i >= first
        ]
        sums: dict[tuple[int, int], Fraction] = {}
        if varying is not None:
            for (t, s, _), number in entries:
                if (t, s) not in varying:
                    sums[t, s] = sums.get((t, s), Fraction(0)) + number
        for (t, s), total in sums.items():
            if abs(total - 1) > Fraction(1, 100_000):
                raise ConversionError(
                    f"layer {t}: the chances of the node {self._names[t][s]!r} sum to "
                    f"{float(total)!r}, expected 1"
                )
        return [
            [t, s, 0, to, number / sums.get((t, s), Fraction(1))] for (t, s, to), number in entries
        ]

    def label(self, entry: int) -> str:
        """What an entry of the function is, for messages."""
        first = len(self._reward_keys)
        if entry < first:
            t, s = self._reward_keys[entry]
            return f"the reward of the node {self._names[t][s]!r}"
        t, s, to = self._chance_keys[entry - first]
        return f"the chance to go from {self._names[t][s]!r} to {self._names[t + 1][to]!r}"


def _terms(
    found: Polynomial, table: _Block, places: Mapping[str, tuple[int, int]]
) -> list[tuple[str | None, Mapping[int, Fraction]]]:
    """Factors and their numbers; the mass of a name that is no node is 0."""

    def mass(v: int) -> str | None:
        if table.support[v] not in places:
            return None
        t, s = places[table.support[v]]
        return f'mu["{s}"]@{t}'

    terms: list[tuple[str | None, Mapping[int, Fraction]]] = [(None, found.constant)]
    terms += [(factor, numbers) for v, numbers in found.linear.items() if (factor := mass(v))]
    for (v, w), numbers in found.quadratic.items():
        one, other = mass(v), mass(w)
        if one and other:
            terms.append((f"{one} * {other}", numbers))
    return terms


def _moves(layer: tuple[Any, ...], t: int, following: tuple[str, ...]) -> list[list[Any]]:
    """Moves that are certain: after decisions and mean-field nodes."""
    position = {name: s for s, name in enumerate(following)}
    entries = []
    for s, node in enumerate(layer):
        if is_decision(node):
            entries += [
                [t, s, int(a), position[name_of(node.child(a))], 1] for a in node.legal_actions()
            ]
        elif kind_of(node) == "mean field":
            (child,) = children_of(node, lambda name: 1.0 / len(layer))
            entries.append([t, s, 0, position[name_of(child)], 1])
    return entries

"""Policies of OpenSpiel's mean-field games, judged at their own flow."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._errors import ConversionError
from ._judge import Frozen, Judgement, judgement
from ._nodes import availability, children_of, is_decision, kind_of, name_of, open_actions

#: Distance from 1 up to which a sum of probabilities is a matter of rounding.
_TOLERANCE = Fraction(1, 100_000)


def judge(game: Any, policy: Any) -> Judgement:
    """The exploitability of a policy in any mean-field game of OpenSpiel.

    The game is unfolded along the flow of the policy: at each mean-field node the law that the
    policy leads to is registered, and rewards and chances are what the game then says, logarithms
    and thresholds included. Several populations are followed side by side.

    Parameters
    ----------
    game
        A game of ``pyspiel``.
    policy
        Anything with ``action_probabilities(state)``.

    Returns
    -------
    Judgement
        With one population ``exploitability`` is what OpenSpiel calls ``nash_conv``; with several
        it is ``nash_conv`` divided by their number.

    Raises
    ------
    ConversionError
        For layers of nodes of several kinds.
    """
    trees = [_Tree(root, number) for number, root in enumerate(game.new_initial_states())]
    while not all(tree.ended for tree in trees):
        masses: dict[str, float] = {}
        for tree in trees:
            masses |= tree.masses
        for tree in trees:
            tree.follow(policy, masses)
    judged = [tree.frozen(int(game.num_distinct_actions())) for tree in trees]
    found = [frozen.evaluate({0: Fraction(1)}, play, rules) for frozen, play, rules in judged]
    called = [tree.flow(play) for tree, (_, play, _) in zip(trees, judged)]
    return judgement(found, called, max(frozen.changed for frozen, _, _ in judged))


class _Tree:
    """The layers of nodes of one population, with the masses that a policy leads to."""

    def __init__(self, root: Any, population: int) -> None:
        self._population = population
        self._layers: list[list[Any]] = [[root]]
        self._names: list[dict[str, int]] = [{name_of(root): 0}]
        #: By layer and place: probabilities of actions, and by action those of the next places.
        self._plays: list[list[dict[int, float]]] = []
        self._moves: list[list[dict[int, dict[int, float]]]] = []
        self._presence = [np.ones(1)]

    @property
    def ended(self) -> bool:
        """Whether nothing happens at the last layer."""
        return kind_of(self._layers[-1][0]) == "terminal"

    @property
    def masses(self) -> dict[str, float]:
        """The masses of the nodes of the last layer by their names."""
        return dict(zip(self._names[-1], self._presence[-1].tolist()))

    def follow(self, policy: Any, masses: Mapping[str, float]) -> None:
        """Unfolds one more layer; ``masses`` are those of all populations."""
        layer = self._layers[-1]
        kinds = {kind_of(node) for node in layer}
        if len(kinds) > 1:
            raise ConversionError(
                f"layer {len(self._layers) - 1} has nodes of several kinds, "
                f"{', '.join(sorted(kinds))}, expected one"
            )
        if kinds == {"terminal"}:
            return
        names: dict[str, int] = {}
        following: list[Any] = []
        moves: list[dict[int, dict[int, float]]] = []
        plays = [_play(policy, node) for node in layer]
        for node in layer:
            children = children_of(node, lambda name: masses.get(name, 0.0))
            places = []
            for child in children:
                name = name_of(child)
                if name not in names:
                    names[name] = len(following)
                    following.append(child)
                places.append(names[name])
            moves.append(_moves(node, places))
        self._plays.append(plays)
        self._moves.append(moves)
        self._presence.append(self._after(plays, moves, len(following)))
        self._layers.append(following)
        self._names.append(names)

    def _after(self, plays: Any, moves: Any, width: int) -> NDArray[np.float64]:
        presence = np.zeros(width)
        for mass, play, move in zip(self._presence[-1], plays, moves):
            for action, row in move.items():
                for place, probability in row.items():
                    presence[place] += mass * play.get(action, 0.0) * probability
        return presence

    def frozen(self, actions: int) -> tuple[Frozen, NDArray[np.float64], list[dict[str, Any]]]:
        """The numbers of all layers, the policy, and which actions there are."""
        stages, width = len(self._layers), max(map(len, self._layers))
        frozen = Frozen((stages, width, actions), _TOLERANCE)
        play = np.zeros((stages, width, actions))
        play[:, :, 0] = 1
        rules = []
        for t, layer in enumerate(self._layers):
            rewards = np.zeros((width, actions))
            for s, node in enumerate(layer):
                if kind_of(node) != "chance":
                    rewards[s, open_actions(node)] = float(node.rewards()[self._population])
                if is_decision(node):
                    play[t, s] = 0
                    for action, probability in self._plays[t][s].items():
                        play[t, s, action] = probability
            frozen.earn(t, rewards)
            rules += availability(layer, t, width, ("s", "a"))
            if t + 1 < stages:
                nowhere = np.zeros(width)
                for s in range(width):
                    moves = self._moves[t][s] if s < len(layer) else {0: {0: 1.0}}
                    for action, row in moves.items():
                        frozen.leave(t, s, action, row.items(), nowhere)
        return frozen, play, rules

    def flow(self, play: NDArray[np.float64]) -> NDArray[np.float64]:
        """The masses that the game was told, by layer, place and action."""
        presence = np.zeros(play.shape[:2])
        for t, layer in enumerate(self._presence):
            presence[t, : len(layer)] = layer
        masses: NDArray[np.float64] = presence[:, :, None] * play
        return masses


def _play(policy: Any, node: Any) -> dict[int, float]:
    if not is_decision(node):
        return {0: 1.0}
    shares = policy.action_probabilities(node).items()
    return {int(action): float(share) for action, share in shares}


def _moves(node: Any, places: list[int]) -> dict[int, dict[int, float]]:
    """By action, the probabilities of the places in the next layer."""
    if is_decision(node):
        return {int(a): {place: 1.0} for a, place in zip(node.legal_actions(), places)}
    if kind_of(node) != "chance":
        return {0: {places[0]: 1.0}}
    row: dict[int, float] = {}
    for (_, probability), place in zip(node.chance_outcomes(), places):
        row[place] = row.get(place, 0.0) + float(probability)
    return {0: row}

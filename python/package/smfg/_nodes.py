"""Nodes of OpenSpiel's mean-field games: what happens at them, and what comes after."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

#: The player whose string identifies a node, OpenSpiel's ``DEFAULT_PLAYER_ID``.
_PLAYER = 0


def kind_of(node: Any) -> str:
    """``decision``, ``chance``, ``mean field`` or ``terminal``."""
    if node.is_terminal():
        return "terminal"
    player = int(node.current_player())
    if player >= 0:
        return "decision"
    return "chance" if node.is_chance_node() else "mean field"


def is_decision(node: Any) -> bool:
    """Whether a follower chooses an action here."""
    return kind_of(node) == "decision"


def open_actions(node: Any) -> list[int]:
    """Actions of a node; the first alone where nobody decides."""
    return [int(action) for action in node.legal_actions()] if is_decision(node) else [0]


def name_of(node: Any) -> str:
    """The string by which OpenSpiel knows a node."""
    return str(node.observation_string(_PLAYER))


def children_of(node: Any, law: Callable[[str], float]) -> list[Any]:
    """The nodes after it; ``law`` gives the masses that a mean-field node asks for."""
    kind = kind_of(node)
    if kind == "decision":
        return [node.child(action) for action in node.legal_actions()]
    if kind == "chance":
        return [node.child(action) for action, _ in node.chance_outcomes()]
    if kind == "mean field":
        child = node.clone()
        child.update_distribution([law(name) for name in node.distribution_support()])
        return [child]
    return []


def availability(
    layer: Sequence[Any], t: int, width: int, prefixes: tuple[str, str] = ("", "")
) -> list[dict[str, Any]]:
    """Rules on the actions of a layer of ``width`` places; names are numbers behind prefixes."""
    state, action = prefixes
    alike: dict[tuple[int, ...], list[str]] = {}
    for s in range(width):
        actions = tuple(open_actions(layer[s])) if s < len(layer) else (0,)
        alike.setdefault(actions, []).append(f"{state}{s}")
    return [
        {"stage": t, "state": states, "actions": [f"{action}{a}" for a in actions]}
        for actions, states in alike.items()
    ]

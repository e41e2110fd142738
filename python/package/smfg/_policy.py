"""What people call a policy, in the form in which the native module takes it."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Union

import numpy as np

from ._errors import ArgumentError, ClaimError, shown
from ._numbers import text
from ._results import Equilibrium, Evaluation, Population, Vertex

if TYPE_CHECKING:
    from ._game import Game

#: An array ``[stage][state][action]``, or ``[state][action]`` for all stages; a mapping; a
#: callable; an answer; the path of a file.
PolicyLike = Union[
    "np.ndarray[Any, Any]",
    Sequence[Any],
    Mapping[Any, Any],
    Callable[[int, str], Any],
    Equilibrium,
    Evaluation,
    Vertex,
    str,
    "os.PathLike[str]",
]


#: Stage, state and action.
_AXES = 3
_EXPECTED = "expected the axes [stage][state][action]"


def submitted(game: Game, policy: Any, occupation: Any) -> dict[str, Any]:
    """A policy or an occupation measure in one of the three forms of the native module."""
    if (policy is None) == (occupation is None):
        raise ArgumentError("expected a policy or an occupation measure, and not both")
    kind, given = ("policy", policy) if occupation is None else ("occupation", occupation)
    nothing: dict[str, Any] = {"path": None, "npy": None, "json": None, "kind": kind}
    if isinstance(given, (str, os.PathLike)):
        if kind == "occupation":
            raise ArgumentError("a file says itself what it holds: expected it as policy")
        with open(given, "rb"):
            pass
        return nothing | {"path": os.fspath(given)}
    try:
        table = _table(game, given, kind)
        if not isinstance(table, np.ndarray):
            return nothing | {"json": json.dumps(_nested(table))}
    except ArgumentError as error:
        raise ClaimError(f"{kind}: {error}") from None
    file = io.BytesIO()
    np.save(file, table, allow_pickle=False)
    return nothing | {"npy": file.getvalue()}


def _table(game: Game, given: Any, kind: str) -> Any:
    """An array of numbers, or nested sequences of exact ones."""
    if isinstance(given, (Equilibrium, Vertex)):
        if given.policy is None:
            raise ArgumentError(
                "this equilibrium is known as a mixture of policies only, expected one with a "
                "policy"
            )
        return given.policy
    if isinstance(given, Evaluation):
        return given.policy() if kind == "policy" else given.flow()
    if isinstance(given, Mapping):
        if game.populations and set(given) == {own.name for own in game.populations}:
            return _by_population(game, given)
        return _mapped(game, given)
    if callable(given) and not hasattr(given, "__array__"):
        return [
            [_row(game, given(stage, state), (stage, state)) for state in game.states]
            for stage in range(game.stages)
        ]
    if hasattr(given, "detach"):  # a tensor of torch
        given = given.detach().cpu().numpy()
    if not isinstance(given, Sequence):
        array = np.asarray(given)
        if array.dtype.kind != "O":
            return _every_stage(game, array.astype(np.int8) if array.dtype.kind == "b" else array)
        given = array.tolist()
    return _stages(game, given)


def _by_population(game: Game, given: Mapping[Any, Any]) -> list[list[list[Any]]]:
    """A part per population: an array ``[stage][state][action]`` or ``[state][action]`` of its own
    states and actions, or a mapping from its states to its actions.
    """
    stages, _, width = game.shape
    rows: list[list[list[Any]]] = [[] for _ in range(stages)]
    before = 0
    for own in game.populations:
        part = given[own.name]
        where = f"population {shown(own.name)}"
        if isinstance(part, Mapping):
            _known(game, set(part), f"{where}: state", own.states)
            named = ((state, f"{where}, state {state}") for state in own.states)
            part = [_own_row(game, part.get(state), own, place) for state, place in named]
        array = np.asarray(part, dtype=object)
        sizes = (len(own.states), len(own.actions))
        if array.shape == sizes:
            array = np.broadcast_to(array, (stages, *sizes))
        if array.shape != (stages, *sizes):
            raise ArgumentError(
                f"{where}: found an array of shape {array.shape}, expected {(stages, *sizes)} for "
                f"[stage][state][action]"
            )
        after = width - before - sizes[1]
        for stage in range(stages):
            rows[stage] += [[0] * before + list(row) + [0] * after for row in array[stage]]
        before += sizes[1]
    return rows


def _own_row(game: Game, given: Any, own: Population, where: str) -> list[Any]:
    """An action of a population, or probabilities by action."""
    if given is None:
        raise ArgumentError(f"nothing is said of {where}")
    row = {given: 1} if isinstance(given, str) else given
    if not isinstance(row, Mapping):
        return list(row)
    _known(game, set(row), f"{where}: action", own.actions)
    return [row.get(action, 0) for action in own.actions]


def _every_stage(game: Game, array: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """``[state][action]`` for all stages."""
    return (
        np.broadcast_to(array, game.shape)
        if array.ndim == 2 and array.shape == game.shape[1:]
        else array
    )


def _stages(game: Game, given: Any) -> Any:
    """Nested sequences; two levels stand for all stages."""
    if (
        isinstance(given, Sequence)
        and not isinstance(given, str)
        and given
        and _depth(given) == 2
        and len(given) == game.shape[1]
    ):
        return [given] * game.stages
    return given


def _depth(given: Any) -> int:
    if isinstance(given, np.ndarray):
        return given.ndim
    depth = 0
    while isinstance(given, Sequence) and not isinstance(given, str) and len(given) > 0:
        given, depth = given[0], depth + 1
        if depth > _AXES:
            raise ArgumentError(f"found lists in {depth} levels or more, {_EXPECTED}")
    return depth


def _mapped(game: Game, given: Mapping[Any, Any]) -> list[list[list[Any]]]:
    """Rows by state for all stages, by stage and then state, or by pairs of both."""
    if given and all(isinstance(key, tuple) and len(key) == 2 for key in given):
        known = {(stage, state) for stage in range(game.stages) for state in game.states}
        _known(game, {key[1] for key in given}, "state", game.states)
        for key in given:
            if key not in known:
                raise ArgumentError(
                    f"found the stage {shown(key[0])}, expected 0 to {game.stages - 1}"
                )
        return [
            [_row(game, given.get((stage, state)), (stage, state)) for state in game.states]
            for stage in range(game.stages)
        ]
    if given and all(isinstance(key, (int, np.integer)) for key in given):
        strange = [key for key in given if not 0 <= key < game.stages]
        if strange:
            raise ArgumentError(f"found the stage {strange[0]}, expected 0 to {game.stages - 1}")
        missing = [stage for stage in range(game.stages) if stage not in given]
        if missing:
            raise ArgumentError(f"nothing is said of stage {missing[0]}")
        return [_of_states(game, given[stage], stage) for stage in range(game.stages)]
    return [_of_states(game, given, stage) for stage in range(game.stages)]


def _of_states(game: Game, given: Any, stage: int) -> list[list[Any]]:
    if not isinstance(given, Mapping):
        raise ArgumentError(
            f"stage {stage}: found {shown(given)}, expected a mapping from states to actions and "
            f"their "
            f"probabilities"
        )
    _known(game, set(given), "state", game.states)
    return [_row(game, given.get(state), (stage, state)) for state in game.states]


def _row(game: Game, given: Any, place: tuple[int, str]) -> list[Any]:
    """An action, probabilities by action, or probabilities of all actions in order."""
    stage, state = place
    where = f"stage {stage}, state {state}"
    if given is None:
        raise ArgumentError(f"nothing is said of {where}")
    if isinstance(given, str):
        given = {given: 1}
    if isinstance(given, Mapping):
        _known(game, set(given), f"{where}: action", game.actions)
        return [given.get(action, 0) for action in game.actions]
    row = list(np.asarray(given, dtype=object).ravel()) if hasattr(given, "__len__") else None
    if row is None or len(row) != len(game.actions):
        raise ArgumentError(
            f"{where}: found {shown(given)}, expected an action, a mapping from actions to "
            f"probabilities, or {len(game.actions)} probabilities"
        )
    return row


def _known(game: Game, names: set[Any], what: str, known: Sequence[str]) -> None:
    for name in sorted(names - set(known), key=repr):
        listed = ", ".join(known[:6]) + (", ..." if len(known) > 6 else "")
        raise ArgumentError(f"{what}: found {shown(name)}, expected one of {listed}")


def _nested(array: Any, depth: int = 0) -> Any:
    """Nested lists with exact texts."""
    if isinstance(array, np.ndarray) and array.ndim:
        array = array.tolist()
    if isinstance(array, Sequence) and not isinstance(array, str):
        if depth == _AXES:
            raise ArgumentError(f"found lists in more than {_AXES} levels, {_EXPECTED}")
        return [_nested(entry, depth + 1) for entry in array]
    return text(array)

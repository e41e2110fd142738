"""Policies of models that are known by arrays and functions only: judged at their own flow."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, Union

import numpy as np
from numpy.typing import NDArray

from ._answer import Answer
from ._errors import ArgumentError, ClaimError, shown
from ._exact import Exact
from ._game import Game
from ._numbers import Bounds, Number, exact
from ._results import Evaluation

#: A table, or a function of the stage and the masses ``[state][action]`` there.
TableLike = Union["NDArray[Any]", Sequence[Any], Callable[[int, "NDArray[np.float64]"], Any]]


@dataclass(frozen=True)
class Judgement(Answer):
    """What a policy is worth when all follow it, from :func:`smfg.judge`.

    Rewards and transitions are those at the flow of the policy; they stay what they are when one
    follower deviates, whose mass is zero. ``exploitability`` is ``follower_value`` (the best
    deviation) less ``follower_reward``, computed exactly from these numbers; with several
    populations all three are means over them. ``populations`` has an :class:`Evaluation` of each,
    with its policy and flow. ``assumptions`` says in sentences what the numbers rest on:
    ``normalised_by`` is the largest change that made rows of probabilities sum to 1, and
    ``flow_difference_approx`` the largest difference between a mass that functions were called
    with and the exact one.
    """

    exploitability: Bounds
    follower_value: Bounds
    follower_reward: Bounds
    assumptions: tuple[str, ...]
    normalised_by: Fraction
    flow_difference_approx: float
    populations: tuple[Evaluation, ...] = field(repr=False)


def judge(
    rewards: TableLike,
    transitions: TableLike,
    initial: Any,
    policy: Any,
    *,
    tolerance: Number = "1/1000000",
) -> Judgement:
    """The exploitability of a policy in a model that need not be a game of polynomials.

    Functions are called at the flow of the policy, stage by stage; whatever they compute,
    logarithms and thresholds included, is a number there. So every model can be judged, and none
    is solved: about other populations nothing is known.

    Parameters
    ----------
    rewards
        An array ``[stage][state][action]``, or ``[state][action]`` for all stages, or a function
        of the stage and the masses ``[state][action]`` there that returns ``[state][action]``.
    transitions
        The same with a last axis for the next state; those of the last stage are not needed.
    initial
        Masses of the states at stage 0.
    policy
        Conditional probabilities ``[stage][state][action]``.
    tolerance
        Rows of probabilities that sum to 1 up to this are divided by their sum, exactly.

    Raises
    ------
    ClaimError
        For arrays of other shapes, numbers that are not finite, and rows that are no
        probabilities; the message says where.

    Examples
    --------
    Two roads, of which the first costs the logarithm of its mass and the second 1/2:

    >>> import numpy as np
    >>> import smfg
    >>> rewards = lambda stage, masses: [[-np.log1p(masses[0, 0]), -0.5]]
    >>> judged = smfg.judge(rewards, [[[[1], [1]]]], [1], [[[0.75, 0.25]]])
    >>> print(f"{judged.exploitability:.6f}")
    0.044712
    """
    shares = _floats(policy, "policy")
    if shares.ndim != 3:
        raise ClaimError(f"policy: found the shape {shares.shape}, expected [stage][state][action]")
    stages, states, actions = shares.shape
    frozen = Frozen((stages, states, actions), exact(tolerance, "tolerance"))
    law = frozen.row(enumerate(initial), "initial")
    presence = np.array([float(law.get(state, 0)) for state in range(states)])
    played = []
    for t in range(stages):
        played.append(presence[:, None] * shares[t])
        frozen.earn(t, _at(rewards, t, played[-1], (states, actions), "rewards"))
        if t + 1 < stages:
            shape = (states, actions, states)
            rows = frozen.move(t, _at(transitions, t, played[-1], shape, "transitions"))
            presence = np.einsum("sa,san->n", played[-1], rows)
    called = [np.array(played)] if callable(rewards) or callable(transitions) else []
    return judgement([frozen.evaluate(law, policy)], called, frozen.changed)


class Frozen:
    """Rewards and transitions that do not react any more, entry by entry."""

    def __init__(self, sizes: tuple[int, int, int], tolerance: Fraction) -> None:
        self._sizes, self._tolerance = sizes, tolerance
        self._rewards: list[list[Any]] = []
        self._moves: list[list[Any]] = []
        #: Largest change that made rows sum to 1.
        self.changed = Fraction(0)

    def row(self, entries: Iterable[tuple[int, Any]], where: str) -> dict[int, Fraction]:
        """Probabilities by place, made to sum to 1."""
        row = {place: _number(value, where) for place, value in entries}
        total = sum(row.values(), Fraction(0))
        if min(row.values()) < -self._tolerance or abs(total - 1) > self._tolerance:
            raise ClaimError(
                f"{where}: found probabilities from {float(min(row.values()))!r} on that sum to "
                f"{float(total)!r}, expected none below 0 and the sum 1"
            )
        row = {place: value for place, value in row.items() if value > 0}
        total = sum(row.values(), Fraction(0))
        if total == 1:
            return row
        self.changed = max(self.changed, *(abs(value / total - value) for value in row.values()))
        return {place: value / total for place, value in row.items()}

    def earn(self, t: int, table: NDArray[Any]) -> None:
        """Rewards ``[state][action]`` of a stage."""
        for s, a in np.argwhere(table != 0).tolist():
            where = f"rewards, stage {t}, state {s}, action {a}"
            self._rewards.append([t, s, a, _number(table[s, a], where)])

    def move(self, t: int, table: NDArray[Any]) -> NDArray[np.float64]:
        """Probabilities ``[state][action][next state]`` of a stage, and what they are made of."""
        rows = np.zeros(table.shape)
        for s, a in np.ndindex(*table.shape[:2]):
            places = np.flatnonzero(table[s, a])
            entries = [(int(place), table[s, a, place]) for place in places] or [(0, 0)]
            rows[s, a] = self.leave(t, s, a, entries, rows[s, a])
        return rows

    def leave(
        self, t: int, s: int, a: int, entries: Iterable[tuple[int, Any]], into: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Where an action leads, in one state of a stage; also written ``into`` an array."""
        row = self.row(entries, f"transitions, stage {t}, state {s}, action {a}")
        self._moves += [[t, s, a, to, number] for to, number in row.items()]
        into[list(row)] = [float(number) for number in row.values()]
        return into

    def evaluate(
        self,
        law: Mapping[int, Fraction],
        policy: Any,
        available: Sequence[Mapping[str, Any]] = (),
    ) -> Evaluation:
        """A policy, of these numbers."""
        stages, states, actions = self._sizes
        game = Game.build(
            name="rewards and transitions at the flow of a policy",
            stages=stages,
            states=states,
            actions=actions,
            initial={f"s{state}": mass for state, mass in law.items()},
            available=available,
            reward=[{"sparse": self._rewards}] if self._rewards else (),
            transition=[{"sparse": self._moves}] if self._moves else (),
        )
        found = game.evaluate(policy, tolerance=self._tolerance)
        self.changed = max(self.changed, found.adjustment.largest)
        return found


def judgement(
    found: Sequence[Evaluation], called: Sequence[NDArray[np.float64]], changed: Fraction
) -> Judgement:
    """The means over populations, and what they rest on."""
    difference = max(
        (float(np.abs(one.flow_array() - masses).max()) for one, masses in zip(found, called)),
        default=0.0,
    )
    assumptions = ["One follower who deviates changes neither rewards nor transitions of others."]
    if len(found) > 1:
        assumptions.append(
            f"All {len(found)} populations count alike: numbers are means of theirs."
        )
    if called:
        assumptions.append(
            "Functions were called with masses in binary64, which differ from the exact ones by at "
            f"most {difference:.1e}; what they returned is taken as the binary numbers that it is."
        )
    if changed:
        assumptions.append(
            "Rows of probabilities were divided by their sums, which changed no entry by more than "
            f"{float(changed):.1e}."
        )

    def mean(name: str) -> Bounds:
        total: Bounds = sum((getattr(one, name) for one in found), Bounds(0))
        return total / len(found)

    return Judgement(
        exploitability=mean("exploitability"),
        follower_value=mean("follower_value"),
        follower_reward=mean("follower_reward"),
        assumptions=tuple(assumptions),
        normalised_by=Exact(changed),
        flow_difference_approx=difference,
        populations=tuple(found),
    )


def _number(value: Any, where: str) -> Fraction:
    try:
        return exact(value, where)
    except ArgumentError as error:
        raise ClaimError(str(error)) from None


def _floats(table: Any, what: str) -> NDArray[np.float64]:
    """An array in binary64, of numbers of any kind."""
    array = _plain(table, what)
    if array.dtype.kind in "fiub":
        return array.astype(np.float64)
    try:
        numbers = [float(exact(entry, what)) for entry in array.ravel().tolist()]
        return np.array(numbers).reshape(array.shape)
    except ArgumentError as error:
        raise ClaimError(str(error)) from None


def _plain(table: Any, what: str) -> NDArray[Any]:
    """An array of what was given: numbers of lists stay texts and fractions."""
    table = table.detach().cpu().numpy() if hasattr(table, "detach") else table
    try:
        return table if isinstance(table, np.ndarray) else np.asarray(table, dtype=object)
    except ValueError as error:
        raise ClaimError(f"{what}: found lists that are no array: {error}") from None


def _at(
    table: TableLike, t: int, masses: NDArray[np.float64], shape: tuple[int, ...], what: str
) -> NDArray[Any]:
    """A table at one stage, its numbers as they are."""
    if callable(table):
        found = _plain(table(t, masses.copy()), what)
    else:
        found = _plain(table, what)
        if found.ndim == len(shape) + 1 and t < len(found):
            found = found[t]
    if found.shape != shape:
        raise ClaimError(
            f"{what}, stage {t}: found the shape {shown(found.shape)}, expected {shape}"
        )
    return found

"""Games and policies of MFGLib.

    import mfglib.env, smfg, smfg.mfglib
    env = mfglib.env.Environment.left_right()
    game = smfg.mfglib.convert(env)
    print(smfg.range(game, of='mu["1"]@1'))          # 2/3 to 2/3

MFGLib gives rewards and transition probabilities as functions of the mean field ``L``, the law of a
state and an action at the same time. Where these are polynomials of degree at most two, the game is
one of this package, with ``T + 1`` stages: MFGLib's ``T`` is the last time at which followers act.
Policies ``[time][state][action]`` of its solvers are then policies of the game as they are;
:func:`policy` flattens states or actions of several dimensions.

Nothing of MFGLib is imported here: an environment is anything with its attributes ``T``, ``S``,
``A``, ``mu0`` and functions ``reward``, ``prob``.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from contextlib import contextmanager
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._convert import Population, parts
from ._errors import ConversionError
from ._game import Game
from ._interpolate import Function, interpolate, simplest
from ._judge import Judgement
from ._judge import judge as judge_frozen

__all__ = ["convert", "judge", "policy"]


#: Distance from 1 up to which a sum of probabilities in single precision is a matter of rounding.
_PROBABILITIES = Fraction(1, 100_000)


def convert(
    environment: Any,
    *,
    name: str | None = None,
    states: Sequence[str] | None = None,
    actions: Sequence[str] | None = None,
    points: int = 20,
    seed: int = 0,
) -> Game:
    """The game of an environment whose rewards and transitions are polynomials of degree at most
    two in the mean field.

    The functions are called at all times with laws at corners and edges of the simplex, from which
    the polynomials follow, and with ``points`` random laws, at which they must agree with them.
    Agreement at points is evidence, no proof, that a function is a polynomial.

    Numbers come out of binary arithmetic. One that a fraction with a small denominator (300 in
    single precision, a million in double) rounds to is taken for this fraction, others for the
    binary number that they are; probabilities are divided by their sum. The comparison is made with
    the numbers that result.

    Parameters
    ----------
    environment
        An ``mfglib.env.Environment``.
    name
        Of the game.
    states, actions
        Their names, in row-major order; indices such as ``"3"`` or ``"0,2"`` when absent.
    points, seed
        Random laws at which the polynomials are compared.

    Raises
    ------
    ConversionError
        When a function is no polynomial (``log``, ``1/x``, ``round``), with a place and a law at
        which it differs.
    """
    shape_s, shape_a = tuple(environment.S), tuple(environment.A)
    states = _names(states, shape_s, "states")
    actions = _names(actions, shape_a, "actions")
    sizes = (len(states), len(actions))
    times = range(int(environment.T) + 1)
    rewards, transitions = [], []
    with _double_precision():
        for t in times:
            function = _function(
                environment.reward, t, shape_s + shape_a, sizes, lambda array: array
            )
            rewards.append(
                interpolate(
                    function,
                    sizes[0] * sizes[1],
                    f"the reward at t = {t}",
                    points=points,
                    seed=seed,
                )
            )
        for t in times[:-1]:
            # MFGLib's axes are the next state, the state, the action.
            function = _function(
                environment.prob,
                t,
                shape_s + shape_a,
                (sizes[0], *sizes),
                lambda array: np.moveaxis(array, 0, -1),
            )
            what = f"the transition at t = {t}"
            transitions.append(
                interpolate(
                    function, sizes[0] * sizes[1], what, laws=True, points=points, seed=seed
                )
            )
    population = Population(states, actions)
    difference = max(table.difference_approx for table in rewards + transitions)
    degree = max(table.degree for table in rewards + transitions)
    reward_parts, transition_parts = parts(rewards, population), (
        parts(transitions, population) if transitions else []
    )
    return Game.build(
        name=name or f"environment of MFGLib with {sizes[0]} states and {sizes[1]} actions",
        description=(
            f"Interpolated from an environment of MFGLib: degree {degree} in the mean field, "
            f"compared at {points} laws at each time, "
            f"largest difference {difference:.1e}."
        ),
        stages=len(times),
        states=list(states),
        actions=list(actions),
        initial=_law(environment.mu0),
        reward=reward_parts,
        transition=transition_parts,
        aggregates=population.aggregates,
    )


def judge(environment: Any, policy: Any) -> Judgement:
    """The exploitability of a policy in any environment, logarithms and thresholds included.

    Rewards and transitions are those that the environment computes at the flow of the policy, as
    :func:`smfg.judge` says. Where the environment computes in single precision, its numbers are
    those that are judged.

    Parameters
    ----------
    environment
        An ``mfglib.env.Environment``.
    policy
        A policy ``[time][state...][action...]``, as MFGLib's solvers return it.

    Raises
    ------
    ConversionError, ClaimError
        For arrays of other shapes, and rows that are no probabilities.
    """
    shape = (*environment.S, *environment.A)
    sizes = (int(np.prod(environment.S)), int(np.prod(environment.A)))

    def at(
        function: Any, flat: tuple[int, ...], order: Callable[[NDArray[Any]], NDArray[Any]]
    ) -> Callable[[int, NDArray[np.float64]], NDArray[np.float64]]:
        def call(t: int, masses: NDArray[np.float64]) -> NDArray[np.float64]:
            return _function(function, t, shape, flat, order)(masses)[0]

        return call

    with _double_precision():
        return judge_frozen(
            at(environment.reward, sizes, lambda array: array),
            at(environment.prob, (sizes[0], *sizes), lambda array: np.moveaxis(array, 0, -1)),
            _numpy(environment.mu0).ravel(),
            _flattened(environment, policy),
            tolerance=_PROBABILITIES,
        )


def policy(environment: Any, policy: Any) -> NDArray[Any]:
    """A policy ``[time][state...][action...]`` with one axis for states and one for actions, its
    numbers unchanged.

    Raises
    ------
    ConversionError
        For another shape.
    """
    return _flattened(environment, policy)


def _flattened(environment: Any, policy: Any) -> NDArray[Any]:
    array = _numpy(policy)
    expected = (int(environment.T) + 1, *environment.S, *environment.A)
    if array.shape != expected:
        raise ConversionError(
            f"the policy has the shape {array.shape}, expected {expected} for "
            f"[time][state...][action...]"
        )
    return array.reshape(expected[0], int(np.prod(environment.S)), int(np.prod(environment.A)))


def _names(given: Sequence[str] | None, shape: tuple[int, ...], what: str) -> list[str]:
    if given is None:
        return [",".join(map(str, index)) for index in itertools.product(*map(range, shape))]
    if len(given) != int(np.prod(shape)):
        raise ConversionError(f"{what}: found {len(given)} names, expected {int(np.prod(shape))}")
    return list(given)


def _numpy(value: Any) -> NDArray[Any]:
    return np.asarray(value.detach().cpu().numpy() if hasattr(value, "detach") else value)


@contextmanager
def _double_precision() -> Any:
    """Tensors that the functions make are double; those made before stay as they are. Without torch
    there is nothing to do.
    """
    try:
        import torch
    except ImportError:
        yield
        return
    before = torch.get_default_dtype()
    torch.set_default_dtype(torch.float64)
    try:
        with torch.no_grad():
            yield
    finally:
        torch.set_default_dtype(before)


def _tensor(law: NDArray[np.float64], double: bool) -> Any:
    array = law if double else law.astype(np.float32)
    try:
        import torch
    except ImportError:
        return array
    return torch.from_numpy(array.copy())


def _function(
    function: Callable[[int, Any], Any],
    t: int,
    shape: tuple[int, ...],
    flat: tuple[int, ...],
    order: Callable[[NDArray[Any]], NDArray[Any]],
) -> Function:
    """A function of MFGLib, of laws over pairs in one axis; in double precision where it takes
    that.
    """
    precision = [True, False]

    def call(law: NDArray[np.float64]) -> tuple[NDArray[np.float64], bool]:
        try:
            value = _numpy(function(t, _tensor(law.reshape(shape), precision[0])))
        except RuntimeError:
            # Tensors made in single precision before may refuse to meet double ones.
            if not precision[0]:
                raise
            precision[0] = False
            return call(law)
        if value.size != int(np.prod(flat)):
            raise ConversionError(
                f"t = {t}: the function gives an array of shape {value.shape}, expected "
                f"{int(np.prod(flat))} numbers"
            )
        single = value.dtype == np.float32
        return np.ascontiguousarray(order(value.reshape(flat)), dtype=np.float64), single

    return call


def _law(masses: Any) -> list[Fraction]:
    """The initial law, its numbers as those of rewards, over their sum."""
    array = _numpy(masses)
    single = array.dtype == np.float32
    law = [simplest(float(mass), single) for mass in array.ravel()]
    total = sum(law, Fraction(0))
    if min(law) < 0 or abs(total - 1) > Fraction(1, 100_000):
        raise ConversionError(
            f"mu0: expected a law, found the sum {float(total)!r} and the least mass "
            f"{float(min(law))!r}"
        )
    return [mass / total for mass in law]

"""Games and policies of MFGLib.

    import mfglib.env, smfg, smfg.mfglib
    env = mfglib.env.Environment.left_right()
    game = smfg.mfglib.convert(env)
    print(smfg.range(game, of='mu["1"]@1'))          # 2/3 to 2/3

MFGLib gives rewards and transition probabilities as functions of the mean field ``L``, the law of a
state and an action at the same time. Environments of the library are known as formulas, logarithms,
quotients and exponentials included; of others the functions are found where they are polynomials of
degree at most two. The game has ``T + 1`` stages: MFGLib's ``T`` is the last time at which
followers act. Policies ``[time][state][action]`` of its solvers are then policies of the game as
they are; :func:`policy` flattens states or actions of several dimensions, :func:`tensor` goes back.
Any policy of any environment is judged by :func:`judge`.

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

from ._convert import Part, Population, parts, parts_of_terms
from ._environments import known
from ._errors import ConversionError
from ._formula import Terms
from ._game import Game
from ._interpolate import Function, Polynomial, interpolate, random_law, simplest
from ._judge import Judgement
from ._judge import judge as judge_frozen

__all__ = ["convert", "judge", "policy", "tensor"]

#: Distance from 1 up to which a sum of probabilities in single precision is a matter of rounding.
_PROBABILITIES = Fraction(1, 100_000)
#: Agreement asked for between formulas and functions, in double and in single precision.
_AGREEMENT = {False: 1e-12, True: 1e-6}


def convert(
    environment: Any,
    *,
    name: str | None = None,
    states: Sequence[str] | None = None,
    actions: Sequence[str] | None = None,
    points: int = 20,
    seed: int = 0,
) -> Game:
    """The game of an environment.

    Environments of MFGLib whose rewards or transitions are no polynomials are known as formulas.
    They are compared with the functions of the environment at ``points`` random laws at each time,
    to 1e-12 relative to the largest value or 1; to 1e-6 where the library has numbers of single
    precision, which are then taken for the fractions that they mean.

    Other functions are called at all times with laws at corners and edges of the simplex, from
    which polynomials of degree at most two follow, and with ``points`` random laws, at which they
    must agree with them. Agreement at points is evidence, no proof, that a function is a
    polynomial.

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
        Random laws at which formulas and polynomials are compared.

    Raises
    ------
    ConversionError
        When a function that is not known is no polynomial (``log``, ``1/x``, ``round``), with a
        place and a law at which it differs; :func:`judge` takes these environments.
    """
    shape_s, shape_a = tuple(environment.S), tuple(environment.A)
    states = _names(states, shape_s, "states")
    actions = _names(actions, shape_a, "actions")
    sizes = (len(states), len(actions))
    stages = int(environment.T) + 1
    population = Population(states, actions)
    formulas = known(environment, population)
    rewards = _Table("the reward", environment.reward, shape_s + shape_a, sizes, points, seed)
    chances = _Table("the transition", environment.prob, shape_s + shape_a, sizes, points, seed)
    try:
        with _double_precision():
            if formulas.reason:
                chances.stay_at(formulas.corners, stages - 1)
            chances.find(formulas.transitions, stages - 1)
            rewards.find(formulas.rewards, stages)
    except ConversionError as error:
        reason = f"{formulas.reason}: " if formulas.reason else ""
        raise ConversionError(
            f"{reason}{error}; smfg.mfglib.judge(environment, policy) judges policies of it"
        ) from None
    difference = max(rewards.difference, chances.difference)
    return Game.build(
        name=name or f"environment of MFGLib with {sizes[0]} states and {sizes[1]} actions",
        description=(
            f"From an environment of MFGLib: rewards {rewards.words()}, transitions "
            f"{chances.words()}, compared at {points} laws at each time, largest difference "
            f"{difference:.1e}."
        ),
        stages=stages,
        states=list(states),
        actions=list(actions),
        initial=_law(environment.mu0),
        reward=rewards.parts(population),
        transition=chances.parts(population),
        aggregates=population.aggregates | formulas.aggregates,
    )


class _Table:
    """Rewards or transitions at all times."""

    def __init__(
        self,
        what: str,
        function: Callable[[int, Any], Any],
        shape: tuple[int, ...],
        sizes: tuple[int, int],
        points: int,
        seed: int,
    ) -> None:
        self._what, self._function, self._shape, self._sizes = what, function, shape, sizes
        self._points, self._seed = points, seed
        self._laws = what == "the transition"
        self._formulas: list[Terms] = []
        self._polynomials: list[Polynomial] = []
        #: Largest difference at the laws of comparison.
        self.difference = 0.0

    def find(self, formulas: list[Terms] | None, stages: int) -> None:
        """Compares formulas, or finds polynomials."""
        for t in range(stages):
            where = f"{self._what} at t = {t}"
            if formulas is not None:
                self.difference = max(self.difference, self._compare(formulas[t], t, where))
                self._formulas.append(formulas[t])
                continue
            found = interpolate(
                self._at(t),
                self._sizes[0] * self._sizes[1],
                where,
                laws=self._laws,
                points=self._points,
                seed=self._seed,
            )
            self.difference = max(self.difference, found.difference_approx)
            self._polynomials.append(found)

    def stay_at(self, corners: tuple[int, int], stages: int) -> None:
        """Refuses a function that differs where all are in one pair or in another."""
        for t in range(stages):
            rows = []
            for place in corners:
                law = np.zeros(self._sizes[0] * self._sizes[1])
                law[place] = 1.0
                rows.append(self._at(t)(law)[0])
            if not np.array_equal(rows[0], rows[1]):
                raise ConversionError(
                    f"{self._what} at t = {t} is not the same with everybody in one state or in "
                    f"another"
                )

    def _at(self, t: int) -> Function:
        if not self._laws:
            return _function(self._function, t, self._shape, self._sizes, lambda array: array)
        # MFGLib's axes are the next state, the state, the action.
        sizes = (self._sizes[0], *self._sizes)
        return _function(
            self._function, t, self._shape, sizes, lambda array: np.moveaxis(array, 0, -1)
        )

    def _compare(self, formulas: Terms, t: int, where: str) -> float:
        """The largest difference between formulas and the function."""
        random = np.random.default_rng(self._seed)
        function, worst = self._at(t), 0.0
        for kind in range(max(self._points, 1)):
            law = random_law(random, self._sizes[0] * self._sizes[1], kind)
            said, single = function(law)
            found = formulas.at(law)
            allowed = _AGREEMENT[single or self._single()] * max(1.0, float(np.abs(said).max()))
            apart = np.abs(said - found)
            place = np.unravel_index(int(np.argmax(apart)), apart.shape)
            worst = max(worst, float(apart[place]))
            if not apart[place] <= allowed:
                index = "".join(f"[{i}]" for i in place)
                raise ConversionError(
                    f"{where}: at {index}, at a random law, the environment says "
                    f"{float(said[place])!r}, the formula known of it {float(found[place])!r}"
                )
        return worst

    def _single(self) -> bool:
        """Whether the library made its numbers in single precision."""
        owner = getattr(self._function, "__self__", None)
        holders = [getattr(owner, name, None) for name in ("reward_fn", "transition_fn")]
        numbers = [
            value
            for holder in holders
            for given in vars(holder).values()
            for value in (given if isinstance(given, list) else [given])
        ]
        return any("float32" in str(getattr(value, "dtype", "")) for value in numbers)

    def words(self) -> str:
        """What was found, in words."""
        if self._formulas:
            return "by formulas"
        degree = max((found.degree for found in self._polynomials), default=0)
        return f"polynomials of degree {degree}"

    def parts(self, population: Population) -> list[Part]:
        """The parts of the table in a game file."""
        if self._formulas:
            return parts_of_terms(self._formulas)
        return parts(self._polynomials, population) if self._polynomials else []


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


def tensor(environment: Any, policy: Any) -> Any:
    """A policy ``[time][state][action]`` of the game in the shape of the environment, as MFGLib's
    functions take it: a tensor of torch where that is installed, else an array.

    Raises
    ------
    ConversionError
        For an array of another size.
    """
    shape = (int(environment.T) + 1, *environment.S, *environment.A)
    array = np.asarray(_numpy(policy), dtype=np.float64)
    if array.size != int(np.prod(shape)):
        raise ConversionError(f"the policy has the shape {array.shape}, expected {shape}")
    return _tensor(array.reshape(shape), double=_numpy(environment.mu0).dtype == np.float64)


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

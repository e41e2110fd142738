"""The questions: solve, range, equilibria, evaluate, verify, check."""

from __future__ import annotations

import io
import json
import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, Union

import numpy as np

from ._errors import ArgumentError, ClaimError
from ._numbers import Number, text
from ._results import Check, Equilibria, Evaluation, Progress, Range, Solution, Verification

if TYPE_CHECKING:
    from ._game import GameLike

#: A decision: its name, ``"a=1,b=1/2"``, or parameters with their values.
DecisionLike = Union[str, Mapping[str, Number]]
#: Called now and then, from the thread that asked; what it raises stops the search.
Callback = Callable[[Progress], object]


def _native(game: GameLike) -> Any:
    from ._game import as_game

    return as_game(game)._native


def _decision(decision: DecisionLike | None) -> dict[str, Any]:
    if decision is None or isinstance(decision, str):
        return {"decision": decision, "parameters": None}
    if not isinstance(decision, Mapping):
        raise ArgumentError(f"decision: found {decision!r}, expected a name or a mapping from parameters to numbers")
    return {"decision": None, "parameters": [(name, text(value, f"decision, {name}")) for name, value in decision.items()]}


def _search(
    epsilon: Number,
    gap: Number,
    decision: DecisionLike | None,
    time_limit: float | None,
    threads: int | None,
    precision: str | int,
    progress: Callback | None,
) -> dict[str, Any]:
    return _decision(decision) | {
        "epsilon": text(epsilon, "epsilon"),
        "gap": text(gap, "gap"),
        "time_limit": time_limit,
        "threads": threads,
        "precision": str(precision),
        "progress": _teller(progress),
    }


def _teller(progress: Callback | None) -> Callable[..., object] | None:
    return None if progress is None else lambda *state: progress(Progress(*state))


def solve(
    game: GameLike,
    *,
    epsilon: Number = 0,
    selection: Literal["pessimistic", "optimistic"] = "pessimistic",
    decision: DecisionLike | None = None,
    gap: Number = "1/1000000",
    time_limit: float | None = None,
    threads: int | None = None,
    precision: str | int = "auto",
    progress: Callback | None = None,
) -> Solution:
    """The certified value of a game: the best that the leader can guarantee.

    The interpreter's lock is released. Ctrl-C raises ``KeyboardInterrupt`` within a second; ``time_limit`` returns what is proved by then.

    Parameters
    ----------
    game
        A :class:`Game`, or the path of its file.
    epsilon
        Largest exploitability of the equilibria considered, at least 0.
    selection
        The worst (``pessimistic``) or the best (``optimistic``) equilibrium for the leader.
    decision
        Only this decision: a name, or parameters with their values.
    gap
        Accepted distance of the bounds, relative to max(1, |value|).
    time_limit
        Seconds for the search; reading the game and checking the certificate come on top.
    threads
        Threads that race decisions; all processors when absent.
    precision
        Arithmetic of the proofs: ``auto``, ``exact``, or fractional bits of outward rounding.
    progress
        Called now and then with a :class:`Progress`.

    Returns
    -------
    Solution
        ``value`` has exact bounds, which an independent exact checker accepted.

    Raises
    ------
    Error
        :class:`GameError`, :class:`DecisionError`, :class:`UnsupportedError`, :class:`ArgumentError`.

    Examples
    --------
    >>> import smfg
    >>> game = smfg.Game.build(
    ...     name="technology adoption", stages=1, states=["firm"], actions=["wait", "adopt"], initial="firm",
    ...     leader={"decisions": {"none": {"subsidy": 0}, "enough": {"subsidy": "13/20"}}},
    ...     reward=[{"action": "adopt", "value": "mu[*, adopt] - 1/2 + subsidy"}],
    ...     leader_payoff="(3/2 - subsidy) * mu[*, adopt]@0",
    ... )
    >>> answer = smfg.solve(game)
    >>> print(answer.value, answer.status, answer.decision.name)
    17/20 exact enough
    """
    options = _search(epsilon, gap, decision, time_limit, threads, precision, progress)
    return Solution._from(*_native(game).solve(selection=selection, **options))


def range(
    game: GameLike,
    *,
    of: str | None = None,
    decision: DecisionLike | None = None,
    epsilon: Number = 0,
    gap: Number = "1/1000000",
    time_limit: float | None = None,
    threads: int | None = None,
    precision: str | int = "auto",
    progress: Callback | None = None,
) -> Range:
    """Least and greatest leader's reward over the eps-equilibria of one decision, or those of any expression of the population.

    Parameters
    ----------
    game
        A :class:`Game`, or the path of its file.
    of
        An expression such as ``"mu[infected]@3"``; the leader's reward when absent.
    decision
        The decision; needed when there is more than one.
    epsilon, gap, time_limit, threads, precision, progress
        As for :func:`solve`.

    Raises
    ------
    Error
        As :func:`solve`, and :class:`ExpressionError`.

    Examples
    --------
    >>> import smfg
    >>> game = smfg.Game.build(name="indifference", stages=1, states=["one"], actions=["first", "second"], initial="one")
    >>> print(smfg.range(game, of="2 * mu[*, second]@0"))
    0 to 2
    """
    options = _search(epsilon, gap, decision, time_limit, threads, precision, progress)
    return Range._from(*_native(game).range(of=of, **options))


def equilibria(
    game: GameLike,
    *,
    decision: DecisionLike | None = None,
    time_limit: float | None = None,
    nodes: int | None = None,
    pairs: int | None = None,
) -> Equilibria:
    """All equilibria of one decision at eps = 0, for classes C0 and C1, as polytopes with their vertices.

    Parameters
    ----------
    game
        A :class:`Game`, or the path of its file.
    decision
        The decision, of a finite list; needed when there is more than one.
    time_limit
        Seconds; there is no partial answer.
    nodes, pairs
        Most nodes of the search, and most pairs of states and actions of the game.

    Raises
    ------
    UnsupportedError
        For other classes, and when a limit is too small.
    """
    return Equilibria._from(*_native(game).equilibria(**_decision(decision), time_limit=time_limit, nodes=nodes, pairs=pairs))


def check(game: GameLike, certificate: bytes | str | os.PathLike[str]) -> Check:
    """Exact verification of a certificate, with no solver in it.

    Parameters
    ----------
    game
        A :class:`Game`, or the path of its file.
    certificate
        Its bytes, as in :attr:`Solution.certificate`, or the path of a file.

    Returns
    -------
    Check
        True where it is valid.
    """
    if not isinstance(certificate, (bytes, bytearray, memoryview)):
        with open(certificate, "rb") as file:
            certificate = file.read()
    return Check._from(_native(game).check(bytes(certificate)))


def evaluate(
    game: GameLike,
    policy: Any = None,
    *,
    occupation: Any = None,
    decision: DecisionLike | None = None,
    tolerance: Number | None = None,
    horizon_convention: Literal["decisions", "last-index"] = "decisions",
    precision: str | int = "auto",
) -> Evaluation:
    """What a policy is worth when the whole population follows it: exploitability and rewards, exactly.

    Parameters
    ----------
    game
        A :class:`Game`, or the path of its file.
    policy
        Axes ``[stage][state][action]``, conditional probabilities: a numpy array or torch tensor, whose binary numbers are taken as they are, nested
        lists of exact numbers, or the path of an ``.npy``, ``.npz`` or claim file.
    occupation
        Masses with the same axes, in place of ``policy``.
    decision
        The leader's decision; needed when there is more than one.
    tolerance
        Rows that sum to 1 up to this, and negative entries up to this, are normalised exactly, and :attr:`Evaluation.adjustment` says by how much;
        1e-6 when absent. Beyond it they are an error.
    horizon_convention
        What the first axis counts: stages, or times up to a last index, which may be one more or one less (docs/model.md).
    precision
        ``exact``, fractional bits of outward rounding, or ``auto``: exact where the fractions stay short, else enclosures of relative width 1e-12.

    Raises
    ------
    ClaimError
        For whatever is no policy; the message says where and what was expected.
    DecisionError
        For a decision that is none of the game's.

    Examples
    --------
    >>> import smfg
    >>> game = smfg.Game.build(
    ...     name="crowded road", stages=1, states=["home"], actions=["bridge", "tunnel"], initial="home",
    ...     reward=[{"action": "bridge", "value": "-mu[*, bridge]"}, {"action": "tunnel", "value": "-1/2"}],
    ... )
    >>> print(smfg.evaluate(game, [[["3/4", "1/4"]]]).exploitability)
    3/16
    """
    submitted = _submitted(policy, occupation) | _options(decision, tolerance, horizon_convention, precision)
    return Evaluation._from(_native(game).evaluate(submitted | {"numbers": [], "epsilon": None}))


def verify(
    game: GameLike,
    policy: Any = None,
    *,
    occupation: Any = None,
    decision: DecisionLike | None = None,
    exploitability: Number | None = None,
    leader_reward: Number | None = None,
    follower_value: Number | None = None,
    follower_reward: Number | None = None,
    value: Number | None = None,
    epsilon: Number | Literal["actual"] | None = None,
    tolerance: Number | None = None,
    horizon_convention: Literal["decisions", "last-index"] = "decisions",
    precision: str | int = "auto",
    solve: bool = True,
    gap: Number = "1/1000000",
    time_limit: float | None = None,
    threads: int | None = None,
    progress: Callback | None = None,
) -> Verification:
    """What another solver says, against exact arithmetic and certified values.

    Parameters
    ----------
    game, policy, occupation, decision, tolerance, horizon_convention, precision
        As for :func:`evaluate`; ``policy`` may be the path of a claim file, whose numbers are then judged too.
    exploitability, leader_reward, follower_value, follower_reward, value
        Numbers that are claimed. The exploitability may be smaller than claimed; the others are to agree within the tolerance. ``value`` is the pessimistic value
        of the game.
    epsilon
        Of the equilibria that the play is compared with; ``"actual"`` for the exploitability that it is found to have. When absent, the claim's, or the claimed
        exploitability, or 0.
    solve
        Whether to certify the range of the decision and the value of the game, or to evaluate alone.
    gap, time_limit, threads, progress
        Of this search, as for :func:`solve`.

    Raises
    ------
    Error
        As :func:`evaluate` and :func:`solve`.

    Examples
    --------
    >>> import smfg
    >>> game = smfg.Game.build(
    ...     name="crowded road", stages=1, states=["home"], actions=["bridge", "tunnel"], initial="home",
    ...     reward=[{"action": "bridge", "value": "-mu[*, bridge]"}, {"action": "tunnel", "value": "-1/2"}],
    ... )
    >>> judged = smfg.verify(game, [[["3/4", "1/4"]]], exploitability=0)
    >>> print(judged.holds, judged.checks[0].actual, judged.equilibrium)
    False 3/16 False
    """
    claimed = {
        "exploitability": exploitability,
        "leader_reward": leader_reward,
        "follower_value": follower_value,
        "follower_reward": follower_reward,
        "value": value,
    }
    submitted = _submitted(policy, occupation) | _options(decision, tolerance, horizon_convention, precision)
    submitted["numbers"] = [(key, text(number, key)) for key, number in claimed.items() if number is not None]
    submitted["epsilon"] = None if epsilon is None or epsilon == "actual" else text(epsilon, "epsilon")
    if not solve:
        return Verification._from(_native(game).evaluate(submitted))
    search = {"actual": epsilon == "actual", "gap": text(gap, "gap"), "time_limit": time_limit, "threads": threads, "progress": _teller(progress)}
    return Verification._from(_native(game).verify(submitted, **search))


def _options(decision: DecisionLike | None, tolerance: Number | None, horizon: str, precision: str | int) -> dict[str, Any]:
    return _decision(decision) | {
        "tolerance": None if tolerance is None else text(tolerance, "tolerance"),
        "horizon": horizon,
        "precision": str(precision),
    }


def _submitted(policy: Any, occupation: Any) -> dict[str, Any]:
    """An array in one of the three forms in which the native module takes it."""
    if (policy is None) == (occupation is None):
        raise ArgumentError("expected a policy or an occupation measure, and not both")
    kind, array = ("policy", policy) if occupation is None else ("occupation", occupation)
    nothing: dict[str, Any] = {"path": None, "npy": None, "json": None, "kind": kind}
    if isinstance(array, (str, os.PathLike)):
        if kind == "occupation":
            raise ArgumentError("a file says itself what it holds: expected it as policy")
        with open(array, "rb"):
            pass
        return nothing | {"path": os.fspath(array)}
    if hasattr(array, "detach"):  # a tensor of torch
        array = array.detach().cpu().numpy()
    if isinstance(array, Sequence):
        try:
            return nothing | {"json": json.dumps(_nested(array))}
        except ArgumentError as error:
            raise ClaimError(f"{kind}: {error}") from None
    array = np.asarray(array)
    if array.dtype.kind == "O":
        return _submitted(array.tolist(), None) | {"kind": kind}
    file = io.BytesIO()
    np.save(file, array, allow_pickle=False)
    return nothing | {"npy": file.getvalue()}


def _nested(array: Any) -> Any:
    """Nested lists with exact texts."""
    if isinstance(array, np.ndarray):
        array = array.tolist()
    if isinstance(array, Sequence) and not isinstance(array, str):
        return [_nested(entry) for entry in array]
    return text(array)


__all__ = ["Callback", "DecisionLike", "check", "equilibria", "evaluate", "range", "solve", "verify"]

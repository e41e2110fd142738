"""The questions: solve, robust, range, equilibria, sweep, frontier, sensitivity, evaluate, verify, check.

The first argument of each is a game, so that they are methods of :class:`smfg.Game` as well.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, Union

from ._errors import ArgumentError
from ._numbers import Number, exact, text
from ._policy import PolicyLike, submitted
from ._results import (
    Check,
    Decision,
    Equilibria,
    Evaluation,
    Frontier,
    Progress,
    Range,
    RobustSolution,
    Sensitivity,
    Solution,
    Sweep,
    Verification,
)

if TYPE_CHECKING:
    from ._game import Game, GameLike

#: A decision: its name, ``"a=1,b=1/2"``, parameters with their values, or a decision of an answer.
DecisionLike = Union[str, Mapping[str, Number], "Decision"]
#: One epsilon, or the ends of an interval: a pair, or ``"0:1/4"``.
EpsilonLike = Union[Number, tuple[Number, Number]]
#: Called now and then, from the thread that asked; what it raises stops the search.
Callback = Callable[[Progress], object]
#: A certificate: its bytes, an answer that has one, or the path of a file.
CertificateLike = Union[bytes, str, "os.PathLike[str]", Solution, Range, Equilibria, Sweep, Frontier, Sensitivity, Verification]


def _game(game: GameLike) -> Game:
    from ._game import as_game

    return as_game(game)


def _decision(decision: DecisionLike | None) -> dict[str, Any]:
    if isinstance(decision, Decision):
        decision = dict(decision.parameters) or decision.name
    if decision is None or isinstance(decision, str):
        return {"decision": decision, "parameters": None}
    if not isinstance(decision, Mapping):
        raise ArgumentError(f"decision: found {decision!r}, expected a name or a mapping from parameters to numbers")
    return {"decision": None, "parameters": [(name, text(value, f"decision, {name}")) for name, value in decision.items()]}


def _count(value: Any, name: str, least: int = 1) -> Any:
    """A whole number, or ``None``."""
    if value is None:
        return None
    try:
        number = exact(value, name)
    except ArgumentError:
        number = None
    if isinstance(value, str) or number is None or number.denominator != 1 or number < least:
        raise ArgumentError(f"{name}: found {value!r}, expected a whole number, at least {least}")
    return int(number)


def _seconds(value: Any) -> float | None:
    if value is None:
        return None
    seconds = getattr(value, "total_seconds", None)
    value = seconds() if callable(seconds) else value
    try:
        number = float(exact(value, "time_limit")) if not isinstance(value, str) and value != float("inf") else value
    except (ArgumentError, TypeError):
        number = value
    if number == float("inf"):
        return None
    if not isinstance(number, float) or number < 0:
        raise ArgumentError(f"time_limit: found {value!r}, expected seconds, at least 0")
    return number


def _precision(value: Any) -> str:
    return str(value) if isinstance(value, str) else str(_count(value, "precision"))


def _search(
    epsilon: Number,
    gap: Number,
    decision: DecisionLike | None,
    time_limit: float | None,
    threads: int | None,
    precision: str | int,
) -> dict[str, Any]:
    return _decision(decision) | {
        "epsilon": text(epsilon, "epsilon"),
        "gap": text(gap, "gap"),
        "time_limit": _seconds(time_limit),
        "threads": _count(threads, "threads"),
        "precision": _precision(precision),
    }


def _ends(epsilon: EpsilonLike, name: str = "epsilon") -> tuple[Number, Number]:
    """An interval; one number is one that starts and ends there."""
    if isinstance(epsilon, str) and ":" in epsilon:
        start, _, end = epsilon.partition(":")
        return start, end
    if isinstance(epsilon, Sequence) and not isinstance(epsilon, str):
        if len(epsilon) != 2:
            raise ArgumentError(f"{name}: found {epsilon!r}, expected one number or a pair of them")
        return epsilon[0], epsilon[1]
    return epsilon, epsilon


def _interval(end: Number, points: int | None, width: Number, jump_precision: Number, most_points: int) -> dict[str, Any]:
    return {
        "to": text(end, "epsilon"),
        "points": _count(points, "points", 2),
        "width": text(width, "width"),
        "jump_precision": text(jump_precision, "jump_precision"),
        "most_points": _count(most_points, "most_points"),
    }


def _errors(reward_error: Number, transition_error: Number, leader_error: Number) -> dict[str, str]:
    return {
        "reward": text(reward_error, "reward_error"),
        "transition": text(transition_error, "transition_error"),
        "leader": text(leader_error, "leader_error"),
    }


def _teller(progress: Callback | None) -> Callable[..., object] | None:
    if progress is not None and not callable(progress):
        raise ArgumentError(f"progress: found {progress!r}, expected a function of one argument")
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
    question = _search(epsilon, gap, decision, time_limit, threads, precision)
    return Solution._from(*_game(game)._native.solve(question, str(selection), _teller(progress)))


def robust(
    game: GameLike,
    *,
    reward_error: Number = 0,
    transition_error: Number = 0,
    leader_error: Number = 0,
    epsilon: Number = 0,
    decision: DecisionLike | None = None,
    gap: Number = "1/1000000",
    time_limit: float | None = None,
    threads: int | None = None,
    precision: str | int = "auto",
    progress: Callback | None = None,
) -> RobustSolution:
    """The decision that guarantees most when the true game differs from this one by at most the stated errors.

    Parameters
    ----------
    game
        The model: a :class:`Game`, or the path of its file.
    reward_error
        The followers' true rewards differ by at most this, at every stage, state and action.
    transition_error
        The rows of the true transition probabilities differ by at most this, in the sum over next states.
    leader_error
        The leader's true data differ by at most this at every stage.
    epsilon, decision, gap, time_limit, threads, precision, progress
        As for :func:`solve`.

    Raises
    ------
    Error
        As :func:`solve`.

    Examples
    --------
    >>> import smfg
    >>> game = smfg.Game.build(
    ...     name="tie", stages=1, states=["one"], actions=["first", "second"], initial="one",
    ...     leader={"decisions": {"safe": {"risk": 0}, "risky": {"risk": 1}}},
    ...     reward=[{"action": "second", "value": "1/1000"}],
    ...     leader_payoff="(1 - risk) / 2 + risk * mu[*, second]@0",
    ... )
    >>> smfg.solve(game).decision.name, smfg.robust(game, reward_error="1/100").decision.name
    ('risky', 'safe')
    """
    question = _search(epsilon, gap, decision, time_limit, threads, precision)
    errors = _errors(reward_error, transition_error, leader_error)
    return RobustSolution._from(*_game(game)._native.robust(question, errors, _teller(progress)))


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
    question = _search(epsilon, gap, decision, time_limit, threads, precision)
    return Range._from(*_game(game)._native.range(question, _formula(of, "of"), _teller(progress)))


def _formula(given: str | None, name: str) -> str | None:
    if given is not None and not isinstance(given, str):
        raise ArgumentError(f"{name}: found {given!r}, expected a formula such as \"mu[infected]@3\"")
    return given


def sweep(
    game: GameLike,
    *,
    epsilon: EpsilonLike = 0,
    parameter: str | None = None,
    values: Sequence[Number] | None = None,
    selection: Literal["pessimistic", "optimistic"] = "pessimistic",
    decision: DecisionLike | None = None,
    points: int | None = None,
    width: Number = "1/100",
    jump_precision: Number = "1/1000000",
    most_points: int = 1000,
    gap: Number = "1/1000000",
    time_limit: float | None = None,
    threads: int | None = None,
    precision: str | int = "auto",
    progress: Callback | None = None,
) -> Sweep:
    """The value as a function of epsilon, exact in class C0 and enclosed elsewhere, or at values of a constant of the game.

    Parameters
    ----------
    game
        A :class:`Game`, or the path of its file.
    epsilon
        An interval, ``(0, "1/4")`` or ``"0:1/4"``; with ``parameter`` one number.
    parameter, values
        The name of a constant under ``[define]``, and the numbers to put in its place.
    selection, decision
        As for :func:`solve`.
    points
        Values at so many equidistant points besides, at least 2.
    width
        Accepted distance of lower and upper curve, relative to max(1, |value|), where the function is not known exactly.
    jump_precision, most_points
        Length of an interval of epsilon that is not divided further, and most points of an enclosure.
    gap, time_limit, threads, precision, progress
        As for :func:`solve`.

    Raises
    ------
    Error
        As :func:`solve`.

    Examples
    --------
    >>> import smfg
    >>> game = smfg.Game.build(
    ...     name="work", stages=1, states=["worker"], actions=["shirk", "work"], initial="worker",
    ...     define={"cost": "1/4"}, reward=[{"action": "work", "value": "1/2 - cost"}], leader_reward=[{"action": "work", "value": 1}],
    ... )
    >>> [(str(point.at), str(point.value)) for point in smfg.sweep(game, epsilon=(0, "1/8")).points]
    [('0', '1'), ('1/8', '1/2')]
    >>> [str(point.value) for point in smfg.sweep(game, parameter="cost", values=["1/4", "3/4"]).points]
    ['1', '0']
    """
    played = _game(game)
    if (parameter is None) != (values is None):
        raise ArgumentError("expected both parameter and values, or neither")
    start, end = _ends(epsilon)
    question = _search(start, gap, decision, time_limit, threads, precision)
    if parameter is None or values is None:
        interval = _interval(end, points, width, jump_precision, most_points)
        return Sweep._from(*played._native.sweep(question, str(selection), interval, _teller(progress)))
    if exact(start, "epsilon") != exact(end, "epsilon"):
        raise ArgumentError("epsilon: found an interval, expected one number beside parameter")
    numbers = [text(value, parameter) for value in values]
    if not numbers:
        raise ArgumentError("values: found none, expected at least one number")
    with played._file() as path:
        return Sweep._from(*played._native.sweep_constant(question, str(selection), path, parameter, numbers, _teller(progress)))


def frontier(
    game: GameLike,
    *,
    objective: str | None = None,
    cost: bool = False,
    decision: DecisionLike | None = None,
    epsilon: EpsilonLike = 0,
    points: int | None = None,
    width: Number = "1/100",
    jump_precision: Number = "1/1000000",
    most_points: int = 1000,
    gap: Number = "1/1000000",
    time_limit: float | None = None,
    threads: int | None = None,
    precision: str | int = "auto",
    progress: Callback | None = None,
) -> Frontier:
    """Worst and best value of a social objective over the eps-equilibria of one decision, its optimum over all populations, and prices of anarchy and stability.

    Parameters
    ----------
    game
        A :class:`Game`, or the path of its file.
    objective
        A formula such as ``"mu[infected]@3"``; the leader's reward when absent.
    cost
        Less of the objective is better.
    decision
        The decision; needed when there is more than one.
    epsilon
        An interval of exploitability, or one number.
    points, width, jump_precision, most_points
        As for :func:`sweep`.
    gap, time_limit, threads, precision, progress
        As for :func:`solve`.

    Raises
    ------
    Error
        As :func:`range`.

    Examples
    --------
    >>> import smfg
    >>> game = smfg.Game.build(
    ...     name="two links", stages=1, states=["home"], actions=["fixed", "variable"], initial="home",
    ...     reward=[{"action": "fixed", "value": -1}, {"action": "variable", "value": "-mu[*, variable]"}],
    ... )
    >>> latency = "mu[*, fixed]@0 + mu[*, variable]@0^2"
    >>> print(smfg.frontier(game, objective=latency, cost=True).price_of_anarchy.value)
    4/3
    """
    start, end = _ends(epsilon)
    question = _search(start, gap, decision, time_limit, threads, precision)
    interval = _interval(end, points, width, jump_precision, most_points)
    objective = _formula(objective, "objective")
    return Frontier._from(*_game(game)._native.frontier(question, objective, bool(cost), interval, _teller(progress)))


def sensitivity(
    game: GameLike,
    *,
    reward_error: Number = 0,
    transition_error: Number = 0,
    leader_error: Number = 0,
    against: GameLike | None = None,
    epsilon: Number = 0,
    decision: DecisionLike | None = None,
    gap: Number = "1/1000000",
    time_limit: float | None = None,
    threads: int | None = None,
    precision: str | int = "auto",
    progress: Callback | None = None,
) -> Sensitivity:
    """What the leader's decisions guarantee when the model errs by at most the stated errors, or when the truth is another game.

    Parameters
    ----------
    game, reward_error, transition_error, leader_error
        The model and its errors, as for :func:`robust`.
    against
        The true game, with the same stages, states, actions and decisions, in place of errors.
    epsilon, decision, gap, time_limit, threads, precision, progress
        As for :func:`solve`.

    Raises
    ------
    Error
        As :func:`solve`; :class:`ArgumentError` for a truth of another shape.
    """
    errors = _errors(reward_error, transition_error, leader_error)
    if (against is None) == all(exact(error) == 0 for error in errors.values()):
        raise ArgumentError("expected reward_error, transition_error or leader_error, or the true game as against")
    truth = None if against is None else _game(against)._native
    question = _search(epsilon, gap, decision, time_limit, threads, precision)
    return Sensitivity._from(*_game(game)._native.sensitivity(question, errors, truth, _teller(progress)))


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
    limits = {"time_limit": _seconds(time_limit), "nodes": _count(nodes, "nodes"), "pairs": _count(pairs, "pairs")}
    return Equilibria._from(*_game(game)._native.equilibria(**_decision(decision), **limits))


def check(game: GameLike, certificate: CertificateLike, *, against: GameLike | None = None) -> Check:
    """Exact verification of a certificate, with no solver in it.

    Parameters
    ----------
    game
        A :class:`Game`, or the path of its file.
    certificate
        Its bytes, an answer that has one, or the path of a file.
    against
        The second game, when the certificates compare two.

    Returns
    -------
    Check
        True where it is valid.
    """
    content = getattr(certificate, "certificate", certificate)
    if isinstance(content, (str, os.PathLike)):
        with open(content, "rb") as file:
            content = file.read()
    if not isinstance(content, (bytes, bytearray, memoryview)):
        raise ArgumentError(f"certificate: found {type(certificate).__name__}, expected bytes, an answer with a certificate, or the path of a file")
    checked, other = _game(game), None if against is None else _game(against)._native
    content = bytes(content)
    if b"\nwith " not in content:
        return Check._from(checked._native.check(content, other, None))
    # Certificates with other values of constants are about games that are read anew.
    with checked._file() as path:
        return Check._from(checked._native.check(content, other, path))


def evaluate(
    game: GameLike,
    policy: PolicyLike | None = None,
    *,
    occupation: PolicyLike | None = None,
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
        Conditional probabilities:

        * an array ``[stage][state][action]``, or ``[state][action]`` for all stages: of numpy or torch, whose binary numbers are taken as they are, or
          nested lists of exact numbers;
        * a mapping from states to an action or to a mapping from actions to probabilities, for all stages; or from stages to such mappings; or from
          pairs ``(stage, state)``;
        * a function of stage and state that returns an action, a mapping, or the probabilities of all actions;
        * an :class:`Equilibrium`, a :class:`Vertex` or an :class:`Evaluation`;
        * the path of an ``.npy``, ``.npz`` or claim file.
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
    played = _game(game)
    claim = submitted(played, policy, occupation) | _options(decision, tolerance, horizon_convention, precision)
    return Evaluation._from(played._native.evaluate(claim | {"numbers": [], "epsilon": None}), played)


def verify(
    game: GameLike,
    policy: PolicyLike | None = None,
    *,
    occupation: PolicyLike | None = None,
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
    played = _game(game)
    claim = submitted(played, policy, occupation) | _options(decision, tolerance, horizon_convention, precision)
    claim["numbers"] = [(key, text(number, key)) for key, number in claimed.items() if number is not None]
    claim["epsilon"] = None if epsilon is None or epsilon == "actual" else text(epsilon, "epsilon")
    if not solve:
        return Verification._from(played._native.evaluate(claim), played)
    search: dict[str, Any] = {"actual": epsilon == "actual", "gap": text(gap, "gap"), "time_limit": _seconds(time_limit)}
    search |= {"threads": _count(threads, "threads"), "progress": _teller(progress)}
    return Verification._from(played._native.verify(claim, **search), played)


def _options(decision: DecisionLike | None, tolerance: Number | None, horizon: str, precision: str | int) -> dict[str, Any]:
    return _decision(decision) | {
        "tolerance": None if tolerance is None else text(tolerance, "tolerance"),
        "horizon": horizon,
        "precision": _precision(precision),
    }

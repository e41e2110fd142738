"""The questions: solve, robust, range, equilibria, sweep, frontier, sensitivity, evaluate, verify.

And ``check``. The first argument of each is a game, so that they are methods of
:class:`smfg.Game` as well. Options that several have are described in ``_arguments``.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Union, Unpack

from . import _arguments as given
from ._arguments import (
    Claims,
    DecisionLike,
    EpsilonLike,
    KeptResolution,
    KeptSearchAt,
    ModelErrors,
    Reading,
    Resolution,
    SearchAt,
    Selection,
    options,
)
from ._errors import ArgumentError
from ._numbers import Number, exact, text
from ._policy import PolicyLike, submitted
from ._results import (
    Check,
    Equilibria,
    Evaluation,
    Frontier,
    Range,
    RobustSolution,
    Sensitivity,
    Solution,
    Sweep,
    Verification,
)

if TYPE_CHECKING:
    from ._game import Game, GameLike

#: A certificate: its bytes, an answer that has one, or the path of a file.
CertificateLike = Union[
    bytes,
    str,
    "os.PathLike[str]",
    Solution,
    Range,
    Equilibria,
    Sweep,
    Frontier,
    Sensitivity,
    Verification,
]


def _game(game: GameLike) -> Game:
    from ._game import as_game

    return as_game(game)


@options(KeptSearchAt)
def solve(
    game: GameLike,
    *,
    selection: Selection = "pessimistic",
    decision_grid: Number | None = None,
    **search: Unpack[KeptSearchAt],
) -> Solution:
    """The certified value of a game: the best that the leader can guarantee.

    The interpreter's lock is released. Ctrl-C raises ``KeyboardInterrupt`` within a second;
    ``time_limit`` returns what is proved by then.

    Parameters
    ----------
    game
        A :class:`Game`, or the path of its file.
    selection
        The worst (``pessimistic``) or the best (``optimistic``) equilibrium for the leader.
    decision_grid
        Report a decision whose continuous parameters are multiples of this; the bounds are about
        all decisions, so that they may be further apart than ``gap``.
    epsilon
        Largest exploitability of the equilibria considered, at least 0.
    decision
        Only this decision: a name, or parameters with their values.
    gap
        Accepted distance of the bounds, relative to max(1, abs(value)).
    time_limit
        Seconds, or a ``timedelta``, for search, proof and check; reading the game is not counted.
    threads
        Threads that race decisions; all processors when absent.
    precision
        Arithmetic of the proofs: ``auto``, ``exact``, or fractional bits of outward rounding.
    checkpoint
        File that keeps what is found while the search works; the same call, or the same command of
        the program, goes on from it after a limit, a kill or on another machine.
    progress
        Called now and then with a :class:`Progress`; ``True`` shows a bar, which needs ``tqdm``.

    Returns
    -------
    Solution
        ``value`` has exact bounds, which an independent exact checker accepted.

    Raises
    ------
    Error
        :class:`GameError`, :class:`DecisionError`, :class:`UnsupportedError`,
        :class:`ArgumentError`.

    Examples
    --------
    >>> import smfg
    >>> game = smfg.Game.build(
    ...     name="technology adoption", stages=1, initial="firm",
    ...     states=["firm"], actions=["wait", "adopt"],
    ...     leader={"decisions": {"none": {"subsidy": 0}, "enough": {"subsidy": "13/20"}}},
    ...     reward=[{"action": "adopt", "value": "mu[*, adopt] - 1/2 + subsidy"}],
    ...     leader_payoff="(3/2 - subsidy) * mu[*, adopt]@0",
    ... )
    >>> answer = smfg.solve(game)
    >>> print(answer.value, answer.status, answer.decision.name)
    17/20 exact enough
    """
    question, native = given.question(search), _game(game)._native
    with given.told(search["progress"]) as tell:
        grid = None if decision_grid is None else text(decision_grid, "decision_grid")
        return Solution._from(*native.solve(question, str(selection), grid, tell))


@options(ModelErrors)
def robust(game: GameLike, **search: Unpack[ModelErrors]) -> RobustSolution:
    """The decision that guarantees most when the true game differs by at most the stated errors.

    Parameters
    ----------
    game
        The model: a :class:`Game`, or the path of its file.
    reward_error
        The followers' true rewards differ by at most this, at every stage, state and action.
    transition_error
        The rows of the true transition probabilities differ by at most this, in the sum over next
        states.
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
    question, errors, native = given.question(search), given.radii(search), _game(game)._native
    with given.told(search["progress"]) as tell:
        return RobustSolution._from(*native.robust(question, errors, tell))


@options(KeptSearchAt)
def range(game: GameLike, *, of: str | None = None, **search: Unpack[KeptSearchAt]) -> Range:
    """Least and greatest leader's reward over the eps-equilibria of one decision.

    Or those of any expression of the population.

    Parameters
    ----------
    game
        A :class:`Game`, or the path of its file.
    of
        An expression such as ``"mu[infected]@3"``; the leader's reward when absent.
    decision
        The decision; needed when there is more than one.
    epsilon, gap, time_limit, threads, precision, checkpoint, progress
        As for :func:`solve`.

    Raises
    ------
    Error
        As :func:`solve`, and :class:`ExpressionError`.

    Examples
    --------
    >>> import smfg
    >>> game = smfg.Game.build(
    ...     name="indifference", stages=1, states=["one"], actions=["first", "second"],
    ...     initial="one",
    ... )
    >>> print(smfg.range(game, of="2 * mu[*, second]@0"))
    0 to 2
    """
    question, native = given.question(search), _game(game)._native
    of = given.formula(of, "of")
    with given.told(search["progress"]) as tell:
        return Range._from(*native.range(question, of, tell))


@options(KeptResolution)
def sweep(
    game: GameLike,
    *,
    epsilon: EpsilonLike = 0,
    parameter: str | None = None,
    values: Sequence[Number] | None = None,
    selection: Selection = "pessimistic",
    **search: Unpack[KeptResolution],
) -> Sweep:
    """The value as a function of epsilon, or of a constant of the game.

    It is exact in class C0 and enclosed elsewhere.

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
        Accepted distance of lower and upper curve, relative to max(1, abs(value)), where the
        function is not known exactly.
    jump_precision, most_points
        Length of an interval of epsilon that is not divided further, and most points of an
        enclosure.
    gap, time_limit, threads, precision, checkpoint, progress
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
    ...     define={"cost": "1/4"}, reward=[{"action": "work", "value": "1/2 - cost"}],
    ...     leader_reward=[{"action": "work", "value": 1}],
    ... )
    >>> [(str(point.at), str(point.value)) for point in game.sweep(epsilon=(0, "1/8")).points]
    [('0', '1'), ('1/8', '1/2')]
    >>> [str(p.value) for p in game.sweep(parameter="cost", values=["1/4", "3/4"]).points]
    ['1', '0']
    """
    played = _game(game)
    if (parameter is None) != (values is None):
        raise ArgumentError("expected both parameter and values, or neither")
    start, end = given.ends(epsilon)
    question = given.question(search, start)
    if parameter is None or values is None:
        across = given.interval(end, search)
        with given.told(search["progress"]) as tell:
            return Sweep._from(*played._native.sweep(question, str(selection), across, tell))
    if exact(start, "epsilon") != exact(end, "epsilon"):
        raise ArgumentError("epsilon: found an interval, expected one number beside parameter")
    numbers = [text(value, parameter) for value in values]
    if not numbers:
        raise ArgumentError("values: found none, expected at least one number")
    with played._file() as path, given.told(search["progress"]) as tell:
        follow = played._native.sweep_constant
        return Sweep._from(*follow(question, str(selection), path, parameter, numbers, tell))


@options(Resolution)
def frontier(
    game: GameLike,
    *,
    objective: str | None = None,
    cost: bool = False,
    epsilon: EpsilonLike = 0,
    **search: Unpack[Resolution],
) -> Frontier:
    """Worst and best value of a social objective over the eps-equilibria of one decision.

    With its optimum over all populations, and prices of anarchy and stability.

    Parameters
    ----------
    game
        A :class:`Game`, or the path of its file.
    objective
        A formula such as ``"mu[infected]@3"``; the leader's reward when absent.
    cost
        Less of the objective is better.
    epsilon
        An interval of exploitability, or one number.
    decision
        The decision; needed when there is more than one.
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
    ...     name="two links", stages=1, states=["home"], actions=["fixed", "variable"],
    ...     initial="home",
    ...     reward=[
    ...         {"action": "fixed", "value": -1},
    ...         {"action": "variable", "value": "-mu[*, variable]"},
    ...     ],
    ... )
    >>> latency = "mu[*, fixed]@0 + mu[*, variable]@0^2"
    >>> print(smfg.frontier(game, objective=latency, cost=True).price_of_anarchy.value)
    4/3
    """
    start, end = given.ends(epsilon)
    question, across = given.question(search, start), given.interval(end, search)
    objective, native = given.formula(objective, "objective"), _game(game)._native
    with given.told(search["progress"]) as tell:
        return Frontier._from(*native.frontier(question, objective, bool(cost), across, tell))


@options(ModelErrors)
def sensitivity(
    game: GameLike, *, against: GameLike | None = None, **search: Unpack[ModelErrors]
) -> Sensitivity:
    """What the leader's decisions guarantee when the model errs, or when the truth is another game.

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
    errors = given.radii(search)
    if (against is None) == all(exact(error) == 0 for error in errors.values()):
        raise ArgumentError(
            "expected reward_error, transition_error or leader_error, or the true game as against"
        )
    truth = None if against is None else _game(against)._native
    question, native = given.question(search), _game(game)._native
    with given.told(search["progress"]) as tell:
        return Sensitivity._from(*native.sensitivity(question, errors, truth, tell))


def equilibria(
    game: GameLike,
    *,
    decision: DecisionLike | None = None,
    time_limit: float | timedelta | None = None,
    nodes: int | None = None,
    pairs: int | None = None,
) -> Equilibria:
    """All equilibria of one decision at eps = 0, for classes C0 and C1, as polytopes.

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
    limits = {"nodes": given.count(nodes, "nodes"), "pairs": given.count(pairs, "pairs")}
    native, limit = _game(game)._native, given.seconds(time_limit)
    return Equilibria._from(
        *native.equilibria(**given.chosen(decision), time_limit=limit, **limits)
    )


def check(
    game: GameLike, certificate: CertificateLike, *, against: GameLike | None = None
) -> Check:
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
        raise ArgumentError(
            f"certificate: found {type(certificate).__name__}, expected bytes, an answer with a "
            "certificate, or the path of a file"
        )
    checked, other = _game(game), None if against is None else _game(against)._native
    content = bytes(content)
    if b"\nwith " not in content:
        return Check._from(checked._native.check(content, other, None))
    # Certificates with other values of constants are about games that are read anew.
    with checked._file() as path:
        return Check._from(checked._native.check(content, other, path))


@options(Reading)
def evaluate(
    game: GameLike,
    policy: PolicyLike | None = None,
    *,
    occupation: PolicyLike | None = None,
    **reading: Unpack[Reading],
) -> Evaluation:
    """What a policy is worth when all follow it: exploitability and rewards, exactly.

    Parameters
    ----------
    game
        A :class:`Game`, or the path of its file.
    policy
        Conditional probabilities:

        * an array ``[stage][state][action]``, or ``[state][action]`` for all stages: of numpy or
          torch, whose binary numbers are taken as they are, or nested lists of exact numbers;
        * a mapping from states to an action or to a mapping from actions to probabilities, for all
          stages; or from stages to such mappings; or from pairs ``(stage, state)``;
        * a function of stage and state that returns an action, a mapping, or the probabilities of
          all actions;
        * an :class:`Equilibrium`, a :class:`Vertex` or an :class:`Evaluation`;
        * with several populations a mapping from all of their names to arrays ``[stage][state]
          [action]`` or ``[state][action]`` of their own states and actions, or to mappings from
          states to actions or probabilities;
        * the path of an ``.npy``, ``.npz`` or claim file.
    occupation
        Masses with the same axes, in place of ``policy``.
    decision
        The leader's decision; needed when there is more than one.
    tolerance
        Rows that sum to 1 up to this, and negative entries up to this, are normalised exactly, and
        :attr:`Evaluation.adjustment` says by how much; 1e-6 when absent. Beyond it they are an
        error.
    horizon_convention
        What the first axis counts: stages, or times up to a last index, which may be one more or
        one less (docs/model.md).
    precision
        ``exact``, fractional bits of outward rounding, or ``auto``: exact where the fractions stay
        short, else enclosures of relative width 1e-12.

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
    ...     name="crowded road", stages=1, states=["home"], actions=["bridge", "tunnel"],
    ...     initial="home", reward=[
    ...         {"action": "bridge", "value": "-mu[*, bridge]"},
    ...         {"action": "tunnel", "value": "-1/2"},
    ...     ],
    ... )
    >>> print(smfg.evaluate(game, [[["3/4", "1/4"]]]).exploitability)
    3/16
    """
    played = _game(game)
    claim = submitted(played, policy, occupation) | _read(reading)
    nothing: dict[str, Any] = {"numbers": [], "regrets": [], "epsilon": None}
    return Evaluation._from(played._native.evaluate(claim | nothing), played)


#: Numbers that may be claimed of a policy.
_CLAIMED = ("exploitability", "leader_reward", "follower_value", "follower_reward", "value")


@options(Claims)
def verify(
    game: GameLike,
    policy: PolicyLike | None = None,
    *,
    occupation: PolicyLike | None = None,
    **claims: Unpack[Claims],
) -> Verification:
    """What another solver says, against exact arithmetic and certified values.

    Parameters
    ----------
    game, policy, occupation, decision, tolerance, horizon_convention, precision
        As for :func:`evaluate`; ``policy`` may be the path of a claim file, whose numbers are then
        judged too.
    exploitability, leader_reward, follower_value, follower_reward, value
        Numbers that are claimed. The exploitability may be smaller than claimed; the others are to
        agree within the tolerance. With several populations the exploitability may be a mapping
        from their names to what a member of each could gain at most. ``value`` is the pessimistic
        value of the game.
    epsilon
        Of the equilibria that the play is compared with; ``"actual"`` for the exploitability that
        it is found to have. When absent, the claim's, or the claimed exploitability, or 0.
    solve
        Whether to certify the range of the decision and the value of the game, or to evaluate
        alone.
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
    ...     name="crowded road", stages=1, states=["home"], actions=["bridge", "tunnel"],
    ...     initial="home", reward=[
    ...         {"action": "bridge", "value": "-mu[*, bridge]"},
    ...         {"action": "tunnel", "value": "-1/2"},
    ...     ],
    ... )
    >>> judged = smfg.verify(game, [[["3/4", "1/4"]]], exploitability=0)
    >>> print(judged.holds, judged.checks[0].actual, judged.equilibrium)
    False 3/16 False
    """
    played, all_claims = _game(game), dict(claims)
    claim = submitted(played, policy, occupation) | _read(claims)
    regrets = all_claims["exploitability"]
    if isinstance(regrets, Mapping):
        all_claims["exploitability"] = None
    else:
        regrets = {}
    claim["regrets"] = [
        (name, text(value, f"exploitability, {name}")) for name, value in regrets.items()
    ]
    numbers = [(key, all_claims[key]) for key in _CLAIMED]
    claim["numbers"] = [(key, text(value, key)) for key, value in numbers if value is not None]
    epsilon = claims["epsilon"]
    stated = epsilon is not None and epsilon != "actual"
    claim["epsilon"] = given.mean_epsilon(epsilon) if stated else None
    if not claims["solve"]:
        return Verification._from(played._native.evaluate(claim), played)
    with given.told(claims["progress"]) as tell:
        native = played._native.verify(
            claim,
            actual=epsilon == "actual",
            gap=text(claims["gap"], "gap"),
            time_limit=given.seconds(claims["time_limit"]),
            threads=given.count(claims["threads"], "threads"),
            progress=tell,
        )
    return Verification._from(native, played)


def _read(reading: Mapping[str, Any]) -> dict[str, Any]:
    tolerance = reading["tolerance"]
    return given.chosen(reading["decision"]) | {
        "tolerance": None if tolerance is None else text(tolerance, "tolerance"),
        "horizon": reading["horizon_convention"],
        "precision": given.arithmetic(reading["precision"]),
    }

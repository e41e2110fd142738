"""Arguments of the questions, in the form in which the native module takes them."""

from __future__ import annotations

import functools
import inspect
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, Literal, ParamSpec, TypedDict, TypeVar, Union

from ._errors import ArgumentError, shown
from ._numbers import Number, exact, text
from ._results import Decision, Progress

#: A decision: its name, ``"a=1,b=1/2"``, parameters with their values, or a decision of an answer.
DecisionLike = Union[str, Mapping[str, Number], Decision]
#: One epsilon, or the ends of an interval: a pair, or ``"0:1/4"``.
EpsilonLike = Union[Number, tuple[Number, Number]]
#: Called now and then, from the thread that asked; what it raises stops the search.
Callback = Callable[[Progress], object]
#: The worst or the best equilibrium for the leader.
Selection = Literal["pessimistic", "optimistic"]
#: What the first axis of an array counts.
Horizon = Literal["decisions", "last-index"]


class Effort(TypedDict, total=False):
    """What a search may cost. The functions that search have these options."""

    gap: Number
    time_limit: float | timedelta | None
    threads: int | None
    progress: Callback | bool | None


class Search(Effort, total=False):
    """Which equilibria of which decision, and what the search may cost."""

    decision: DecisionLike | None
    precision: str | int


class SearchAt(Search, total=False):
    """A search at one epsilon."""

    epsilon: Number


class KeptSearchAt(SearchAt, total=False):
    """A search at one epsilon that keeps what it finds."""

    checkpoint: str | os.PathLike[str] | None


class Resolution(Search, total=False):
    """How closely a function of epsilon is enclosed."""

    points: int | None
    width: Number
    jump_precision: Number
    most_points: int


class KeptResolution(Resolution, total=False):
    """How closely a function of epsilon is enclosed, by searches that keep what they find."""

    checkpoint: str | os.PathLike[str] | None


class ModelErrors(SearchAt, total=False):
    """By how much the true game may differ from the model."""

    reward_error: Number
    transition_error: Number
    leader_error: Number


class Reading(TypedDict, total=False):
    """How an array is read as a policy, and with which numbers it is evaluated."""

    decision: DecisionLike | None
    tolerance: Number | None
    horizon_convention: Horizon
    precision: str | int


class Claims(Reading, Effort, total=False):
    """Numbers that are claimed of a policy, and what judging them may cost."""

    exploitability: Number | Mapping[str, Number] | None
    leader_reward: Number | None
    follower_value: Number | None
    follower_reward: Number | None
    value: Number | None
    epsilon: Number | Literal["actual"] | None
    solve: bool


#: The options above by their names, with what they are when they are left out.
DEFAULTS: Mapping[str, Any] = {
    "epsilon": 0,
    "decision": None,
    "gap": "1/1000000",
    "time_limit": None,
    "threads": None,
    "precision": "auto",
    "checkpoint": None,
    "progress": None,
    "points": None,
    "width": "1/100",
    "jump_precision": "1/1000000",
    "most_points": 1000,
    "reward_error": 0,
    "transition_error": 0,
    "leader_error": 0,
    "tolerance": None,
    "horizon_convention": "decisions",
    "exploitability": None,
    "leader_reward": None,
    "follower_value": None,
    "follower_reward": None,
    "value": None,
    "solve": True,
}

Given = ParamSpec("Given")
Answered = TypeVar("Answered")


def options(
    kind: type, **changed: Any
) -> Callable[[Callable[Given, Answered]], Callable[Given, Answered]]:
    """A function whose last parameter ``**options`` stands for the options of a dictionary type.

    It is given all of them, with their defaults or those in ``changed``. ``help`` and notebooks
    show them one by one, and an unknown one is the same ``TypeError`` as anywhere in Python.
    """
    known = {name: value for name, value in DEFAULTS.items() if name in kind.__annotations__}
    known |= changed

    def decorate(function: Callable[Given, Answered]) -> Callable[Given, Answered]:
        plain = inspect.signature(function)
        own = [p for p in plain.parameters.values() if p.kind is not p.VAR_KEYWORD]
        named = [
            inspect.Parameter(name, inspect.Parameter.KEYWORD_ONLY, default=default)
            for name, default in known.items()
        ]

        @functools.wraps(function)
        def asked(*args: Given.args, **given: Given.kwargs) -> Answered:
            unknown = [name for name in given if name not in signature.parameters]
            if unknown:
                raise TypeError(
                    f"{function.__name__}() got an unexpected keyword argument {unknown[0]!r}"
                )
            every: Any = known | given
            return function(*args, **every)

        signature = plain.replace(parameters=own + named)
        asked.__signature__ = signature  # type: ignore[attr-defined]
        return asked

    return decorate


def chosen(decision: DecisionLike | None) -> dict[str, Any]:
    """A decision by its name or its parameters."""
    if isinstance(decision, Decision):
        decision = dict(decision.parameters) or decision.name
    if decision is None or isinstance(decision, str):
        return {"decision": decision, "parameters": None}
    if not isinstance(decision, Mapping):
        raise ArgumentError(
            f"decision: found {shown(decision)}, expected a name or a mapping from parameters to "
            f"numbers"
        )
    numbers = [(name, text(value, f"decision, {name}")) for name, value in decision.items()]
    return {"decision": None, "parameters": numbers}


def count(value: Any, name: str, least: int = 1) -> Any:
    """A whole number, or ``None``."""
    if value is None:
        return None
    try:
        number = exact(value, name)
    except ArgumentError:
        number = None
    if isinstance(value, str) or number is None or number.denominator != 1 or number < least:
        raise ArgumentError(
            f"{name}: found {shown(value)}, expected a whole number, at least {least}"
        )
    return int(number)


def seconds(value: Any) -> float | None:
    """Seconds, of a number or a duration; ``None`` for no limit."""
    if value is None:
        return None
    if isinstance(value, timedelta):
        value = value.total_seconds()
    if value == float("inf"):
        return None
    try:
        number = None if isinstance(value, str) else float(exact(value, "time_limit"))
    except ArgumentError:
        number = None
    if number is None or number < 0:
        raise ArgumentError(f"time_limit: found {shown(value)}, expected seconds, at least 0")
    return number


def arithmetic(value: Any) -> str:
    """``auto``, ``exact``, or a number of bits."""
    return str(value) if isinstance(value, str) else str(count(value, "precision"))


def question(asked: Mapping[str, Any], epsilon: Any = None) -> dict[str, Any]:
    """What a search is asked; ``epsilon`` in place of that of the options."""
    return chosen(asked["decision"]) | {
        "epsilon": mean_epsilon(asked["epsilon"] if epsilon is None else epsilon),
        "gap": text(asked["gap"], "gap"),
        "time_limit": seconds(asked["time_limit"]),
        "threads": count(asked["threads"], "threads"),
        "precision": arithmetic(asked["precision"]),
        "checkpoint": file(asked.get("checkpoint")),
    }


def mean_epsilon(given: Any) -> str:
    """The largest mean exploitability."""
    if isinstance(given, Mapping):
        raise ArgumentError(
            f"epsilon: found {shown(given)}, expected one number for everybody: equilibria are "
            f"searched by their mean exploitability; verify judges a play by population"
        )
    return text(given, "epsilon")


def file(path: Any) -> str | None:
    """The file of a checkpoint, if one is wanted."""
    if path is not None and not isinstance(path, (str, os.PathLike)):
        raise ArgumentError(f"checkpoint: found {shown(path)}, expected the path of a file")
    return None if path is None else os.fspath(path)


def ends(epsilon: EpsilonLike) -> tuple[Number, Number]:
    """An interval; one number is one that starts and ends there."""
    if isinstance(epsilon, str) and ":" in epsilon:
        start, _, end = epsilon.partition(":")
        return start, end
    if isinstance(epsilon, Sequence) and not isinstance(epsilon, str):
        if len(epsilon) != 2:
            raise ArgumentError(
                f"epsilon: found {shown(epsilon)}, expected one number or a pair of them"
            )
        return epsilon[0], epsilon[1]
    return epsilon, epsilon


def interval(end: Number, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Where an interval of epsilon ends, and how closely functions on it are enclosed."""
    return {
        "to": text(end, "epsilon"),
        "points": count(asked["points"], "points", 2),
        "width": text(asked["width"], "width"),
        "jump_precision": text(asked["jump_precision"], "jump_precision"),
        "most_points": count(asked["most_points"], "most_points"),
    }


def radii(asked: Mapping[str, Any]) -> dict[str, str]:
    """By how much the model may err."""
    names = ("reward", "transition", "leader")
    return {name: text(asked[f"{name}_error"], f"{name}_error") for name in names}


def formula(given: str | None, name: str) -> str | None:
    """A formula, or ``None``."""
    if given is not None and not isinstance(given, str):
        raise ArgumentError(
            f'{name}: found {shown(given)}, expected a formula such as "mu[infected]@3"'
        )
    return given


@contextmanager
def told(progress: Callback | bool | None) -> Iterator[Callable[..., object] | None]:
    """What the native module calls now and then; a bar is closed in the end."""
    if progress is None or progress is False:
        yield None
    elif progress is True:
        with _bar() as show:
            yield lambda *state: show(Progress(*state))
    elif callable(progress):
        tell = progress
        yield lambda *state: tell(Progress(*state))
    else:
        raise ArgumentError(
            f"progress: found {shown(progress)}, expected a function of one argument, or True for "
            f"a bar"
        )


@contextmanager
def _bar() -> Iterator[Callback]:
    """A bar of tqdm with the bounds so far, in notebooks and terminals."""
    try:
        from tqdm.auto import tqdm
    except ImportError:
        raise ArgumentError("progress: a bar needs tqdm (pip install tqdm)") from None
    with tqdm(bar_format="{desc} [{elapsed}]") as bar:

        def show(state: Progress) -> None:
            bounds = f"[{state.lower_approx:.6g}, {state.upper_approx:.6g}]"
            bar.set_description_str(f"{state.stage}: {bounds}, {state.open} open")

        yield show

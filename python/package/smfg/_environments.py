"""Environments of MFGLib whose rewards or transitions are known as formulas.

An environment is known by the module of its functions; numbers are read off the functions, so all
their parameters may differ from the defaults. What is not named here is a polynomial, and found by
interpolation: all transitions but two, and the rewards of games of two or three choices.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._convert import Population
from ._errors import ConversionError
from ._formula import (
    Formula,
    Terms,
    average,
    exp,
    greater,
    log,
    mass,
    meant,
    number,
    total,
)
from ._interpolate import Sparse, simplest

#: Where MFGLib keeps its environments.
_EXAMPLES = "mfglib.env.examples."


@dataclass(frozen=True)
class Known:
    """What is known of an environment; ``None`` where polynomials are to be found."""

    rewards: list[Terms] | None = None
    transitions: list[Terms] | None = None
    #: Averages that the formulas use: weights by pair.
    aggregates: dict[str, NDArray[Any]] = field(default_factory=dict)
    #: Why transitions cannot be converted when they depend on the population, and the pairs
    #: between which they then differ: where followers end rises with what is rounded.
    reason: str = ""
    corners: tuple[int, int] = (0, 0)


def known(environment: Any, population: Population) -> Known:
    """The formulas of an environment."""
    modules = {
        type(getattr(environment, name, None)).__module__ for name in ("reward_fn", "transition_fn")
    }
    name = modules.pop().removeprefix(_EXAMPLES) if len(modules) == 1 else ""
    made = _KNOWN.get(name)
    return made(environment, _Places(environment, population)) if made else Known()


class _Places:
    """Pairs of an environment by their positions, and the names of their masses."""

    def __init__(self, environment: Any, population: Population) -> None:
        self.stages = int(environment.T) + 1
        self.states, self.actions = len(population.states), len(population.actions)
        self._population = population

    def state(self, s: int) -> Formula:
        """The mass of a state."""
        pairs = range(s * self.actions, (s + 1) * self.actions)
        return average(self._population.group(frozenset(pairs)), dict.fromkeys(pairs, 1))

    def pair(self, s: int, a: int) -> Formula:
        """The mass of a pair."""
        place = s * self.actions + a
        return mass(self._population.mass(place), place)

    def rewards(self, terms: list[tuple[Formula | None, Sparse]]) -> Terms:
        """A table of rewards."""
        return Terms((self.states, self.actions), [term for term in terms if term[1]])

    def of_state(self, s: int, value: Fraction | int) -> Sparse:
        """The same number for all actions of a state."""
        return dict.fromkeys(range(s * self.actions, (s + 1) * self.actions), Fraction(value))


def _tensor(given: Any) -> NDArray[Any]:
    return np.asarray(given.detach().cpu().numpy() if hasattr(given, "detach") else given)


def _sparse(array: NDArray[Any]) -> Sparse:
    """The numbers of a tensor that are not 0, as the fractions that they mean."""
    single, flat = array.dtype == np.float32, array.ravel()
    return {int(place): simplest(float(flat[place]), single) for place in np.flatnonzero(flat)}


def _beach_bar(environment: Any, places: _Places) -> Known:
    own = environment.reward_fn
    shift = meant(own.log_eps)
    constant = _sparse(_tensor(own.c1 + own.c2))
    terms: list[tuple[Formula | None, Sparse]] = [(None, constant)]
    terms += [(log(places.state(s) + shift), places.of_state(s, -1)) for s in range(places.states)]
    return Known(rewards=[places.rewards(terms)] * places.stages)


def _crowd_motion(environment: Any, places: _Places) -> Known:
    own = environment.reward_fn
    shift, factor = meant(own.log_eps), meant(own.c)
    crowd: list[tuple[Formula | None, Sparse]] = [
        (log(places.state(s) + shift), places.of_state(s, -1)) for s in range(places.states)
    ]

    def constant(t: int) -> Sparse:
        # One number per state, the same for all actions: its last axis may have been broadcast.
        near = _tensor(own.c1s[t]).reshape(places.states, -1)
        return {
            place: factor * value
            for s in range(places.states)
            for place, value in places.of_state(s, simplest(float(near[s, 0]), True)).items()
            if factor * value
        }

    return Known(
        rewards=[places.rewards([(None, constant(t)), *crowd]) for t in range(places.stages)]
    )


def _building_evacuation(environment: Any, places: _Places) -> Known:
    own = environment.reward_fn
    least, aversion = meant(own.log_eps), meant(own.eta)
    gain = _sparse(_tensor(own.r))
    constant = {place: number for s, number in gain.items() for place in places.of_state(s, number)}
    terms: list[tuple[Formula | None, Sparse]] = [(None, constant)]
    if aversion:
        terms += [
            (log(greater(places.state(s), least)), places.of_state(s, -aversion))
            for s in range(places.states)
        ]
    return Known(rewards=[places.rewards(terms)] * places.stages)


def _equilibrium_price(environment: Any, places: _Places) -> Known:
    """The price ``(d / (supply + e0))^(1/sigma)`` is earned per unit, ``supply`` being the mean of
    what is produced.
    """
    own = environment.reward_fn
    c0, c1, c2, c3, c4 = map(meant, own.c)
    made = _tensor(own.q_tensor).ravel()
    supply: NDArray[Any] = made.reshape(places.states, places.actions).astype(np.int64)
    weights = {place: int(q) for place, q in enumerate(made) if q}
    base = average("supply", weights) + meant(own.e0)
    price = (number(meant(own.d)) / base) ** meant(1 / float(own.sigma))
    stock, bought = _tensor(own.s_tensor).ravel(), _tensor(own.h_tensor).ravel()
    constant: Sparse = {}
    for place, (s, q, h) in enumerate(zip(stock.tolist(), made.tolist(), bought.tolist())):
        value = -c0 * q - c1 * q * q - c2 * h - (c2 + c3) * max(q - s, 0) - c4 * s
        if value:
            constant[place] = Fraction(value)
    earned = {place: Fraction(q) for place, q in weights.items()}
    return Known(
        rewards=[places.rewards([(None, constant), (price, earned)])] * places.stages,
        aggregates={"supply": supply},
    )


def _treasure_hunting(environment: Any, places: _Places) -> Known:
    """Distances to staying at a place make others likelier as places to land at; the more, the less
    a place yields.
    """
    n = places.states
    strength = [meant(c) for c in environment.transition_fn.c]
    gain = [meant(r) for r in environment.reward_fn.r]
    everyone = [places.pair(s, a) * places.pair(s, a) for s in range(n) for a in range(n)]

    def distance(s: int) -> Formula:
        """``|L - e|^2`` for the law ``e`` of staying in ``s``."""
        return total([*everyone, number(1), places.pair(s, s) * -2])

    far = [distance(s) for s in range(n)]
    rewards = [places.rewards([])]
    later: list[tuple[Formula | None, Sparse]] = [
        (None, {s * (n + 1): gain[s] for s in range(n) if gain[s]})
    ]
    later += [(far[s], {s * (n + 1): -gain[s] / 2}) for s in range(n) if gain[s]]
    rewards += [places.rewards(later)] * (places.stages - 1)
    shape = (n, n, n)
    stay = {(s * n + a) * n + a: Fraction(1) for s in range(n) for a in range(n)}
    transitions = [Terms(shape, [(None, stay)])]
    for t in range(1, places.stages - 1):
        terms: list[tuple[Formula | None, Sparse]] = []
        for s in range(n):
            own = number(1) / (far[s] * (n * strength[t - 1]) + 1)
            rows = range(s * n * n, (s + 1) * n * n)
            terms.append((far[s] * own, dict.fromkeys(rows, strength[t - 1])))
            terms.append((own, {(s * n + a) * n + a: Fraction(1) for a in range(n)}))
        transitions.append(Terms(shape, terms))
    return Known(rewards=rewards, transitions=transitions[: places.stages - 1])


def _random_linear(environment: Any, places: _Places) -> Known:
    """Rewards are affine, probabilities the softmax of affine functions."""
    n = places.states
    r1, r2 = (_tensor(getattr(environment.reward_fn, name)) for name in ("r1", "r2"))
    p1, p2 = (_tensor(getattr(environment.transition_fn, name)) for name in ("p1", "p2"))
    masses = [[places.pair(k, a) for a in range(n)] for k in range(n)]
    terms: list[tuple[Formula | None, Sparse]] = [(None, _binary(r2))]
    terms += [
        (masses[k][a], {s * n + a: Fraction(float(r1[s, k])) for s in range(n) if r1[s, k]})
        for k in range(n)
        for a in range(n)
    ]
    chances: list[tuple[Formula | None, Sparse]] = []
    for s in range(n):
        for a in range(n):
            weights = [
                exp(
                    total(
                        [masses[k][a] * Fraction(float(p1[to, s, k])) for k in range(n)]
                        + [number(Fraction(float(p2[to, s, a])))]
                    )
                )
                for to in range(n)
            ]
            sum_of_all = total(weights)
            chances += [
                (weight / sum_of_all, {(s * n + a) * n + to: Fraction(1)})
                for to, weight in enumerate(weights)
            ]
    return Known(
        rewards=[places.rewards(terms)] * places.stages,
        transitions=[Terms((n, n, n), chances)] * (places.stages - 1),
    )


def _binary(array: NDArray[Any]) -> Sparse:
    return {place: Fraction(float(value)) for place, value in enumerate(array.ravel()) if value}


def _linear_quadratic(environment: Any, places: _Places) -> Known:
    return Known(
        reason="transitions round the next state to an integer, so they jump with the population",
        corners=(0, places.states * places.actions - 1),
    )


_KNOWN: dict[str, Callable[[Any, _Places], Known]] = {
    "beach_bar": _beach_bar,
    "building_evacuation": _building_evacuation,
    "conservative_treasure_hunting": _treasure_hunting,
    "crowd_motion": _crowd_motion,
    "equilibrium_price": _equilibrium_price,
    "linear_quadratic": _linear_quadratic,
    "random_linear": _random_linear,
}

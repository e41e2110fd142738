"""Games of OpenSpiel whose rewards are known as formulas: aversion to the crowd at one's own place,
and what is affine in the masses there.

At a decision node of population ``p`` the reward is

    constant + sum_q linear[p, q] density_q - coefficient log(scale density_p + shift),

with densities of the node's place at the mean-field node before it. The constant is what the game
says where the logarithm vanishes; the whole is compared with the game at random laws.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ._errors import ConversionError
from ._interpolate import simplest
from ._nodes import children_of, kind_of, name_of, open_actions

#: Agreement with the game that is asked for, relative to the reward or 1: numbers of binary64.
_AGREEMENT = 1e-12
#: The number that games written in C++ add to masses, of single precision.
_SINGLE = float(np.float32(1e-25))


@dataclass(frozen=True)
class Crowd:
    """The formula of a game's rewards."""

    coefficient: Fraction
    scale: Fraction
    shift: Fraction
    #: What a unit of the density of population ``q`` adds for one of ``p``.
    linear: tuple[tuple[Fraction, ...], ...]
    #: Rewards of moving are multiplied by the own density, and multiples of this.
    moving: Fraction | None = None

    def value(self, own: "Term", masses: Mapping[str, float]) -> float:
        """The reward of a node with the densities of the game, in binary64."""
        found = float(own.constant)
        found += sum(float(number) * masses[name] for name, number in own.linear.items())
        if self.coefficient:
            inside = float(self.scale) * masses[own.own] + float(self.shift)
            found -= float(self.coefficient) * math.log(inside)
        return found


@dataclass(frozen=True)
class Term:
    """The reward of one decision node: names are those of mean-field nodes."""

    own: str
    constant: Fraction
    linear: Mapping[str, Fraction]


def crowd(game: Any) -> Crowd | None:
    """The formula of a game, ``None`` when none is known."""
    if not hasattr(game, "get_type"):
        return None
    given = dict(game.get_parameters())
    plain = ((Fraction(0),),)
    short = game.get_type().short_name
    if short == "mfg_crowd_modelling":
        return Crowd(Fraction(1), Fraction(1), Fraction(_SINGLE), plain)
    if short == "python_mfg_crowd_modelling":
        return Crowd(Fraction(1), Fraction(1), Fraction(1, 10**25), plain)
    if short == "mfg_crowd_modelling_2d":
        moving = Fraction(1, int(given["size"])) if given["with_congestion"] else None
        aversion = simplest(float(given["crowd_aversion_coef"]), False)
        return Crowd(aversion, Fraction(1), Fraction(_SINGLE), plain, moving)
    if short == "mfg_garnet":
        eta = simplest(float(given["eta"]), False)
        return Crowd(eta, Fraction(1), Fraction(_SINGLE), plain)
    if short == "python_mfg_periodic_aversion":
        aversion = simplest(game.coef_aversion, False) * simplest(game.dt, False)
        width = simplest(game.xmax, False) - simplest(game.xmin, False)
        return Crowd(aversion, (game.size - 1) / width, Fraction(1, 10**15), plain)
    if short == "python_mfg_predator_prey":
        matrix = _matrix(game.reward_matrix, Fraction(1))
        coefficient = simplest(float(game.congestion_coeff), False)
        return Crowd(coefficient, Fraction(1), Fraction(1, 10**25), matrix)
    if short == "python_mfg_crowd_avoidance":
        factor = -simplest(float(game.coef_congestion), False)
        return Crowd(Fraction(0), Fraction(1), Fraction(1), _matrix(game.congestion_matrix, factor))
    return None


def refusal(game: Any) -> str:
    """Why a game cannot be converted, empty where nothing is known against it."""
    if not hasattr(game, "get_type") or "dynamic_routing" not in game.get_type().short_name:
        return ""
    return (
        "travel times are rounded down to whole steps, so where a vehicle is jumps with the "
        "population"
    )


def _matrix(given: NDArray[np.float64], factor: Fraction) -> tuple[tuple[Fraction, ...], ...]:
    return tuple(tuple(factor * simplest(float(number), False) for number in row) for row in given)


class Block:
    """The decision nodes after one mean-field layer, for all populations."""

    def __init__(self, formula: Crowd, layers: Sequence[Mapping[str, Any]], where: str) -> None:
        self._formula, self._where = formula, where
        #: Mean-field nodes by name, per population.
        self._layers = layers
        self._support = list(
            dict.fromkeys(
                name for layer in layers for node in layer.values() for name in _asked(node)
            )
        )
        self.terms = [
            {name: self._term(p, name, node) for name, node in layer.items()}
            for p, layer in enumerate(layers)
        ]

    def _after(self, node: Any, masses: Mapping[str, float]) -> Any:
        (child,) = children_of(node, lambda name: masses.get(name, 0.0))
        return child

    def _term(self, p: int, name: str, node: Any) -> Term:
        formula = self._formula
        alone = 1 / float(formula.scale)

        def at(mass: float) -> float:
            return float(self._after(node, {name: mass}).rewards()[p])

        linear: dict[str, Fraction] = {}
        for q, number in enumerate(formula.linear[p]):
            if number:
                linear[self._beside(name, p, q)] = number
        if formula.moving is not None:
            half = at(alone / 2) + float(formula.coefficient) * math.log(0.5)
            slope = 2 * (at(alone) - half) / float(formula.moving)
            linear[name] = linear.get(name, Fraction(0)) + round(slope) * formula.moving
        found = at(alone) - float(linear.get(name, Fraction(0))) * alone
        return Term(name, simplest(found, False), linear)

    def _beside(self, name: str, p: int, q: int) -> str:
        """The node of population ``q`` at the same place."""
        other = name.replace(f"pop={p},", f"pop={q},")
        if other not in self._support:
            raise ConversionError(f"{self._where}: the node {other!r} is missing beside {name!r}")
        return other

    def compare(self, random: np.random.Generator) -> float:
        """The largest difference from the game at a random law, relative to the largest term.

        Raises
        ------
        ConversionError
            When it is more than rounding.
        """
        masses: dict[str, float] = dict.fromkeys(self._support, 0.0)
        for layer in self._layers:
            weights = random.exponential(size=len(layer))
            masses |= dict(zip(layer, (weights / weights.sum()).tolist()))
        worst = 0.0
        for p, layer in enumerate(self._layers):
            for name, node in layer.items():
                child = self._after(node, masses)
                said = float(child.rewards()[p])
                found = self._formula.value(self.terms[p][name], masses)
                difference = abs(said - found) / max(1.0, abs(said))
                worst = max(worst, difference)
                if not difference <= _AGREEMENT:
                    raise ConversionError(
                        f"{self._where}: the reward after the node {name!r} is {said!r} at a "
                        f"random law, {found!r} by the formula of this game"
                    )
        self._compare_chances(masses)
        return worst

    def _compare_chances(self, masses: Mapping[str, float]) -> None:
        """Chances after the first decision of each node do not depend on the law."""
        for layer in self._layers:
            for name, node in layer.items():
                rows = []
                for law in ({}, masses):
                    child = self._after(node, law)
                    while not child.is_terminal() and kind_of(child) == "decision":
                        child = child.child(open_actions(child)[0])
                    rows.append(_row(child))
                if rows[0] != rows[1]:
                    raise ConversionError(
                        f"{self._where}: chances after the node {name!r} depend on the law"
                    )


def _row(node: Any) -> list[tuple[str, float]]:
    if node.is_terminal() or kind_of(node) != "chance":
        return []
    return [(name_of(node.child(outcome)), float(p)) for outcome, p in node.chance_outcomes()]


def _asked(node: Any) -> list[str]:
    return list(node.distribution_support())

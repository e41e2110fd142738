"""Formulas of a population, each with the text that a game file has and its value in binary64: what
is compared with a library is what is written.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Union

import numpy as np
from numpy.typing import NDArray

from ._interpolate import Sparse, simplest

#: Masses, pairs in one axis.
Masses = NDArray[np.float64]
#: Longest decimal that a parameter was typed as.
_TYPED_DIGITS = 12


@dataclass(frozen=True)
class Formula:
    """A formula; texts are sums only within parentheses."""

    text: str
    value: Callable[[Masses], float]

    def __add__(self, other: "Formula | Fraction | int") -> "Formula":
        own = _formula(other)
        return Formula(
            f"({self.text} + {own.text})", lambda masses: self.value(masses) + own.value(masses)
        )

    def __mul__(self, other: "Formula | Fraction | int") -> "Formula":
        own = _formula(other)
        return Formula(
            f"{self.text} * {own.text}", lambda masses: self.value(masses) * own.value(masses)
        )

    def __truediv__(self, other: "Formula") -> "Formula":
        return Formula(
            f"{self.text} / {_factor(other.text)}",
            lambda masses: self.value(masses) / other.value(masses),
        )

    def __pow__(self, power: Fraction) -> "Formula":
        if power == 1:
            return self
        exponent = str(power) if power.denominator == 1 and power > 0 else f"({power})"
        return Formula(
            f"{_factor(self.text)}^{exponent}", lambda masses: self.value(masses) ** float(power)
        )


Like = Union[Formula, Fraction, int]


def _formula(given: Like) -> Formula:
    return given if isinstance(given, Formula) else number(given)


def _factor(text: str) -> str:
    """The text within parentheses, unless it is already."""
    depth, closed = 0, -1
    for position, letter in enumerate(text):
        depth += (letter == "(") - (letter == ")")
        if depth == 0:
            closed = position
            break
    whole = text.startswith("(") and closed == len(text) - 1
    return text if whole else f"({text})"


def number(value: Fraction | int) -> Formula:
    """A number."""
    text = str(value)
    return Formula(text if text.isdigit() else f"({text})", lambda masses: float(value))


def mass(text: str, place: int) -> Formula:
    """The mass of a pair."""
    return Formula(text, lambda masses: float(masses[place]))


def average(text: str, weights: Mapping[int, Fraction | int]) -> Formula:
    """An average over pairs, by its name."""
    places = list(weights)
    factors = np.array([float(weights[place]) for place in places])
    return Formula(text, lambda masses: float(masses[places] @ factors))


def total(terms: list[Formula]) -> Formula:
    """A sum."""
    text = " + ".join(term.text for term in terms)
    return Formula(f"({text})", lambda masses: math.fsum(term.value(masses) for term in terms))


def log(inside: Formula) -> Formula:
    """The natural logarithm."""
    return Formula(f"log{_factor(inside.text)}", lambda masses: math.log(inside.value(masses)))


def exp(inside: Formula) -> Formula:
    """The exponential function."""
    return Formula(f"exp{_factor(inside.text)}", lambda masses: math.exp(inside.value(masses)))


def greater(one: Formula, other: Like) -> Formula:
    """The greater one of two."""
    right = _formula(other)
    return Formula(
        f"max({one.text}, {right.text})",
        lambda masses: max(one.value(masses), right.value(masses)),
    )


def meant(value: Any) -> Fraction:
    """The number that a parameter in binary64 was typed as: a simple fraction or a short decimal.

    >>> meant(1e-20) == Fraction(1, 10**20), meant(1 / 3)
    (True, Fraction(1, 3))
    """
    near = simplest(float(value), False)
    if near.denominator <= 10**6:
        return near
    typed = repr(float(value))
    digits = typed.split("e")[0].replace(".", "").lstrip("-0")
    return Fraction(typed) if len(digits) <= _TYPED_DIGITS else near


@dataclass(frozen=True)
class Terms:
    """A table at one stage: a sum of formulas (``None`` for 1) times sparse arrays of a shape."""

    shape: tuple[int, ...]
    terms: list[tuple[Formula | None, Sparse]]

    def at(self, masses: Masses) -> NDArray[np.float64]:
        """The array at a population."""
        value = np.zeros(int(np.prod(self.shape)))
        for formula, entries in self.terms:
            factor = 1.0 if formula is None else formula.value(masses)
            places = np.fromiter(entries, dtype=np.int64, count=len(entries))
            value[places] += factor * np.array([float(entry) for entry in entries.values()])
        return value.reshape(self.shape)

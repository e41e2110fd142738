"""Exact numbers: what Python's and numpy's numbers mean, and pairs of bounds."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Union

from ._errors import ArgumentError

if TYPE_CHECKING:
    import numpy as np

#: What is taken as an exact number. A ``float`` is the binary fraction that it is: ``0.1`` is not one tenth, ``"0.1"`` and ``Decimal("0.1")`` are.
Number = Union[int, float, str, Fraction, Decimal, "np.integer[Any]", "np.floating[Any]"]

_SPELLING = re.compile(r"\s*[+-]?\d+(\.\d+)?([eE][+-]?\d{1,3}|\s*/\s*\d+(\.\d+)?)?\s*\Z", re.ASCII)


def exact(value: Any, name: str = "the number") -> Fraction:
    """The rational number that ``value`` is.

    Parameters
    ----------
    value
        An ``int``, ``Fraction``, ``Decimal``, or a number of numpy or torch with ``item()``; a ``float`` is the binary fraction that it is; a text is an
        integer, a decimal or a fraction ``"p/q"``.
    name
        What the number is called in messages.

    Raises
    ------
    ArgumentError
        For NaN, infinities, and whatever is no number.
    """
    if isinstance(value, str):
        if not _SPELLING.match(value):
            raise ArgumentError(f"{name}: found {value!r}, expected an integer, a decimal or a fraction p/q")
        numerator, _, denominator = value.partition("/")
        try:
            return Fraction(numerator.strip()) / (Fraction(denominator.strip()) if denominator else 1)
        except ZeroDivisionError:
            raise ArgumentError(f"{name}: found {value!r}, whose denominator is zero") from None
    item = getattr(value, "item", None)
    if callable(item):
        value = item()  # numpy's scalars; float32 becomes the same number in binary64
    if isinstance(value, bool):
        raise ArgumentError(f"{name}: found {value!r}, expected a number")
    if isinstance(value, (int, Fraction)):
        return Fraction(value)
    if isinstance(value, (float, Decimal)) and math.isfinite(value):
        return Fraction(value)
    raise ArgumentError(f"{name}: found {value!r}, expected a finite number")


def text(value: Any, name: str = "the number") -> str:
    """``value`` as ``"p/q"``, or ``"p"`` for an integer."""
    return str(exact(value, name))


@dataclass(frozen=True)
class Bounds:
    """A number that is known exactly, or lies between two others.

    ``str`` gives ``p/q`` when it is exact, else ``[p/q, p/q]``; ``float`` the middle.
    """

    lower: Fraction
    upper: Fraction

    @property
    def exact(self) -> bool:
        """Whether both bounds are the same."""
        return self.lower == self.upper

    @property
    def width(self) -> Fraction:
        """Their distance."""
        return self.upper - self.lower

    @property
    def number(self) -> Fraction:
        """The number, when it is exact.

        Raises
        ------
        ValueError
            When it is not.
        """
        if not self.exact:
            raise ValueError(f"the number is not known exactly: it lies between {float(self.lower)!r} and {float(self.upper)!r}")
        return self.lower

    def __contains__(self, value: Any) -> bool:
        return self.lower <= exact(value) <= self.upper

    def __float__(self) -> float:
        return float((self.lower + self.upper) / 2)

    def __str__(self) -> str:
        return str(self.lower) if self.exact else f"[{self.lower}, {self.upper}]"

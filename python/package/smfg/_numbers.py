"""Exact numbers: what Python's and numpy's numbers mean, and pairs of bounds."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, ROUND_HALF_EVEN, Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Union

from ._errors import ArgumentError, shown
from ._exact import Exact, formatted, integer, rounded, spelled

if TYPE_CHECKING:
    import numpy as np

#: What is taken as an exact number. A ``float`` is the binary fraction that it is: ``0.1`` is not
#: one tenth, ``"0.1"`` and ``Decimal("0.1")`` are.
Number = Union[int, float, str, Fraction, Decimal, "Bounds", "np.integer[Any]", "np.floating[Any]"]

#: Most characters of an end that is printed as a fraction beside another one.
_SHORT = 60

_SPELLING = re.compile(r"\s*[+-]?\d+(\.\d+)?([eE][+-]?\d{1,3}|\s*/\s*\d+(\.\d+)?)?\s*\Z", re.ASCII)


def exact(value: Any, name: str = "the number") -> Fraction:
    """The rational number that ``value`` is.

    Parameters
    ----------
    value
        An ``int``, ``Fraction``, ``Decimal``, or a number of numpy or torch with ``item()``; a
        ``float`` is the binary fraction that it is; a text is an integer, a decimal or a fraction
        ``"p/q"``.
    name
        What the number is called in messages.

    Raises
    ------
    ArgumentError
        For NaN, infinities, and whatever is no number.
    """
    if isinstance(value, str):
        if not _SPELLING.match(value):
            raise ArgumentError(
                f"{name}: found {shown(value)}, expected an integer, a decimal or a fraction p/q"
            )
        numerator, _, denominator = value.partition("/")
        try:
            return _part(numerator) / (_part(denominator) if denominator else 1)
        except ZeroDivisionError:
            raise ArgumentError(
                f"{name}: found {shown(value)}, whose denominator is zero"
            ) from None
    if isinstance(value, Fraction):
        return value
    if isinstance(value, Bounds):
        if value.exact:
            return value.lower
        raise ArgumentError(f"{name}: found {value}, expected a number that is known exactly")
    item = getattr(value, "item", None)
    if callable(item):
        try:
            value = item()  # numpy's scalars; float32 becomes the same number in binary64
        except (TypeError, ValueError):
            raise ArgumentError(
                f"{name}: found {type(value).__name__}, expected a single number"
            ) from None
    if isinstance(value, bool):
        raise ArgumentError(f"{name}: found {shown(value)}, expected a number")
    if isinstance(value, (int, Fraction)):
        return Fraction(value)
    if isinstance(value, (float, Decimal)) and math.isfinite(value):
        return Fraction(value)
    raise ArgumentError(f"{name}: found {shown(value)}, expected a finite number")


def _part(text: str) -> Fraction:
    """An integer of any length, or a decimal."""
    text = text.strip()
    return Fraction(integer(text)) if text.lstrip("+-").isdecimal() else Fraction(text)


def text(value: Any, name: str = "the number") -> str:
    """``value`` as ``"p/q"``, or ``"p"`` for an integer."""
    return spelled(exact(value, name))


@dataclass(frozen=True, eq=False, repr=False)
class Bounds:
    """A number that is known exactly, or lies between two others.

    ``Bounds`` behave like numbers:

    * Arithmetic with numbers and other ``Bounds`` encloses every possible result.
    * ``<`` and its like compare where the bounds decide, and raise :class:`ArgumentError` where
      they
      do not. ``==`` asks whether both ends are the same.
    * ``str`` gives ``p/q`` when the number is exact, else ``[p/q, p/q]``, and decimals in place of
      long fractions; formats of floats round the ends outwards; ``float`` is the middle.

    >>> from smfg import Bounds
    >>> loss = Bounds("1/3", "1/2")
    >>> print(1 - loss, loss * loss, f"{loss:.3f}", loss < 1)
    [1/2, 2/3] [1/9, 1/4] [0.333, 0.500] True
    """

    lower: Fraction
    upper: Fraction

    def __init__(self, lower: Any, upper: Any = None) -> None:
        lower = lower if isinstance(lower, Exact) else Exact(exact(lower, "lower"))
        upper = (
            lower
            if upper is None
            else upper if isinstance(upper, Exact) else Exact(exact(upper, "upper"))
        )
        if lower is not upper and lower > upper:
            raise ArgumentError(f"bounds: found {lower} above {upper}")
        object.__setattr__(self, "lower", lower)
        object.__setattr__(self, "upper", upper)

    @property
    def exact(self) -> bool:
        """Whether both bounds are the same."""
        return self.lower is self.upper or self.lower == self.upper

    @property
    def width(self) -> Fraction:
        """Their distance."""
        return self.upper - self.lower

    @property
    def middle(self) -> Fraction:
        """The number halfway between them."""
        return (self.lower + self.upper) / 2

    @property
    def number(self) -> Fraction:
        """The number, when it is exact.

        Raises
        ------
        ValueError
            When it is not.
        """
        if not self.exact:
            raise ValueError(
                f"the number is not known exactly: it lies between {float(self.lower)!r} and "
                f"{float(self.upper)!r}"
            )
        return self.lower

    def __contains__(self, value: Any) -> bool:
        inner = _enclosed(value)
        if inner is None:
            raise ArgumentError(f"found {shown(value)}, expected a number")
        return self.lower <= inner.lower and inner.upper <= self.upper

    def __float__(self) -> float:
        return float(self.middle)

    def __str__(self) -> str:
        if self.exact:
            return str(self.lower)
        low, high = (
            end if len(end) <= _SHORT and "[" not in end else None
            for end in (str(self.lower), str(self.upper))
        )
        if low is None or high is None:
            return f"[{rounded(self.lower, ROUND_FLOOR)}, {rounded(self.upper, ROUND_CEILING)}]"
        return f"[{low}, {high}]"

    def __repr__(self) -> str:
        ends = [self.lower] if self.exact else [self.lower, self.upper]
        return f"Bounds({', '.join(repr(str(end)) for end in ends)})"

    def __format__(self, spec: str) -> str:
        if not spec:
            return str(self)
        if self.exact:
            return formatted(self.lower, spec, ROUND_HALF_EVEN)
        lower = formatted(self.lower, spec, ROUND_FLOOR)
        return f"[{lower}, {formatted(self.upper, spec, ROUND_CEILING)}]"

    def __bool__(self) -> bool:
        return self != 0

    def __eq__(self, other: object) -> bool:
        given = _enclosed(other)
        return (
            NotImplemented
            if given is None
            else self.lower == given.lower and self.upper == given.upper
        )

    def __hash__(self) -> int:
        return hash(self.lower) if self.exact else hash((self.lower, self.upper))

    def _compared(
        self,
        other: Any,
        sign: str,
        true: Callable[[Bounds, Bounds], bool],
        false: Callable[[Bounds, Bounds], bool],
    ) -> Any:
        given = _enclosed(other)
        if given is None:
            return NotImplemented
        if true(self, given):
            return True
        if false(self, given):
            return False
        raise ArgumentError(f"{self} {sign} {other}: the bounds do not decide")

    def __lt__(self, other: Any) -> bool:
        decided: bool = self._compared(
            other, "<", lambda a, b: a.upper < b.lower, lambda a, b: a.lower >= b.upper
        )
        return decided

    def __le__(self, other: Any) -> bool:
        decided: bool = self._compared(
            other, "<=", lambda a, b: a.upper <= b.lower, lambda a, b: a.lower > b.upper
        )
        return decided

    def __gt__(self, other: Any) -> bool:
        decided: bool = self._compared(
            other, ">", lambda a, b: a.lower > b.upper, lambda a, b: a.upper <= b.lower
        )
        return decided

    def __ge__(self, other: Any) -> bool:
        decided: bool = self._compared(
            other, ">=", lambda a, b: a.lower >= b.upper, lambda a, b: a.upper < b.lower
        )
        return decided

    def __neg__(self) -> Bounds:
        return Bounds(-self.upper, -self.lower)

    def __pos__(self) -> Bounds:
        return self

    def __abs__(self) -> Bounds:
        if self.lower >= 0:
            return self
        return -self if self.upper <= 0 else Bounds(0, max(-self.lower, self.upper))

    def __add__(self, other: Any) -> Bounds:
        given = _enclosed(other)
        return (
            NotImplemented
            if given is None
            else Bounds(self.lower + given.lower, self.upper + given.upper)
        )

    __radd__ = __add__

    def __sub__(self, other: Any) -> Bounds:
        given = _enclosed(other)
        return NotImplemented if given is None else self + -given

    def __rsub__(self, other: Any) -> Bounds:
        given = _enclosed(other)
        return NotImplemented if given is None else given + -self

    def __mul__(self, other: Any) -> Bounds:
        given = _enclosed(other)
        if given is None:
            return NotImplemented
        products = [a * b for a in (self.lower, self.upper) for b in (given.lower, given.upper)]
        return Bounds(min(products), max(products))

    __rmul__ = __mul__

    def __truediv__(self, other: Any) -> Bounds:
        given = _enclosed(other)
        return NotImplemented if given is None else self * given._inverse()

    def __rtruediv__(self, other: Any) -> Bounds:
        given = _enclosed(other)
        return NotImplemented if given is None else given * self._inverse()

    def _inverse(self) -> Bounds:
        if self.lower <= 0 <= self.upper:
            raise ZeroDivisionError(f"division by {self}, which may be zero")
        return Bounds(1 / self.upper, 1 / self.lower)


def _enclosed(value: Any) -> Bounds | None:
    """A number as ``Bounds``; ``None`` for whatever is no number."""
    if isinstance(value, Bounds):
        return value
    try:
        return Bounds(value)
    except ArgumentError:
        return None

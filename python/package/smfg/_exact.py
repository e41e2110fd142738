"""Exact numbers of any length: read when they are needed, printed shortly.

The interpreter refuses to turn texts of more than some thousand digits into integers, and back.
Here such texts are cut into pieces that it accepts, so that its limit stays as it is.
"""

from __future__ import annotations

import decimal
import re
from decimal import Decimal
from fractions import Fraction
from typing import Any

_INTEGERS = re.compile(r"\s*[+-]?\d+(/\d+)?\s*\Z", re.ASCII)
#: Digits that the interpreter converts at a time; its limit cannot be set below 640.
_PIECE = 600
#: Most characters of a fraction that is printed; longer ones are enclosed in decimals.
_LONGEST = 1000
#: Significant digits of these decimals.
_DIGITS = 15


def integer(text: str) -> int:
    """The integer that a text of digits, perhaps with a sign, spells; it may be of any length."""
    digits = text.lstrip("+-")
    if len(digits) <= _PIECE:
        return int(text)
    values = [int(digits[max(end - _PIECE, 0) : end]) for end in range(len(digits), 0, -_PIECE)]
    scale = 10**_PIECE
    # Neighbours are joined, so that most products are of numbers of one length.
    while len(values) > 1:
        values = [
            values[i] + (values[i + 1] * scale if i + 1 < len(values) else 0)
            for i in range(0, len(values), 2)
        ]
        scale *= scale
    return -values[0] if text.startswith("-") else values[0]


def digits(value: int) -> str:
    """The decimal digits of an integer of any length."""
    if value < 0:
        return "-" + digits(-value)
    scales = [10**_PIECE]
    while scales[-1] <= value:
        scales.append(scales[-1] ** 2)

    def written(part: int, level: int) -> str:
        if level < 0:
            return str(part).zfill(_PIECE)
        high, low = divmod(part, scales[level])
        return written(high, level - 1) + written(low, level - 1)

    return written(value, len(scales) - 1).lstrip("0") or "0"


def fraction(text: str) -> Fraction:
    """The number that ``"p"`` or ``"p/q"`` spells, of any length."""
    numerator, _, denominator = text.partition("/")
    return Fraction(integer(numerator.strip()), integer(denominator.strip()) if denominator else 1)


def spelled(value: Fraction) -> str:
    """``"p/q"``, or ``"p"`` for an integer, of any length."""
    if isinstance(value, Exact):
        return value.text
    return (
        digits(value.numerator)
        if value.denominator == 1
        else f"{digits(value.numerator)}/{digits(value.denominator)}"
    )


def rounded(value: Fraction, rounding: str, significant: int = _DIGITS) -> Decimal:
    """``value`` rounded to significant digits."""
    with decimal.localcontext() as context:
        context.prec, context.rounding = significant, rounding
        context.Emax, context.Emin = decimal.MAX_EMAX, decimal.MIN_EMIN
        return Decimal(value.numerator) / Decimal(value.denominator)


def formatted(value: Fraction, spec: str, rounding: str) -> str:
    """``value`` in a format of floats, rounded in a direction."""
    with decimal.localcontext() as context:
        context.prec, context.rounding = 1000, rounding
        context.Emax, context.Emin = decimal.MAX_EMAX, decimal.MIN_EMIN
        return format(rounded(value, rounding, 1000), spec)


def short(value: Fraction) -> str:
    """``"p/q"`` where that has at most a thousand characters, else an enclosure in decimals."""
    text = value.text if isinstance(value, Exact) else None
    # A decimal digit has more than three bits.
    bits = value.numerator.bit_length() + value.denominator.bit_length() if text is None else 0
    if len(text) <= _LONGEST if text is not None else bits <= 3 * _LONGEST:
        return spelled(value)
    return f"[{rounded(value, decimal.ROUND_FLOOR)}, {rounded(value, decimal.ROUND_CEILING)}]"


class Exact(Fraction):
    """A fraction that is read from its text when it is needed.

    It is a ``fractions.Fraction`` in every respect, but

    * ``str`` and ``repr`` enclose it in decimals, ``[lower, upper]``, where numerator and
      denominator have more than a thousand digits together; ``text`` has them all;
    * results of arithmetic are ``Exact`` too, so that they can be printed whatever their length;
    * ``format`` takes the formats of floats, such as ``".3f"``.

    >>> from smfg import Exact
    >>> third = Exact("1/3")
    >>> print(third, third + 1, f"{third:.3f}")
    1/3 4/3 0.333
    """

    __slots__ = ("_text", "_value")
    _text: str | None
    _value: Fraction | None

    def __new__(cls, numerator: Any = 0, denominator: Any = None) -> Exact:
        self: Exact = object.__new__(cls)
        whole = isinstance(numerator, str) and denominator is None and _INTEGERS.match(numerator)
        self._value = fraction(numerator) if whole else Fraction(numerator, denominator)
        self._text = None
        return self

    @classmethod
    def _of(cls, text: str) -> Exact:
        """The number that the program printed, in lowest terms, not read yet."""
        self: Exact = object.__new__(cls)
        self._text, self._value = text, None
        return self

    def _read(self) -> Fraction:
        if self._value is None:
            self._value = fraction(self._text or "0")
        return self._value

    # What the methods of ``Fraction`` read.
    @property
    def _numerator(self) -> int:
        return self._read().numerator

    @property
    def _denominator(self) -> int:
        return self._read().denominator

    @property
    def numerator(self) -> int:
        """The numerator in lowest terms."""
        return self._read().numerator

    @property
    def denominator(self) -> int:
        """The denominator in lowest terms, positive."""
        return self._read().denominator

    @property
    def text(self) -> str:
        """``"p/q"``, or ``"p"`` for an integer, with all digits."""
        if self._text is None:
            value = self._read()
            self._text = digits(value.numerator) + (
                "" if value.denominator == 1 else f"/{digits(value.denominator)}"
            )
        return self._text

    def __str__(self) -> str:
        return short(self)

    def __repr__(self) -> str:
        return f"Exact({short(self)!r})"

    def __format__(self, spec: str) -> str:
        return formatted(self._read(), spec, decimal.ROUND_HALF_EVEN) if spec else str(self)

    def __reduce__(self) -> tuple[Any, ...]:
        return (_restored, (self.text,))

    def __copy__(self) -> Exact:
        return self

    def __deepcopy__(self, memo: Any) -> Exact:
        return self

    def __hash__(self) -> int:  # type: ignore[override]
        return hash(self._read())


def _restored(text: str) -> Exact:
    return Exact._of(text)


def _keeping(name: str) -> Any:
    """The operation of ``Fraction``, with an ``Exact`` in place of a ``Fraction``."""
    operation = getattr(Fraction, name)

    def method(self: Exact, *others: Any) -> Any:
        plain = [other._read() if isinstance(other, Exact) else other for other in others]
        result = operation(self._read(), *plain)
        if type(result) is Fraction:
            return Exact(result)
        return tuple(map(_kept, result)) if type(result) is tuple else result

    method.__name__, method.__doc__ = name, operation.__doc__
    return method


def _kept(value: Any) -> Any:
    return Exact(value) if type(value) is Fraction else value


for _name in (
    *("add", "sub", "mul", "truediv", "floordiv", "mod", "divmod", "pow"),
    *("radd", "rsub", "rmul", "rtruediv", "rfloordiv", "rmod", "rdivmod", "rpow"),
    *("neg", "pos", "abs", "round"),
):
    setattr(Exact, f"__{_name}__", _keeping(f"__{_name}__"))

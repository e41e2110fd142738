"""Polynomials of a population, from a function that can only be called.

On the simplex of laws ``x`` over ``n`` places every polynomial of degree two is

    f(x) = sum_i a_i x_i + sum_{i<j} b_ij x_i x_j,     a_i = f(e_i),     b_ij = 4 f((e_i + e_j) / 2)
    - 2 a_i - 2 a_j,

since ``x_i^2 = x_i (1 - sum of the others)``. So values at corners and midpoints of edges determine
it, and no equations are solved; values elsewhere show whether the function is one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from ._errors import ConversionError

#: Values at a law: an array of any shape, and whether it was computed in single precision.
Function = Callable[[NDArray[np.float64]], tuple[NDArray[np.float64], bool]]
#: Position in the flattened array to number; zeros are left out.
Sparse = dict[int, Fraction]

#: Largest denominators of numbers that are taken for rounded ones. Among rationals with
#: denominators up to ``q`` a number that means none of them lies within a rounding error ``e`` of
#: one with a probability of about ``0.6 q^2 e``: 0.7 % in single and 1e-4 in double precision, and
#: then within ``e`` of it.
_SIMPLE = {True: 300, False: 1_000_000}
#: A unit in the last place of numbers from 1 to 2: what a short computation with such numbers
#: loses.
_ROUNDING = {True: 2.0**-23, False: 2.0**-52}
#: Agreement asked for at the points where the polynomial is compared, relative to the largest value
#: or 1.
_AGREEMENT = {True: 1e-5, False: 1e-9}
#: Distance from 1 up to which a sum of probabilities is a matter of rounding.
_SUM = Fraction(1, 100_000)
#: Segments on which differences are looked at.
_SEGMENTS = 3
#: Most values that are computed, over all calls, and most that are kept at a time.
_MOST_VALUES, _MOST_KEPT = 400_000_000, 40_000_000


@dataclass(frozen=True)
class Polynomial:
    """``constant + sum_v linear[v] x_v + sum_{v<w} quadratic[v,w] x_v x_w``, each coefficient an
    array of this shape.
    """

    shape: tuple[int, ...]
    constant: Sparse
    linear: dict[int, Sparse]
    quadratic: dict[tuple[int, int], Sparse]
    #: Largest difference found at the points of comparison, in binary64.
    difference_approx: float
    #: Whether the function computes in single precision.
    single: bool

    @property
    def degree(self) -> int:
        """0, 1 or 2."""
        return 2 if self.quadratic else 1 if self.linear else 0


def simplest(value: float, single: bool) -> Fraction:
    """The rational number that a rounded number means, when there is a simple one; else the binary
    number that it is.

    >>> simplest(0.1, False), simplest(float(np.float32(0.3)), True)
    (Fraction(1, 10), Fraction(3, 10))
    >>> simplest(2**-0.5, True) == Fraction(2**-0.5)
    True
    """
    number = Fraction(value)
    for precision in (True, False) if single or float(np.float32(value)) == value else (False,):
        near = number.limit_denominator(_SIMPLE[precision])
        if near and abs(near - number) <= max(abs(number), Fraction(1)) * Fraction(
            _ROUNDING[precision]
        ):
            return near
    return number


def interpolate(
    function: Function,
    places: int,
    what: str,
    *,
    laws: bool = False,
    label: Callable[[int], str] | None = None,
    points: int = 20,
    seed: int = 0,
) -> Polynomial:
    """The polynomial that ``function`` is on the laws over ``places`` places; ``laws`` says that
    its last axis holds probabilities.

    ``what`` and ``label`` name the function and its entries in messages.

    Raises
    ------
    ConversionError
        When it is none of this degree, with a law at which it differs, or is not finite, or there
        is too much to compute.
    """
    random = np.random.default_rng(seed)
    tests = [random_law(random, places, kind) for kind in range(max(points, 1))]
    first, single = _finite(function, tests[0], what)
    shape = first.shape

    def name(position: int) -> str:
        return (
            label(position)
            if label
            else "at " + "".join(f"[{i}]" for i in np.unravel_index(position, shape))
        )

    # Before many values are computed: a few on segments between laws, where high differences of a
    # polynomial vanish.
    bent = [_bend_on(function, random, places, name, single, what) for _ in range(_SEGMENTS)]
    values = [(first, single), *(_finite(function, law, what) for law in tests[1:])]
    single = any(own for _, own in values)
    flat = [value.ravel() for value, _ in values]
    rounded = _Rounding(shape, single, laws, what)
    if not any(bent) and all(np.array_equal(flat[0], value) for value in flat[1:]):
        return Polynomial(shape, rounded.sparse(flat[0]), {}, {}, 0.0, single)
    squares = any(bent)
    calls = places + (places * (places - 1) // 2 if squares else 0)
    if calls * flat[0].size > _MOST_VALUES or places * flat[0].size > _MOST_KEPT:
        raise ConversionError(
            f"{what}: {flat[0].size} numbers depend on a population in {places} places, which is "
            f"too much to interpolate"
        )

    def value_at(*where: int) -> NDArray[np.float64]:
        law = np.zeros(places)
        law[list(where)] = 1.0 / len(where)
        return _finite(function, law, what)[0].ravel()

    corners = np.array([value_at(place) for place in range(places)])
    constant, linear = rounded.affine(corners)
    found = Polynomial(shape, constant, linear, {}, 0.0, single)
    difference, worst = _largest_difference(found, tests, flat)
    if squares:
        quadratic: dict[tuple[int, int], Sparse] = {}
        for v in range(places):
            for w in range(v + 1, places):
                entries = rounded.bend(value_at(v, w), corners[v], corners[w])
                if entries:
                    quadratic[v, w] = entries
        found = Polynomial(shape, constant, linear, quadratic, 0.0, single)
        difference, worst = _largest_difference(found, tests, flat)
    if not _agrees(difference, flat, single):
        position = int(np.argmax(np.abs(_at(found, tests[worst]) - flat[worst])))
        raise ConversionError(
            f"{what}: not a polynomial of degree 2 in the population: {name(position)}, with the "
            f"law {_words(tests[worst])}, it is {float(flat[worst][position])!r}, and "
            f"{float(_at(found, tests[worst])[position])!r} by interpolation"
        )
    return Polynomial(shape, constant, linear, found.quadratic, difference, single)


def _bend_on(
    function: Function,
    random: np.random.Generator,
    places: int,
    name: Callable[[int], str],
    single: bool,
    what: str,
) -> bool:
    """Whether the function bends on a random segment.

    Raises
    ------
    ConversionError
        When its third differences there show that it is no polynomial of degree two.
    """
    start, end = random_law(random, places, 0), random_law(random, places, 0)
    # Multiples of a quarter of 2^-20: still exact in single precision.
    steps = np.array(
        [_finite(function, start + (end - start) * (k / 4), what)[0].ravel() for k in range(5)]
    )
    second, third = np.diff(steps, n=2, axis=0), np.diff(steps, n=3, axis=0)
    allowed = _AGREEMENT[single] * max(1.0, float(np.abs(steps).max(initial=0.0)))
    if np.abs(third).max(initial=0.0) > allowed:
        position = int(np.argmax(np.abs(third).max(axis=0)))
        numbers = ", ".join(f"{value:.6g}" for value in steps[:, position])
        raise ConversionError(
            f"{what}: not a polynomial of degree 2 in the population: {name(position)}, on five "
            f"equidistant laws from {_words(start)} to {_words(end)}, it is "
            f"{numbers}, whose third differences are not 0"
        )
    return bool(np.abs(second).max(initial=0.0) > allowed)


def random_law(random: np.random.Generator, places: int, kind: int) -> NDArray[np.float64]:
    """A law in multiples of 2^-20, which single precision holds: on all places, or on a few."""
    weights = random.exponential(size=places)
    if kind % 3 == 2:
        weights *= random.random(places) < min(1.0, 3.0 / places)
        weights[random.integers(places)] += 1.0
    units = np.floor(weights / weights.sum() * 2.0**20)
    units[int(np.argmax(units))] += 2.0**20 - units.sum()
    law: NDArray[np.float64] = units / 2.0**20
    return law


def _finite(
    function: Function, law: NDArray[np.float64], what: str
) -> tuple[NDArray[np.float64], bool]:
    value, single = function(law)
    if not np.isfinite(value).all():
        index = "".join(f"[{i}]" for i in np.argwhere(~np.isfinite(value))[0])
        raise ConversionError(
            f"{what}: not finite at {index}, with the law {_words(law)}: no polynomial of the "
            f"population"
        )
    return value, single


def _agrees(difference: float, values: list[NDArray[np.float64]], single: bool) -> bool:
    scale = max([1.0, *(float(np.abs(value).max(initial=0.0)) for value in values)])
    return difference <= _AGREEMENT[single] * scale


def _largest_difference(
    found: Polynomial, tests: list[NDArray[np.float64]], values: list[NDArray[np.float64]]
) -> tuple[float, int]:
    differences = [
        float(np.abs(_at(found, law) - value).max(initial=0.0)) for law, value in zip(tests, values)
    ]
    worst = int(np.argmax(differences))
    return differences[worst], worst


def _at(found: Polynomial, law: NDArray[np.float64]) -> NDArray[np.float64]:
    value = np.zeros(int(np.prod(found.shape)))

    def add(entries: Sparse, factor: float) -> None:
        if entries and factor:
            value[list(entries)] += factor * np.array([float(entry) for entry in entries.values()])

    add(found.constant, 1.0)
    for v, entries in found.linear.items():
        add(entries, law[v])
    for (v, w), entries in found.quadratic.items():
        add(entries, law[v] * law[w])
    return value


class _Rounding:
    """Binary numbers to the rationals that they mean, each looked up once."""

    def __init__(self, shape: tuple[int, ...], single: bool, laws: bool, what: str) -> None:
        self._shape = shape
        self._single = single
        self._laws = laws
        self._what = what
        # Entries that are taken together: the last axis of laws.
        self._width = shape[-1] if laws else 1
        self._known: dict[float, Fraction] = {}

    def __call__(self, value: float) -> Fraction:
        if value not in self._known:
            self._known[value] = simplest(value, self._single)
        return self._known[value]

    def sparse(self, values: NDArray[np.float64]) -> Sparse:
        """The numbers that are not 0; rows that are laws are divided by their sums."""
        places = np.flatnonzero(values)
        numbers = {int(place): self(float(values[place])) for place in places}
        if not self._laws:
            return numbers
        rows: dict[int, list[int]] = {}
        for place in numbers:
            rows.setdefault(place // self._width, []).append(place)
        count = values.size // self._width
        if len(rows) < count:
            row = next(row for row in range(count) if row not in rows)
            raise ConversionError(
                f"{self._what}: the probabilities at {self._index(row)} are all 0"
            )
        for row, members in rows.items():
            total = sum((numbers[place] for place in members), Fraction(0))
            if abs(total - 1) > _SUM:
                raise ConversionError(
                    f"{self._what}: the probabilities at {self._index(row)} sum to "
                    f"{float(total)!r}, expected 1"
                )
            if total != 1:
                numbers |= {place: numbers[place] / total for place in members}
        return numbers

    def affine(self, corners: NDArray[np.float64]) -> tuple[Sparse, dict[int, Sparse]]:
        """Constants, the commonest of each row's values at the corners, and what the corners differ
        by.
        """
        values = [self.sparse(corner) for corner in corners]
        constant = dict(values[0])
        linear: dict[int, Sparse] = {}
        varying = np.flatnonzero((corners != corners[0]).any(axis=0)) // self._width
        for row in np.unique(varying).tolist():
            members = range(row * self._width, (row + 1) * self._width)
            rows = [tuple(value.get(place, Fraction(0)) for place in members) for value in values]
            commonest = max(dict.fromkeys(rows), key=rows.count)
            for place, number in zip(members, commonest):
                constant.pop(place, None)
                if number:
                    constant[place] = number
            for v, own in enumerate(rows):
                for place, number, common in zip(members, own, commonest):
                    if number != common:
                        linear.setdefault(v, {})[place] = number - common
        return constant, linear

    def bend(
        self, middle: NDArray[np.float64], one: NDArray[np.float64], other: NDArray[np.float64]
    ) -> Sparse:
        """``4 middle - 2 one - 2 other``; what rounding leaves of a straight line is 0."""
        largest = np.maximum(np.abs(middle), np.maximum(np.abs(one), np.abs(other)))
        bent = np.abs(middle - (one + other) / 2) > 8 * _ROUNDING[self._single] * largest
        if not bent.any():
            return {}
        at = [self.sparse(values) for values in (middle, one, other)]
        found: Sparse = {}
        for row in np.unique(np.flatnonzero(bent) // self._width).tolist():
            for place in range(row * self._width, (row + 1) * self._width):
                m, a, b = (values.get(place, Fraction(0)) for values in at)
                if coefficient := 4 * m - 2 * a - 2 * b:
                    found[place] = coefficient
        return found

    def _index(self, row: int) -> str:
        return "".join(f"[{i}]" for i in np.unravel_index(row, self._shape[:-1]))


def _words(law: NDArray[np.float64]) -> str:
    """A law in short: its largest masses."""
    order = np.argsort(-law)[:6]
    listed = ", ".join(f"{int(place)}: {law[place]:.4g}" for place in order if law[place] > 0)
    return f"{{{listed}{', ...' if (law > 0).sum() > 6 else ''}}}"


__all__ = ["Function", "Polynomial", "Sparse", "interpolate", "random_law", "simplest"]

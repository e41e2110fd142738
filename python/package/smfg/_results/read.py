"""From the JSON of the program to numbers and tables."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from .._exact import Exact
from .._numbers import Bounds

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: ``[stage][state][action]`` probabilities or masses.
Table = tuple[tuple[tuple[Fraction, ...], ...], ...]


def table(rows: Any) -> Table:
    """Nested lists of texts."""
    return tuple(tuple(tuple(map(Exact._of, row)) for row in stage) for stage in rows)


def array(numbers: Table) -> NDArray[np.float64]:
    """A table in binary64."""
    import numpy as np

    return np.array([[[float(entry) for entry in row] for row in stage] for stage in numbers])


def bounds(value: Any) -> Bounds:
    """From ``"p/q"``, ``{"lower", "upper"}`` or ``[lower, upper]``."""
    if isinstance(value, str):
        return Bounds(Exact._of(value))
    lower, upper = (value["lower"], value["upper"]) if isinstance(value, Mapping) else value
    low = Exact._of(lower)
    return Bounds(low, low if lower == upper else Exact._of(upper))


def bounds_or_none(value: Any) -> Bounds | None:
    """Bounds, or ``None`` where there are none."""
    return None if value is None else bounds(value)


def number_or_none(value: str | None) -> Fraction | None:
    """A number, or ``None`` where there is none."""
    return None if value is None else Exact._of(value)


#: Fields that several answers have, by the names that they have here.
_SHARED: dict[str, Callable[[Any], Any]] = {
    "status": lambda answer: answer["status"],
    "termination": lambda answer: answer["termination"],
    "selection": lambda answer: answer["selection"],
    "epsilon": lambda answer: Exact._of(answer["epsilon"]),
    "class_name": lambda answer: answer["class"],
    "game_hash": lambda answer: answer["game"]["hash"],
    "statistics": lambda answer: answer["statistics"],
}


def shared(kind: Any, answer: Any, certificate: bytes) -> dict[str, Any]:
    """The fields of a class of answers that it shares with others."""
    names = {field.name for field in dataclasses.fields(kind)}
    found = {name: read(answer) for name, read in _SHARED.items() if name in names}
    return found | {"certificate": certificate}

"""Exceptions. All of them are :class:`Error`; their messages are those of the library and say where
and what was expected.
"""

from __future__ import annotations

import reprlib
from typing import Any

__all__ = [
    "ArgumentError",
    "ClaimError",
    "ConversionError",
    "DecisionError",
    "Error",
    "ExpressionError",
    "GameError",
    "InternalError",
    "UnsupportedError",
]


_shown = reprlib.Repr()
_shown.maxstring = _shown.maxother = 100


def shown(value: Any) -> str:
    """What was found, in a message: short, however large or deeply nested it is."""
    return _shown.repr(value)


class Error(Exception):
    """Whatever this package raises by itself."""


class ArgumentError(Error, ValueError):
    """A number that is none, or an option that does not exist."""


class GameError(Error, ValueError):
    """A game file, or the arrays and formulas of a game, that describe no game. The message lists
    everything that is wrong.
    """


class DecisionError(Error, ValueError):
    """A decision that is none of the game's, or a missing one where one is needed."""


class ExpressionError(Error, ValueError):
    """A formula of the population that means nothing in the game."""


class ClaimError(Error, ValueError):
    """A policy or an occupation measure that is none: wrong shape, NaN, rows that are no
    probabilities, actions that are not available.
    """


class ConversionError(Error, ValueError):
    """A game of another library that is no game of polynomials. The message says what was found,
    where.
    """


class UnsupportedError(Error, NotImplementedError):
    """A game outside what is solved, or a search that would be too large."""


class InternalError(Error, RuntimeError):
    """A defect of this package. Nothing is claimed."""

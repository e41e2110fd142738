"""The eps-equilibria of one decision through two statistics: cells proved inside and outside."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal, TypedDict, Unpack

from . import _arguments as given
from ._answer import Answer
from ._arguments import Callback, DecisionLike, options
from ._ask import _game
from ._errors import ArgumentError, shown
from ._exact import Exact
from ._numbers import Bounds, Number, text
from ._results import Decision

if TYPE_CHECKING:
    from ._game import GameLike

#: Left, right, lower and upper end of a window.
Window = tuple[Number, Number, Number, Number]


@dataclass(frozen=True)
class MapCell(Answer):
    """A cell of a map, its boundary included.

    ``status`` is ``inside`` (some eps-equilibrium has both statistics in it), ``outside`` (none
    has)
    or ``undecided``. ``claims`` are positions in :attr:`Map.claims` of what proves it: one for an
    inside cell; for an outside cell one, or several that cover its quarters.
    """

    x: tuple[Fraction, Fraction]
    y: tuple[Fraction, Fraction]
    status: Literal["inside", "outside", "undecided"]
    claims: tuple[int, ...]


@dataclass(frozen=True)
class MapClaim(Answer):
    """What one certificate of the bundle proves: ``lower <= least value of of <= upper``.

    ``of`` is ``scale[0] (X - centre[0])**2 + scale[1] (Y - centre[1])**2``; ``centre`` and
    ``scale``
    are ``None`` for the first four claims, the ends of the ranges of the statistics.
    """

    of: str
    selection: str
    centre: tuple[Fraction, Fraction] | None
    scale: tuple[Fraction, Fraction] | None
    lower: Fraction
    upper: Fraction


@dataclass(frozen=True)
class Map(Answer):
    """The answer of :func:`smfg.map`.

    ``x`` and ``y`` are the expressions, ``x_range`` and ``y_range`` enclose their values over all
    eps-equilibria, ``window`` is the part that is shown. ``status`` is ``complete`` when every
    cell is
    decided. ``certificate`` is a bundle with the certificates of ``claims`` in their order.
    """

    x: str
    y: str
    x_range: Bounds
    y_range: Bounds
    window: tuple[Fraction, Fraction, Fraction, Fraction]
    cells_per_side: int
    cells: tuple[MapCell, ...] = field(repr=False)
    claims: tuple[MapClaim, ...] = field(repr=False)
    status: str
    decision: Decision | None
    epsilon: Fraction
    class_name: str
    termination: str
    game_hash: str
    statistics: Mapping[str, Any] = field(repr=False, compare=False)
    certificate: bytes = field(repr=False)

    def count(self, status: str) -> int:
        """Number of cells with this status."""
        return sum(cell.status == status for cell in self.cells)

    @classmethod
    def _from(cls, text: str, certificate: bytes) -> Map:
        answer = json.loads(text)

        def pair(row: Any) -> Any:
            return None if row is None else (Exact._of(row[0]), Exact._of(row[1]))

        def axis(row: Mapping[str, Any]) -> Bounds:
            return Bounds(Exact._of(row["least"]["lower"]), Exact._of(row["greatest"]["upper"]))

        cells = (
            MapCell(pair(row["x"]), pair(row["y"]), row["status"], tuple(row["claims"]))
            for row in answer["cells"]
        )
        claims = (
            MapClaim(
                row["of"],
                row["selection"],
                pair(row["centre"]),
                pair(row["scale"]),
                Exact._of(row["lower"]),
                Exact._of(row["upper"]),
            )
            for row in answer["claims"]
        )
        x, y = answer["x"], answer["y"]
        return cls(
            x=x["of"],
            y=y["of"],
            x_range=axis(x),
            y_range=axis(y),
            window=(
                Exact._of(x["from"]),
                Exact._of(x["to"]),
                Exact._of(y["from"]),
                Exact._of(y["to"]),
            ),
            cells_per_side=answer["cells_per_side"],
            cells=tuple(cells),
            claims=tuple(claims),
            status=answer["status"],
            decision=None if answer["decision"] is None else Decision._from(answer["decision"]),
            epsilon=Exact._of(answer["epsilon"]),
            class_name=answer["class"],
            termination=answer["termination"],
            game_hash=answer["game"]["hash"],
            statistics=answer["statistics"],
            certificate=certificate,
        )


class MapSearch(TypedDict, total=False):
    """Which equilibria of which decision, and what the search may cost."""

    epsilon: Number
    decision: DecisionLike | None
    time_limit: float | timedelta | None
    threads: int | None
    precision: str | int
    progress: Callback | bool | None


@options(MapSearch)
def map(
    game: GameLike,
    of: Sequence[str],
    *,
    cells: int = 32,
    window: Window | None = None,
    **search: Unpack[MapSearch],
) -> Map:
    """The eps-equilibria of one decision, projected on two statistics.

    A window around the certified ranges of both is divided into cells, each of which is proved to
    hold the statistics of an eps-equilibrium, or of none, where the time allows.

    Parameters
    ----------
    game
        A :class:`Game`, or the path of its file.
    of
        Two expressions such as ``"mu[infected]@3"``, the first one across.
    epsilon, decision, time_limit, threads, precision
        As for :func:`range`.
    cells
        Cells per side at the finest division, a power of two up to 256.
    window
        Left, right, lower and upper end; a little more than the ranges when absent.
    progress
        Called now and then with a :class:`Progress`: ``open`` of ``decisions`` cells of this
        division are left.

    Raises
    ------
    Error
        As :func:`range`.

    Examples
    --------
    >>> import smfg
    >>> game = smfg.Game.build(name="indifference", stages=1, states=["one"],
    ...     actions=["first", "second", "third"], initial="one")
    >>> window = (0, "6/5", 0, "6/5")
    >>> found = smfg.map(game, ("mu[*, first]@0", "mu[*, second]@0"), cells=4, window=window)
    >>> found.status, found.count("inside")  # cells that meet the triangle x + y <= 1
    ('complete', 10)
    >>> found.count("outside")  # two of the finest, and one of four times their size
    3
    """
    if isinstance(of, str) or len(of) != 2 or not all(isinstance(one, str) for one in of):
        raise ArgumentError(
            f'of: found {shown(of)}, expected two formulas such as "mu[infected]@3"'
        )
    ends = None
    if window is not None:
        if len(window) != 4:
            raise ArgumentError(
                f"window: found {shown(window)}, expected left, right, lower and upper end"
            )
        ends = [text(end, "window") for end in window]
    part = {"x": of[0], "y": of[1], "cells": given.count(cells, "cells"), "window": ends}
    # The gap is the program's own.
    question = given.question({"gap": 0} | dict(search))
    native = _game(game)._native
    with given.told(search["progress"]) as tell:
        return Map._from(*native.map(question, part, tell))

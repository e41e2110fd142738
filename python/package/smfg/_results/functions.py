"""The value as a function, and trade-offs with a social objective."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from .._answer import Answer, Row
from .._exact import Exact
from .._numbers import Bounds
from .played import Decision
from .read import bounds, bounds_or_none, number_or_none, shared


@dataclass(frozen=True)
class CurvePoint(Answer):
    """A point of a function: ``at`` is an epsilon or the value of a constant."""

    at: Fraction
    value: Bounds
    decision: Decision | None
    slope: Fraction | None

    @classmethod
    def _from(cls, row: Mapping[str, Any]) -> CurvePoint:
        at = Exact._of(row["epsilon"] if "epsilon" in row else row["at"])
        decision = Decision._or_none(row.get("decision"))
        return cls(at, bounds(row), decision, number_or_none(row.get("slope")))

    def _rows(self) -> list[Row]:
        return [{"at": self.at, "value": self.value, "decision": str(self.decision or "")}]


@dataclass(frozen=True)
class Jump(Answer):
    """A place between ``start`` and ``end`` at which a function jumps, by ``least`` to ``most``."""

    start: Fraction
    end: Fraction
    least: Fraction
    most: Fraction

    @classmethod
    def _from(cls, row: Mapping[str, Any]) -> Jump:
        return cls(*(Exact._of(row[key]) for key in ("from", "to", "least", "most")))


@dataclass(frozen=True)
class Curve(Answer):
    """A function of epsilon, as :func:`smfg.frontier` finds two of.

    ``kind`` is ``piecewise_linear``, known exactly between its points too, or ``staircase``,
    monotone and enclosed by its points.
    """

    kind: str
    status: str
    points: tuple[CurvePoint, ...]
    jumps: tuple[Jump, ...]

    @classmethod
    def _from(cls, row: Mapping[str, Any]) -> Curve:
        points, jumps = map(CurvePoint._from, row["points"]), map(Jump._from, row["jumps"])
        return cls(row["kind"], row["status"], tuple(points), tuple(jumps))

    def _rows(self) -> list[Row]:
        return [row for point in self.points for row in point._rows()]


@dataclass(frozen=True)
class Sweep(Answer):
    """The answer of :func:`smfg.sweep`: the value over epsilon, or over a constant of the game.

    ``over`` is ``epsilon`` or the name of the constant. ``kind`` is ``piecewise_linear`` (exact),
    ``staircase`` (enclosed) or ``points``. ``evaluated`` are the values at equidistant points,
    where they were asked for.
    """

    over: str
    kind: str
    status: str
    points: tuple[CurvePoint, ...]
    jumps: tuple[Jump, ...]
    evaluated: tuple[CurvePoint, ...]
    selection: str
    class_name: str
    game_hash: str
    statistics: Mapping[str, Any] = field(repr=False, compare=False)
    certificate: bytes = field(repr=False)

    @classmethod
    def _from(cls, text: str, certificate: bytes) -> Sweep:
        answer = json.loads(text)
        rows = [row["status"] for row in answer["points"] if "status" in row]
        worst = "limit" if "limit" in rows else "within_gap" if "within_gap" in rows else "exact"
        answer = {"jumps": [], "status": worst} | answer
        return cls(
            **shared(Sweep, answer, certificate),
            **{key: value for key, value in vars(Curve._from(answer)).items() if key != "status"},
            over=answer["over"],
            evaluated=tuple(map(CurvePoint._from, answer.get("evaluated", []))),
        )

    def _rows(self) -> list[Row]:
        rows = [row for point in self.points for row in point._rows()]
        return [{self.over: row.pop("at")} | row for row in rows]


@dataclass(frozen=True)
class Price(Answer):
    """A price of anarchy or stability; ``kind`` is ``ratio`` or what the program says instead."""

    value: Bounds
    kind: str

    @classmethod
    def _from(cls, row: Mapping[str, Any] | None) -> Price | None:
        if row is None or row.get("lower") is None or row.get("upper") is None:
            return None
        return cls(bounds(row), row["kind"])


@dataclass(frozen=True)
class FrontierPoint(Answer):
    """Worst and best value over the eps-equilibria at one exploitability."""

    epsilon: Fraction
    worst: Bounds
    best: Bounds

    @classmethod
    def _from(cls, row: Mapping[str, Any]) -> FrontierPoint:
        return cls(Exact._of(row["epsilon"]), bounds(row["worst"]), bounds(row["best"]))


@dataclass(frozen=True)
class Frontier(Answer):
    """The answer of :func:`smfg.frontier`: a social objective over exploitability.

    ``worst`` and ``best`` are its values over eps-equilibria as functions of epsilon, ``optimum``
    is the best over all populations, ``price_of_anarchy`` and ``price_of_stability`` compare it
    with equilibria; ``None`` where that is not proved.
    """

    worst: Curve
    best: Curve
    optimum: Bounds | None
    price_of_anarchy: Price | None
    price_of_stability: Price | None
    evaluated: tuple[FrontierPoint, ...]
    objective: str | None
    cost: bool
    decision: Decision | None
    class_name: str
    game_hash: str
    statistics: Mapping[str, Any] = field(repr=False, compare=False)
    certificate: bytes = field(repr=False)

    @classmethod
    def _from(cls, text: str, certificate: bytes) -> Frontier:
        answer = json.loads(text)
        return cls(
            **shared(Frontier, answer, certificate),
            worst=Curve._from(answer["worst"]),
            best=Curve._from(answer["best"]),
            optimum=bounds_or_none(answer["optimum"]),
            price_of_anarchy=Price._from(answer.get("price_of_anarchy")),
            price_of_stability=Price._from(answer.get("price_of_stability")),
            evaluated=tuple(map(FrontierPoint._from, answer.get("evaluated", []))),
            objective=answer["objective"],
            cost=answer["cost"],
            decision=Decision._or_none(answer["decision"]),
        )

    def _rows(self) -> list[Row]:
        return [
            {"curve": name, "epsilon": point.at, "value": point.value}
            for name, curve in (("worst", self.worst), ("best", self.best))
            for point in curve.points
        ]

"""All equilibria of a decision; verdicts on certificates."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from .._answer import Answer, Row
from .._exact import Exact
from .read import Table, table


@dataclass(frozen=True)
class Vertex(Answer):
    """A vertex of a polytope of equilibria.

    ``masses`` are those of the pairs of its support, ``policy`` is a policy with this flow.
    """

    masses: tuple[Fraction, ...]
    policy: Table = field(repr=False)

    @classmethod
    def _from(cls, row: Mapping[str, Any]) -> Vertex:
        return cls(tuple(map(Exact._of, row["masses"])), table(row["policy"]))


@dataclass(frozen=True)
class Polytope(Answer):
    """Equilibria with one pattern of play.

    ``support`` lists ``(stage, state, action)``, the pairs that may be played.
    """

    component: int
    support: tuple[tuple[int, str, str], ...]
    vertices: tuple[Vertex, ...]

    @classmethod
    def _from(cls, row: Mapping[str, Any]) -> Polytope:
        support = tuple((pair[0], pair[1], pair[2]) for pair in row["support"])
        return cls(row["component"], support, tuple(map(Vertex._from, row["vertices"])))


@dataclass(frozen=True)
class Equilibria(Answer):
    """The answer of :func:`smfg.equilibria`: all equilibria at eps = 0, a union of polytopes.

    ``unique`` says that it is proved that there is one flow.
    """

    unique: bool
    polytopes: tuple[Polytope, ...]
    components: int
    certificate: bytes = field(repr=False)

    @classmethod
    def _from(cls, text: str, certificate: bytes) -> Equilibria:
        answer = json.loads(text)
        polytopes = tuple(map(Polytope._from, answer["polytopes"]))
        return cls(answer["unique"], polytopes, answer["components"], certificate)

    def _rows(self) -> list[Row]:
        return [
            {"polytope": p, "component": polytope.component, "vertex": v}
            | dict(zip(("stage", "state", "action"), pair))
            | {"mass": mass}
            for p, polytope in enumerate(self.polytopes)
            for v, vertex in enumerate(polytope.vertices)
            for pair, mass in zip(polytope.support, vertex.masses)
        ]


@dataclass(frozen=True)
class Claimed(Answer):
    """What a certificate claims: ``lower <= value <= upper``."""

    lower: Fraction
    upper: Fraction
    epsilon: Fraction
    selection: str
    game_hash: str
    of: str | None

    @classmethod
    def _from(cls, row: Mapping[str, Any]) -> Claimed:
        lower, upper, epsilon = (Exact._of(row[key]) for key in ("lower", "upper", "epsilon"))
        return cls(lower, upper, epsilon, row["selection"], row["game_hash"], row.get("of"))


@dataclass(frozen=True)
class Check(Answer):
    """The verdict of :func:`smfg.check`; true where the certificate is valid.

    ``claims`` are those of the certificate, ``reason`` says why it is refused.
    """

    valid: bool
    claims: tuple[Claimed, ...]
    reason: str | None

    def __bool__(self) -> bool:
        return self.valid

    @classmethod
    def _from(cls, text: str) -> Check:
        answer = json.loads(text)
        rows = answer.get("claims") or ([answer["claim"]] if answer.get("claim") else [])
        return cls(answer["valid"], tuple(map(Claimed._from, rows)), answer["reason"])

    def _rows(self) -> list[Row]:
        return [vars(claim) for claim in self.claims]

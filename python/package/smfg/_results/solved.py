"""Values of games and ranges over equilibria."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any, cast

from .._answer import Answer, Row
from .._exact import Exact
from .._numbers import Bounds
from .played import Decision, DecisionBounds, Equilibrium
from .read import bounds, bounds_or_none, shared


@dataclass(frozen=True)
class Solution(Answer):
    """The answer of :func:`smfg.solve`: bounds that an exact checker accepted.

    ``status`` is ``exact`` (lower and upper bound are the same number), ``within_gap`` or
    ``limit``; ``termination`` says why the search ended. ``decision`` reaches the lower bound of
    ``value`` and ``equilibrium`` is the worst (``selection="optimistic"``: the best) at it.
    ``attained`` is about leaders with a continuum of decisions: ``True`` where the decision reaches
    the supremum, ``False`` where no decision does and ``value.upper`` is the supremum, ``None``
    where neither is shown.

    Of a game with requirements the value is that over the decisions that meet them, and the
    certificate a bundle. ``status`` is ``infeasible`` where every decision is proved to break one,
    and ``value`` is ``None`` where no decision is proved to meet them; its type leaves that out,
    because no other game has it.
    """

    value: Bounds
    status: str
    decision: Decision | None
    equilibrium: Equilibrium | None
    decisions: tuple[DecisionBounds, ...]
    epsilon: Fraction
    selection: str
    class_name: str
    attained: bool | None
    termination: str
    game_hash: str
    statistics: Mapping[str, Any] = field(repr=False, compare=False)
    certificate: bytes = field(repr=False)

    @classmethod
    def _from(cls, text: str, certificate: bytes) -> Solution:
        answer = json.loads(text)
        return cls(
            **shared(Solution, answer, certificate),
            value=cast(Bounds, bounds_or_none(answer["value"])),
            decision=Decision._or_none(answer["decision"]),
            equilibrium=Equilibrium._from(answer["equilibrium"]),
            decisions=tuple(map(DecisionBounds._from, answer["decisions"])),
            attained=answer.get("attained"),
        )

    def _rows(self) -> list[Row]:
        if not self.decisions:
            return [{"decision": str(self.decision or ""), "value": self.value}]
        return [
            {"decision": row.name, "value_lower": row.lower, "value_upper": row.upper}
            for row in self.decisions
        ]


@dataclass(frozen=True)
class RobustSolution(Solution):
    """The answer of :func:`smfg.robust`.

    ``value`` is what ``decision`` guarantees whatever the error of the model. ``errors`` are the
    radii asked about, ``kappa`` and ``omega`` the largest change of exploitability and of the
    leader's reward, ``relaxed_epsilon`` is ``epsilon + kappa`` and ``relaxed_value`` the value of
    the game there.
    """

    errors: Mapping[str, Fraction]
    kappa: Fraction
    omega: Fraction
    relaxed_epsilon: Fraction
    relaxed_value: Bounds

    def __hash__(self) -> int:
        return hash((self.value, self.decision, self.relaxed_value, tuple(self.errors.items())))

    @classmethod
    def _from(cls, text: str, certificate: bytes) -> RobustSolution:
        plain, row = Solution._from(text, certificate), json.loads(text)["robust"]
        return cls(
            **plain.__dict__,
            kappa=Exact._of(row["kappa"]),
            omega=Exact._of(row["omega"]),
            relaxed_epsilon=Exact._of(row["relaxed_epsilon"]),
            errors={name: Exact._of(error) for name, error in row["errors"].items()},
            relaxed_value=bounds(row["relaxed_value"]),
        )


@dataclass(frozen=True)
class Range(Answer):
    """The answer of :func:`smfg.range`: least and greatest value over the eps-equilibria.

    Both are proved, for one decision. ``of`` is the expression, ``None`` for the leader's reward.
    ``certificate`` is a bundle of two.
    """

    least: Bounds
    greatest: Bounds
    least_equilibrium: Equilibrium | None
    greatest_equilibrium: Equilibrium | None
    status: str
    of: str | None
    decision: Decision | None
    epsilon: Fraction
    class_name: str
    termination: str
    game_hash: str
    statistics: Mapping[str, Any] = field(repr=False, compare=False)
    certificate: bytes = field(repr=False)

    @property
    def single(self) -> bool:
        """Whether it is proved that all eps-equilibria have the same value."""
        return self.least.exact and self.least == self.greatest

    def __contains__(self, value: Any) -> bool:
        return value in Bounds(self.least.lower, self.greatest.upper)

    def __str__(self) -> str:
        return f"{self.least} to {self.greatest}"

    @classmethod
    def _from(cls, text: str, certificate: bytes) -> Range:
        answer = json.loads(text)
        return cls(
            **shared(Range, answer, certificate),
            least=bounds(answer["least"]),
            greatest=bounds(answer["greatest"]),
            least_equilibrium=Equilibrium._from(answer["least"]["equilibrium"]),
            greatest_equilibrium=Equilibrium._from(answer["greatest"]["equilibrium"]),
            of=answer["of"],
            decision=Decision._or_none(answer["decision"]),
        )

    def _rows(self) -> list[Row]:
        return [{"end": "least", "value": self.least}, {"end": "greatest", "value": self.greatest}]

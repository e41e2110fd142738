"""What decisions guarantee when the model errs."""

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
from .read import bounds, bounds_or_none, shared


@dataclass(frozen=True)
class Assessment(Answer):
    """What one decision guarantees when the model errs.

    ``kappa`` and ``omega`` are the largest change of exploitability and of the leader's reward,
    ``relaxed_value`` is her reward at exploitability ``relaxed_epsilon = epsilon + kappa``, and
    ``guarantee`` what is left of it after ``omega``. Against a known truth, ``true_value`` is what
    the decision is worth there and ``loss`` what is lost to the best decision there.
    """

    decision: Decision
    kappa: Fraction
    omega: Fraction
    relaxed_epsilon: Fraction
    relaxed_value: Bounds
    guarantee: Bounds
    true_value: Bounds | None
    loss: Bounds | None

    @classmethod
    def _from(cls, row: Mapping[str, Any]) -> Assessment:
        return cls(
            decision=Decision._from(row["decision"]),
            kappa=Exact._of(row["kappa"]),
            omega=Exact._of(row["omega"]),
            relaxed_epsilon=Exact._of(row["relaxed_epsilon"]),
            relaxed_value=bounds(row["relaxed_value"]),
            guarantee=bounds(row["guarantee"]),
            true_value=bounds_or_none(row["true_value"]),
            loss=bounds_or_none(row["loss"]),
        )


@dataclass(frozen=True)
class Sensitivity(Answer):
    """The answer of :func:`smfg.sensitivity`.

    ``naive`` is the decision of the model, ``relaxed`` the one that guarantees most. ``promised``
    is what the model says of the naive decision. ``true_value`` is the value of the true game,
    when that was given.
    """

    naive: Assessment
    relaxed: Assessment
    promised: Bounds
    decisions: tuple[Assessment, ...]
    true_value: Bounds | None
    status: str
    epsilon: Fraction
    class_name: str
    termination: str
    game_hash: str
    statistics: Mapping[str, Any] = field(repr=False, compare=False)
    certificate: bytes = field(repr=False)

    @classmethod
    def _from(cls, text: str, certificate: bytes) -> Sensitivity:
        answer = json.loads(text)
        return cls(
            **shared(Sensitivity, answer, certificate),
            naive=Assessment._from(answer["naive"]),
            relaxed=Assessment._from(answer["relaxed"]),
            promised=bounds(answer["naive"]["promised"]),
            decisions=tuple(map(Assessment._from, answer["decisions"])),
            true_value=bounds_or_none(answer["true_value"]),
        )

    def _rows(self) -> list[Row]:
        return [vars(row) | {"decision": str(row.decision)} for row in self.decisions]

"""Several populations: who they are, and what each does and could gain."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from .._answer import Answer
from .._exact import Exact
from .._numbers import Bounds
from .read import bounds


@dataclass(frozen=True)
class Population(Answer):
    """One of several populations of a game: its share of all followers, its states and actions.

    In the game a state ``depot`` of the population ``trucks`` is called ``trucks.depot`` when there
    are several populations.
    """

    name: str
    mass: Fraction
    states: tuple[str, ...]
    actions: tuple[str, ...]


@dataclass(frozen=True)
class PopulationPlay(Answer):
    """What one population does and could gain.

    ``exploitability`` is what a member could gain by deviating alone; the exploitability of the
    whole play is the sum of mass times that. ``flow`` are masses ``[stage][state]`` in ``states``;
    each stage sums to ``mass``.
    """

    name: str
    mass: Fraction
    exploitability: Bounds
    states: tuple[str, ...]
    flow: tuple[tuple[Bounds, ...], ...] = field(repr=False)

    @classmethod
    def _all(cls, rows: Any) -> tuple[PopulationPlay, ...]:
        return tuple(map(cls._from, rows or ()))

    @classmethod
    def _from(cls, row: Mapping[str, Any]) -> PopulationPlay:
        flow = tuple(tuple(map(bounds, stage)) for stage in row["flow"])
        mass, exploitability = Exact._of(row["mass"]), bounds(row["exploitability"])
        return cls(row["name"], mass, exploitability, tuple(row["states"]), flow)

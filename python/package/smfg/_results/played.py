"""Decisions of the leader, what the followers play, and how far a search is."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from .._answer import Answer
from .._exact import Exact
from .._numbers import Bounds
from .populations import PopulationPlay
from .read import Table, array, bounds, number_or_none, table

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Progress:
    """How far a search is, in binary64 and not yet proved."""

    stage: str
    lower_approx: float
    upper_approx: float
    open: int
    decisions: int


@dataclass(frozen=True)
class Decision(Answer):
    """A decision of the leader: its name, if it has one, and its parameters."""

    name: str | None
    parameters: Mapping[str, Fraction]

    def __hash__(self) -> int:
        return hash((self.name, tuple(self.parameters.items())))

    def __str__(self) -> str:
        return self.name or ", ".join(f"{key}={value}" for key, value in self.parameters.items())

    @classmethod
    def _from(cls, answer: Mapping[str, Any]) -> Decision:
        parameters = {name: Exact._of(value) for name, value in answer["parameters"].items()}
        return cls(answer["name"], parameters)

    @classmethod
    def _or_none(cls, answer: Mapping[str, Any] | None) -> Decision | None:
        return None if answer is None else cls._from(answer)


@dataclass(frozen=True)
class Part(Answer):
    """A part of the population that follows one policy.

    ``policy[stage]`` is as the program prints it, with names of states and actions.
    """

    weight: Fraction
    policy: Any = field(repr=False)

    def __hash__(self) -> int:
        return hash((self.weight, json.dumps(self.policy, sort_keys=True)))


@dataclass(frozen=True)
class Equilibrium(Answer):
    """An eps-equilibrium.

    ``policy`` is ``None`` where its fractions would be too long; ``mixture`` always describes the
    population. ``value`` is the leader's reward, or that of the expression asked for.
    ``populations`` are the views of the populations of the game; empty where it names none, or
    where there is no policy.
    """

    policy: Table | None = field(repr=False)
    exploitability: Bounds
    value: Bounds
    mixture: tuple[Part, ...] = field(repr=False)
    populations: tuple[PopulationPlay, ...] = field(repr=False)

    def policy_array(self) -> NDArray[np.float64]:
        """The policy in binary64, axes ``[stage][state][action]``.

        Raises
        ------
        ValueError
            When there is none.
        """
        if self.policy is None:
            raise ValueError("this equilibrium is known as a mixture of policies only")
        return array(self.policy)

    @classmethod
    def _from(cls, answer: Mapping[str, Any] | None) -> Equilibrium | None:
        if answer is None:
            return None
        value = answer["leader_reward"] if "leader_reward" in answer else answer["value"]
        policy = None if answer["policy"] is None else table(answer["policy"])
        mixture = tuple(Part(Exact._of(row["weight"]), row["policy"]) for row in answer["mixture"])
        populations = PopulationPlay._all(answer.get("populations"))
        exploitability = bounds(answer["exploitability"])
        return cls(policy, exploitability, bounds(value), mixture, populations)


@dataclass(frozen=True)
class DecisionBounds(Answer):
    """What is proved of one decision of a list; a bound is ``None`` where none was needed.

    In a game with requirements ``feasible`` says whether the decision meets them, ``None`` where
    that is not decided, and ``requirements`` are the certified ends of the ranges of their
    expressions that decide it; decisions of a grid are called by their parameters,
    ``subsidy=1/2``.
    """

    name: str | None
    lower: Fraction | None
    upper: Fraction | None
    feasible: bool | None = None
    requirements: tuple[Bounds, ...] = ()

    @classmethod
    def _from(cls, row: Mapping[str, Any]) -> DecisionBounds:
        lower, upper = number_or_none(row["lower"]), number_or_none(row["upper"])
        requirements = tuple(map(bounds, row.get("requirements", ())))
        spelled = ",".join(f"{key}={value}" for key, value in row.get("parameters", {}).items())
        name = spelled or row["name"]
        return cls(name, lower, upper, row.get("feasible"), requirements)

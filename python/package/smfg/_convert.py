"""From polynomials per stage to the text of a game."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from ._formula import Terms
from ._interpolate import Polynomial, Sparse

#: A part of a table: a formula (``None`` for 1), and entries ``[index..., number]`` per stage.
Part = dict[str, Any]


class Population:
    """Names for the masses of pairs: ``mu[state]`` where all actions count alike, averages of their
    own where they do not.
    """

    def __init__(self, states: Sequence[str], actions: Sequence[str]) -> None:
        self.states = states
        self.actions = actions
        self.aggregates: dict[str, Any] = {}
        self._known: dict[frozenset[int], str] = {}

    def mass(self, place: int) -> str:
        """The mass of a pair, numbered state by state."""
        state, action = divmod(place, len(self.actions))
        return f"mu[{_quoted(self.states[state])}, {_quoted(self.actions[action])}]"

    def group(self, places: frozenset[int]) -> str:
        """The mass of some pairs together."""
        if places not in self._known:
            self._known[places] = self._name(places)
        return self._known[places]

    def _name(self, places: frozenset[int]) -> str:
        count = len(self.actions)
        if len(places) == 1:
            return self.mass(next(iter(places)))
        states = {place // count for place in places}
        if len(states) == 1 and len(places) == count:
            return f"mu[{_quoted(self.states[next(iter(states))])}]"
        name = f"group {len(self.aggregates)}"
        weights = np.zeros((len(self.states), count), dtype=np.int64)
        weights.ravel()[list(places)] = 1
        self.aggregates[name] = weights
        return _quoted(name)


def _quoted(name: str) -> str:
    return f'"{name}"' if '"' not in name else f"'{name}'"


def parts(stages: Sequence[Polynomial], population: Population) -> list[Part]:
    """The parts of a table whose entries at each stage are a polynomial; places that always come
    with the same factors are taken together.
    """
    grouped: dict[str | None, list[tuple[int, Sparse]]] = {
        None: [(t, stage.constant) for t, stage in enumerate(stages)]
    }
    plain = not any(stage.quadratic for stage in stages)
    for t, stage in enumerate(stages):
        for factor, entries in _linear(stage, population, plain):
            grouped.setdefault(factor, []).append((t, entries))
        for (v, w), entries in stage.quadratic.items():
            grouped.setdefault(f"{population.mass(v)} * {population.mass(w)}", []).append(
                (t, entries)
            )
    return _parts(grouped, stages[0].shape, len(stages))


def parts_of_terms(stages: Sequence[Terms]) -> list[Part]:
    """The parts of a table that is given as formulas."""
    grouped: dict[str | None, list[tuple[int, Sparse]]] = {}
    for t, stage in enumerate(stages):
        for formula, entries in stage.terms:
            text = formula.text if formula else None
            grouped.setdefault(text, []).append((t, entries))
    return _parts(grouped, stages[0].shape, len(stages))


def _parts(
    grouped: Mapping[str | None, list[tuple[int, Sparse]]], shape: tuple[int, ...], count: int
) -> list[Part]:
    return [
        _part(factor, rows, shape, count)
        for factor, rows in grouped.items()
        if any(entries for _, entries in rows)
    ]


def _linear(stage: Polynomial, population: Population, plain: bool) -> list[tuple[str, Sparse]]:
    if not plain:
        return [(population.mass(v), entries) for v, entries in stage.linear.items()]
    alike: dict[tuple[tuple[int, Fraction], ...], list[int]] = {}
    for v, entries in stage.linear.items():
        alike.setdefault(tuple(sorted(entries.items())), []).append(v)
    return [
        (population.group(frozenset(places)), dict(entries)) for entries, places in alike.items()
    ]


def _part(
    factor: str | None, rows: Sequence[tuple[int, Sparse]], shape: tuple[int, ...], count: int
) -> Part:
    part: Part = {} if factor is None else {"times": factor}
    if len(rows) == count and all(entries == rows[0][1] for _, entries in rows):
        return part | {"time_invariant": True, "sparse": _entries(rows[0][1], shape)}
    return part | {
        "sparse": [[t, *entry] for t, entries in rows for entry in _entries(entries, shape)]
    }


def _entries(entries: Mapping[int, Fraction], shape: tuple[int, ...]) -> list[list[Any]]:
    indices = np.array(
        np.unravel_index(np.fromiter(entries, dtype=np.int64, count=len(entries)), shape)
    ).T.tolist()
    return [[*index, number] for index, number in zip(indices, entries.values())]

"""The collection of instances that comes with the package: games with certified values.

>>> import smfg
>>> game = smfg.models.load("braess")
>>> print(smfg.solve(game).value)
-3/2
>>> instance = smfg.models.info("braess")
>>> [(str(value.epsilon), value.selection, str(value.bounds)) for value in instance.values][0]
('0', 'pessimistic', '-3/2')
>>> all(instance.status == "open" for instance in smfg.models.list(status="open"))
True

``smfg models`` is the same on the command line; docs/collection.md says how to cite, to compare and
to add an instance.
"""

from __future__ import annotations

import builtins
import functools
import json
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal

from ._errors import ArgumentError
from ._game import Game, loads
from ._native import collected_game, collection
from ._numbers import Bounds, exact

__all__ = ["CertifiedValue", "Instance", "index", "info", "list", "load"]


@dataclass(frozen=True)
class CertifiedValue:
    """What is proved of the value of an instance at one epsilon.

    ``gap`` is the relative gap that the bounds reach, 0, 1/1000000 or 1/1000, and ``None`` where
    the value is open. ``known`` are bounds of the same value from elsewhere,
    ``known_from`` says where.
    ``attained`` says whether some decision reaches a supremum over a polytope of decisions, where
    that is shown.
    """

    epsilon: Fraction
    selection: Literal["pessimistic", "optimistic"]
    bounds: Bounds
    status: Literal["exact", "within_gap", "limit"]
    gap: Fraction | None
    attained: bool | None
    known: Bounds | None
    known_from: str | None
    command: str
    certificate_bytes: int
    certificate_sha256: str


@dataclass(frozen=True)
class Instance:
    """A game of the collection with what is known of it.

    ``pairs`` counts the available pairs of state and action at all stages. ``elsewhere`` says what
    others report that differs. ``status`` is ``closed`` when all values are known to a relative gap
    of at most 1/1000.
    """

    id: str
    title: str
    hash: str
    game_class: Literal["C0", "C1", "C2", "C3"]
    stages: int
    states: int
    actions: int
    pairs: int
    aggregates: int
    leader: str
    source: str
    doi: str | None
    arxiv: str | None
    licence: str
    status: Literal["closed", "open"]
    isolated_equilibria: int | None
    elsewhere: tuple[str, ...]
    values: tuple[CertifiedValue, ...]

    def load(self) -> Game:
        """The game."""
        return load(self.id)


def load(name: str) -> Game:
    """The game of an instance.

    Parameters
    ----------
    name
        Its short name, such as ``"braess"``.

    Raises
    ------
    ArgumentError
        When the collection has no instance of this name.
    """
    extension, text = collected_game(name)
    return loads(text, "json" if extension == "json" else "toml")


def info(name: str) -> Instance:
    """What is known of an instance.

    Raises
    ------
    ArgumentError
        When the collection has no instance of this name.
    """
    found = next((instance for instance in _instances() if instance.id == name), None)
    if found is None:
        raise ArgumentError(f"the collection has no instance {name!r}; smfg.models.list() has all")
    return found


def list(
    *,
    status: Literal["closed", "open"] | None = None,
    game_class: Literal["C0", "C1", "C2", "C3"] | None = None,
    most_pairs: int | None = None,
    containing: str | None = None,
) -> builtins.list[Instance]:
    """The instances, sorted by name.

    Parameters
    ----------
    status
        Only those whose values are all known (``closed``), or not (``open``).
    game_class
        Only those of this class.
    most_pairs
        Only those with at most this many pairs of state and action.
    containing
        Only those with this word in name, title or source.
    """
    word = (containing or "").lower()
    return [
        instance
        for instance in _instances()
        if status in (None, instance.status)
        and game_class in (None, instance.game_class)
        and (most_pairs is None or instance.pairs <= most_pairs)
        and any(word in text.lower() for text in (instance.id, instance.title, instance.source))
    ]


def index() -> dict[str, Any]:
    """The index as it is in ``models/index.json``."""
    parsed: dict[str, Any] = json.loads(collection())
    return parsed


@functools.cache
def _instances() -> tuple[Instance, ...]:
    return tuple(_instance(entry) for entry in index()["instances"])


def _instance(entry: dict[str, Any]) -> Instance:
    sizes, source = entry["sizes"], entry["source"]
    return Instance(
        id=entry["id"],
        title=entry["title"],
        hash=entry["hash"],
        game_class=entry["class"],
        stages=sizes["stages"],
        states=sizes["states"],
        actions=sizes["actions"],
        pairs=sizes["pairs"],
        aggregates=sizes["aggregates"],
        leader=entry["leader"],
        source=source["text"],
        doi=source.get("doi"),
        arxiv=source.get("arxiv"),
        licence=entry["licence"],
        status=entry["status"],
        isolated_equilibria=entry.get("equilibria", {}).get("isolated"),
        elsewhere=tuple(entry.get("elsewhere", ())),
        values=tuple(_value(value) for value in entry["values"]),
    )


def _value(value: dict[str, Any]) -> CertifiedValue:
    known = value.get("known")
    gap = value.get("gap")
    return CertifiedValue(
        epsilon=exact(value["epsilon"]),
        selection=value["selection"],
        bounds=Bounds(value["lower"], value["upper"]),
        status=value["status"],
        gap=None if gap is None else exact(gap),
        attained=value.get("attained"),
        known=None if known is None else Bounds(known["lower"], known["upper"]),
        known_from=None if known is None else known["from"],
        command=value["command"],
        certificate_bytes=value["certificate"]["bytes"],
        certificate_sha256=value["certificate"]["sha256"],
    )

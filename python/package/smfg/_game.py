"""Games: read from files, parsed from texts, built from arrays and formulas."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from fractions import Fraction
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Union

from . import _ask, _map
from ._build import game_json
from ._errors import ArgumentError, shown
from ._exact import Exact
from ._native import NativeGame, import_nfg
from ._results import Decision, Population

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

#: A game, or the path of its file.
GameLike = Union["Game", str, "os.PathLike[str]"]

#: Largest file, in bytes, whose text is kept; larger ones are read again when it is needed.
_KEPT = 16 << 20


def load(path: str | os.PathLike[str]) -> Game:
    """Reads a game file: ``.toml`` or ``.json``, or a finite game in Gambit's normal-form format,
    ``.nfg``.

    Raises
    ------
    GameError
        With everything that is wrong with the file.
    OSError
        When it cannot be read.
    """
    path = os.fspath(path)
    with open(path, "rb") as file:
        before = os.fstat(file.fileno())
        content = file.read() if before.st_size <= _KEPT else None
    suffix = Path(path).suffix.lower().lstrip(".")
    if suffix == "nfg":
        text = import_nfg(
            (Path(path).read_bytes() if content is None else content).decode(errors="replace"), path
        )
        return Game(NativeGame.parse(text, True), text, "json")
    native = NativeGame.load(path)
    return Game(
        native,
        None if content is None else content.decode(),
        suffix,
        (os.path.abspath(path), before.st_size, before.st_mtime_ns),
    )


def loads(text: str, format: Literal["toml", "json", "nfg"] = "toml") -> Game:
    """The game that a text describes: a game file, or a finite game in Gambit's normal-form format.

    Raises
    ------
    GameError
        With everything that is wrong with it.
    """
    if format not in ("toml", "json", "nfg"):
        raise ArgumentError(f"format: found {shown(format)}, expected toml, json or nfg")
    if not isinstance(text, str):
        raise ArgumentError(f"text: found {type(text).__name__}, expected a str; load reads files")
    if format == "nfg":
        text, format = import_nfg(text, "the text"), "json"
    return Game(NativeGame.parse(text, format == "json"), text, format)


def as_game(game: GameLike) -> Game:
    """``game`` itself, or the one in the file of this name."""
    if isinstance(game, Game):
        return game
    if isinstance(game, (str, os.PathLike)):
        return load(game)
    raise ArgumentError(
        f"game: found {type(game).__name__}, expected a Game or the path of its file"
    )


class Game:
    """A finite Stackelberg mean-field game in normal form; it does not change.

    Made by :func:`load`, :func:`loads`, :meth:`build`, :func:`from_payoffs`, :func:`generate`, or
    an adapter of another library. The functions of this package are methods too:
    ``game.solve(epsilon="1/100")`` is ``smfg.solve(game, epsilon="1/100")``.

    Games are equal when their normal forms, titles and names are; they can be hashed, copied and
    pickled.
    """

    def __init__(
        self,
        native: NativeGame,
        text: str | None = None,
        format: str = "json",
        file: tuple[str, int, int] | None = None,
    ) -> None:
        self._native = native
        self._text = text
        self._format = format
        #: Path, size and time of change, of a game that was read from a file.
        self._read_from = file

    @classmethod
    def build(
        cls,
        *,
        name: str,
        stages: int,
        states: Any = None,
        actions: Any = None,
        initial: Any = None,
        populations: Any = None,
        reward: Any = (),
        transition: Any = (),
        leader: Mapping[str, Any] | None = None,
        leader_reward: Any = (),
        leader_payoff: Any = (),
        available: Sequence[Mapping[str, Any]] = (),
        discount: Any = 1,
        define: Mapping[str, Any] | None = None,
        aggregates: Mapping[str, Any] | None = None,
        normalise: bool = False,
        description: str = "",
        source: str = "",
    ) -> Game:
        """A game from arrays and formulas.

        Numbers are exact: integers, fractions, decimals and texts ``"p/q"`` are what they spell,
        floats the binary fractions that they are.

        Parameters
        ----------
        name, description, source
            Title, free text, citation.
        stages
            The number N of stages at which followers act and earn.
        states, actions
            A number of them, a list of names, or a mapping from names to numeric attributes.
        initial
            The name of a state, a mapping from names to masses, or an array of masses; the sum is
            exactly 1.
        populations
            Several populations in place of ``states``, ``actions`` and ``initial``: a mapping from
            names to mappings with ``mass``, ``states``, ``actions`` and ``initial``, the masses
            summing to exactly 1. Rules may say ``population``; arrays have the states and actions
            of all populations, in their order.
        reward
            The followers' rewards, added up: a number or formula for all
            (``"-log(mu[*, go] + 1/10)"``; docs/model.md has the language); a list of rules such as
            ``{"action": "adopt", "value": "mu[*, adopt] - 1/2"}`` with ``stage``, ``state``,
            ``action`` as selectors; arrays ``[stage][state][action]`` or ``[state][action]``; parts
            ``{"array": ..., "times": formula}``, arrays times a formula of parameters and
            population, or ``{"sparse": [[stage, state, action, number], ...], "times": formula,
            "time_invariant": False}``. All of these may stand in one list.
        transition
            The same with axes ``[stage][state][action][next state]``, the stage axis having N-1
            entries, and rules ``{"state": ..., "action": ..., "to": state or {state: probability,
            ...}}`` of which the last that matches wins.
        leader
            What the leader may choose, as in game files: ``{"decisions": {"low": {"toll": 0},
            "high": {"toll": "1/2"}}}``, ``{"variables": [...], "constraints": [...]}``, ``{"mixed":
            ...}`` or ``{"process": ...}``; with ``"require": [{"value": formula, "at_most":
            number}]`` (or ``at_least``) what every equilibrium of a decision, or the one chosen,
            has to keep.
        leader_reward, leader_payoff
            What she earns per follower, like ``reward``; and a formula, or rules with ``stage`` and
            ``value``, that are not weighted by followers.
        available
            Rules ``{"state": ..., "stage": ..., "actions": [...]}`` that restrict actions.
        discount
            A number from 0 to 1, or a formula of constants of ``define``: what stage ``t`` pays,
            followers and leader, counts with its power ``t``.
        define
            Named formulas.
        aggregates
            Named averages of the population for use in formulas: weights ``[state][action]``, or
            ``{"weights": ..., "stage": t}``.
        normalise
            Whether rows of probabilities in arrays that sum to 1 up to 1e-9, as rows of floats do,
            are mended: the largest entry is given what is missing. :attr:`normalised_by` and all
            answers say by how much at most.

        Raises
        ------
        GameError
            With everything that is wrong, as for files.
        """
        text = game_json(
            name=name,
            stages=stages,
            states=states,
            actions=actions,
            initial=initial,
            populations=populations,
            reward=reward,
            transition=transition,
            leader=leader,
            leader_reward=leader_reward,
            leader_payoff=leader_payoff,
            available=available,
            discount=discount,
            define=define,
            aggregates=aggregates,
            normalise=normalise,
            description=description,
            source=source,
        )
        return loads(text, "json")

    def dumps(self) -> str:
        """The text of its game file.

        Raises
        ------
        OSError
            When it is read again from a large file that is not there, or not the same, any more.
        """
        if self._text is not None:
            return self._text
        if self._read_from is None:
            raise ArgumentError("the text of this game is not known")
        path, size, changed = self._read_from
        now = os.stat(path)
        if (now.st_size, now.st_mtime_ns) != (size, changed):
            raise OSError(f"{path} has changed since the game was read from it")
        return Path(path).read_text(encoding="utf-8")

    def to_dict(self) -> dict[str, Any]:
        """The game file as nested dictionaries; decimals of TOML and JSON are floats, whose
        shortest spelling is what the file says.

        Raises
        ------
        OSError
            As :meth:`dumps`.
        """
        import tomllib

        text = self.dumps()
        found: dict[str, Any] = tomllib.loads(text) if self._format == "toml" else json.loads(text)
        return found

    def save(self, path: str | os.PathLike[str]) -> None:
        """Writes the game file; the extension is that of its format.

        Raises
        ------
        ArgumentError
            For another extension.
        """
        target = Path(path)
        if target.suffix.lower() != f".{self._format}":
            raise ArgumentError(f"{target}: expected the extension .{self._format}")
        target.write_text(self.dumps(), encoding="utf-8")

    @contextmanager
    def _file(self) -> Iterator[str]:
        """The path of a file with this game, for as long as it is needed."""
        with tempfile.TemporaryDirectory(prefix="smfg-") as folder:
            path = os.path.join(folder, f"game.{self._format}")
            self.save(path)
            yield path

    def __eq__(self, other: object) -> bool:
        return self._identity == other._identity if isinstance(other, Game) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._identity)

    @cached_property
    def _identity(self) -> tuple[Any, ...]:
        return self.hash, self.name, self.states, self.actions, self.parameters

    def __copy__(self) -> Game:
        return self

    def __deepcopy__(self, memo: Any) -> Game:
        return self

    def __reduce__(self) -> tuple[Any, ...]:
        return (loads, (self.dumps(), self._format))

    @property
    def name(self) -> str:
        """Its title."""
        return self._native.name

    @property
    def description(self) -> str:
        """Free text, may be empty."""
        return self._native.description

    @property
    def source(self) -> str:
        """A citation, may be empty."""
        return self._native.source

    @cached_property
    def hash(self) -> str:
        """``sha256:...`` of the normal form, which certificates name."""
        return self._native.hash()

    @property
    def stages(self) -> int:
        """The number of stages."""
        return self._native.stages

    @cached_property
    def states(self) -> tuple[str, ...]:
        """Names of the followers' states."""
        return tuple(self._native.states)

    @cached_property
    def actions(self) -> tuple[str, ...]:
        """Names of the followers' actions."""
        return tuple(self._native.actions)

    @property
    def shape(self) -> tuple[int, int, int]:
        """Stages, states, actions: the shape of a policy."""
        return self.stages, len(self.states), len(self.actions)

    @cached_property
    def initial(self) -> tuple[Fraction, ...]:
        """Masses of the states at stage 0."""
        return tuple(map(Exact, self._native.initial))

    @property
    def class_name(self) -> str:
        """``C0``, ``C1``, ``C2`` or ``C3``: how the population enters the followers' data
        (docs/model.md, table 1).
        """
        return self._native.class_and_reason()[0]

    @property
    def parameters(self) -> tuple[str, ...]:
        """Names of the leader's parameters."""
        return tuple(self._native.parameters)

    @property
    def decisions(self) -> tuple[Decision, ...] | None:
        """The decisions of a finite leader; one without name where there is no leader; ``None`` for
        a continuum.
        """
        rows = self._native.decisions()
        if rows is None:
            return None
        return tuple(
            Decision(name, dict(zip(self.parameters, map(Exact, values)))) for name, values in rows
        )

    @cached_property
    def normalised_by(self) -> Fraction | None:
        """The largest change of a probability in arrays, where the game was asked to mend rows that
        sum to 1 up to rounding; ``None`` where it was not.
        """
        by = self._native.normalised_by()
        return None if by is None else Exact(by)

    @cached_property
    def populations(self) -> tuple[Population, ...]:
        """The populations that the game file names, with their own names of states and actions;
        empty where it names none.
        """
        return tuple(
            Population(name, Exact(mass), tuple(states), tuple(actions))
            for name, mass, states, actions in self._native.populations()
        )

    def available(self) -> NDArray[np.bool_]:
        """Which actions there are, axes ``[stage][state][action]``."""
        import numpy as np

        mask = np.zeros(self.shape, dtype=bool)
        for stage in range(self.shape[0]):
            for state in range(self.shape[1]):
                mask[stage, state, self._native.available(stage, state)] = True
        return mask

    def info(self, expand: bool = False) -> dict[str, Any]:
        """What ``smfg info --format json`` prints: sizes, class, kind of interaction, bounds,
        leader; with ``expand`` the tables. Numbers are texts.
        """
        answer: dict[str, Any] = json.loads(self._native.info(expand))
        return answer

    solve = _ask.solve
    robust = _ask.robust
    range = _ask.range
    equilibria = _ask.equilibria
    sweep = _ask.sweep
    frontier = _ask.frontier
    map = _map.map
    sensitivity = _ask.sensitivity
    evaluate = _ask.evaluate
    verify = _ask.verify
    check = _ask.check

    def __repr__(self) -> str:
        stages, states, actions = self.shape
        sizes = f"{stages} stages, {states} states, {actions} actions"
        return f"<smfg.Game {self.name!r}: {sizes}, {self.class_name}>"

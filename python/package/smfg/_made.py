"""Games that are made here: finite games from their payoffs, random ones from a seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import numpy as np

from ._arguments import count as _count
from ._errors import ArgumentError, GameError, shown
from ._game import Game, loads
from ._native import finite_game, generate_grid
from ._native import generate as drawn
from ._numbers import text


def from_payoffs(
    payoffs: Any,
    *,
    players: Sequence[str] | Mapping[str, Sequence[str]] | None = None,
    name: str = "finite game",
) -> Game:
    """A finite game in normal form as a mean-field game: k players are k states of mass 1/k.

    Exploitability is then the mean of the players' regrets (docs/finite.md); the leader earns the
    sum of the players' payoffs, and ``"payoff of NAME"`` is a formula for ``range(of=...)``.

    Parameters
    ----------
    payoffs
        One array per player, ``[strategy of the first player]...[strategy of the last]``: for two
        players two matrices, rows and columns. Numbers are exact, as everywhere.
    players
        Names of the players, or a mapping from them to the names of their strategies; ``player 1``,
        ... and ``1``, ... when absent.
    name
        Title of the game.

    Raises
    ------
    GameError
        When shapes or names do not fit.

    Examples
    --------
    >>> import smfg
    >>> ann, bob = [[3, 0], [0, 2]], [[2, 0], [0, 3]]
    >>> names = {"Ann": ["opera", "match"], "Bob": ["opera", "match"]}
    >>> game = smfg.from_payoffs([ann, bob], players=names)
    >>> print(game.range())  # the sum of the payoffs: 6/5 + 6/5 to 3 + 2
    12/5 to 5
    """
    table = _table(payoffs)
    count = table.shape[-1]
    if players is not None and len(players) != count:
        raise GameError(
            f"players: found {len(players)} names, expected {count}, one per array of payoffs"
        )
    names = (
        list(players)
        if players is not None
        else [f"player {number}" for number in range(1, count + 1)]
    )
    if isinstance(players, Mapping):
        strategies = [list(players[player]) for player in names]
        for player, listed, expected in zip(names, strategies, table.shape):
            if len(listed) != expected:
                raise GameError(
                    f"player {player}: found {len(listed)} strategies, expected {expected}, as "
                    f"many as payoffs have"
                )
    else:
        strategies = [[str(number) for number in range(1, size + 1)] for size in table.shape[:-1]]
    # The first player's strategy changes fastest.
    rows = table.transpose(*range(count)[::-1], count).reshape(-1, count).tolist()
    listed_rows = [[text(payoff, "payoffs") for payoff in row] for row in rows]
    return loads(finite_game(name, list(zip(names, strategies)), listed_rows), "json")


def _table(payoffs: Any) -> np.ndarray[Any, Any]:
    """Payoffs with the axes ``[strategy]...[strategy][player]``, entries as they were given."""
    try:
        arrays = [np.asarray(part, dtype=object) for part in payoffs]
    except (TypeError, ValueError):
        raise GameError(
            "payoffs: found rows of different lengths, expected one array per player"
        ) from None
    shapes = [array.shape for array in arrays]
    count = len(arrays)
    if count == 0 or any(shape != shapes[0] for shape in shapes) or len(shapes[0]) != count:
        raise GameError(
            f"payoffs: found arrays of the shapes {shown(shapes)}, "
            f"expected one array per player, all of one shape, with as many "
            "axes as there are players"
        )
    return np.stack(arrays, axis=-1)


def generate(
    family: Literal["mdp", "mean-field", "grid"] = "mdp",
    *,
    stages: int = 10,
    states: int = 10,
    actions: int = 3,
    successors: int = 3,
    decisions: int = 1,
    seed: int = 0,
    interaction: Literal["monotone", "crowd", "general", "dynamics"] = "general",
    aggregates: int = 2,
    rows: int = 5,
    columns: int = 5,
    congestion: Any = 1,
    slip: Any = "1/10",
) -> Game:
    """A random game, the same for the same arguments on every machine.

    Parameters
    ----------
    family
        ``mdp``: a decision process, class C0; ``mean-field``: followers react to their population;
        ``grid``: a crowd on a grid, class C1, with a statistic in every place and stage.
    stages, seed
        Stages, and the seed.
    states, actions, successors, decisions
        For ``mdp`` and ``mean-field``: sizes, successors of each state and action, decisions of
        the leader.
    interaction, aggregates
        For ``mean-field``: ``monotone``, ``crowd``, ``general`` (class C1) or ``dynamics`` (class
        C3), and the number of averages that followers react to.
    rows, columns, congestion, slip
        For ``grid``: its size, what a follower loses per mass in her place, and the probability
        that her move is a random one.

    Raises
    ------
    ArgumentError
        For sizes that make no game.

    Examples
    --------
    >>> import smfg
    >>> smfg.generate("mdp", stages=2, states=3, seed=1).shape
    (2, 3, 3)
    """
    if family not in ("mdp", "mean-field", "grid"):
        raise ArgumentError(f"family: found {shown(family)}, expected mdp, mean-field or grid")
    number = int(_count(seed, "seed", 0))
    if family == "grid":
        size = {"rows": rows, "columns": columns, "stages": stages}
        height, width, length = (int(_count(value, key)) for key, value in size.items())
        data = text(congestion, "congestion"), text(slip, "slip")
        return loads(generate_grid((height, width, length), *data, number), "json")
    given = {
        "stages": stages,
        "states": states,
        "actions": actions,
        "successors": successors,
        "decisions": decisions,
    }
    sizes = [int(_count(value, key)) for key, value in given.items()]
    mean_field = (
        None if family == "mdp" else (str(interaction), int(_count(aggregates, "aggregates")))
    )
    return loads(
        drawn((sizes[0], sizes[1], sizes[2], sizes[3], sizes[4]), number, mean_field), "json"
    )

"""Pictures of answers, drawn with matplotlib (``pip install smfg[plot]``).

Every function draws on ``ax``, or on new axes, and returns them; nothing is shown or saved. What is
drawn between proved bounds is a band: the true function lies in it. Pictures are binary64 and prove
nothing; the answers that they are made of do.

>>> import smfg, smfg.plot
>>> game = smfg.Game.build(
...     name="work", stages=1, states=["worker"], actions=["shirk", "work"], initial="worker",
...     reward=[{"action": "work", "value": "1/4"}], leader_reward=[{"action": "work", "value": 1}],
... )
>>> axes = smfg.plot.value(game.sweep(epsilon=(0, "1/8")))
>>> axes.get_xlabel(), axes.get_ylabel()
('ε', 'value')
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Literal, Union, Unpack

from ._arguments import DecisionLike, SearchAt, Selection, seconds
from ._ask import evaluate
from ._ask import range as _range
from ._ask import solve as _solve
from ._errors import ArgumentError
from ._game import as_game
from ._map import Map
from ._numbers import Bounds, Number, exact
from ._results import Curve, Decision, Equilibrium, Evaluation, Frontier, Range, Solution, Sweep

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from ._game import Game, GameLike
    from ._policy import PolicyLike

__all__ = [
    "Surface",
    "flow",
    "frontier",
    "map",
    "range_over_stages",
    "ranges",
    "surface",
    "value",
    "value_over",
]

#: Colours told apart without colour vision (Okabe and Ito).
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9")
_MANY = "tab20"
_STATUS = {"inside": "#0072b2", "undecided": "#e69f00", "outside": "#e2e6ea"}


def _axes(ax: Axes | None) -> Axes:
    if ax is not None:
        return ax
    try:
        import matplotlib.pyplot as plt
    except ImportError as error:  # pragma: no cover
        raise ImportError("pictures need matplotlib: pip install 'smfg[plot]'") from error
    return plt.subplots(layout="constrained")[1]


def _colours(count: int) -> Sequence[Any]:
    """A colour for each of so many areas."""
    if count <= len(COLOURS):
        return COLOURS
    from matplotlib import colormaps

    return [colormaps[_MANY](index % 20) for index in range(count)]


def _floats(numbers: Sequence[Fraction]) -> list[float]:
    return [float(number) for number in numbers]


def _curve(ax: Axes, curve: Curve | Sweep, label: str, colour: str) -> None:
    """A function known exactly as a line, an enclosed one as a band, single values with their
    bounds."""
    at = _floats([point.at for point in curve.points])
    lower = _floats([point.value.lower for point in curve.points])
    upper = _floats([point.value.upper for point in curve.points])
    if curve.kind == "piecewise_linear":
        ax.plot(at, lower, color=colour, label=label)
    elif curve.kind == "points":
        middle = [(low + high) / 2 for low, high in zip(lower, upper)]
        error = [(high - low) / 2 for low, high in zip(lower, upper)]
        ax.errorbar(at, middle, yerr=error, fmt="o", color=colour, label=label, capsize=3)
    else:
        # Between two points a function that only falls, or only rises, keeps within both.
        band: list[tuple[float, float, float]] = []
        for left in range(len(at) - 1):
            low, high = min(lower[left : left + 2]), max(upper[left : left + 2])
            band += [(at[left], low, high), (at[left + 1], low, high)]
        band = band or list(zip(at, lower, upper))
        x, low_side, high_side = zip(*band)
        ax.fill_between(x, low_side, high_side, color=colour, alpha=0.3, linewidth=0, label=label)
        # A band without height is seen by its edges.
        ax.plot(x, low_side, color=colour, linewidth=0.8)
        ax.plot(x, high_side, color=colour, linewidth=0.8)


def value(answer: Sweep | Curve, *, ax: Axes | None = None, label: str | None = None) -> Axes:
    """The value over epsilon, or over a constant of the game.

    Parameters
    ----------
    answer
        What :func:`smfg.sweep` found, or a side of :func:`smfg.frontier`.
    ax
        Axes to draw on; new ones when absent.
    label
        Name in the legend; without one there is a legend only where a band needs it.

    Returns
    -------
    Axes
        With the exact function as a line, or the certified band in which it lies.
    """
    if not isinstance(answer, (Sweep, Curve)):
        raise ArgumentError(f"answer: found {type(answer).__name__}, expected a Sweep or a Curve")
    ax = _axes(ax)
    band = answer.kind == "staircase"
    _curve(
        ax,
        answer,
        label or ("certified band" if band else "value"),
        COLOURS[len(ax.lines) % len(COLOURS)],
    )
    over = answer.over if isinstance(answer, Sweep) else "epsilon"
    ax.set_xlabel("ε" if over == "epsilon" else over)
    ax.set_ylabel("value")
    if label is not None or band:
        ax.legend()
    return ax


def frontier(answer: Frontier, *, ax: Axes | None = None) -> Axes:
    """Worst and best value of an objective over exploitability, and its optimum over all
    populations.

    Parameters
    ----------
    answer
        What :func:`smfg.frontier` found.
    ax
        Axes to draw on; new ones when absent.
    """
    ax = _axes(ax)
    _curve(ax, answer.worst, "worst equilibrium", COLOURS[1])
    _curve(ax, answer.best, "best equilibrium", COLOURS[0])
    if answer.optimum is not None:
        optimum = float(answer.optimum.middle)
        ax.axhline(optimum, color=COLOURS[2], linestyle="--", label="optimum over all populations")
    ax.set_xlabel("ε")
    ax.set_ylabel(answer.objective or "leader's reward")
    ax.legend()
    return ax


def flow(
    game: GameLike,
    play: Equilibrium | Evaluation | PolicyLike,
    *,
    decision: DecisionLike | None = None,
    by: Literal["state", "action"] = "state",
    ax: Axes | None = None,
) -> Axes:
    """The population over the stages when everybody plays alike: the mass of each state, or of
    each action.

    Parameters
    ----------
    game
        A :class:`Game`, or the path of its file.
    play
        An equilibrium of an answer, what :func:`smfg.evaluate` returned, or a policy as it takes
        one.
    decision
        The decision of the leader; needed when there is more than one and ``play`` does not say it.
    by
        Whether masses of states or of actions are drawn.
    ax
        Axes to draw on; new ones when absent.
    """
    if by not in ("state", "action"):
        raise ArgumentError(f"by: found {by!r}, expected state or action")
    played = as_game(game)
    if isinstance(play, Evaluation):
        found = play
    else:
        found = evaluate(played, play, decision=decision)
    from matplotlib.ticker import MaxNLocator

    masses = found.flow_array()
    names = played.states if by == "state" else played.actions
    over_stages = masses.sum(axis=2 if by == "state" else 1)
    ax = _axes(ax)
    ax.stackplot(
        range(len(over_stages)),
        over_stages.T,
        labels=list(names),
        colors=_colours(len(names)),
        alpha=0.85,
    )
    ax.set_xlabel("stage")
    ax.set_ylabel("mass of the population")
    ax.set_ylim(0, 1)
    if len(over_stages) > 1:
        ax.set_xlim(0, len(over_stages) - 1)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True))
    handles, labels = ax.get_legend_handles_labels()
    # From top to bottom, as the areas lie.
    ax.legend(
        handles[::-1], labels[::-1], loc="center left", bbox_to_anchor=(1, 0.5), frameon=False
    )
    return ax


def range_over_stages(
    game: GameLike,
    of: str,
    *,
    stages: Sequence[int] | None = None,
    **search: Unpack[SearchAt],
) -> dict[int, Range]:
    """Certified ranges of a statistic at each stage, to be drawn by :func:`ranges`.

    Parameters
    ----------
    game
        A :class:`Game`, or the path of its file.
    of
        A formula with ``{t}`` in place of the stage: ``"mu[infected]@{t}"``.
    stages
        The stages; all when absent.
    decision, epsilon, gap, threads, precision, progress
        As for :func:`smfg.range`.
    time_limit
        Seconds for all stages together.
    """
    played = as_game(game)
    if "{t}" not in of:
        raise ArgumentError(f"of: found {of!r}, expected a formula, {{t}} in place of the stage")
    wanted = list(range(played.shape[0]) if stages is None else stages)
    search["time_limit"] = _share(search.get("time_limit"), len(wanted))
    return {stage: _range(played, of=of.replace("{t}", str(stage)), **search) for stage in wanted}


def _share(limit: Any, parts: int) -> float | None:
    """A part of a time limit."""
    whole = seconds(limit)
    return None if whole is None else whole / max(1, parts)


def ranges(
    answers: Mapping[int, Range], *, ax: Axes | None = None, label: str | None = None
) -> Axes:
    """Certified ranges of a statistic over the stages.

    Parameters
    ----------
    answers
        A range per stage, as :func:`range_over_stages` finds them.
    ax
        Axes to draw on; new ones when absent.
    label
        Name of the statistic; by default the formula of the first range.

    Returns
    -------
    Axes
        With the range whose ends are surely reached as a dark bar, and the part up to the proved
        outer bounds, where it can be seen, as a light one.
    """
    if not answers:
        raise ArgumentError("answers: found none, expected at least one range")
    ax = _axes(ax)
    stages = sorted(answers)
    outer = {
        stage: _ends(answers[stage].least.lower, answers[stage].greatest.upper) for stage in stages
    }
    inner = {
        stage: _ends(answers[stage].least.upper, answers[stage].greatest.lower) for stage in stages
    }
    spread = max(high for _, high in outer.values()) - min(low for low, _ in outer.values())
    doubt = max(
        inner[stage][0] - outer[stage][0] + outer[stage][1] - inner[stage][1] for stage in stages
    )
    for stage in stages:
        first = stage == stages[0]
        low, high = outer[stage]
        named = "bounded within" if first and doubt > spread / 100 else None
        ax.bar(stage, high - low, 0.5, low, color=COLOURS[0], alpha=0.25, label=named)
        # A range of no width can be seen, too.
        ax.plot([stage - 0.25, stage + 0.25], [low, low], color=COLOURS[0], linewidth=1.5)
        ax.plot([stage - 0.25, stage + 0.25], [high, high], color=COLOURS[0], linewidth=1.5)
        low, high = inner[stage]
        if low <= high:
            named = "range, its ends reached" if first else None
            ax.bar(stage, high - low, 0.5, low, color=COLOURS[0], label=named)
    # Bars would otherwise end at the edge of the picture.
    ax.use_sticky_edges = False
    ax.autoscale_view()
    ax.set_xlabel("stage")
    ax.set_ylabel(label or answers[stages[0]].of or "leader's reward")
    ax.set_xticks(stages)
    ax.legend()
    return ax


def _ends(lower: Fraction, upper: Fraction) -> tuple[float, float]:
    return float(lower), float(upper)


@dataclass(frozen=True)
class Surface:
    """Values at the decisions of a grid: ``values[row][column]`` is at ``(x[column], y[row])``,
    ``None`` where there is no such decision."""

    x_name: str
    y_name: str
    x: tuple[Fraction, ...]
    y: tuple[Fraction, ...]
    values: tuple[tuple[Bounds | None, ...], ...]

    @property
    def best(self) -> tuple[Fraction, Fraction]:
        """The decision with the greatest lower bound."""
        known = [
            (bounds.lower, (self.x[column], self.y[row]))
            for row, line in enumerate(self.values)
            for column, bounds in enumerate(line)
            if bounds is not None
        ]
        return max(known)[1]


def value_over(
    game: GameLike,
    x: Union[str, tuple[str, Sequence[Number]]],
    y: Union[str, tuple[str, Sequence[Number]]],
    *,
    fixed: Mapping[str, Number] | None = None,
    selection: Selection = "pessimistic",
    **search: Unpack[SearchAt],
) -> Surface:
    """The value over two parameters of the leader's decision, to be drawn by :func:`surface`.

    Parameters
    ----------
    game
        A :class:`Game`, or the path of its file.
    x, y
        Two parameters: ``"toll"`` for all of its values in a list of decisions, or
        ``("toll", [0, "1/2", 1])``.
    fixed
        Values of the other parameters, if there are some.
    selection, epsilon, gap, threads, precision, progress
        As for :func:`smfg.solve`.
    time_limit
        Seconds for all decisions together.
    """
    played = as_game(game)
    if search.get("decision") is not None:
        raise ArgumentError("decision: x, y and fixed say the decisions")
    x_name, xs = _parameter(played, x, "x")
    y_name, ys = _parameter(played, y, "y")
    rest = {name: exact(number, name) for name, number in (fixed or {}).items()}
    search["time_limit"] = _share(search.get("time_limit"), len(xs) * len(ys))

    def at(across: Fraction, upwards: Fraction) -> Bounds | None:
        parameters = rest | {x_name: across, y_name: upwards}
        if played.decisions is not None and not any(
            dict(row.parameters) == parameters for row in played.decisions
        ):
            return None
        search["decision"] = parameters
        found: Solution = _solve(played, selection=selection, **search)
        return found.value

    values = tuple(tuple(at(across, upwards) for across in xs) for upwards in ys)
    return Surface(x_name, y_name, xs, ys, values)


def _parameter(
    game: Game, given: str | tuple[str, Sequence[Number]], argument: str
) -> tuple[str, tuple[Fraction, ...]]:
    name, numbers = (given, None) if isinstance(given, str) else given
    if name not in game.parameters:
        known = ", ".join(game.parameters) or "no parameters"
        raise ArgumentError(f"{argument}: found {name!r}, expected one of {known}")
    if numbers is None:
        if game.decisions is None:
            raise ArgumentError(f"{argument}: the leader has a continuum, expected (name, values)")
        numbers = [row.parameters[name] for row in game.decisions]
    return name, tuple(sorted({exact(number, name) for number in numbers}))


def surface(answer: Surface, *, ax: Axes | None = None) -> Axes:
    """The value over two parameters of the leader's decision, as colours; the best decision is
    marked.

    Parameters
    ----------
    answer
        What :func:`value_over` found.
    ax
        Axes to draw on; new ones when absent.

    Returns
    -------
    Axes
        Colours are lower bounds; the colour bar says by how much upper bounds are greater at most.
    """
    ax = _axes(ax)
    nan = float("nan")
    shades = [
        [nan if bounds is None else float(bounds.lower) for bounds in row] for row in answer.values
    ]
    widths = [float(bounds.width) for row in answer.values for bounds in row if bounds is not None]
    x, y = _floats(answer.x), _floats(answer.y)
    mesh = ax.pcolormesh(_edges(x), _edges(y), shades, cmap="viridis")
    gap = max(widths, default=0.0)
    name = "value" if gap == 0 else f"value, certified to within {gap:.1g}"
    figure = ax.get_figure()
    assert figure is not None
    figure.colorbar(mesh, ax=ax, label=name)
    best = answer.best
    ax.plot(
        [float(best[0])],
        [float(best[1])],
        "o",
        markersize=9,
        markerfacecolor="none",
        markeredgecolor="#d55e00",
        markeredgewidth=2,
        label="best decision",
    )
    ax.set_xlabel(answer.x_name)
    ax.set_ylabel(answer.y_name)
    if len(x) <= 12:
        ax.set_xticks(x)
    if len(y) <= 12:
        ax.set_yticks(y)
    ax.legend(loc="lower left", bbox_to_anchor=(0, 1), frameon=False, borderaxespad=0.1)
    return ax


def _edges(middles: Sequence[float]) -> list[float]:
    """Ends of intervals around some numbers, halfway to their neighbours."""
    if len(middles) == 1:
        return [middles[0] - 0.5, middles[0] + 0.5]
    between = [(left + right) / 2 for left, right in zip(middles, middles[1:])]
    return [2 * middles[0] - between[0], *between, 2 * middles[-1] - between[-1]]


def map(answer: Map, *, ax: Axes | None = None) -> Axes:
    """The eps-equilibria through two statistics: cells that hold one, cells that hold none,
    undecided cells.

    Parameters
    ----------
    answer
        What :func:`smfg.map` found.
    ax
        Axes to draw on; new ones when absent.
    """
    from matplotlib.collections import PolyCollection
    from matplotlib.patches import Patch

    ax = _axes(ax)
    names = {"inside": "holds an ε-equilibrium", "undecided": "undecided", "outside": "holds none"}
    for status, colour in _STATUS.items():
        corners = [
            [(float(x), float(y)) for x, y in ((a, c), (b, c), (b, d), (a, d))]
            for (a, b), (c, d) in (
                (cell.x, cell.y) for cell in answer.cells if cell.status == status
            )
        ]
        # Edges in the same colour leave no seams.
        ax.add_collection(
            PolyCollection(
                corners, facecolors=colour, edgecolors=colour, linewidths=0.4, label=status
            )
        )
    left, right, low, high = _floats(answer.window)
    ax.set_xlim(left, right)
    ax.set_ylim(low, high)
    ax.set_xlabel(answer.x)
    ax.set_ylabel(answer.y)
    shown = [status for status in _STATUS if answer.count(status)]
    handles = [
        Patch(facecolor=_STATUS[status], edgecolor="#57606a", label=names[status])
        for status in shown
    ]
    ax.legend(
        handles=handles,
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=3,
        fontsize="small",
        columnspacing=0.9,
        handlelength=1.1,
        handletextpad=0.5,
        frameon=False,
        borderaxespad=0.3,
    )
    return ax

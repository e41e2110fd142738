"""Every environment of MFGLib and every mean-field game of OpenSpiel: converted or judged.

    python benches/peers/environments.py               small parameters and the defaults
    python benches/peers/environments.py --only beach  those with this in their names

One row per environment: how it was converted and its class, the time of `range` of the mass in the
middle of the last layer at eps = 0 and 1/100, asked to 1e-3, on one thread; and what two learners
report of their policies beside the exact exploitability. README.md has the set-up. Prints Markdown.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import smfg

GAP = Fraction(1, 1000)
#: Seconds after which a learner of OpenSpiel has had its last iteration.
LEARNING = 30.0

MFGLIB: list[tuple[str, dict[str, Any]]] = [
    ("left_right", {}),
    ("rock_paper_scissors", {}),
    ("susceptible_infected", {"T": 5}),
    ("susceptible_infected", {}),
    ("beach_bar", {}),
    ("beach_bar", {"n": 10, "T": 20, "bar_loc": 5}),
    ("equilibrium_price", {"T": 1, "s_inv": 1, "Q": 1, "H": 1}),
    ("equilibrium_price", {}),
    ("conservative_treasure_hunting", {"T": 2, "n": 2, "r": (1.0, 0.5), "c": (1.0, 1.0)}),
    ("conservative_treasure_hunting", {}),
    ("random_linear", {"T": 1, "n": 2, "m": 1.0}),
    ("random_linear", {}),
    ("linear_quadratic", {}),
    ("building_evacuation", {"n_floor": 2, "floor_l": 3, "floor_w": 3}),
    ("building_evacuation", {}),
    ("crowd_motion", {"torus_l": 5, "torus_w": 5}),
    ("crowd_motion", {}),
]
OPENSPIEL: list[tuple[str, dict[str, Any]]] = [
    ("mean_field_nfg", {}),
    ("mean_field_nfg", {"reward_function": "biased_indirect_rps"}),
    ("mfg_crowd_modelling", {"size": 5, "horizon": 5}),
    ("mfg_crowd_modelling", {}),
    ("mfg_crowd_modelling_2d", {"size": 4, "horizon": 5}),
    ("mfg_crowd_modelling_2d", {}),
    ("mfg_garnet", {}),
    ("python_mfg_crowd_modelling", {}),
    ("python_mfg_crowd_avoidance", {"horizon": 4, "coef_congestion": 1.0}),
    ("python_mfg_crowd_avoidance", {}),
    ("python_mfg_predator_prey", {"horizon": 4}),
    ("python_mfg_predator_prey", {}),
    ("python_mfg_periodic_aversion", {"size": 5, "n_actions_per_side": 2, "horizon": 5}),
    ("python_mfg_periodic_aversion", {}),
    ("mean_field_lin_quad", {"size": 5, "horizon": 3, "n_actions_per_side": 1}),
    ("mean_field_lin_quad", {}),
    ("mfg_dynamic_routing", {}),
    ("python_mfg_dynamic_routing", {}),
]


@dataclass
class Subject:
    """An environment, and what is done with it."""

    name: str
    convert: Callable[[], tuple[smfg.Game, str]]
    #: Learner, policy, reported exploitability, and that of the judge.
    learners: Callable[[int], Iterator[tuple[str, float, smfg.Judgement]]]


def words(name: str, parameters: dict[str, Any]) -> str:
    """A name with its parameters."""
    return name + "".join(f", {key} = {value}" for key, value in parameters.items())


def of_mfglib(name: str, parameters: dict[str, Any]) -> Subject:
    """An environment of MFGLib."""
    import smfg.mfglib
    from mfglib.alg import FictitiousPlay, OnlineMirrorDescent
    from mfglib.env import Environment
    from mfglib.scoring import exploitability_score

    environment = getattr(Environment, name)(**parameters)
    count = int(np.prod(environment.A))
    shape = (environment.T + 1, int(np.prod(environment.S)), count)
    uniform = smfg.mfglib.tensor(environment, np.full(shape, 1 / count))

    def convert() -> tuple[smfg.Game, str]:
        game = smfg.mfglib.convert(environment)
        return game, f'mu["{game.states[len(game.states) // 2]}"]@{game.stages - 1}'

    def learners(iterations: int) -> Iterator[tuple[str, float, smfg.Judgement]]:
        for title, learner in (("FP", FictitiousPlay()), ("OMD", OnlineMirrorDescent(alpha=1.0))):
            try:
                with contextlib.redirect_stdout(io.StringIO()):
                    policies, *_ = learner.solve(environment, max_iter=iterations, atol=None, rtol=None)
            except RuntimeError:
                # Actions of two dimensions are not for every learner.
                title, policies = "uniform", [uniform]
            scores = [float(exploitability_score(environment, policy)) for policy in policies]
            best = int(np.nanargmin(np.abs(scores)))
            yield title, scores[best], smfg.mfglib.judge(environment, policies[best])

    return Subject(f"MFGLib {words(name, parameters)}", convert, learners)


def of_openspiel(name: str, parameters: dict[str, Any]) -> Subject:
    """A game of OpenSpiel."""
    import open_spiel.python.mfg.games.crowd_avoidance
    import open_spiel.python.mfg.games.crowd_modelling
    import open_spiel.python.mfg.games.dynamic_routing
    import open_spiel.python.mfg.games.linear_quadratic
    import open_spiel.python.mfg.games.normal_form_game
    import open_spiel.python.mfg.games.periodic_aversion
    import open_spiel.python.mfg.games.predator_prey  # noqa: F401 (modules register their games)
    import pyspiel
    import smfg.openspiel
    from open_spiel.python.mfg.algorithms import fictitious_play, mirror_descent, nash_conv
    from open_spiel.python.policy import UniformRandomPolicy

    game = pyspiel.load_game(name, parameters)

    def convert() -> tuple[smfg.Game, str]:
        converted = smfg.openspiel.convert(game)
        widths = [len(layer) for layer in converted.layers]
        last = max(t for t, width in enumerate(widths) if width == max(widths))
        return converted.game, converted.mass(converted.layers[last][widths[last] // 2], last)

    def learners(iterations: int) -> Iterator[tuple[str, float, smfg.Judgement]]:
        for title, learner in (
            ("FP", fictitious_play.FictitiousPlay(game)),
            ("OMD", mirror_descent.MirrorDescent(game)),
        ):
            try:
                stop = time.perf_counter() + LEARNING
                for _ in range(iterations):
                    learner.iteration()
                    if time.perf_counter() > stop:
                        break
                policy = learner.get_policy()
            except KeyError:
                # Nodes that appear with some laws only are not in the library's tables.
                title, policy = "uniform", UniformRandomPolicy(game)
            judged = smfg.openspiel.judge(game, policy)
            # The library sums over populations, the judge has the mean.
            reported = float(nash_conv.NashConv(game, policy).nash_conv())
            yield title, reported / len(judged.populations), judged

    return Subject(f"OpenSpiel {words(name, parameters)}", convert, learners)


def timed(call: Callable[[], Any]) -> tuple[Any, float]:
    """An answer and the seconds that it took."""
    start = time.perf_counter()
    answer = call()
    return answer, time.perf_counter() - start


def asked(game: smfg.Game, of: str, epsilon: str, seconds: float) -> str:
    """The range as two ends with the time; an end that is not known to the gap as its interval."""
    found, took = timed(
        lambda: game.range(of=of, epsilon=epsilon, gap=GAP, time_limit=seconds, threads=1)
    )

    def end(bounds: Any) -> str:
        lower, upper = float(bounds.lower), float(bounds.upper)
        if upper - lower <= 2 * float(GAP):
            return f"{(lower + upper) / 2:.4f}"
        return f"({lower:.3f} to {upper:.3f})"

    return f"{end(found.least)} to {end(found.greatest)}, {took:.1f} s"


def row(subject: Subject, seconds: float, iterations: int) -> str:
    """A row of the table."""
    try:
        (game, of), took = timed(subject.convert)
        cells = [f"converted, {took:.1f} s", game.class_name, f"`{of}`"]
        cells += [asked(game, of, epsilon, seconds) for epsilon in ("0", "1/100")]
    except smfg.ConversionError as error:
        cells = [f"judged: {str(error).split(':')[0].split(';')[0]}", "", "", "", ""]
    for title, reported, judged in subject.learners(iterations):
        cells.append(f"{title} {reported:.3g}, {float(judged.exploitability):.6g}")
    return f"| {subject.name} | " + " | ".join(cells) + " |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", default="", help="a part of the name")
    parser.add_argument("--seconds", type=float, default=120.0, help="for every range")
    parser.add_argument("--iterations", type=int, default=20, help="of every learner")
    arguments = parser.parse_args()
    subjects = [(of_mfglib, *given) for given in MFGLIB] + [(of_openspiel, *given) for given in OPENSPIEL]
    print("| environment | conversion | class | range of | eps = 0 | eps = 1/100 | reported, exact | reported, exact |")
    print("|---|---|---|---|---|---|---|---|", flush=True)
    for make, name, parameters in subjects:
        if arguments.only in words(name, parameters):
            print(row(make(name, parameters), arguments.seconds, arguments.iterations), flush=True)


if __name__ == "__main__":
    main()

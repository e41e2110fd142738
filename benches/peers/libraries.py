"""Learned equilibria of MFGLib and OpenSpiel, judged.

    python benches/peers/libraries.py            the table: reported and exact exploitability, certified ranges
    python benches/peers/libraries.py --speed    the time of one evaluation beside MFGLib's

README.md has the set-up. Prints Markdown.
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


@dataclass
class Result:
    """A policy that a solver returned, and what its library says of it."""

    library: str
    game: str
    solver: str
    target: smfg.Game
    #: A statistic that tells equilibria apart.
    statistic: str
    policy: Any
    reported: float


def of_mfglib(iterations: int) -> Iterator[Result]:
    """MFGLib's solvers on its example environments of polynomials."""
    import smfg.mfglib
    from mfglib.alg import MFOMO, FictitiousPlay, OccupationMeasureInclusion, OnlineMirrorDescent, PriorDescent
    from mfglib.env import Environment
    from mfglib.scoring import exploitability_score

    games = {
        "left_right": (Environment.left_right(), 'mu["1"]@1'),
        "rock_paper_scissors": (Environment.rock_paper_scissors(), 'mu["1"]@1'),
        "susceptible_infected, T = 5": (Environment.susceptible_infected(T=5), 'mu["1"]@5'),
    }
    solvers = {
        "fictitious play": FictitiousPlay(),
        "mirror descent, 1": OnlineMirrorDescent(alpha=1.0),
        "mirror descent, 1/10": OnlineMirrorDescent(alpha=0.1),
        "prior descent": PriorDescent(eta=1.0, n_inner=50),
        "MFOMO": MFOMO(),
        "occupation measure inclusion": OccupationMeasureInclusion(alpha=0.1),
    }
    for name, (environment, statistic) in games.items():
        target = smfg.mfglib.convert(environment, name=name)
        for solver, algorithm in solvers.items():
            with contextlib.redirect_stdout(io.StringIO()):
                policies, *_ = algorithm.solve(environment, max_iter=iterations, atol=None, rtol=None)
            scores = [float(exploitability_score(environment, policy)) for policy in policies]
            best = int(np.nanargmin(np.abs(scores)))
            policy = smfg.mfglib.policy(environment, policies[best])
            yield Result("MFGLib", name, solver, target, statistic, policy, scores[best])


def of_openspiel(iterations: int) -> Iterator[Result]:
    """OpenSpiel's fictitious play and mirror descent on its games of polynomials."""
    import pyspiel
    import smfg.openspiel
    from open_spiel.python.mfg.algorithms import fictitious_play, mirror_descent, nash_conv
    from open_spiel.python.mfg.games import normal_form_game  # noqa: F401 (registers the game)

    games = {f"mean_field_nfg, {kind}": ("mean_field_nfg", {"num_actions": 3, "reward_function": kind}) for kind in ("biased_indirect_rps", "coop", "dom")}
    games["mfg_garnet, eta = 0"] = ("mfg_garnet", {"eta": 0.0})
    for name, (short, parameters) in games.items():
        game = pyspiel.load_game(short, parameters)
        converted = smfg.openspiel.convert(game)
        last = max(t for t, layer in enumerate(converted.layers))
        statistic = converted.mass("0") if short == "mean_field_nfg" else f'mu["0"]@{last}'
        for solver, algorithm in (("fictitious play", fictitious_play.FictitiousPlay(game)), ("mirror descent", mirror_descent.MirrorDescent(game))):
            for _ in range(iterations):
                algorithm.iteration()
            policy = algorithm.get_policy()
            reported = float(nash_conv.NashConv(game, policy).nash_conv())
            yield Result("OpenSpiel", name, solver, converted.game, statistic, converted.policy(policy), reported)


def short(number: Any) -> str:
    """Three digits."""
    value = float(number)
    return "0" if value == 0 else f"{value:.3g}"


def interval(found: smfg.Range) -> str:
    """A certified range, rounded outwards to four digits; a fraction where it is one number."""
    if found.single and found.least.number.denominator < 1000:
        return str(found.least.number)
    lower, upper = found.least.lower, found.greatest.upper
    scale = 10**4
    return f"[{lower * scale // 1 / scale:.4f}, {-(-upper * scale // 1) / scale:.4f}]"


def table(results: Iterator[Result], seconds: float) -> None:
    """One row per policy."""
    print("| library, game | solver | reported | exact | claim | statistic | of it | certified at eps = 0 | certified at the exact exploitability |")
    print("|---|---|---|---|---|---|---|---|---|")
    known: dict[str, str] = {}
    for result in results:
        game = result.target
        judged = game.verify(result.policy, exploitability=max(result.reported, 0), tolerance="1/100000", solve=False)
        # The tolerance is for rows; the exploitability is compared without any.
        holds = judged.exploitability.upper <= Fraction(result.reported)
        own = statistic_of(judged, result.statistic)
        if result.game not in known:
            known[result.game] = interval(game.range(of=result.statistic, time_limit=seconds))
        around = game.range(of=result.statistic, epsilon=judged.exploitability.upper, time_limit=seconds)
        print(
            f"| {result.library} {result.game} | {result.solver} | {short(result.reported)} | {short(judged.exploitability)} | {'holds' if holds else 'too low'} "
            f"| `{result.statistic}` | {own:.4f} | {known[result.game]} | {interval(around)} |",
            flush=True,
        )


def statistic_of(judged: smfg.Evaluation, statistic: str) -> float:
    """The mass of a state at a stage, ``mu["state"]@stage``; states are named by their positions."""
    state, stage = statistic.removeprefix('mu["').split('"]@')
    return float(judged.flow_array()[int(stage), int(state)].sum())


def speed(stages: int, states: int, actions: int, successors: int, repetitions: int) -> None:
    """One evaluation of a policy in a random decision process, by MFGLib and by smfg."""
    import mfglib.alg  # noqa: F401 (before its scoring, which cannot be imported first)
    import torch
    from mfglib.env import Environment
    from mfglib.scoring import exploitability_score

    random = np.random.default_rng(1)
    rewards = random.integers(-(2**16), 2**16, size=(stages, states, actions)) / 2.0**16
    entries, dense = [], [torch.zeros(states, states, actions) for _ in range(stages)]
    for t in range(stages):
        for s in range(states):
            for a in range(actions):
                weights = 1 + random.multinomial(2**12 - successors, np.ones(successors) / successors)
                for to, weight in zip(random.choice(states, successors, replace=False), weights):
                    dense[t][to, s, a] = float(weight) / 2**12
                    if t < stages - 1:
                        entries.append([t, s, a, int(to), Fraction(int(weight), 2**12)])
    single = torch.tensor(rewards, dtype=torch.float32)
    law = np.zeros(states)
    law[0] = 1.0
    environment = Environment(
        T=stages - 1, S=(states,), A=(actions,), mu0=torch.tensor(law, dtype=torch.float32), r_max=1.0,
        reward_fn=lambda env, t, L: single[t], transition_fn=lambda env, t, L: dense[t],
    )
    game = smfg.Game.build(
        name="random", stages=stages, states=states, actions=actions, initial=law.astype(int).tolist(), reward=rewards, transition={"sparse": entries},
    )
    policy = torch.tensor(random.dirichlet(np.ones(actions), size=(stages, states)), dtype=torch.float32)

    def best(call: Callable[[], Any]) -> tuple[float, Any]:
        times = []
        for _ in range(repetitions):
            start = time.perf_counter()
            answer = call()
            times.append(time.perf_counter() - start)
        return min(times), answer

    theirs, score = best(lambda: exploitability_score(environment, policy))
    theirs_bare, _ = best(lambda: exploitability_score(environment, policy, ensure_feasible_policy=False))
    ours, judged = best(lambda: game.evaluate(policy))
    print(f"{stages} stages, {states} states, {actions} actions, {successors} successors; best of {repetitions}\n")
    print("| evaluation | time | exploitability | width of the enclosure |")
    print("|---|---|---|---|")
    print(f"| MFGLib `exploitability_score`, {torch.get_num_threads()} threads | {1e3 * theirs:.1f} ms | {float(score):.9f} | |")
    print(f"| the same without its check of the policy | {1e3 * theirs_bare:.1f} ms | | |")
    print(f"| `smfg.evaluate`, from the tensor to the answer | {1e3 * ours:.1f} ms | {float(judged.exploitability):.15f} | {float(judged.exploitability.width):.1e} |")
    print(f"\nratio {theirs / ours:.1f}, without the check {theirs_bare / ours:.1f}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--speed", action="store_true", help="time one evaluation")
    parser.add_argument("--iterations", type=int, default=300, help="of every solver")
    parser.add_argument("--seconds", type=float, default=20.0, help="for every certified range")
    parser.add_argument("--library", choices=["mfglib", "openspiel"], help="only this one")
    parser.add_argument("--sizes", type=int, nargs=4, default=[10, 1000, 5, 5], metavar=("STAGES", "STATES", "ACTIONS", "SUCCESSORS"))
    parser.add_argument("--repetitions", type=int, default=5)
    arguments = parser.parse_args()
    if arguments.speed:
        speed(*arguments.sizes, arguments.repetitions)
        return
    results = []
    if arguments.library in (None, "mfglib"):
        results.append(of_mfglib(arguments.iterations))
    if arguments.library in (None, "openspiel"):
        results.append(of_openspiel(arguments.iterations))
    table((result for source in results for result in source), arguments.seconds)


if __name__ == "__main__":
    main()

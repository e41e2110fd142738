"""Every function of the package, for `mypy --strict` and to be run."""

from __future__ import annotations

from fractions import Fraction

from datetime import timedelta

import numpy as np
import smfg
import smfg.mfglib
import smfg.openspiel

game: smfg.Game = smfg.load("models/tie.toml")
again: smfg.Game = smfg.loads(game.dumps(), "toml")
built = smfg.Game.build(
    name="one", stages=1, states=1, actions=2, initial=[1], leader_payoff="mu[*, a1]@0"
)
finite = smfg.from_payoffs(
    [np.eye(2), [[1, 0], [0, 1]]], players=["row", "column"], name="pure coordination"
)
drawn = smfg.generate("mean-field", stages=2, states=3, interaction="crowd", seed=3)

solution: smfg.Solution = smfg.solve(
    game, epsilon=Fraction(1, 10), decision="risky", time_limit=10, threads=1
)
robust: smfg.RobustSolution = smfg.robust(game, reward_error="1/100")
span: smfg.Range = smfg.range(built, of="mu[*, a0]@0", gap=0.001, precision=64)
listed: smfg.Equilibria = smfg.equilibria(finite, nodes=1000)
curve: smfg.Sweep = smfg.sweep(game, epsilon=(0, "1/10"), selection="optimistic", points=2)
trade: smfg.Frontier = smfg.frontier(built, objective="mu[*, a0]@0", cost=True)
risk: smfg.Sensitivity = smfg.sensitivity(game, against=again)
played: smfg.Evaluation = smfg.evaluate(built, lambda stage, state: {"a0": 0.5, "a1": 0.5})
judged: smfg.Verification = smfg.verify(built, {"s0": "a0"}, exploitability=0, solve=False)
valid: bool = bool(smfg.check(game, solution))
shown: smfg.Map = smfg.map(built, ("mu[*, a0]@0", "mu[*, a1]@0"), cells=2, time_limit=10)
frozen: smfg.Judgement = smfg.judge(
    lambda stage, masses: -masses, np.ones((1, 1, 1, 1)), [1], np.ones((1, 1, 1))
)
collected = (smfg.models.load("braess"), smfg.models.list(status="open"))
adapters = (smfg.mfglib.judge, smfg.openspiel.judge, smfg.mfglib.convert, smfg.openspiel.convert)

methods = (
    game.solve(decision=solution.decision, time_limit=timedelta(seconds=10), progress=print),
    game.robust(leader_error="1/10"),
    game.range(decision="safe"),
    game.equilibria(decision="safe"),
    game.sweep(epsilon="0:1/10"),
    built.map(("mu[*, a0]@0", "mu[*, a1]@0"), cells=2, window=(0, 1, 0, 1)),
    game.frontier(decision={"risk": 0}),
    game.sensitivity(transition_error=Fraction(1, 10)),
    built.evaluate(played),
    built.verify(played, leader_reward="1/2", solve=False),
    game.check(solution.certificate),
)
difference: smfg.Bounds = solution.value - robust.value * 2 + 1
text: str = f"{difference:.3f} {played.exploitability} {span} {curve.points[0].value}"
number: Fraction = played.leader_reward.number + smfg.Exact("1/3")
half: smfg.Bounds = smfg.Bounds("1/2")
plain: dict[str, object] = solution.to_dict()
shares: float = float(listed.polytopes[0].vertices[0].masses[0])
rows: int = len(curve.to_frame()) + len(played.to_frame(exact=True))
price = trade.price_of_anarchy
loss: smfg.Bounds | None = risk.naive.loss

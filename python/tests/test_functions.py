"""What takes several searches, imports, random games, the program itself: known values."""

from __future__ import annotations

import json
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import smfg

from conftest import ROOT


def program(*arguments, **options):
    return subprocess.run(
        [sys.executable, "-m", "smfg", *map(str, arguments)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        **options,
    )


def printed(*arguments):
    done = program(*arguments, "--format", "json", "--quiet")
    assert done.returncode == 0 and done.stderr == "", done.stderr
    return json.loads(done.stdout)


def test_python_minus_m():
    assert printed("solve", "models/adoption.toml")["value"]["lower"] == "17/20"
    assert program("--version").stdout.strip() == f"smfg {smfg.__version__}"
    assert program("solve", "missing.toml").returncode == 2 and program("unknown").returncode == 2


def test_sweep_over_epsilon(models):
    found = smfg.sweep(models / "moral_hazard_grid.toml", epsilon=(0, "1/4"), points=3)
    # Wage w is worth (1 - eps / (w - 1/4)) (5/4 - w): at 3/10 it is 19/20 at eps = 0 and falls by
    # 19 per unit.
    assert (found.kind, found.status, found.over, found.jumps) == (
        "piecewise_linear",
        "exact",
        "epsilon",
        (),
    )
    assert (found.points[0].value.number, found.points[0].slope, found.points[0].decision.name) == (
        Fraction(19, 20),
        -19,
        "wage=3/10",
    )
    assert [point.at for point in found.evaluated] == [0, Fraction(1, 8), Fraction(1, 4)]
    assert found.evaluated[1].value.number == max(
        (1 - Fraction(1, 8) / (w - Fraction(1, 4))) * (Fraction(5, 4) - w)
        for w in [Fraction(k, 20) for k in (6, 7, 8, 9, 11)]
    )
    assert smfg.check(models / "moral_hazard_grid.toml", found)


def test_sweep_over_a_constant(models):
    found = smfg.sweep(models / "epidemic_menu.toml", parameter="beta", values=["1/2", 1])
    rows = printed("sweep", "models/epidemic_menu.toml", "--parameter", "beta=1/2:1:2")["points"]
    assert [(point.at, point.decision.name) for point in found.points] == [
        (Fraction(row["at"]), row["decision"]["name"]) for row in rows
    ]
    assert found.status == "within_gap" and found.kind == "points" and found.over == "beta"
    assert smfg.check(models / "epidemic_menu.toml", found)
    # A game that was built has constants too.
    game = smfg.loads((models / "epidemic_menu.toml").read_text())
    assert [point.value for point in game.sweep(parameter="beta", values=["1/2", 1]).points] == [
        point.value for point in found.points
    ]


def test_frontier(models):
    found = smfg.frontier(
        models / "pigou_latency.toml", decision="toll=0", epsilon="0:1/4", points=2, width=1
    )
    # Pigou: the equilibrium costs 1, the optimum 3/4.
    assert found.optimum == Fraction(
        -3, 4
    ) and found.price_of_anarchy.value == found.price_of_stability.value == Fraction(4, 3)
    assert (
        found.price_of_anarchy.kind == "ratio"
        and found.worst.points[0].value == -1
        and found.evaluated[0].worst == -1
    )
    assert smfg.check(models / "pigou_latency.toml", found)


def test_sensitivity_and_robust(models):
    game = smfg.load(models / "tie.toml")
    found = game.sensitivity(reward_error="1/100")
    assert (found.naive.kappa, found.naive.omega, found.relaxed.guarantee, found.promised) == (
        Fraction(1, 50),
        0,
        Fraction(1, 2),
        Fraction(1, 2),
    )
    assert found.true_value is None and game.check(found)
    # In the model the second action is better by 1/1000, in truth both are alike: the naive
    # decision loses 1/2.
    model = smfg.loads((models / "tie.toml").read_text().replace("delta = 0", "delta = 0.001"))
    against = model.sensitivity(against=game)
    assert (
        against.naive.loss == Fraction(1, 2)
        and against.relaxed.loss == 0
        and against.relaxed.guarantee == Fraction(1, 2)
    )
    assert model.check(against, against=game) and not model.check(against)
    robust = model.robust(reward_error="1/100")
    assert (
        robust.decision.name == "safe"
        and robust.value == Fraction(1, 2)
        and robust.kappa == Fraction(1, 50)
        and robust.relaxed_value == Fraction(1, 2)
    )
    assert robust.errors == {
        "reward": Fraction(1, 100),
        "transition": 0,
        "leader": 0,
    } and model.check(robust)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"stages": 2, "states": 3, "seed": 7}, ["mdp", "--stages", 2, "--states", 3, "--seed", 7]),
        (
            {"family": "grid", "rows": 2, "columns": 3, "stages": 2, "congestion": "1/2"},
            ["grid", "--rows", 2, "--columns", 3, "--stages", 2, "--congestion", "1/2"],
        ),
        (
            {
                "family": "mean-field",
                "stages": 2,
                "states": 3,
                "interaction": "dynamics",
                "aggregates": 1,
            },
            [
                "mean-field",
                "--stages",
                2,
                "--states",
                3,
                "--interaction",
                "dynamics",
                "--aggregates",
                1,
            ],
        ),
    ],
)
def test_generated_games_are_those_of_the_program(options, words):
    assert smfg.generate(**options) == smfg.loads(program("generate", *words).stdout, "json")


def test_finite_games(tmp_path):
    pennies = smfg.from_payoffs([np.array([[1, -1], [-1, 1]]), np.array([[-1, 1], [1, -1]])])
    assert (
        pennies.states == ("player 1", "player 2")
        and pennies.actions == ("1", "2")
        and pennies.class_name == "C1"
    )
    found = pennies.equilibria()
    assert found.unique and found.polytopes[0].vertices[0].masses == (Fraction(1, 4),) * 4
    # Exploitability is the mean regret: with both on heads, player 2 could gain 2, player 1
    # nothing.
    assert pennies.evaluate({"player 1": "1", "player 2": "1"}).exploitability == 1
    # Three players by payoffs and by file, the first player's strategy changing fastest.
    rng = np.random.default_rng(1)
    payoffs = rng.integers(-3, 4, size=(3, 2, 3, 2))
    listed = " ".join(
        str(payoffs[player, i, j, k])
        for k in range(2)
        for j in range(3)
        for i in range(2)
        for player in range(3)
    )
    file = tmp_path / "three.nfg"
    file.write_text(f'NFG 1 R "finite game" {{ "" "" "" }} {{ 2 3 2 }} "" {listed}')
    game = smfg.from_payoffs(payoffs)
    assert (
        game == smfg.load(file) == smfg.loads(file.read_text(), "nfg") and game.class_name == "C2"
    )
    assert smfg.loads(program("import", file).stdout, "json") == game
    # Regrets from the payoffs, without the program.
    mixed = [np.array([1, 2]) / 4, np.array([2, 1, 1]) / 4, np.array([3, 1]) / 4]
    mixed[0] = np.array([1, 3]) / 4
    policy = {
        f"player {i + 1}": {str(a + 1): share for a, share in enumerate(row)}
        for i, row in enumerate(mixed)
    }
    value = [np.einsum("ijk,i,j,k", payoffs[i], *mixed) for i in range(3)]
    best = [
        np.einsum("ijk,j,k", payoffs[0], mixed[1], mixed[2]),
        np.einsum("ijk,i,k", payoffs[1], mixed[0], mixed[2]),
        np.einsum("ijk,i,j", payoffs[2], mixed[0], mixed[1]),
    ]
    regrets = [row.max() - earned for row, earned in zip(best, value)]
    found = game.evaluate(policy)
    assert found.exploitability == sum(map(Fraction, regrets)) / 3 and found.leader_reward == sum(
        map(Fraction, value)
    )
    with pytest.raises(smfg.GameError, match="broken.nfg, line 1: found `x`"):
        (tmp_path / "broken.nfg").write_text("x")
        smfg.load(tmp_path / "broken.nfg")


def test_types(monkeypatch):
    """`mypy --strict` accepts a file that uses every function and method."""
    pytest.importorskip("mypy")
    used = ROOT / "python" / "tests" / "data" / "every_function.py"
    names = [name for name in smfg.__all__ if name[0].islower() and name != "models"]
    assert [name for name in names if f"smfg.{name}(" not in used.read_text()] == []
    place = Path(smfg.__file__).resolve().parents[1]
    if place.name != "site-packages":
        monkeypatch.setenv("MYPYPATH", str(place))
    monkeypatch.chdir(ROOT)
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--config-file", "", str(used)],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout
    exec(compile(used.read_text(), used, "exec"), {})

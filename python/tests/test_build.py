"""Games built from arrays and formulas are the games of files."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
import smfg


def test_formulas_make_the_same_game_as_the_file(models):
    built = smfg.Game.build(
        name="anything",
        stages=1,
        states=["firm"],
        actions=["wait", "adopt"],
        initial={"firm": 1},
        leader={
            "decisions": {
                "none": {"subsidy": 0},
                "half": {"subsidy": 0.5},
                "enough": {"subsidy": "13/20"},
            }
        },
        reward=[{"action": "adopt", "value": "mu[*, adopt] - 1/2 + subsidy"}],
        leader_payoff="(3/2 - subsidy) * mu[*, adopt]@0",
    )
    assert built.hash == smfg.load(models / "adoption.toml").hash


def test_arrays_make_the_same_game_as_the_file(models):
    crowd = np.zeros((2, 3, 2))
    crowd[1, 1, 0], crowd[1, 2, 0] = -1, 2
    transition = np.zeros((1, 3, 2, 3), dtype=int)
    transition[0, :, 0, 1] = transition[0, :, 1, 2] = 1
    constant = np.zeros((2, 3, 2))
    constant[1, 2, 0] = -2
    built = smfg.Game.build(
        name="left or right",
        stages=2,
        states=["start", "left", "right"],
        actions=["go left", "go right"],
        initial="start",
        available=[{"stage": 1, "actions": ["go left"]}],
        reward=[{"array": crowd, "times": "x"}, constant],
        transition=transition,
        aggregates={"x": {"weights": [[0, 0], [1, 1], [0, 0]], "stage": 1}},
        leader_payoff="x",
    )
    assert built.hash == smfg.load(models / "left_right.toml").hash


@pytest.mark.parametrize("kind", [list, np.array, tuple])
def test_numbers_are_exact(kind):
    numbers = [[Fraction(1, 3), "0.1", Decimal("0.2")]]
    built = smfg.Game.build(
        name="x", stages=1, states=1, actions=3, initial=[1], reward=kind(numbers)
    )
    found = [
        built.evaluate([[row]]).follower_reward.number for row in ([1, 0, 0], [0, 1, 0], [0, 0, 1])
    ]
    assert found == [Fraction(1, 3), Fraction(1, 10), Fraction(1, 5)]


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, ">f8"])
def test_floats_are_binary_fractions(dtype):
    rewards = np.array([[0.1, 1e-3, 3.0, 2.0**-40]], dtype=dtype)
    built = smfg.Game.build(name="x", stages=1, states=1, actions=4, initial=[1], reward=rewards)
    for action in range(4):
        policy = np.zeros((1, 1, 4))
        policy[0, 0, action] = 1
        assert built.evaluate(policy).follower_reward.number == Fraction(float(rewards[0, action]))


def test_sparse_and_dense_are_the_same():
    rng = np.random.default_rng(0)
    transition = np.zeros((40, 2, 40))
    for state in range(40):
        transition[state, :, rng.integers(40, size=2)] = [[0.25, 0.5], [0.75, 0.5]]
        transition[state] /= transition[state].sum(axis=1, keepdims=True)
    common = {
        "name": "x",
        "stages": 3,
        "states": 40,
        "actions": 2,
        "initial": np.full(40, Fraction(1, 40)),
    }
    dense = smfg.Game.build(**common, transition=transition)
    stages = np.broadcast_to(transition, (2, *transition.shape))
    entries = [
        [*map(int, index), float(transition[tuple(index)])] for index in np.argwhere(transition)
    ]
    sparse = smfg.Game.build(**common, transition={"sparse": entries, "time_invariant": True})
    assert dense.hash == sparse.hash == smfg.Game.build(**common, transition=stages).hash


def test_attributes_and_definitions():
    built = smfg.Game.build(
        name="savings",
        stages=2,
        states={"poor": {"wealth": 1}, "rich": {"wealth": "3/2"}},
        actions={"spend": {"saved": 0}, "save": {"saved": 0.5}},
        initial={"poor": "2/3", "rich": "1/3"},
        define={"rate": "1/10"},
        reward="s.wealth * (1 - a.saved) - rate",
        transition=[{"to": "poor"}, {"action": "save", "to": {"rich": "3/4", "poor": "rest"}}],
    )
    # Spending now and then: 2/3 * 1 + 1/3 * 3/2, then all are poor; less 1/10 at both stages.
    assert built.evaluate([[[1, 0], [1, 0]]] * 2).follower_reward.number == Fraction(
        7, 6
    ) + 1 - Fraction(1, 5)


def test_saved_games_are_read_back(crowded_road, tmp_path):
    crowded_road.save(tmp_path / "road.json")
    assert smfg.load(tmp_path / "road.json").hash == crowded_road.hash
    with pytest.raises(smfg.ArgumentError, match=".json"):
        crowded_road.save(tmp_path / "road.toml")
    smfg.load(tmp_path / "road.json").save(tmp_path / "again.json")
    assert (tmp_path / "again.json").read_text() == (tmp_path / "road.json").read_text()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"reward": np.zeros((3, 1, 2))}, r"shape \(3, 1, 2\), expected \(1, 1, 2\)"),
        ({"reward": np.full((1, 2), np.nan)}, "not finite"),
        ({"initial": [0.5, 0.5]}, "2 masses, expected 1"),
        ({"initial": ["1/2"]}, "initial"),
        ({"reward": [{"array": np.zeros((1, 2)), "time": "x"}]}, "found time"),
        ({"reward": "mu[nowhere]"}, "nowhere"),
        ({"stages": 2}, "transition"),
    ],
)
def test_what_is_no_game_is_refused(change, message):
    with pytest.raises(smfg.GameError, match=message):
        smfg.Game.build(
            **({"name": "x", "stages": 1, "states": 1, "actions": 2, "initial": [1]} | change)
        )


def test_files_that_are_no_games(tmp_path):
    with pytest.raises(FileNotFoundError):
        smfg.load(tmp_path / "missing.toml")
    bad = tmp_path / "bad.toml"
    bad.write_text('format = "smfg-game/1"\nname = "x"\nstages = 0\n')
    with pytest.raises(smfg.GameError, match="stages"):
        smfg.load(bad)
    with pytest.raises(smfg.Error):
        smfg.loads("{}", "json")
    with pytest.raises(smfg.ArgumentError, match="toml, json or nfg"):
        smfg.loads("", "yaml")


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda g: g.solve(epsilon=-1), smfg.ArgumentError, "epsilon"),
        (lambda g: g.solve(epsilon="a lot"), smfg.ArgumentError, "epsilon"),
        (lambda g: g.solve(gap=-1), smfg.ArgumentError, "gap"),
        (lambda g: g.solve(selection="hopeful"), smfg.ArgumentError, "pessimistic or optimistic"),
        (lambda g: g.solve(threads=0), smfg.ArgumentError, "threads"),
        (lambda g: g.solve(time_limit=-1.0), smfg.ArgumentError, "time_limit"),
        (lambda g: g.solve(precision="high"), smfg.ArgumentError, "precision"),
        (lambda g: g.solve(decision="best"), smfg.DecisionError, "best"),
        (lambda g: g.solve(decision=3), smfg.ArgumentError, "decision"),
        (lambda g: g.range(of="mu["), smfg.ExpressionError, "mu"),
        (lambda g: g.range(of="mu[bridge]@0"), smfg.ExpressionError, "bridge"),
        (lambda g: g.evaluate(), smfg.ArgumentError, "a policy or an occupation"),
        (
            lambda g: g.evaluate([[[1, 0]]], horizon_convention="other"),
            smfg.ArgumentError,
            "horizon",
        ),
        (lambda g: g.evaluate([[[1, 0]]], tolerance=2), smfg.ClaimError, "tolerance"),
    ],
)
def test_options_that_do_not_exist(crowded_road, call, error, message):
    with pytest.raises(error, match=message):
        call(crowded_road)

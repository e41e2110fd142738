"""Natural mistakes: each gives one clear error of this package, or of Python's for files."""

from __future__ import annotations

import numpy as np
import pytest
import smfg

NAN = float("nan")


def road():
    return smfg.Game.build(
        name="crowded road",
        stages=1,
        states=["home"],
        actions=["bridge", "tunnel"],
        initial="home",
        reward=[
            {"action": "bridge", "value": "-mu[*, bridge]"},
            {"action": "tunnel", "value": "-1/2"},
        ],
    )


MISTAKES = {
    "no such file": (lambda game: smfg.solve("missing.toml"), FileNotFoundError, "missing.toml"),
    "no game": (
        lambda game: smfg.solve(None),
        smfg.ArgumentError,
        "game: found NoneType, expected a Game or the path of its file",
    ),
    "a dictionary for a game": (
        lambda game: smfg.solve({"name": "x"}),
        smfg.ArgumentError,
        "game: found dict",
    ),
    "a percentage": (
        lambda game: game.solve(epsilon="1%"),
        smfg.ArgumentError,
        "epsilon: found '1%'",
    ),
    "nan": (
        lambda game: game.solve(epsilon=NAN),
        smfg.ArgumentError,
        "epsilon: found nan, expected a finite number",
    ),
    "a negative epsilon": (lambda game: game.solve(epsilon=-1), smfg.ArgumentError, "-1"),
    "an unknown selection": (
        lambda game: game.solve(selection="worst"),
        smfg.ArgumentError,
        "expected pessimistic or optimistic",
    ),
    "an unknown decision": (lambda game: game.solve(decision="high"), smfg.DecisionError, "high"),
    "a decision by position": (
        lambda game: game.solve(decision=0),
        smfg.ArgumentError,
        "decision: found 0",
    ),
    "seconds as a text": (
        lambda game: game.solve(time_limit="10"),
        smfg.ArgumentError,
        "time_limit: found '10', expected seconds",
    ),
    "negative seconds": (
        lambda game: game.solve(time_limit=-1),
        smfg.ArgumentError,
        "time_limit: found -1",
    ),
    "no threads": (
        lambda game: game.solve(threads=0),
        smfg.ArgumentError,
        "threads: found 0, expected a whole number, at least 1",
    ),
    "half a thread": (
        lambda game: game.solve(threads=1.5),
        smfg.ArgumentError,
        "threads: found 1.5",
    ),
    "an unknown precision": (
        lambda game: game.solve(precision="high"),
        smfg.ArgumentError,
        "precision: found high",
    ),
    "progress that is no function": (
        lambda game: game.solve(progress="yes"),
        smfg.ArgumentError,
        "progress: found 'yes'",
    ),
    "an unknown option": (lambda game: game.solve(eps=1), TypeError, "eps"),
    "an unknown state in a formula": (
        lambda game: game.range(of="mu[work]@0"),
        smfg.ExpressionError,
        "work",
    ),
    "a formula without a stage": (
        lambda game: game.range(of="mu[home, bridge]"),
        smfg.ExpressionError,
        "@",
    ),
    "a formula that is none": (
        lambda game: game.range(of=3),
        smfg.ArgumentError,
        "of: found 3, expected a formula",
    ),
    "no policy": (
        lambda game: game.evaluate(),
        smfg.ArgumentError,
        "expected a policy or an occupation measure",
    ),
    "percentages": (lambda game: game.evaluate([[[75, 25]]]), smfg.ClaimError, "100"),
    "a row that sums to less": (
        lambda game: game.evaluate([[[0.5, 0.25]]]),
        smfg.ClaimError,
        "0.75",
    ),
    "nan in an array": (
        lambda game: game.evaluate(np.array([[[NAN, 1]]])),
        smfg.ClaimError,
        "NaN|nan",
    ),
    "another shape": (lambda game: game.evaluate(np.ones((3, 1, 2)) / 2), smfg.ClaimError, "3"),
    "one row": (lambda game: game.evaluate([0.5, 0.5]), smfg.ClaimError, "stage"),
    "an unknown action": (
        lambda game: game.evaluate({"home": "ferry"}),
        smfg.ClaimError,
        "action: found 'ferry', expected one of bridge, tunnel",
    ),
    "an unknown state": (
        lambda game: game.evaluate({"hom": "bridge"}),
        smfg.ClaimError,
        "state: found 'hom', expected one of home",
    ),
    "a stage beyond the last": (
        lambda game: game.evaluate({0: {"home": "bridge"}, 1: {"home": "bridge"}}),
        smfg.ClaimError,
        "found the stage 1, expected 0 to 0",
    ),
    "a state that is missing": (
        lambda game: game.evaluate({(0, "home"): None}),
        smfg.ClaimError,
        "nothing is said of stage 0, state home",
    ),
    "a function that returns a number": (
        lambda game: game.evaluate(lambda stage, state: 0.5),
        smfg.ClaimError,
        "stage 0, state home: found 0.5",
    ),
    "a policy as text": (lambda game: game.evaluate("bridge"), FileNotFoundError, "bridge"),
    "no error of the model": (
        lambda game: game.sensitivity(),
        smfg.ArgumentError,
        "expected reward_error",
    ),
    "a negative error of the model": (
        lambda game: game.robust(reward_error=-1),
        smfg.ArgumentError,
        "reward_error: found -1",
    ),
    "a constant without values": (
        lambda game: game.sweep(parameter="beta"),
        smfg.ArgumentError,
        "both parameter and values",
    ),
    "an unknown constant": (
        lambda game: game.sweep(parameter="beta", values=[1]),
        smfg.GameError,
        "beta",
    ),
    "an interval the wrong way round": (
        lambda game: game.sweep(epsilon=(1, 0)),
        smfg.ArgumentError,
        "epsilon from 1 to 0",
    ),
    "three ends": (
        lambda game: game.sweep(epsilon=(0, 1, 2)),
        smfg.ArgumentError,
        "expected one number or a pair",
    ),
    "no certificate": (lambda game: game.check(3), smfg.ArgumentError, "certificate: found int"),
    "a text that is no game": (lambda game: smfg.loads("stages = 1"), smfg.GameError, "format"),
    "an unknown format": (
        lambda game: smfg.loads("", "yaml"),
        smfg.ArgumentError,
        "expected toml, json or nfg",
    ),
    "a matrix of payoffs": (
        lambda game: smfg.from_payoffs([[1, 2], [3, 4]]),
        smfg.GameError,
        "expected one array per player",
    ),
    "matrices of two shapes": (
        lambda game: smfg.from_payoffs([[[1, 2]], [[1], [2]]]),
        smfg.GameError,
        "expected one array per player",
    ),
    "an unknown family": (
        lambda game: smfg.generate("random"),
        smfg.ArgumentError,
        "expected mdp, mean-field or grid",
    ),
    "no stages": (lambda game: smfg.generate(stages=0), smfg.ArgumentError, "stages: found 0"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_one_clear_error(name):
    call, kind, message = MISTAKES[name]
    with pytest.raises(kind, match=message) as caught:
        call(road())
    # One line, except for game files, whose errors are listed.
    assert "\n" not in str(caught.value).strip() or isinstance(
        caught.value, (smfg.GameError, smfg.ExpressionError)
    )


def endless():
    """Lists and mappings that contain themselves, and lists in many levels."""
    inside: list = []
    inside.append(inside)
    around: dict = {}
    around["home"] = around
    deep = 1
    for _ in range(5000):
        deep = [deep]
    return [inside, around, deep]


NESTED = (
    {
        "policy": lambda game, given: game.evaluate(given),
        "occupation": lambda game, given: game.evaluate(occupation=given),
        "decision": lambda game, given: game.solve(decision={"toll": given}),
        "epsilon": lambda game, given: game.solve(epsilon=given),
        "interval": lambda game, given: game.sweep(epsilon=given),
        "values": lambda game, given: game.sweep(parameter="x", values=[given]),
        "payoffs": lambda game, given: smfg.from_payoffs(given),
        "bounds": lambda game, given: smfg.Bounds(given),
        "rewards to judge": lambda game, given: smfg.judge(given, (), [1], [[[1]]]),
        "policy to judge": lambda game, given: smfg.judge([[0]], (), [1], given),
        "transitions to judge": lambda game, given: smfg.judge([[0]], given, [1], [[[1]], [[1]]]),
    }
    | {
        key: lambda game, given, key=key: smfg.Game.build(
            **({"name": "x", "stages": 2, "states": 1, "actions": 1, "initial": [1]} | {key: given})
        )
        for key in ("initial", "reward", "transition", "leader_reward", "leader_payoff")
    }
    | {
        "define": lambda game, given: smfg.Game.build(
            name="x", stages=1, states=1, actions=1, initial=[1], define={"x": given}
        ),
        "decisions": lambda game, given: smfg.Game.build(
            name="x",
            stages=1,
            states=1,
            actions=1,
            initial=[1],
            leader={"decisions": {"low": {"toll": given}}},
        ),
        "mixed": lambda game, given: smfg.Game.build(
            name="x", stages=1, states=1, actions=1, initial=[1], leader={"mixed": given}
        ),
    }
)


@pytest.mark.parametrize("name", NESTED)
def test_nothing_recurses_without_end(name):
    for given in endless():
        with pytest.raises(smfg.Error) as caught:
            NESTED[name](road(), given)
        assert len(str(caught.value)) < 400

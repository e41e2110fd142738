"""Several populations, requirements on decisions and normalised arrays. The two fleets are those of
tests/populations, whose values follow from the costs.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import smfg

from conftest import ROOT

FEW = Fraction(1, 10**6)


def fleets(**changed):
    """Trucks, one in a million, lose 3/10 more on the narrow road; the wide road costs 1/2."""
    one = {"actions": ["narrow", "wide"]}
    return smfg.Game.build(
        **{
            "name": "two fleets",
            "stages": 1,
            "populations": {
                "trucks": one | {"mass": FEW, "states": ["depot"], "initial": "depot"},
                "cars": one | {"mass": 1 - FEW, "states": ["home"], "initial": [1]},
            },
            "reward": [
                {"action": "narrow", "value": "-mu[*, narrow]"},
                {"action": "wide", "value": "-1/2"},
                {"population": "trucks", "action": "narrow", "value": "-3/10"},
            ],
            "leader_payoff": [{"stage": 0, "value": "mu[trucks.*, wide]"}],
        }
        | changed
    )


#: All trucks and half of everybody on the narrow road.
CARS = Fraction(499_999, 999_999)
PLAY = {"trucks": [[1, 0]], "cars": [[CARS, 1 - CARS]]}


def test_the_game_is_that_of_the_file():
    game = fleets()
    assert game.hash == smfg.load(ROOT / "tests/populations/two_fleets.toml").hash
    assert game.states == ("trucks.depot", "cars.home")
    assert [(own.name, own.mass, own.states, own.actions) for own in game.populations] == [
        ("trucks", FEW, ("depot",), ("narrow", "wide")),
        ("cars", 1 - FEW, ("home",), ("narrow", "wide")),
    ]


def test_a_policy_by_population():
    found = fleets().evaluate(PLAY)
    assert found.exploitability.number == Fraction(3, 10**7)
    trucks, cars = found.populations
    assert (trucks.exploitability.number, cars.exploitability.number) == (Fraction(3, 10), 0)
    assert (trucks.flow[0][0].number, cars.flow[0][0].number) == (FEW, 1 - FEW)
    whole = [[[1, 0, 0, 0], [0, 0, CARS, 1 - CARS]]]
    named = {"trucks": {"depot": "narrow"}, "cars": {"home": {"narrow": CARS, "wide": 1 - CARS}}}
    assert found.policy() == fleets().evaluate(whole).policy() == fleets().evaluate(named).policy()


def test_a_claim_by_population():
    judged = fleets().verify(PLAY, exploitability=FEW, solve=False)
    assert judged.holds
    judged = fleets().verify(PLAY, exploitability={"trucks": "1/100", "cars": 0}, solve=False)
    assert [(row.population, row.holds) for row in judged.checks] == [
        ("trucks", False),
        ("cars", True),
    ]


def test_answers_have_the_views_of_populations():
    solved = fleets().solve()
    assert solved.value.number == FEW
    assert [own.exploitability.number for own in solved.equilibrium.populations] == [0, 0]
    assert fleets().range(of="mu[*, narrow]@0").least.number == Fraction(1, 2)


@pytest.mark.parametrize(
    ("ask", "expected"),
    [
        (lambda: fleets(states=["x"]), "beside populations"),
        (lambda: fleets(populations={"a": {"states": 1, "actions": 1}}), "mass is missing"),
        (lambda: fleets(populations={"a": {"mass": 1, "states": 1}}), "actions is missing"),
        (lambda: fleets(populations=[3]), "expected a mapping with name, mass, states"),
        (lambda: fleets(populations={"a": {"mas": 1}}), "unknown key 'mas'"),
        (lambda: fleets(populations=None), "states is missing"),
        (lambda: fleets().evaluate({"trucks": [[1, 0]]}), "found 'trucks', expected one of"),
        (
            lambda: fleets().evaluate({"trucks": [[1]], "cars": [[1, 0]]}),
            "population 'trucks': found an array of shape",
        ),
        (
            lambda: fleets().evaluate({"trucks": {"depot": "fly"}, "cars": [[1, 0]]}),
            "found 'fly', expected one of narrow, wide",
        ),
        (lambda: fleets().verify(PLAY, exploitability={"bus": 0}, solve=False), "\"bus\""),
        (lambda: fleets().solve(epsilon={"trucks": 0}), "expected one number for everybody"),
    ],
)
def test_mistakes(ask, expected):
    with pytest.raises(smfg.Error) as raised:
        ask()
    assert expected in str(raised.value)


def adoption(*requirements, leader=None):
    """At eps = 0 the share of adopters is 0, 1/2 or 1 without subsidy, 0 or 1 with one half, and 1
    with 13/20.
    """
    return smfg.Game.build(
        name="adoption",
        stages=1,
        states=["firm"],
        actions=["wait", "adopt"],
        initial="firm",
        leader=leader
        or {
            "decisions": {
                "none": {"subsidy": 0},
                "half": {"subsidy": 0.5},
                "enough": {"subsidy": "13/20"},
            },
            "require": list(requirements),
        },
        reward=[{"action": "adopt", "value": "mu[*, adopt] - 1/2 + subsidy"}],
        leader_payoff="(3/2 - subsidy) * mu[*, adopt]@0",
    )


HALF = {"value": "mu[*, adopt]@0", "at_least": 0.5}
BUDGET = {"value": "subsidy * mu[*, adopt]@0", "at_most": Fraction(3, 5)}


def test_requirements():
    game = adoption(HALF)
    found = game.solve()
    assert found.value.number == Fraction(17, 20) and found.decision.name == "enough"
    assert [row.feasible for row in found.decisions] == [False, False, True]
    assert found.decisions[0].requirements[0].upper == 0
    assert smfg.check(game, found)
    found = adoption(HALF, BUDGET).solve()
    assert (found.status, found.value, found.decision) == ("infeasible", None, None)
    found = adoption(HALF, BUDGET).solve(selection="optimistic")
    assert found.value.number == Fraction(3, 2) and found.decision.name == "none"
    continuum = {"variables": [{"name": "subsidy", "lower": 0, "upper": 1}], "require": [HALF]}
    found = adoption(leader=continuum).solve(decision_grid="1/20")
    assert found.value.number == Fraction(19, 20)
    assert found.decision.parameters == {"subsidy": Fraction(11, 20)}
    assert [row.name for row in found.decisions if row.feasible][0] == "subsidy=11/20"
    with pytest.raises(smfg.Error, match="decision_grid="):
        adoption(leader=continuum).solve()
    with pytest.raises(smfg.Error, match="leader.require"):
        adoption(HALF).sweep(epsilon=(0, "1/10"))
    with pytest.raises(smfg.GameError, match="expected a rule"):
        adoption("mu[*, adopt]@0")


def test_rows_of_floats_are_normalised_on_request():
    rows = np.array([[[0.1, 0.2, 0.7]], [[0.3, 0.3, 0.4]], [[1, 0, 0]]])
    sizes = {"name": "rounded", "stages": 2, "states": 3, "actions": 1}
    off = [1 - sum(map(Fraction, row[0].tolist())) for row in rows]
    assert any(off)
    initial = [0.1, 0.2, 0.7]
    with pytest.raises(smfg.GameError, match="sum"):
        smfg.Game.build(**sizes, initial=initial, transition=rows)
    game = smfg.Game.build(**sizes, initial=initial, transition=rows, normalise=True)
    assert game.normalised_by == max(map(abs, off)) and sum(game.initial) == 1
    assert game.info()["game"]["normalised_by"] == str(game.normalised_by)
    exact = smfg.Game.build(**sizes, initial=[1, 0, 0], transition=rows[[2, 2, 2]])
    assert exact.normalised_by is None
    with pytest.raises(smfg.GameError, match="True or False"):
        smfg.Game.build(**sizes, initial=initial, transition=rows, normalise=1)

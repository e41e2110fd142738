"""Policies judged at their own flow: closed forms, and games that can be evaluated as well."""

from __future__ import annotations

import math
import pickle
from fractions import Fraction

import numpy as np
import pytest
import smfg
import smfg.mfglib
import smfg.openspiel

from test_mfglib import Environment, susceptible_infected, to_next
from test_openspiel import Choice, TwoPlaces, crowded


@pytest.mark.parametrize("x", [0.0, 0.25, 0.5, 0.75, 1.0])
def test_logarithms(x):
    """The bridge costs log(1 + its mass), the tunnel 1/2: with x on the bridge a follower there
    could gain log(1 + x) - 1/2, one in the tunnel 1/2 - log(1 + x).
    """
    judged = smfg.judge(
        lambda stage, masses: [[-math.log1p(masses[0, 0]), -0.5]],
        lambda stage, masses: pytest.fail("nobody moves in one stage"),
        [1],
        [[[x, 1 - x]]],
    )
    gain = math.log1p(x) - 0.5
    assert float(judged.exploitability) == pytest.approx(
        x * max(gain, 0) + (1 - x) * max(-gain, 0), abs=1e-15
    )
    assert judged.exploitability.exact and judged.normalised_by == 0
    assert any("binary64" in sentence for sentence in judged.assumptions)


def test_tables_are_judged_exactly(crowded_road):
    """Rewards of the crowded road where three quarters are on the bridge."""
    policy = [[["3/4", "1/4"]]]
    judged = smfg.judge([[["-3/4", "-1/2"]]], (), ["1"], policy)
    right = crowded_road.evaluate(policy)
    assert judged.exploitability == right.exploitability == Fraction(3, 16)
    assert judged.follower_reward == right.follower_reward
    assert len(judged.assumptions) == 1 and pickle.loads(pickle.dumps(judged)) == judged
    assert "3/16" in judged._repr_html_()


def test_games_of_polynomials_are_judged_as_they_are_evaluated(models):
    """Rewards 0, -mu, -2 mu at the places that are reached, as arrays and as functions."""
    game = smfg.load(models / "left_right.toml")
    policy = np.array([[[0.25, 0.75], [1, 0], [1, 0]], [[1, 0]] * 3])
    moves = np.zeros((3, 2, 3))
    moves[:, 0, 1] = moves[:, 1, 2] = 1

    def rewards(stage, masses):
        crowd = masses.sum(axis=1)
        return np.array([[0, 0], [-crowd[1]] * 2, [-2 * crowd[2]] * 2]) * (stage == 1)

    right = game.evaluate(policy)
    judged = smfg.judge(rewards, lambda stage, masses: moves, [1, 0, 0], policy)
    assert judged.exploitability == right.exploitability > 0
    frozen = np.array([rewards(t, right.flow_array()[t]) for t in range(2)])
    assert smfg.judge(frozen, moves, [1, 0, 0], policy).exploitability == right.exploitability
    assert (judged.populations[0].flow_array() == right.flow_array()).all()


def test_environments_of_mfglib():
    """Where transitions react to the population too, and where rewards are no polynomials."""
    environment = susceptible_infected()
    shares = np.random.default_rng(1).dirichlet([1, 1], size=(6, 2))
    right = smfg.mfglib.convert(environment).evaluate(shares)
    judged = smfg.mfglib.judge(environment, shares)
    # The environment computes in single precision; the game has the numbers that it means.
    assert float(judged.exploitability) == pytest.approx(float(right.exploitability), abs=1e-6)
    assert judged.normalised_by > 0 and len(judged.assumptions) == 3

    def reward(t, L):
        crowd = L.sum(axis=1)
        return np.array([[0, 0], [-np.log1p(crowd[1])] * 2, [-np.round(crowd[2])] * 2])

    rounding = Environment(1, (3,), (2,), [1, 0, 0], reward, lambda t, L: to_next(3, 2))
    with pytest.raises(smfg.ConversionError):
        smfg.mfglib.convert(rounding)
    # A quarter goes left and pays log(5/4), the others pay 1.
    found = smfg.mfglib.judge(rounding, np.array([[[0.25, 0.75], [1, 0], [1, 0]], [[1, 0]] * 3]))
    assert float(found.exploitability) == pytest.approx(0.75 * (1 - math.log(1.25)), abs=1e-6)
    with pytest.raises(smfg.ConversionError, match="the policy has the shape"):
        smfg.mfglib.judge(rounding, np.ones((1, 3, 2)))


@pytest.mark.parametrize("p", [0.0, 0.125, 0.5, 1.0])
def test_games_of_openspiel(p):
    """As in test_openspiel: place 0 earns (1 - 3x)/2 more, x = 1/4 + p/2."""
    game = TwoPlaces(crowded)
    gain = (1 - 3 * (Fraction(1, 4) + Fraction(p) / 2)) / 2
    right = max(gain, 0) * (1 - Fraction(p)) + max(-gain, 0) * Fraction(p)
    assert smfg.openspiel.judge(game, Choice(p)).exploitability == right

    logarithms = TwoPlaces(lambda place, law: -math.log1p(law[place]))
    left = 0.25 + p / 2
    better = (math.log1p(1 - left) - math.log1p(left)) / 2
    judged = smfg.openspiel.judge(logarithms, Choice(p))
    assert float(judged.exploitability) == pytest.approx(
        max(better, 0) * (1 - p) + max(-better, 0) * p, abs=1e-15
    )


def test_several_populations_are_followed_side_by_side():
    """Two alike, each registered under the same names: the mean is that of one of them."""
    one, two = TwoPlaces(crowded), TwoPlaces(crowded, populations=2)
    judged = smfg.openspiel.judge(two, Choice(0.5))
    assert len(judged.populations) == 2
    assert judged.exploitability == smfg.openspiel.judge(one, Choice(0.5)).exploitability


@pytest.mark.parametrize(
    ("rewards", "transitions", "initial", "policy", "message"),
    [
        ([[0, 0]], (), [1], [[0.5, 0.5]], r"policy: found the shape \(1, 2\)"),
        ([[0, 0, 0]], (), [1], [[[0.5, 0.5]]], r"rewards, stage 0: found the shape \(1, 3\)"),
        ([[0, math.nan]], (), [1], [[[0.5, 0.5]]], "rewards, stage 0, state 0, action 1"),
        ([[0, 0]], (), [0.5], [[[0.5, 0.5]]], "initial: found probabilities"),
        ([[0, 0]], (), [1], [[[0.5, 0.25]]], "0.75"),
        ([[0]], [[[0.5]]], [1], [[[1]], [[1]]], "transitions, stage 0, state 0, action 0"),
        ([["x"]], (), [1], [[[1]]], "rewards, stage 0, state 0, action 0: found 'x'"),
    ],
)
def test_mistakes(rewards, transitions, initial, policy, message):
    with pytest.raises(smfg.ClaimError, match=message):
        smfg.judge(rewards, transitions, initial, policy)

"""Exact evaluation of policies, against closed forms and against a computation in fractions of its
own.
"""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import smfg

DATA = Path(__file__).parent / "data"


def exploitability(x: Fraction) -> Fraction:
    """That of the crowded road, with x on the bridge."""
    return x * max(x - Fraction(1, 2), 0) + (1 - x) * max(Fraction(1, 2) - x, 0)


@pytest.mark.parametrize("x", ["0", "1/4", "1/2", "2/3", "1"])
def test_closed_form(crowded_road, x):
    x = Fraction(x)
    found = crowded_road.evaluate([[[x, 1 - x]]])
    assert found.exploitability.number == exploitability(x)
    assert found.follower_value.number == max(-x, Fraction(-1, 2))
    assert found.follower_reward.number == -x * x - (1 - x) / 2
    assert found.flow() == (((x, 1 - x),),) == found.policy()
    assert found.bits is None and found.adjustment.rows == 0


def test_floats_are_the_binary_numbers_that_they_are(crowded_road):
    for dtype in (np.float16, np.float32, np.float64):
        policy = np.array([[[0.7, 0.3]]], dtype=dtype)
        first, second = (Fraction(float(entry)) for entry in policy.ravel())
        x = first / (first + second)
        found = crowded_road.evaluate(policy, tolerance="1/1000")
        assert found.exploitability.number == exploitability(x)
        assert found.adjustment.largest == max(abs(x - first), abs(1 - x - second))


def test_memory_order_and_byte_order_do_not_matter(models):
    rng = np.random.default_rng(5)
    policy = rng.dirichlet(np.ones(2), size=(2, 3))
    policy[1] = [1, 0]
    same = smfg.evaluate(models / "left_right.toml", policy).exploitability
    for other in (
        np.asfortranarray(policy),
        policy.astype(">f8"),
        policy[:, ::-1][:, ::-1],
        policy.tolist(),
        [list(stage) for stage in policy],
    ):
        assert smfg.evaluate(models / "left_right.toml", other).exploitability == same


def test_occupation_measures(models):
    game = smfg.load(models / "left_right.toml")
    zero, first, second = Fraction(0), Fraction(1, 3), Fraction(2, 3)
    masses = [
        [[first, second], [zero, zero], [zero, zero]],
        [[zero, zero], [first, zero], [second, zero]],
    ]
    found = game.evaluate(occupation=masses)
    assert found.flow()[0][0] == (first, second) and found.deviation.number == 0
    # x = 1/3 on the left: (1 - x)(2 - 3x) = 2/3.
    assert found.exploitability.number == Fraction(2, 3)


def test_decisions(models):
    game = smfg.load(models / "adoption.toml")
    with pytest.raises(smfg.DecisionError, match="none, half, enough"):
        game.evaluate([[[0, 1]]])
    assert game.evaluate([[[0, 1]]], decision="half").leader_reward.number == 1
    assert game.evaluate([[[0, 1]]], decision={"subsidy": "1/2"}).decision.name == "half"
    assert (
        smfg.evaluate(
            models / "moral_hazard.toml", [[[0, 1]]], decision={"wage": "1/4"}
        ).exploitability.number
        == 0
    )


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        ([[[0.5, 0.6]]], "sum"),
        ([[[1.5, -0.5]]], "negative|-0.5"),
        ([[[float("nan"), 1]]], "nan"),
        ([0.5, 0.5], "shape"),
        ([[0.5, 0.5], [0.5, 0.5]], "shape"),
        (np.full((1, 1, 2), np.nan), "(?i)nan"),
        (np.full((1, 1, 2), np.inf), "(?i)inf"),
        (np.ones((1, 2, 1)), "shape"),
        (np.ones((2, 1, 2)) / 2, "stages"),
        (np.array([[["a", "b"]]], dtype="U1"), "dtype|U1|kind|numbers"),
    ],
)
def test_what_is_no_policy_is_refused(crowded_road, policy, message):
    with pytest.raises(smfg.ClaimError, match=message):
        crowded_road.evaluate(policy)


def test_exact_or_enclosed(models):
    game = smfg.load(models / "susceptible_infected_51.toml")
    policy = np.full(game.shape, 0.5)
    enclosed = game.evaluate(policy, precision=80)
    assert enclosed.bits == 80 and not enclosed.exploitability.exact
    automatic = game.evaluate(policy)
    assert automatic.exploitability.width <= Fraction(1, 10**12) * max(
        1, automatic.exploitability.upper
    )
    assert (
        enclosed.exploitability.lower <= automatic.exploitability.upper
        and automatic.exploitability.lower <= enclosed.exploitability.upper
    )
    masses = enclosed.flow_array()
    assert masses.shape == game.shape and masses.sum(axis=(1, 2)) == pytest.approx(1)


REFERENCES = sorted(DATA.glob("*.json"))


@pytest.mark.parametrize("path", REFERENCES, ids=lambda path: path.stem)
def test_policies_of_mfglib_against_fifty_digits(path):
    """Exploitabilities recomputed elsewhere with 50 digits (data/README.md)."""
    reference = json.loads(path.read_text())
    game = smfg.Game.build(**reference["game"])
    checked = 0
    for entry in reference["policies"]:
        found = game.evaluate(np.array(entry["policy"], dtype=np.float64), tolerance="1/10000")
        expected = Fraction(entry["exploitability_50_digits"])
        assert abs(found.exploitability.lower - expected) < Fraction(1, 10**12), entry["solver"]
        assert abs(found.exploitability.upper - expected) < Fraction(1, 10**12), entry["solver"]
        checked += 1
    assert checked >= 3

"""Claims of other solvers: what holds, and the place among the certified equilibria."""

from __future__ import annotations

import json
from fractions import Fraction

import numpy as np
import pytest
import smfg


def test_a_false_claim(crowded_road):
    judged = crowded_road.verify(
        [[[0.75, 0.25]]], exploitability=0, follower_value="-1/2", follower_reward="-11/16"
    )
    found = {check.quantity: check for check in judged.checks}
    assert found["exploitability"].holds is False and found[
        "exploitability"
    ].actual.number == Fraction(3, 16)
    assert found["follower_value"].holds and found["follower_reward"].holds
    assert not judged.holds and judged.equilibrium is False and judged.epsilon == 0


def test_a_true_claim(crowded_road):
    judged = crowded_road.verify([[["1/2", "1/2"]]], exploitability=0, leader_reward=0)
    assert judged.holds and judged.equilibrium and judged.worst
    assert judged.least.number == judged.greatest.number == 0
    assert crowded_road.check(judged.certificate)


def test_the_place_in_the_range_and_the_loss(models):
    """Technology adoption, nobody subsidised and everybody adopting: the best equilibrium for the
    leader, 3/2, and pessimism makes it 0 and 17/20 elsewhere.
    """
    judged = smfg.verify(
        models / "adoption.toml",
        [[[0, 1]]],
        decision="none",
        exploitability=0,
        leader_reward="3/2",
        value="3/2",
    )
    assert (judged.least.number, judged.greatest.number) == (0, Fraction(3, 2))
    assert judged.worst is False and judged.equilibrium
    assert judged.value.number == judged.loss.number == Fraction(17, 20)
    assert {check.quantity: check.holds for check in judged.checks} == {
        "exploitability": True,
        "leader_reward": True,
        "value": False,
    }
    assert not judged.holds


def test_without_a_search(models):
    judged = smfg.verify(
        models / "adoption.toml", [[[0, 1]]], decision="none", leader_reward="3/2", solve=False
    )
    assert judged.holds and judged.leader_reward.number == Fraction(3, 2)
    assert (
        judged.least
        is judged.greatest
        is judged.value
        is judged.loss
        is judged.certificate
        is judged.worst
        is None
    )


def test_at_the_exploitability_that_it_has(models):
    # x = 3/4 on the left: exploitability x (3x - 2) = 3/16; the range at 3/16 is [(5 - sqrt(13/4))
    # / 6, (1 + sqrt(25/16)) / 3].
    policy = np.zeros((2, 3, 2))
    policy[0] = [0.75, 0.25]
    policy[1] = [1, 0]
    judged = smfg.verify(models / "left_right.toml", policy, epsilon="actual")
    assert judged.epsilon == judged.exploitability.number == Fraction(3, 16) and judged.equilibrium
    assert Fraction(3, 4) in judged.greatest and float(judged.least) == pytest.approx(
        (5 - 3.25**0.5) / 6, abs=1e-5
    )


def test_claim_files_and_array_files(models, tmp_path):
    np.save(tmp_path / "policy.npy", np.array([[[0, 1]]], dtype=np.float32))
    claim = tmp_path / "claim.json"
    claim.write_text(
        json.dumps(
            {
                "format": "smfg-claim/1",
                "decision": "none",
                "policy": "policy.npy",
                "exploitability": 0,
                "leader_reward": 1.25,
            }
        )
    )
    judged = smfg.verify(models / "adoption.toml", claim)
    assert [check.holds for check in judged.checks] == [
        True,
        False,
    ] and judged.decision.name == "none"
    assert (
        smfg.evaluate(
            models / "adoption.toml", tmp_path / "policy.npy", decision="half"
        ).leader_reward.number
        == 1
    )
    with pytest.raises(FileNotFoundError):
        smfg.verify(models / "adoption.toml", tmp_path / "missing.json")


def test_off_by_one_horizons_show_both_readings(models):
    game = smfg.load(models / "left_right.toml")
    policy = np.zeros((3, 3, 2))
    policy[:, :, 0] = 1
    with pytest.raises(smfg.ClaimError, match="off by one"):
        game.verify(policy)
    judged = game.verify(policy, horizon_convention="last-index", solve=False)
    assert judged.horizon == "dropped" and judged.exploitability.number == 1

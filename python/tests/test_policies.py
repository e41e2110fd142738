"""What people call a policy: one meaning, however it is written."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest
import smfg


@pytest.fixture
def game(models):
    """Stages 2, states start, left, right, actions go left, go right; at stage 1 only the first."""
    return smfg.load(models / "left_right.toml")


RIGHT = ((("1/4", "3/4"), (1, 0), (1, 0)), ((1, 0), (1, 0), (1, 0)))
NESTED = [[["1/4", "3/4"], [1, 0], [1, 0]], [[1, 0]] * 3]


def spelled(found):
    return tuple(tuple(tuple(map(Fraction, row)) for row in stage) for stage in found)


def test_every_form_means_the_same(game):
    start = {"go left": "1/4", "go right": "3/4"}
    moves = {"start": start, "left": "go left", "right": {"go left": 1}}
    rest = dict.fromkeys(game.states, "go left")
    pairs = {(0, state): row for state, row in moves.items()} | {
        (1, state): "go left" for state in game.states
    }
    array = np.array([[[0.25, 0.75], [1, 0], [1, 0]], [[1, 0]] * 3])
    forms = [
        NESTED,
        array,
        array.astype(np.float32),
        np.asfortranarray(array),
        array[:, ::-1][:, ::-1],
        [array[0], array[1]],
        [list(array[0]), array[1].tolist()],
        np.array(NESTED, dtype=object),
        {0: moves, 1: rest},
        {np.int64(0): moves, np.int64(1): rest},
        pairs,
        lambda stage, state: pairs[stage, state],
        lambda stage, state: array[stage, game.states.index(state)],
    ]
    for form in forms:
        assert game.evaluate(form).policy() == spelled(RIGHT)


def test_one_table_for_all_stages(crowded_road):
    game = smfg.Game.build(
        name="two",
        stages=3,
        states=["a", "b"],
        actions=["x", "y"],
        initial="a",
        transition=[{"to": "b"}],
    )
    right = ((((Fraction(1, 2),) * 2), (Fraction(1), Fraction(0))),) * 3
    for form in (
        np.array([[0.5, 0.5], [1, 0]]),
        [[0.5, 0.5], [1, 0]],
        [["1/2", "1/2"], ["1", "0"]],
        {"a": {"x": "1/2", "y": 0.5}, "b": "x"},
        lambda stage, state: {"x": 0.5, "y": 0.5} if state == "a" else "x",
    ):
        assert game.evaluate(form).policy() == right
    assert crowded_road.evaluate(np.array([[True, False]])).policy() == (((1, 0),),)
    assert crowded_road.evaluate(np.array([[[1, 0]]], dtype=bool)).policy() == (((1, 0),),)


def test_answers_are_policies(models):
    game = smfg.load(models / "adoption.toml")
    found = game.range(decision="none")
    assert game.evaluate(found.least_equilibrium, decision="none").leader_reward == found.least
    for polytope in game.equilibria(decision="none").polytopes:
        for vertex in polytope.vertices:
            assert game.evaluate(vertex, decision="none").exploitability == 0
    again = game.evaluate(game.evaluate([[["1/3", "2/3"]]], decision="none"), decision="none")
    assert again.policy() == (((Fraction(1, 3), Fraction(2, 3)),),)
    answer = game.solve()
    assert game.evaluate(
        answer.equilibrium, decision=answer.decision
    ).leader_reward.number == Fraction(17, 20)
    assert game.check(answer)


def test_occupation_measures(game):
    masses = np.zeros((2, 3, 2))
    masses[0, 0] = [0.25, 0.75]
    masses[1, 1, 0], masses[1, 2, 0] = 0.25, 0.75
    found = game.evaluate(occupation=masses)
    assert found.policy()[0][0] == (Fraction(1, 4), Fraction(3, 4)) and found.deviation == 0
    assert game.evaluate(occupation=found).policy()[0] == found.policy()[0]

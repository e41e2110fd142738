"""Games of OpenSpiel: a game with its interface, and the library itself where it is installed."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
import smfg
import smfg.openspiel

CHANCE, MEAN_FIELD, TERMINAL = -1, -5, -4


class Node:
    """A node of a game with two places: choose one, reach it with probability 3/4, the law is
    registered, and the place earns ``reward(place, law)``.

    Methods are those of ``pyspiel.State`` that the adapter uses.
    """

    def __init__(self, reward, chance=0.75, step="choose", place=None, law=(0.5, 0.5)):
        self._reward, self._chance, self._step, self._place, self._law = (
            reward,
            chance,
            step,
            place,
            law,
        )

    def _at(self, step, place, law=None):
        return Node(self._reward, self._chance, step, place, law or self._law)

    def observation_string(self, player):
        return f"{self._step} {self._place}"

    def current_player(self):
        return {"choose": 0, "move": CHANCE, "register": MEAN_FIELD, "earn": 0, "end": TERMINAL}[
            self._step
        ]

    def is_terminal(self):
        return self._step == "end"

    def is_chance_node(self):
        return self._step == "move"

    def legal_actions(self):
        return [0, 1] if self._step == "choose" else [1]

    def chance_outcomes(self):
        return [(self._place, self._chance), (1 - self._place, 1 - self._chance)]

    def child(self, action):
        if self._step == "choose":
            return self._at("move", action)
        return (
            self._at("register", action) if self._step == "move" else self._at("end", self._place)
        )

    def clone(self):
        return self._at(self._step, self._place)

    def distribution_support(self):
        return ["register 0", "register 1", "register nowhere"]

    def update_distribution(self, law):
        self._step, self._law = "earn", tuple(law)

    def rewards(self):
        reward = self._reward(self._place, self._law) if self._step == "earn" else 0.0
        return [reward, reward]  # of two populations, where there are two


class TwoPlaces:
    def __init__(self, reward, populations=1, chance=0.75):
        self._roots = [Node(reward, chance)] * populations

    def new_initial_states(self):
        return self._roots

    def num_distinct_actions(self):
        return 2

    def __str__(self):
        return "two places"


class Choice:
    """A policy that goes to place 0 with probability p."""

    def __init__(self, p):
        self._p = p

    def action_probabilities(self, node):
        return (
            {0: self._p, 1: 1 - self._p}
            if node.observation_string(0).startswith("choose")
            else {1: 1.0}
        )


def crowded(place, law):
    return -2.0 * law[0] if place == 0 else -1.0 * law[1]


def test_the_equilibrium_is_found_and_proved():
    converted = smfg.openspiel.convert(TwoPlaces(crowded))
    assert converted.game.class_name == "C1" and converted.layers[0] == ("choose None",)
    found = converted.game.range(of=converted.mass("register 0"))
    assert found.single and found.least.number == Fraction(1, 3)


@pytest.mark.parametrize("p", [0.0, 0.125, 0.5, 1.0])
def test_policies_are_evaluated(p):
    """With p choosing place 0 its mass is x = 1/4 + p/2, and place 0 earns (1 - 3x)/2 more."""
    converted = smfg.openspiel.convert(TwoPlaces(crowded))
    found = converted.game.evaluate(converted.policy(Choice(p)))
    p = Fraction(p)
    gain = (1 - 3 * (Fraction(1, 4) + p / 2)) / 2
    assert found.exploitability.number == max(gain, 0) * (1 - p) + max(-gain, 0) * p


def test_squares_and_names_that_are_no_nodes():
    def reward(place, law):
        return 1.0 - law[place] ** 2 + law[2]

    converted = smfg.openspiel.convert(TwoPlaces(reward))
    # With x + y = 1 in the two places, -x^2 is -x + x y, and x y is common to both.
    assert converted.game.class_name == "C1" and converted.game.dumps().count("mu[") > 2
    found = converted.game.evaluate(converted.policy(Choice(0.5)))
    assert found.follower_reward.number == Fraction(3, 4) and found.exploitability.number == 0


def test_chances_that_are_no_binary_fractions():
    converted = smfg.openspiel.convert(TwoPlaces(crowded, chance=1 / 3))
    masses = converted.game.evaluate(converted.policy(Choice(1.0))).flow()[2]
    assert [sum(row) for row in masses] == [Fraction(1, 3), Fraction(2, 3)]


@pytest.mark.parametrize(
    ("reward", "populations", "message"),
    [
        (lambda place, law: -math.log(law[place] + 1e-20), 1, "the reward of the node 'earn"),
        (lambda place, law: 1 / (1 + law[place]), 1, "not a polynomial"),
        (lambda place, law: float(law[0] > 0.5), 1, "not a polynomial"),
        (crowded, 2, "2 populations"),
    ],
)
def test_what_does_not_fit_is_refused(reward, populations, message):
    with pytest.raises(smfg.ConversionError, match=message):
        smfg.openspiel.convert(TwoPlaces(reward, populations))


class TestLibrary:
    """OpenSpiel itself."""

    @pytest.fixture(autouse=True)
    def library(self):
        pytest.importorskip(
            "pyspiel", reason="OpenSpiel is not installed: pip install './python[openspiel]'"
        )
        # Importing a module registers its game.
        import open_spiel.python.mfg.games.crowd_avoidance
        import open_spiel.python.mfg.games.crowd_modelling
        import open_spiel.python.mfg.games.dynamic_routing
        import open_spiel.python.mfg.games.normal_form_game
        import open_spiel.python.mfg.games.periodic_aversion
        import open_spiel.python.mfg.games.predator_prey  # noqa: F401

    def load(self, name, parameters):
        import pyspiel

        return pyspiel.load_game(name, parameters)

    def test_biased_rock_paper_scissors(self):
        """Rewards 0.5 b - 0.3 c, 0.3 c - 0.7 a, 0.7 a - 0.5 b vanish together: a : b : c = 15 : 21
        : 35.
        """
        converted = smfg.openspiel.convert(
            self.load(
                "mean_field_nfg", {"num_actions": 3, "reward_function": "biased_indirect_rps"}
            )
        )
        for action, mass in (("0", 15), ("1", 21), ("2", 35)):
            found = converted.game.range(of=converted.mass(action))
            assert found.single and found.least.number == Fraction(mass, 71)

    @pytest.mark.parametrize(
        ("name", "parameters"),
        [
            ("mean_field_nfg", {"num_actions": 3, "reward_function": "biased_indirect_rps"}),
            ("mean_field_nfg", {"num_actions": 3, "reward_function": "coop"}),
            ("mean_field_nfg", {"num_actions": 3, "reward_function": "dom"}),
            ("mfg_garnet", {"eta": 0.0}),
        ],
    )
    def test_exploitabilities_are_nash_conv(self, name, parameters):
        from open_spiel.python.mfg.algorithms import mirror_descent, nash_conv

        game = self.load(name, parameters)
        converted = smfg.openspiel.convert(game)
        algorithm = mirror_descent.MirrorDescent(game)
        for _ in range(5):
            algorithm.iteration()
        policy = algorithm.get_policy()
        found = converted.game.evaluate(converted.policy(policy))
        assert float(found.exploitability) == pytest.approx(
            nash_conv.NashConv(game, policy).nash_conv(), abs=1e-8
        )

    @pytest.mark.parametrize(
        ("name", "parameters", "populations"),
        [
            ("mfg_crowd_modelling", {"size": 5, "horizon": 4}, 1),
            ("mfg_crowd_modelling_2d", {"size": 3, "horizon": 3}, 1),
            (
                "mfg_crowd_modelling_2d",
                {"size": 3, "horizon": 2, "with_congestion": True, "crowd_aversion_coef": 0.4},
                1,
            ),
            ("mfg_garnet", {"eta": 0.3}, 1),
            ("python_mfg_crowd_modelling", {"size": 5, "horizon": 3}, 1),
            ("python_mfg_crowd_avoidance", {"horizon": 2, "coef_congestion": 0.7}, 2),
            (
                "python_mfg_periodic_aversion",
                {"horizon": 2, "size": 5, "n_actions_per_side": 2, "coef_aversion": 0.5},
                1,
            ),
            ("python_mfg_predator_prey", {"horizon": 2}, 3),
        ],
    )
    def test_crowd_games_are_formulas(self, name, parameters, populations):
        """Logarithms and several populations; OpenSpiel reports the sum over these."""
        from open_spiel.python.mfg.algorithms import mirror_descent, nash_conv

        game = self.load(name, parameters)
        converted = smfg.openspiel.convert(game)
        assert len(converted.game.populations or [None]) == populations
        algorithm = mirror_descent.MirrorDescent(game)
        algorithm.iteration()
        policy = algorithm.get_policy()
        array = converted.policy(policy)
        found = converted.game.evaluate(array, tolerance="1/1000000")
        said = nash_conv.NashConv(game, policy).nash_conv()
        assert float(found.exploitability) * populations == pytest.approx(said, rel=1e-9)
        back = converted.playable(array)
        assert nash_conv.NashConv(game, back).nash_conv() == pytest.approx(said, rel=1e-12)

    @pytest.mark.parametrize("name", ["mfg_dynamic_routing", "python_mfg_dynamic_routing"])
    def test_travel_times_that_jump_are_refused_and_judged(self, name):
        from open_spiel.python.mfg.algorithms import nash_conv
        from open_spiel.python.policy import UniformRandomPolicy

        game = self.load(name, {"max_num_time_step": 5})
        with pytest.raises(smfg.ConversionError, match=r"rounded down .* smfg\.openspiel\.judge"):
            smfg.openspiel.convert(game)
        policy = UniformRandomPolicy(game)
        assert float(smfg.openspiel.judge(game, policy).exploitability) == pytest.approx(
            nash_conv.NashConv(game, policy).nash_conv(), abs=1e-9
        )

    @pytest.mark.parametrize(
        ("name", "parameters", "populations"),
        [
            ("mfg_crowd_modelling", {"size": 5, "horizon": 4}, 1),
            ("mfg_garnet", {}, 1),
            ("python_mfg_predator_prey", {"horizon": 2}, 3),
        ],
    )
    def test_judged_policies_have_their_nash_conv(self, name, parameters, populations):
        """With logarithms and several populations, whose sum OpenSpiel reports."""
        from open_spiel.python.mfg.algorithms import nash_conv
        from open_spiel.python.policy import UniformRandomPolicy

        game = self.load(name, parameters)
        policy = UniformRandomPolicy(game)
        judged = smfg.openspiel.judge(game, policy)
        assert len(judged.populations) == populations
        assert float(judged.exploitability) * populations == pytest.approx(
            nash_conv.NashConv(game, policy).nash_conv(), rel=1e-12
        )

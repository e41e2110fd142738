"""Games of MFGLib: environments with its interface, and the library where it is installed."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import smfg
import smfg.mfglib

DATA = Path(__file__).parent / "data"


class Environment:
    """The attributes and methods of ``mfglib.env.Environment`` that the adapter uses, with numpy
    arrays in place of tensors.
    """

    def __init__(self, T, S, A, mu0, reward, prob):
        self.T, self.S, self.A, self.mu0 = T, S, A, np.asarray(mu0, dtype=np.float32)
        self._reward, self._prob = reward, prob

    def reward(self, t, L):
        return self._reward(t, np.asarray(L))

    def prob(self, t, L):
        return self._prob(t, np.asarray(L))


def to_next(states, actions, offset=1):
    """Transitions of ``left_right`` and ``rock_paper_scissors``: action a leads to state ``offset +
    a``; axes next state, state, action.
    """
    P = np.zeros((states, states, actions), dtype=np.float32)
    for a in range(actions):
        P[offset + a, :, a] = 1
    return P


def left_right():
    def reward(t, L):
        mu = L.sum(axis=1)
        return np.array([[0, 0], [-mu[1]] * 2, [-2 * mu[2]] * 2], dtype=L.dtype)

    return Environment(1, (3,), (2,), [1, 0, 0], reward, lambda t, L: to_next(3, 2))


def rock_paper_scissors():
    def reward(t, L):
        x, y, z = L.sum(axis=1)[1:]
        return np.array(
            [[0] * 3, [2 * z - y] * 3, [4 * x - 2 * z] * 3, [6 * y - 3 * x] * 3], dtype=L.dtype
        )

    return Environment(1, (4,), (3,), [1, 0, 0, 0], reward, lambda t, L: to_next(4, 3))


def susceptible_infected():
    r = np.array([[0, -0.5], [-1, -1.5]], dtype=np.float32)

    def prob(t, L):
        infected = np.float32(0.9**2) * L.sum(axis=1)[1]
        return np.array(
            [[[1 - infected, 1], [0.3, 0.3]], [[infected, 0], [0.7, 0.7]]], dtype=np.float32
        )

    return Environment(5, (2,), (2,), [0.4, 0.6], lambda t, L: r, prob)


def test_left_right_has_one_equilibrium_and_it_is_exact():
    game = smfg.mfglib.convert(left_right())
    assert game.shape == (2, 3, 2) and game.class_name == "C1"
    found = smfg.range(game, of='mu["1"]@1')
    assert found.single and found.least.number == Fraction(2, 3)
    assert smfg.range(game, of='mu["2"]@1').least.number == Fraction(1, 3)


def test_rock_paper_scissors_has_one_equilibrium_and_it_is_exact():
    game = smfg.mfglib.convert(rock_paper_scissors(), states=["start", "rock", "paper", "scissors"])
    for state, mass in (("rock", 26), ("paper", 20), ("scissors", 31)):
        found = smfg.range(game, of=f"mu[{state}]@1")
        assert found.single and found.least.number == Fraction(mass, 77)


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("left_right", left_right),
        ("rock_paper_scissors", rock_paper_scissors),
        ("susceptible_infected_T5", susceptible_infected),
    ],
)
def test_the_same_game_as_its_tables(name, make):
    """Equal evaluations, exactly, of policies with the tables that data/README.md describes: single
    precision numbers became 3/10 and 81/100.
    """
    game = smfg.mfglib.convert(make())
    reference = json.loads((DATA / f"{name}.json").read_text())
    tables = smfg.Game.build(**reference["game"])
    rng = np.random.default_rng(3)
    for _ in range(3):
        policy = rng.dirichlet(np.ones(game.shape[2]), size=game.shape[:2])
        one, other = game.evaluate(policy, precision="exact"), tables.evaluate(
            policy, precision="exact"
        )
        assert (
            one.exploitability == other.exploitability
            and one.follower_reward == other.follower_reward
        )


def test_squares_are_interpolated():
    """Rewards with squares and products of masses, and states and actions of two dimensions."""

    def reward(t, L):
        mu = L.reshape(2, 2, -1).sum(axis=2)
        return np.broadcast_to(
            (1 + t - mu[0, 0] ** 2 + 0.5 * mu[0, 1] * mu[1, 0])[..., None, None, None], (2, 2, 1, 2)
        ).copy()

    def prob(t, L):
        P = np.zeros((2, 2, 2, 2, 1, 2))
        P[0, 0, ..., 0] = P[1, 1, ..., 1] = 0.75
        P[0, 1] += 0.25
        return P

    game = smfg.mfglib.convert(Environment(1, (2, 2), (1, 2), np.full((2, 2), 0.25), reward, prob))
    assert (
        game.shape == (2, 4, 2)
        and game.states == ("0,0", "0,1", "1,0", "1,1")
        and game.actions == ("0,0", "0,1")
    )
    # The squares are the same for all states and actions: they do not make the class.
    assert game.class_name == "C1" and "mu[" in game.dumps()
    policy = smfg.mfglib.policy(
        Environment(1, (2, 2), (1, 2), [], None, None), np.full((2, 2, 2, 1, 2), 0.5)
    )
    found = game.evaluate(policy)
    # Stage 0: 1 - 1/16 + 1/32. Stage 1: masses 3/8, 1/4, 0, 3/8, reward 2 - 9/64.
    assert found.follower_reward.number == (1 - Fraction(1, 32)) + (2 - Fraction(9, 64))


@pytest.mark.parametrize(
    ("what", "reward", "prob"),
    [
        (
            "reward at t = 0",
            lambda t, L: -np.log(L.sum(axis=1, keepdims=True) + 1e-20) * np.ones((1, 2)),
            None,
        ),
        (
            "reward at t = 0",
            lambda t, L: 1 / (1 + L.sum(axis=1, keepdims=True)) * np.ones((1, 2)),
            None,
        ),
        ("reward at t = 0", lambda t, L: L.sum(axis=1, keepdims=True) ** 3 * np.ones((1, 2)), None),
        (
            "transition at t = 0",
            None,
            lambda t, L: np.round(
                to_next(3, 2) * 0
                + L.sum(axis=1)[0] * np.array([1, 0, 0])[:, None, None]
                + [[[0]], [[0.3]], [[0.2]]]
            ),
        ),
        ("not finite", lambda t, L: np.full((3, 2), np.nan), None),
        ("sum to 2", None, lambda t, L: 2 * to_next(3, 2)),
    ],
)
def test_what_is_no_polynomial_is_refused(what, reward, prob):
    good = left_right()
    environment = Environment(1, (3,), (2,), [1, 0, 0], reward or good._reward, prob or good._prob)
    with pytest.raises(smfg.ConversionError, match=what):
        smfg.mfglib.convert(environment)


def test_probabilities_of_single_precision_are_divided_by_their_sum():
    P = np.zeros((3, 3, 2), dtype=np.float32)
    P[...] = np.array(
        [0.2718281828, 0.1414213562, 1 - 0.2718281828 - 0.1414213562], dtype=np.float32
    )[:, None, None]
    environment = Environment(
        1, (3,), (2,), [1, 0, 0], lambda t, L: np.zeros((3, 2)), lambda t, L: P
    )
    flow = smfg.mfglib.convert(environment).evaluate(np.full((2, 3, 2), 0.5)).flow()
    numbers = [Fraction(float(p)) for p in P[:, 0, 0]]
    assert [sum(row) for row in flow[1]] == [p / sum(numbers) for p in numbers]


def test_environments_are_known_by_their_functions():
    """Two places with the rewards of the beach bar, without the library."""

    class RewardFn:
        c1, c2 = np.zeros((2, 2)), np.array([[0, 0], [-0.5, -0.5]])
        log_eps = 1e-3

        def __call__(self, env, t, L):
            return self.c1 + self.c2 - np.log(L.sum(axis=1, keepdims=True) + self.log_eps)

    class TransitionFn:
        def __call__(self, env, t, L):
            return to_next(2, 2, 0)

    for kind in (RewardFn, TransitionFn):
        kind.__module__ = "mfglib.env.examples.beach_bar"
    reward, prob = RewardFn(), TransitionFn()
    environment = Environment(
        1, (2,), (2,), [1, 0], lambda t, L: reward(None, t, L), lambda t, L: prob(None, t, L)
    )
    environment.reward_fn, environment.transition_fn = reward, prob
    game = smfg.mfglib.convert(environment)
    assert game.class_name == "C2"
    # x in place 0 with log(x + c) = log(1 - x + c) + 1/2.
    found = smfg.range(game, of='mu["0"]@1', gap="1/1000000")
    root, c = float(np.exp(0.5)), 1e-3
    x = (root * (1 + c) - c) / (1 + root)
    assert found.least.lower <= x + 1e-12 and x - 1e-12 <= found.greatest.upper
    assert found.greatest.upper - found.least.lower < 2e-6


def test_policies_go_back():
    play = np.random.default_rng(0).dirichlet(np.ones(2), size=(2, 3))
    back = smfg.mfglib.tensor(left_right(), play)
    assert np.allclose(smfg.mfglib.policy(left_right(), back), play, atol=1e-7)
    with pytest.raises(smfg.ConversionError, match=r"expected \(2, 3, 2\)"):
        smfg.mfglib.tensor(left_right(), play[:1])


def test_policies_have_the_environments_shape():
    with pytest.raises(smfg.ConversionError, match=r"expected \(2, 3, 2\)"):
        smfg.mfglib.policy(left_right(), np.ones((1, 3, 2)))


class TestLibrary:
    """MFGLib itself."""

    @pytest.fixture(autouse=True)
    def library(self):
        pytest.importorskip(
            "mfglib",
            reason="MFGLib is not installed: pip install './python[mfglib]' (brings torch)",
        )

    def test_its_examples_are_proved(self):
        from mfglib.env import Environment as Real

        game = smfg.mfglib.convert(Real.left_right())
        assert (
            smfg.range(game, of='mu["1"]@1').least.number == Fraction(2, 3)
            and smfg.range(game, of='mu["1"]@1').single
        )
        game = smfg.mfglib.convert(Real.rock_paper_scissors())
        found = [smfg.range(game, of=f'mu["{state}"]@1') for state in (1, 2, 3)]
        assert [end.least.number for end in found] == [
            Fraction(26, 77),
            Fraction(20, 77),
            Fraction(31, 77),
        ] and all(end.single for end in found)

    @pytest.mark.parametrize(
        "name", ["left_right", "rock_paper_scissors", "susceptible_infected_T5"]
    )
    def test_they_are_the_stand_ins(self, name):
        from mfglib.env import Environment as Real

        real = {
            "left_right": Real.left_right,
            "rock_paper_scissors": Real.rock_paper_scissors,
            "susceptible_infected_T5": lambda: Real.susceptible_infected(T=5),
        }
        own = {
            "left_right": left_right,
            "rock_paper_scissors": rock_paper_scissors,
            "susceptible_infected_T5": susceptible_infected,
        }
        assert smfg.mfglib.convert(real[name]()).hash == smfg.mfglib.convert(own[name]()).hash

    @pytest.mark.parametrize(
        ("name", "parameters", "kind", "formula"),
        [
            ("beach_bar", {}, "C2", 'log(mu[\\"2\\"] + (1/100000000000000000000))'),
            ("beach_bar", {"n": 7, "T": 4, "bar_loc": 5, "log_eps": 1e-3}, "C2", "log"),
            ("beach_bar", {"p_still": 0.3}, "C2", "log"),
            ("building_evacuation", {"n_floor": 2, "floor_l": 3, "floor_w": 2}, "C2", "log(max("),
            (
                "building_evacuation",
                {"n_floor": 2, "floor_l": 2, "floor_w": 2, "eta": 0.3, "log_eps": 0.05},
                "C2",
                "log(max(",
            ),
            ("conservative_treasure_hunting", {}, "C3", "/ ("),
            (
                "conservative_treasure_hunting",
                {"T": 3, "n": 2, "r": (1.0, 0.7), "c": (0.5, 2.0, 1 / 3)},
                "C3",
                "/ (",
            ),
            ("crowd_motion", {"torus_l": 4, "torus_w": 3, "c": 2.5, "seed": 3}, "C2", "log"),
            ("equilibrium_price", {}, "C2", "1 / (supply + 1)"),
            (
                "equilibrium_price",
                {"sigma": 2.0, "d": 1.5, "e0": 0.5, "c": (0.1, 0.2, 0.3, 0.4, 0.5), "Q": 3},
                "C2",
                ")^(1/2)",
            ),
            ("random_linear", {"n": 3, "T": 2}, "C3", "exp("),
            ("random_linear", {"n": 2, "T": 2, "m": 0.5, "seed": 4}, "C3", "exp("),
        ],
    )
    def test_other_functions_are_formulas(self, name, parameters, kind, formula):
        """Policies are worth what they are with the library's functions at their flows."""
        from mfglib.alg import FictitiousPlay  # noqa: F401 (before its scoring)
        from mfglib.env import Environment as Real
        from mfglib.scoring import exploitability_score

        environment = getattr(Real, name)(**parameters)
        game = smfg.mfglib.convert(environment)
        assert game.class_name == kind and formula in game.dumps()
        random = np.random.default_rng(5)
        for _ in range(2):
            play = random.dirichlet(np.ones(game.shape[2]), size=game.shape[:2])
            found = game.evaluate(play, tolerance="1/1000000")
            own = smfg.mfglib.tensor(environment, play)
            assert np.allclose(smfg.mfglib.policy(environment, own), play, atol=1e-7)
            judged = smfg.mfglib.judge(environment, own)
            scale = max(1.0, abs(float(found.follower_reward)))
            assert abs(float(found.exploitability - judged.exploitability)) < 1e-5 * scale
            said = float(exploitability_score(environment, own))
            assert abs(float(judged.exploitability) - said) < 1e-4 * scale

    def test_changed_environments_are_not_taken_for_what_they_were(self):
        """The functions are compared with the formulas, and other functions interpolated."""
        from mfglib.env import Environment as Real

        environment = Real.beach_bar()
        call = type(environment.reward_fn).__call__

        class RewardFn(type(environment.reward_fn)):
            def __call__(self, env, t, L_t):
                return 1.5 * call(self, env, t, L_t)

        RewardFn.__module__ = type(environment.reward_fn).__module__
        environment.reward_fn.__class__ = RewardFn
        with pytest.raises(smfg.ConversionError, match="the formula known of it"):
            smfg.mfglib.convert(environment)

    def test_rounding_is_refused_and_judged(self):
        from mfglib.env import Environment as Real

        environment = Real.linear_quadratic(T=1)
        with pytest.raises(
            smfg.ConversionError, match=r"round the next state .* smfg\.mfglib\.judge"
        ):
            smfg.mfglib.convert(environment)
        judged = smfg.mfglib.judge(environment, np.full((2, 11, 5), 0.2))
        assert judged.exploitability.lower > 0

    def test_mirror_descent_is_judged(self):
        from mfglib.alg import OnlineMirrorDescent
        from mfglib.env import Environment as Real
        from mfglib.scoring import exploitability_score

        environment = Real.left_right()
        policies, *_ = OnlineMirrorDescent(alpha=1.0).solve(environment, max_iter=50)
        game = smfg.mfglib.convert(environment)
        found = game.evaluate(policies[-1])
        reported = float(exploitability_score(environment, policies[-1]))
        assert abs(float(found.exploitability) - reported) < 1e-6
        # Not exactly an equilibrium, and in the range of those that are as exploitable.
        assert 0 < found.exploitability.lower < Fraction(1, 1000)
        x = sum(found.flow()[1][1])
        assert x in smfg.range(game, of='mu["1"]@1', epsilon=found.exploitability.upper)

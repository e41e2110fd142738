"""Functions in formulas, through texts and ``Game.build``. Values are closed forms, worked out by
``decimal`` to 50 digits.
"""

from __future__ import annotations

from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
import smfg


def road(value, **more):
    """Two actions: ``go`` is worth a formula, ``stay`` nothing unless it is said."""
    reward = [{"action": "go", "value": value}]
    return smfg.Game.build(
        **{
            "name": "road",
            "stages": 1,
            "states": ["home"],
            "actions": ["go", "stay"],
            "initial": "home",
            "reward": reward,
            "leader_payoff": "mu[*, go]@0",
        }
        | more
    )


def digits(function):
    with localcontext() as context:
        context.prec = 50
        return Fraction(function())


def within(bounds, value, width):
    return bounds.lower <= value <= bounds.upper and bounds.upper - bounds.lower <= width


@pytest.mark.parametrize(
    ("formula", "value"),
    [
        ("log(1 + mu[*, go])", lambda: Decimal("1.5").ln()),
        ("sqrt(1 + mu[*, go])", lambda: Decimal("1.5").sqrt()),
        ("exp(-2 * mu[*, go])", lambda: Decimal(-1).exp()),
        ("min(mu[*, go], 1/3)", lambda: Decimal(1) / 3),
        ("max(mu[*, go], 1/3, mu[*, stay])", lambda: Decimal("0.5")),
        ("abs(mu[*, go] - 3/4)", lambda: Decimal("0.25")),
        ("1 / (1 + mu[*, go])", lambda: Decimal(2) / 3),
        ("mu[*, go]^(3/2)", lambda: Decimal("0.125").sqrt()),
        (
            "exp(mu[*, go]) / (exp(mu[*, go]) + exp(1))",
            lambda: Decimal("0.5").exp() / (Decimal("0.5").exp() + Decimal(1).exp()),
        ),
    ],
)
def test_a_policy_in_a_game_with_functions(formula, value):
    # Half go, and earn the value: those who stay earn nothing.
    earned = digits(value)
    found = road(formula).evaluate([[["1/2", "1/2"]]])
    assert within(found.follower_reward, earned / 2, Fraction(1, 10**11))
    gain = max(earned, Fraction(0)) - earned / 2
    assert within(found.exploitability, gain, Fraction(1, 10**11))


def crowd(leader=None):
    """-log(mu + 1/2) on both roads, and a toll of 1/4 on the first: go and stay are as good where
    (x + 1/2) e^(1/4) = 3/2 - x.
    """
    return smfg.loads(
        """
        format = "smfg-game/1"
        name = "log crowd"
        stages = 1
        states = ["home"]
        actions = ["go", "stay"]
        initial = "home"
        [[reward]]
        action = "go"
        value = "-log(mu[*, go] + 1/2) - 1/4"
        [[reward]]
        action = "stay"
        value = "-log(mu[*, stay] + 1/2)"
        [[leader.payoff]]
        value = "mu[*, go]@0"
        """
    )


def share():
    root = Decimal("0.25").exp()
    return (Decimal("1.5") - root / 2) / (1 + root)


def test_the_range_of_a_log_crowd_game():
    expected = digits(share)
    found = crowd().range(gap="1e-9")
    assert found.least.lower <= expected <= found.greatest.upper
    assert found.greatest.upper - found.least.lower < Fraction(1, 10**4)
    # The ends of the eps-equilibria enclose the equilibrium.
    wider = crowd().range(epsilon="1/100")
    assert wider.least.upper < expected < wider.greatest.lower


def test_the_value_of_a_log_crowd_game():
    found = crowd().solve()
    assert found.value.lower <= digits(share) + Fraction(1, 10**9)
    assert found.value.upper >= digits(share) - Fraction(1, 10**4)
    assert smfg.check(crowd(), found)


@pytest.mark.parametrize(
    ("formula", "expected"),
    [
        ("log(mu[*, go])", "log(1/1000000 + mu[home, go]@0)"),
        ("floor(mu[*, go])", "`floor` jumps"),
        ("1 / (mu[*, go] - 1/2)", "has no value"),
        ("sqrt(-1)", "has no value"),
        ("ln(2)", "written `log`"),
        ("max(1)", "two values or more"),
    ],
)
def test_mistakes_are_one_error(formula, expected):
    with pytest.raises(smfg.GameError) as raised:
        road(formula)
    assert expected in str(raised.value) and str(raised.value).count("[[reward]] rule") == 1

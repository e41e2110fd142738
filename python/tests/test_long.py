"""Fractions of any length, with the interpreter's limit on texts of digits as it is."""

from __future__ import annotations

import copy
import json
import pickle
import sys
from fractions import Fraction

import numpy as np
import pytest
import smfg
from smfg import Exact
from smfg._exact import digits, integer
from smfg._numbers import exact, text

STAGES = 2000


@pytest.fixture(scope="module")
def leaking():
    """At every stage 331 of 1009 followers stay; the leader earns what is left at the end,
    (331/1009)^1999.
    """
    return smfg.Game.build(
        name="leak",
        stages=STAGES,
        states=["in", "out"],
        actions=["wait"],
        initial="in",
        transition=[{"to": "out"}, {"state": "in", "to": {"in": "331/1009", "out": "rest"}}],
        leader_reward=[{"stage": STAGES - 1, "state": "in", "value": 1}],
    )


def test_the_limit_is_not_touched(leaking):
    before = sys.get_int_max_str_digits()
    found = leaking.evaluate(np.ones((STAGES, 2, 1)), precision="exact")
    value, right = found.leader_reward, Fraction(331, 1009) ** (STAGES - 1)
    assert value.exact and value.number == right and hash(value) == hash(right)
    assert sys.get_int_max_str_digits() == before
    with pytest.raises(ValueError):
        str(right.denominator)
    # Printed shortly, in decimals that enclose it; all digits where they are asked for.
    low, high = map(Fraction, str(value).strip("[]").split(", "))
    assert low < right < high and high / low < 1 + Fraction(1, 10**13)
    assert len(repr(found)) < 2000
    numerator, denominator = value.number.text.split("/")
    assert (integer(numerator), integer(denominator)) == (
        right.numerator,
        right.denominator,
    ) and len(denominator) > 6000
    assert json.loads(found.dumps())["leader_reward"]["lower"] == value.number.text
    assert pickle.loads(pickle.dumps(found)) == found == copy.deepcopy(found)
    # And as an argument again.
    assert leaking.verify(
        np.ones((STAGES, 2, 1)), leader_reward=right, precision="exact", solve=False
    ).holds
    assert not leaking.verify(
        np.ones((STAGES, 2, 1)), leader_reward=right + 1, precision="exact", solve=False
    ).holds


def test_long_answers_of_searches():
    tiny = Fraction(1, 10**5000 + 1)
    game = smfg.Game.build(
        name="tiny",
        stages=1,
        states=1,
        actions=2,
        initial=[1],
        leader_reward=[{"action": "a1", "value": text(tiny)}],
    )
    found = game.range()
    assert (found.least, found.greatest) == (0, tiny)
    assert "E-5001" in str(found) and len(str(found)) < 200
    assert game.solve(selection="optimistic").value == tiny


@pytest.mark.parametrize(
    "value",
    [0, 7, -7, 10**599, 10**600, 10**600 - 1, -(10**1200) + 1, 3**20_000],
    ids=lambda value: f"{value.bit_length()} bits",
)
def test_digits_of_any_length(value):
    assert integer(digits(value)) == value and digits(integer(digits(value))) == digits(value)
    sys.set_int_max_str_digits(0)
    try:
        assert digits(value) == str(value)
    finally:
        sys.set_int_max_str_digits(sys.int_info.default_max_str_digits)


def test_exact_numbers_are_fractions():
    third = Exact("1/3")
    assert (
        isinstance(third, Fraction)
        and third == Fraction(1, 3)
        and hash(third) == hash(Fraction(1, 3))
        and {third: 1}[Fraction(1, 3)] == 1
    )
    assert (Exact("6/4").text, str(Exact("0.5")), Exact(0.25), Exact(2, 4)) == (
        "3/2",
        "1/2",
        Fraction(1, 4),
        Fraction(1, 2),
    )
    for result in (
        third + 1,
        1 - third,
        third * Fraction(3, 4),
        1 / third,
        -third,
        abs(third),
        third**2,
        third % Fraction(1, 7),
        round(third, 2),
    ):
        assert type(result) is Exact
    assert (
        1 - third,
        third + Fraction(1, 2),
        2 / third,
        third < 0.5,
        float(third),
        third * 3.0,
    ) == (Fraction(2, 3), Fraction(5, 6), 6, True, 1 / 3, 1.0)
    assert (
        f"{third:.4f}",
        f"{third:>8.1%}",
        f"{third}",
        round(Exact("7/3")),
        int(Exact("-7/3")),
    ) == ("0.3333", "   33.3%", "1/3", 2, -2)
    assert pickle.loads(pickle.dumps(third)) == third and repr(third) == "Exact('1/3')"
    for wrong in ("", "x", "1//2", "1/2/3"):
        with pytest.raises(ValueError):
            Exact(wrong)
    with pytest.raises(ZeroDivisionError):
        Exact("1/0")


def test_long_texts_as_arguments():
    long = "1" * 5000 + "/" + "3" * 5000
    assert exact(long) == Fraction(1, 3) and text(long) == "1/3"
    assert text(Fraction(1, 3**10_000)).startswith("1/") and exact(
        text(Fraction(1, 3**10_000))
    ) == Fraction(1, 3**10_000)

"""Which rational number a Python or numpy number is."""

from __future__ import annotations

import doctest
import importlib
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
import smfg
from smfg._numbers import exact


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (3, Fraction(3)),
        (Fraction(1, 3), Fraction(1, 3)),
        ("0.1", Fraction(1, 10)),
        (" -1 / 3 ", Fraction(-1, 3)),
        ("0.5/2", Fraction(1, 4)),
        ("1e-3", Fraction(1, 1000)),
        (Decimal("0.1"), Fraction(1, 10)),
        (0.1, Fraction(3602879701896397, 36028797018963968)),
        (0.5, Fraction(1, 2)),
        (np.float32(0.1), Fraction(13421773, 134217728)),
        (np.float16(0.1), Fraction(819, 8192)),
        (np.int64(-7), Fraction(-7)),
        (np.array(0.25), Fraction(1, 4)),
    ],
)
def test_meaning(given, expected):
    assert exact(given) == expected


@pytest.mark.parametrize(
    "given",
    [
        "",
        "abc",
        "1/0",
        "nan",
        "inf",
        "1_000",
        "1.",
        ".5",
        "1/2/3",
        float("nan"),
        float("inf"),
        Decimal("NaN"),
        None,
        True,
        "0x10",
        1j,
        [],
    ],
)
def test_refused(given):
    with pytest.raises(smfg.ArgumentError):
        exact(given)


def test_bounds():
    half = smfg.Bounds(Fraction(1, 2), Fraction(1, 2))
    assert half.exact and str(half) == "1/2" and float(half) == 0.5 and 0.5 in half
    wide = smfg.Bounds(Fraction(0), Fraction(1, 2))
    assert (
        not wide.exact
        and str(wide) == "[0, 1/2]"
        and wide.width == Fraction(1, 2)
        and "1/3" in wide
        and 1 not in wide
    )
    with pytest.raises(ValueError, match="not known exactly"):
        _ = wide.number


@pytest.mark.parametrize(
    "module",
    ["smfg", "smfg._ask", "smfg._exact", "smfg._interpolate", "smfg._made", "smfg._numbers"],
)
def test_examples_in_the_documentation(module):
    found = doctest.testmod(importlib.import_module(module))
    assert found.attempted > 0 and found.failed == 0

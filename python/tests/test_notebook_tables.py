"""Answers as data frames and tables, and bars of progress."""

from __future__ import annotations

import math
import subprocess
import sys
from fractions import Fraction

import pytest
import smfg
from smfg import Bounds


@pytest.fixture
def pandas():
    return pytest.importorskip("pandas")


def test_decisions_are_rows(pandas, models):
    """Values of the wage list are (1 - eps / (w - 1/4)) (5/4 - w)."""
    found = smfg.solve(models / "moral_hazard_grid.toml", epsilon="1/100")
    frame = found.to_frame(exact=True)
    assert list(frame.columns) == ["decision", "value_lower", "value_upper"] and len(frame) == 6
    best = frame[frame["decision"] == "wage=7/20"].iloc[0]
    assert best["value_lower"] == best["value_upper"] == Fraction(81, 100)
    plain = found.to_frame().set_index("decision").loc["wage=7/20"]
    assert Fraction(plain["value_lower"]) <= Fraction(81, 100) <= Fraction(plain["value_upper"])
    assert plain["value_upper"] - plain["value_lower"] < 1e-15


def test_ends_are_rounded_outwards(pandas, models):
    """A third is no binary number: the lower end lies below it, the upper one above it."""
    found = smfg.range(
        smfg.Game.build(
            name="thirds",
            stages=1,
            states=1,
            actions=2,
            initial=[1],
            leader_payoff="1/3 + mu[*, a1]@0 / 3",
        )
    )
    row = found.to_frame().set_index("end").loc["least"]
    assert Fraction(row["value_lower"]) < Fraction(1, 3) < Fraction(row["value_upper"])
    assert row["value_upper"] == math.nextafter(row["value_lower"], 1)


def test_huge_numbers_have_columns_too(pandas):
    huge = smfg._answer._columns({"value": Bounds(10**400, 10**401)}, exact=False)
    assert huge == {"value_lower": sys.float_info.max, "value_upper": math.inf}


def test_every_answer_has_rows(pandas, models):
    tie, adoption = smfg.load(models / "tie.toml"), smfg.load(models / "adoption.toml")
    sweep = smfg.sweep(models / "moral_hazard_grid.toml", epsilon=(0, "1/4"))
    assert list(sweep.to_frame()["epsilon"]) == [float(point.at) for point in sweep.points]
    listed = adoption.equilibria(decision="half")
    assert listed.to_frame(exact=True).groupby(["polytope", "vertex"])["mass"].sum().eq(1).all()
    played = adoption.evaluate([[["1/3", "2/3"]]], decision="half").to_frame()
    assert list(played["action"]) == ["wait", "adopt"] and played["mass_approx"].sum() == 1
    assert len(tie.sensitivity(reward_error="1/100").to_frame()) == 2
    frontier = smfg.frontier(models / "pigou_latency.toml", decision="toll=0", width=1)
    assert set(frontier.to_frame()["curve"]) == {"worst", "best"}
    assert len(adoption.check(adoption.solve()).to_frame()) == 1
    assert tie.robust(reward_error="1/100").to_frame()["decision"].tolist() == ["safe", "risky"]


def test_a_bar_of_progress(crowded_road, capsys):
    pytest.importorskip("tqdm")
    with smfg._arguments.told(True) as tell:
        tell("search", -0.5, 1 / 3, 3, 2)
    assert "search: [-0.5, 0.333333], 3 open [" in capsys.readouterr().err
    assert crowded_road.solve(progress=True) == crowded_road.solve(progress=False)


def test_a_bar_needs_tqdm(crowded_road, monkeypatch):
    monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    with pytest.raises(smfg.ArgumentError, match="pip install tqdm"):
        crowded_road.solve(progress=True)


def test_neither_pandas_nor_tqdm_is_imported():
    code = "import sys, smfg; print([m for m in ('pandas', 'tqdm', 'torch') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_options_are_shown_and_checked(crowded_road):
    import inspect

    shown = inspect.signature(smfg.solve).parameters
    assert shown["epsilon"].default == 0 and shown["progress"].default is None
    names = list(inspect.signature(crowded_road.solve).parameters)
    assert names[:3] == ["selection", "decision_grid", "epsilon"]
    with pytest.raises(TypeError, match="unexpected keyword argument 'eps'"):
        crowded_road.solve(eps=1)
    with pytest.raises(TypeError):
        crowded_road.solve("1/100")

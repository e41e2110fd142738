"""Games and answers as values: compared, hashed, copied, pickled, turned into JSON."""

from __future__ import annotations

import copy
import json
import pickle
from fractions import Fraction

import pytest
import smfg
from smfg import Bounds


@pytest.fixture(scope="module")
def answers():
    """An answer of every kind, and the question that gives it."""
    import pathlib

    models = pathlib.Path(__file__).resolve().parents[2] / "models"
    tie, adoption = smfg.load(models / "tie.toml"), smfg.load(models / "adoption.toml")
    policy = [[["1/3", "2/3"]]]
    return {
        "solve": lambda: adoption.solve(),
        "robust": lambda: tie.robust(reward_error="1/100"),
        "range": lambda: adoption.range(decision="none"),
        "equilibria": lambda: adoption.equilibria(decision="none"),
        "sweep": lambda: smfg.sweep(
            models / "moral_hazard_grid.toml", epsilon=(0, "1/4"), points=3
        ),
        "frontier": lambda: smfg.frontier(
            models / "pigou_latency.toml", decision="toll=0", epsilon="0:1/4", width=1
        ),
        "sensitivity": lambda: tie.sensitivity(reward_error="1/100"),
        "evaluate": lambda: adoption.evaluate(policy, decision="none"),
        "verify": lambda: adoption.verify(policy, decision="none", exploitability=0),
        "check": lambda: adoption.check(adoption.solve()),
    }


KINDS = [
    "solve",
    "robust",
    "range",
    "equilibria",
    "sweep",
    "frontier",
    "sensitivity",
    "evaluate",
    "verify",
    "check",
]


@pytest.mark.parametrize("kind", KINDS)
def test_answers_are_values(answers, kind):
    first, second = answers[kind](), answers[kind]()
    assert first == second and hash(first) == hash(second) and len({first, second}) == 1
    for other in (pickle.loads(pickle.dumps(first)), copy.copy(first), copy.deepcopy(first)):
        assert other == first and hash(other) == hash(first) and type(other) is type(first)
    assert len(repr(first)) < 10_000 and "<table>" in first._repr_html_()
    plain = first.to_dict()
    assert json.loads(first.dumps()) == json.loads(first.dumps(indent=2)) == plain
    assert not any(key.startswith("_") for key in plain)


def test_answers_differ_where_they_do(answers, crowded_road):
    assert crowded_road.evaluate([[[1, 0]]]) != crowded_road.evaluate([[[0, 1]]])
    assert answers["solve"]() != answers["range"]()


def test_evaluations_keep_their_policy_and_flow(models):
    start = {"go left": "1/3", "go right": "2/3"}
    found = smfg.evaluate(
        models / "left_right.toml",
        lambda stage, state: start if (stage, state) == (0, "start") else "go left",
    )
    for other in (
        pickle.loads(pickle.dumps(found)),
        pickle.loads(pickle.dumps(pickle.loads(pickle.dumps(found)))),
    ):
        assert other.policy() == found.policy() and other.flow() == found.flow()
        assert (other.flow_array() == found.flow_array()).all()


def test_dictionaries_hold_exact_numbers(models):
    plain = smfg.solve(models / "moral_hazard_grid.toml", epsilon="1/100").to_dict()
    assert plain["value"] == {"lower": "81/100", "upper": "81/100"} and plain["decision"] == {
        "name": "wage=7/20",
        "parameters": {"wage": "7/20"},
    }
    assert plain["equilibrium"]["policy"] == [[["1/10", "9/10"]]] and plain[
        "certificate"
    ].startswith("smfg-certificate")


@pytest.mark.parametrize("name", ["adoption.toml", "left_right.toml", "moral_hazard.toml"])
def test_games_are_values(models, name):
    game = smfg.load(models / name)
    again = smfg.load(models / name)
    assert (
        game == again
        and hash(game) == hash(again)
        and game != 3
        and game != smfg.load(models / "tie.toml")
    )
    for other in (
        pickle.loads(pickle.dumps(game)),
        copy.copy(game),
        copy.deepcopy(game),
        smfg.loads(game.dumps()),
    ):
        assert other == game and other.hash == game.hash
    assert game.to_dict()["name"] == game.name


def test_built_games_are_values(crowded_road, tmp_path):
    assert pickle.loads(pickle.dumps(crowded_road)) == crowded_road
    crowded_road.save(tmp_path / "road.json")
    assert smfg.load(tmp_path / "road.json") == crowded_road
    other = smfg.loads(crowded_road.dumps().replace("bridge", "ferry"), "json")
    assert other != crowded_road  # the same numbers under another name


def test_large_files_are_read_again(models, tmp_path, monkeypatch):
    file = tmp_path / "game.toml"
    file.write_text((models / "tie.toml").read_text())
    monkeypatch.setattr(smfg._game, "_KEPT", 10)
    game = smfg.load(file)
    assert pickle.loads(pickle.dumps(game)) == game
    file.write_text(file.read_text() + "\n# changed\n")
    with pytest.raises(OSError, match="has changed"):
        game.dumps()


def test_bounds_in_arithmetic():
    wide, half = Bounds("1/3", "1/2"), Bounds("1/2")
    assert (wide + 1, 1 - wide, wide - half, -wide) == (
        Bounds("4/3", "3/2"),
        Bounds("1/2", "2/3"),
        Bounds("-1/6", 0),
        Bounds("-1/2", "-1/3"),
    )
    assert (wide * 2, wide * -wide, 1 / wide, wide / "1/2", abs(Bounds(-2, 1))) == (
        Bounds("2/3", 1),
        Bounds("-1/4", "-1/9"),
        Bounds(2, 3),
        Bounds("2/3", 1),
        Bounds(0, 2),
    )
    assert (
        half == Fraction(1, 2)
        and half == 0.5
        and hash(half) == hash(Fraction(1, 2))
        and wide != Fraction(1, 3)
        and half != "x"
    )
    assert (
        wide < 1
        and wide <= "1/2"
        and wide > 0
        and wide >= Fraction(1, 3)
        and not wide < Fraction(1, 3)
        and not wide > Fraction(1, 2)
    )
    assert (
        sum([half, half, 1]) == 2
        and max(half, wide * 4) == wide * 4
        and wide in Bounds(0, 1)
        and Bounds(0, 1) not in wide
    )
    assert (
        half + Fraction(1, 2) == 1
        and Fraction(1, 2) + half == 1
        and smfg.Exact("1/2") * half == Fraction(1, 4)
    )
    with pytest.raises(smfg.ArgumentError, match="do not decide"):
        assert wide < Fraction(2, 5)
    with pytest.raises(ZeroDivisionError, match="may be zero"):
        1 / Bounds(-1, 1)
    with pytest.raises(smfg.ArgumentError, match="found 1 above 0"):
        Bounds(1, 0)
    with pytest.raises(TypeError):
        wide + "x"
    with pytest.raises(TypeError):
        _ = wide < None


def test_bounds_in_formats():
    third = Bounds("1/3")
    wide = Bounds("1/3", "2/3")
    assert (f"{third}", f"{third:.3f}", f"{wide:.3f}", f"{wide:.1%}", f"{-wide:.2f}") == (
        "1/3",
        "0.333",
        "[0.333, 0.667]",
        "[33.3%, 66.7%]",
        "[-0.67, -0.33]",
    )
    assert (repr(third), repr(wide), f"{Bounds(2):g}") == (
        "Bounds('1/3')",
        "Bounds('1/3', '2/3')",
        "2",
    )
    long = Bounds(Fraction(1, 3**200), Fraction(2, 3**200))
    assert len(str(long)) < 60 and str(long).startswith("[3.76")

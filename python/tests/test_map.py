"""The eps-equilibria through two statistics, against exploitability in closed form."""

from __future__ import annotations

from fractions import Fraction

import pytest
import smfg


def coordination(*weights: str) -> smfg.Game:
    """One stage; action k earns weight k times its own mass."""
    names = ["first", "second", "third"][: len(weights)]
    return smfg.Game.build(
        name="coordination",
        stages=1,
        states=["one"],
        actions=names,
        initial="one",
        reward=[
            {"action": name, "value": f"{weight} * mu[*, {name}]"}
            for name, weight in zip(names, weights)
        ],
    )


def exploitability(masses: tuple[Fraction, ...], weights: tuple[Fraction, ...]) -> Fraction:
    earned = [weight * mass for weight, mass in zip(weights, masses)]
    return max(earned) - sum(mass * own for mass, own in zip(masses, earned))


def test_no_point_of_an_outside_cell_is_an_equilibrium_and_inside_cells_have_one():
    weights = (Fraction(1), Fraction(3, 2), Fraction(1))
    epsilon = Fraction(1, 20)
    found = smfg.map(
        coordination("1", "3/2", "1"),
        ("mu[*, first]@0", "mu[*, second]@0"),
        epsilon=epsilon,
        cells=8,
        window=("-1/32", "33/32", "-1/32", "33/32"),
    )
    assert smfg.check(coordination("1", "3/2", "1"), found.certificate)
    assert found.count("inside") > 5 and found.count("outside") > 5
    for cell in found.cells:
        # Points of a fine grid, corners included.
        steps = 24
        losses = [
            exploitability((x, y, 1 - x - y), weights)
            for x in (
                cell.x[0] + Fraction(i, steps) * (cell.x[1] - cell.x[0]) for i in range(steps + 1)
            )
            for y in (
                cell.y[0] + Fraction(j, steps) * (cell.y[1] - cell.y[0]) for j in range(steps + 1)
            )
            if x >= 0 and y >= 0 and x + y <= 1
        ]
        if cell.status == "outside":
            assert all(loss > epsilon for loss in losses), cell
        if cell.status == "inside":
            # Exploitability changes by at most 6 per unit of mass, a step of the grid is 0.0055.
            assert min(losses) <= epsilon + Fraction(6, 100), cell


def test_a_single_equilibrium_has_one_cell():
    # Rock, paper, scissors of AISTATS 2021: (26, 20, 31) / 77 is the only equilibrium.
    found = smfg.map(rock(), ("mu[rock]@1", "mu[paper]@1"), cells=8, window=(0, 1, 0, 1))
    (cell,) = [cell for cell in found.cells if cell.status == "inside"]
    assert cell.x[0] <= Fraction(26, 77) <= cell.x[1] and cell.y[0] <= Fraction(20, 77) <= cell.y[1]
    assert found.x_range.lower <= Fraction(26, 77) <= found.x_range.upper


def rock() -> smfg.Game:
    from conftest import ROOT

    return smfg.load(ROOT / "models" / "rock_paper_scissors.toml")


def test_mistakes():
    game = coordination("1", "1")
    one = "mu[*, first]@0"
    for of in (one, (one,), (one, 3)):
        with pytest.raises(smfg.ArgumentError, match="two formulas"):
            smfg.map(game, of)  # type: ignore[arg-type]
    with pytest.raises(smfg.ExpressionError):
        smfg.map(game, (one, "mu[*, fourth]@0"))
    with pytest.raises(smfg.ArgumentError, match="power of two"):
        smfg.map(game, (one, one), cells=3)
    with pytest.raises(smfg.ArgumentError, match="window"):
        smfg.map(game, (one, one), window=(1, 0, 0, 1))


def test_answers_can_be_kept():
    import pickle

    found = smfg.map(coordination("1", "1"), ("mu[*, first]@0", "mu[*, second]@0"), cells=2)
    assert pickle.loads(pickle.dumps(found)) == found
    assert found.to_dict()["cells"][0]["status"] in ("inside", "outside", "undecided")

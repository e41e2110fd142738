"""Pictures: what is drawn is what was found."""

from __future__ import annotations

import io

import pytest
import smfg

matplotlib = pytest.importorskip("matplotlib")
matplotlib.use("Agg")

import matplotlib.pyplot as plt  # noqa: E402
import smfg.plot  # noqa: E402
from conftest import ROOT  # noqa: E402

MODELS = ROOT / "models"


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def drawn(ax) -> bytes:
    """The picture as PNG: drawing it may fail where making it does not."""
    file = io.BytesIO()
    ax.get_figure().savefig(file, format="png")
    content = file.getvalue()
    assert content.startswith(b"\x89PNG") and len(content) > 5000
    return content


def test_the_value_over_epsilon_is_the_exact_line():
    found = smfg.sweep(MODELS / "moral_hazard_grid.toml", epsilon=(0, "1/4"))
    ax = smfg.plot.value(found)
    (line,) = ax.lines
    assert list(line.get_xdata()) == [float(point.at) for point in found.points]
    assert list(line.get_ydata()) == [float(point.value.number) for point in found.points]
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_legend()) == ("ε", "value", None)
    drawn(ax)


def test_an_enclosed_value_is_a_band_that_holds_all_bounds():
    found = smfg.sweep(MODELS / "corner.toml", epsilon=("1/20", "3/20"), width="1/50")
    assert found.kind == "staircase"
    ax = smfg.plot.value(found)
    (band,) = ax.collections
    vertices = band.get_paths()[0].vertices
    # The value falls with epsilon: between two points the band goes from the upper bound at the
    # left to the lower bound at the right.
    first, last = found.points[0], found.points[-1]
    assert vertices[:, 1].max() == pytest.approx(float(first.value.upper))
    assert vertices[:, 1].min() == pytest.approx(float(last.value.lower))
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["certified band"]
    drawn(ax)


def test_values_of_a_constant_are_points_with_their_bounds():
    game = smfg.Game.build(
        name="work",
        stages=1,
        states=["worker"],
        actions=["shirk", "work"],
        initial="worker",
        define={"cost": "1/4"},
        reward=[{"action": "work", "value": "1/2 - cost"}],
        leader_reward=[{"action": "work", "value": 1}],
    )
    ax = smfg.plot.value(game.sweep(parameter="cost", values=["1/4", "3/4"]))
    assert list(ax.lines[0].get_xdata()) == [0.25, 0.75] and list(ax.lines[0].get_ydata()) == [1, 0]
    assert ax.get_xlabel() == "cost"
    drawn(ax)


def test_a_frontier_has_both_sides_and_the_optimum():
    found = smfg.frontier(
        MODELS / "pigou_latency.toml", decision="toll 0", epsilon=(0, "1/4"), width="1/10"
    )
    ax = smfg.plot.frontier(found)
    names = [text.get_text() for text in ax.get_legend().get_texts()]
    assert names == ["worst equilibrium", "best equilibrium", "optimum over all populations"]
    # All on the fast link cost 1, half of them 3/4.
    assert ax.lines[-1].get_ydata()[0] == -0.75
    drawn(ax)


def test_a_flow_has_mass_one_at_every_stage():
    game = smfg.load(MODELS / "susceptible_infected_6.toml")
    policy = [[[1 / len(game.actions)] * len(game.actions)] * len(game.states)] * game.stages
    for by, names in (("state", game.states), ("action", game.actions)):
        ax = smfg.plot.flow(game, policy, by=by)
        assert len(ax.collections) == len(names)
        top = ax.collections[-1].get_paths()[0].vertices
        assert top[:, 1].max() == pytest.approx(1)
        assert [text.get_text() for text in ax.get_legend().get_texts()] == list(names)[::-1]
        drawn(ax)


def test_the_flow_of_an_equilibrium(models):
    found = smfg.range(models / "left_right.toml", epsilon="1/10")
    ax = smfg.plot.flow(models / "left_right.toml", found.least_equilibrium)
    left = ax.collections[1].get_paths()[0].vertices
    # The least mass on the left: (5 - sqrt(1 + 12 eps)) / 6 at stage 1.
    heights = {(round(x, 6), round(y, 6)) for x, y in left}
    least = round((5 - (1 + 12 / 10) ** 0.5) / 6, 4)
    assert any(x == 1 and abs(y - least) < 1e-3 for x, y in heights)


def test_ranges_over_stages_have_a_bar_each():
    found = smfg.plot.range_over_stages(MODELS / "left_right.toml", "mu[left]@{t}", epsilon="1/10")
    assert list(found) == [0, 1]
    ax = smfg.plot.ranges(found)
    reached = [bar for bar in ax.patches if bar.get_alpha() is None]
    assert reached[-1].get_y() == pytest.approx((5 - (1 + 12 / 10) ** 0.5) / 6, abs=1e-5)
    top = reached[-1].get_y() + reached[-1].get_height()
    assert top == pytest.approx((1 + (1 + 3 / 10) ** 0.5) / 3, abs=1e-5)
    drawn(ax)


def test_the_value_over_two_parameters_marks_the_best():
    found = smfg.plot.value_over(MODELS / "queue_tolls.toml", "toll", "refund", epsilon="1/4")
    best = smfg.solve(MODELS / "queue_tolls.toml", epsilon="1/4")
    assert found.best == (best.decision.parameters["toll"], best.decision.parameters["refund"])
    ax = smfg.plot.surface(found)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("toll", "refund")
    assert ax.lines[0].get_xdata()[0] == float(found.best[0])
    shades = ax.collections[0].get_array()
    assert shades.shape == (len(found.y), len(found.x))
    assert float(shades.max()) == pytest.approx(float(best.value.lower))
    drawn(ax)


def test_a_map_has_its_cells():
    game = smfg.Game.build(
        name="indifference",
        stages=1,
        states=["one"],
        actions=["first", "second", "third"],
        initial="one",
    )
    found = smfg.map(
        game, ("mu[*, first]@0", "mu[*, second]@0"), cells=4, window=(0, "6/5", 0, "6/5")
    )
    ax = smfg.plot.map(found)
    cells = {part.get_label(): len(part.get_paths()) for part in ax.collections}
    assert cells == {status: found.count(status) for status in ("inside", "undecided", "outside")}
    assert (ax.get_xlim(), ax.get_xlabel()) == ((0, 1.2), "mu[*, first]@0")
    drawn(ax)


def test_mistakes_are_told(models):
    with pytest.raises(smfg.ArgumentError, match="Sweep or a Curve"):
        smfg.plot.value(smfg.solve(models / "tie.toml"))  # type: ignore[arg-type]
    with pytest.raises(smfg.ArgumentError, match="in place of the stage"):
        smfg.plot.range_over_stages(models / "left_right.toml", "mu[left]@1")
    with pytest.raises(smfg.ArgumentError, match="expected one of"):
        smfg.plot.value_over(models / "queue_tolls.toml", "tol", "refund")

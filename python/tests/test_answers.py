"""Values known in closed form (models/README.md), from files and from Python."""

from __future__ import annotations

import json
import subprocess
import sys
from fractions import Fraction

import pytest
import smfg

from conftest import ROOT


def test_the_one_liner_prints_exact_fractions():
    command = "import smfg; print(smfg.solve('models/adoption.toml').value)"
    done = subprocess.run(
        [sys.executable, "-c", command], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "17/20\n"


def test_solve_in_closed_form(models):
    answer = smfg.solve(models / "moral_hazard_grid.toml", epsilon="1/100")
    assert answer.value == smfg.Bounds(Fraction(81, 100), Fraction(81, 100))  # (1 - sqrt eps)^2
    assert (
        answer.status == "exact" and answer.value.exact and answer.value.number == Fraction(81, 100)
    )
    assert answer.decision == smfg.Decision("wage=7/20", {"wage": Fraction(7, 20)})
    assert answer.equilibrium.exploitability.upper <= Fraction(1, 100)
    assert answer.equilibrium.policy == (((Fraction(1, 10), Fraction(9, 10)),),)
    assert answer.equilibrium.policy_array().tolist() == [[[0.1, 0.9]]]
    assert {row.name: row.upper for row in answer.decisions}["wage=3/10"] == Fraction(19, 25)


@pytest.mark.parametrize(
    ("epsilon", "value"),
    [
        (0, Fraction(17, 20)),
        ("0", Fraction(17, 20)),
        (Fraction(0), Fraction(17, 20)),
        (0.0, Fraction(17, 20)),
    ],
)
def test_epsilon_in_any_spelling(models, epsilon, value):
    assert smfg.solve(models / "adoption.toml", epsilon=epsilon).value.number == value


def test_optimistic_and_one_decision(models):
    game = smfg.load(models / "adoption.toml")
    assert game.solve(selection="optimistic").value.number == Fraction(3, 2)
    assert game.solve(decision="none").value.number == 0
    assert game.solve(decision={"subsidy": "13/20"}).value.number == Fraction(17, 20)
    assert game.solve(decision="subsidy=13/20").decision.name == "enough"


def test_a_continuum_of_decisions(models):
    answer = smfg.solve(models / "moral_hazard.toml", epsilon="1/100", gap="1/100")
    assert Fraction(81, 100) in answer.value
    assert answer.value.width <= Fraction(1, 100)
    assert answer.decision.name is None and abs(
        answer.decision.parameters["wage"] - Fraction(7, 20)
    ) < Fraction(1, 50)


def test_range_in_closed_form(models):
    found = smfg.range(models / "left_right.toml", of="mu[left]@1")
    assert found.single and found.least.number == Fraction(2, 3)
    assert str(found) == "2/3 to 2/3" and Fraction(2, 3) in found
    # [(5 - sqrt(1 + 12 e)) / 6, (1 + sqrt(1 + 3 e)) / 3] at e = 5/12 (least: (5 - sqrt 6) / 6) and
    # at e = 1 (greatest: 1).
    wide = smfg.range(models / "left_right.toml", of="mu[left]@1", epsilon=1)
    assert float(wide.least) == pytest.approx((5 - 13**0.5) / 6, abs=1e-5)
    assert float(wide.greatest) == pytest.approx(1, abs=1e-5)


def test_equilibria_are_listed(models):
    found = smfg.equilibria(models / "adoption.toml", decision="none")
    shares = sorted(
        vertex.policy[0][0][1] for polytope in found.polytopes for vertex in polytope.vertices
    )
    assert shares == [0, Fraction(1, 2), 1] and not found.unique
    assert smfg.equilibria(models / "adoption.toml", decision="enough").unique
    assert smfg.check(models / "adoption.toml", found.certificate)


def test_certificates_are_checked(models, tmp_path):
    game = smfg.load(models / "queue_tolls.toml")
    answer = game.solve(epsilon="1/4")
    verdict = game.check(answer.certificate)
    assert verdict and verdict.reason is None
    assert (verdict.claims[0].lower, verdict.claims[0].upper) == (
        answer.value.lower,
        answer.value.upper,
    )
    assert verdict.claims[0].game_hash == game.hash == answer.game_hash
    forged = answer.certificate.replace(
        str(answer.value.upper).encode(), str(answer.value.upper + 1).encode()
    )
    assert not game.check(
        forged.replace(str(answer.value.lower).encode(), str(answer.value.lower + 1).encode())
    )
    assert "is about the game" in smfg.check(models / "adoption.toml", answer.certificate).reason
    file = tmp_path / "queue.cert"
    file.write_bytes(answer.certificate)
    assert smfg.check(game, file)
    with pytest.raises(FileNotFoundError):
        smfg.check(game, tmp_path / "missing.cert")
    both = game.range(decision=game.decisions[0].name, epsilon="1/4")
    assert len(game.check(both.certificate).claims) == 2


def test_the_program_says_the_same(models):
    program = ROOT / "target" / "release" / "smfg"
    if not program.exists():
        pytest.skip("the program is not built: cargo build --release")
    done = subprocess.run(
        [program, "solve", models / "tie.toml", "--epsilon", "1/10", "--format", "json", "--quiet"],
        capture_output=True,
        check=True,
    )
    printed = json.loads(done.stdout)
    answer = smfg.solve(models / "tie.toml", epsilon="1/10")
    assert (str(answer.value.lower), str(answer.value.upper)) == (
        printed["value"]["lower"],
        printed["value"]["upper"],
    )
    assert answer.game_hash == printed["game"]["hash"]


def test_game_properties(models):
    game = smfg.load(models / "left_right.toml")
    assert game.shape == (2, 3, 2) and game.class_name == "C1"
    assert game.states == ("start", "left", "right") and game.initial == (1, 0, 0)
    assert game.available()[1].tolist() == [[True, False]] * 3 and game.available()[0].all()
    assert game.decisions == (smfg.Decision(None, {}),)
    assert game.info()["sizes"]["stages"] == 2
    assert smfg.load(models / "moral_hazard.toml").decisions is None
    assert "left or right" in repr(game) and game.source.startswith("K. Cui")

"""Exported programmes, solved by SCIP and HiGHS, have the values that are known of their games."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction

import pytest

pyscipopt = pytest.importorskip("pyscipopt")
highspy = pytest.importorskip("highspy")

# Decision, eps and least leader reward, from models/README.md: closed forms, by hand.
KNOWN = [
    ("braess", "toll 0", "0", "-2"),
    ("braess", "toll 1/4", "0", "-13/8"),
    ("links_optimum", "none", "0", "-3/4"),
    ("adoption", "enough", "0", "17/20"),
    ("adoption", "half", "0", "0"),
    ("pigou_revenue", "toll 1/2", "0", "1/4"),
    ("epidemic", "tax=3/5", "0", "1/5"),
    ("epidemic", "tax=3/5", "1/100", "199545/1000000"),
    ("equilibria/two_actions_cubic", None, "0", "0"),
    ("rock_paper_scissors", None, "0", "26/77"),
]
# Class C0: linear programmes. Values in rational arithmetic, tests/oracle/c0_values.json.
LINEAR = [
    ("tie", "safe", "0", "1/2"),
    ("moral_hazard_grid", "wage=7/20", "1/100", "81/100"),
    ("inspection_grid", "q=7/10", "2/25", "-9/10"),
    ("audit", "p1=5/16", "0", "59/32"),
    ("maintenance", "spot checks", "0", "16.325662"),
]


def export(path, models, game, decision, epsilon, form):
    arguments = ["export", models / f"{game}.toml", "--epsilon", epsilon, "--format", form]
    arguments += ["--output", path]
    if decision is not None:
        arguments += ["--decision", decision]
    done = subprocess.run(
        [sys.executable, "-m", "smfg", *map(str, arguments)], capture_output=True, text=True
    )
    assert (done.returncode, done.stderr) == (0, ""), done.stderr


def solved(model):
    model.hideOutput()
    model.setParam("limits/gap", 1e-7)
    model.setParam("numerics/feastol", 1e-8)
    model.setParam("limits/time", 60)
    model.optimize()
    assert model.getStatus() in ("optimal", "gaplimit"), model.getStatus()
    return model.getObjVal()


@pytest.mark.parametrize(("game", "decision", "epsilon", "value"), KNOWN + LINEAR)
def test_scip_on_lp(tmp_path, models, game, decision, epsilon, value):
    path = tmp_path / "game.lp"
    export(path, models, game, decision, epsilon, "lp")
    model = pyscipopt.Model()
    model.hideOutput()
    model.readProblem(str(path))
    # Rows are met to 1e-8; a regret of that size moves a mass by its square root.
    assert solved(model) == pytest.approx(float(Fraction(value)), abs=5e-4)


@pytest.mark.parametrize(("game", "decision", "epsilon", "value"), LINEAR)
def test_highs_on_lp(tmp_path, models, game, decision, epsilon, value):
    path = tmp_path / "game.lp"
    export(path, models, game, decision, epsilon, "lp")
    highs = highspy.Highs()
    highs.setOptionValue("output_flag", False)
    highs.readModel(str(path))
    highs.run()
    assert highs.getModelStatus() == highspy.HighsModelStatus.kOptimal
    assert highs.getInfo().objective_function_value == pytest.approx(
        float(Fraction(value)), abs=2e-6
    )


@pytest.mark.parametrize(("game", "decision", "epsilon", "value"), KNOWN + LINEAR[:2])
def test_scip_on_nl(tmp_path, models, game, decision, epsilon, value):
    path = tmp_path / "game.nl"
    export(path, models, game, decision, epsilon, "nl")
    assert solved(Nl(path).model) == pytest.approx(float(Fraction(value)), abs=5e-4)


class Nl:
    """A reader of AMPL's format as D. M. Gay's report describes it: what other solvers see."""

    def __init__(self, path):
        self.lines = [line.split("#")[0].strip() for line in path.read_text().splitlines()]
        self.at = 10
        assert self.lines[0].startswith("g3")
        (variables, rows, *_), nonlinear = self.numbers(1), self.numbers(4)
        self.model = pyscipopt.Model()
        self.x = [None] * variables
        expressions, linear, sides = {}, {}, []
        objective, sense = None, 0
        while self.at < len(self.lines):
            head = self.take()
            kind, rest = head[0], head[1:]
            if kind == "C":
                expressions[int(rest)] = self.tree()
            elif kind == "O":
                sense = int(rest.split()[1])
                assert self.tree() == 0
            elif kind == "r":
                sides = [self.take().split() for _ in range(rows)]
            elif kind == "b":
                for variable in range(variables):
                    words = self.take().split()
                    ends = {"0": words[1:], "4": words[1:] * 2}[words[0]]
                    lower, upper = map(float, ends)
                    self.x[variable] = self.model.addVar(f"x{variable}", lb=lower, ub=upper)
            elif kind == "k":
                counts = [int(self.take()) for _ in range(int(rest))]
                assert counts == sorted(counts)
            elif kind == "J":
                row, count = map(int, rest.split())
                linear[row] = [self.take().split() for _ in range(count)]
            elif kind == "G":
                objective = [self.take().split() for _ in range(int(rest.split()[1]))]
        self.nonlinear = nonlinear[0]
        for row in range(rows):
            terms = [float(c) * self.x[int(v)] for v, c in linear.get(row, []) if float(c) != 0]
            body = pyscipopt.quicksum(terms) + self.built(expressions[row])
            relation, right = sides[row][0], float(sides[row][1])
            constraint = {"1": body <= right, "2": body >= right, "4": body == right}[relation]
            self.model.addCons(constraint)
        target = pyscipopt.quicksum(float(c) * self.x[int(v)] for v, c in objective)
        self.model.setObjective(target, "maximize" if sense else "minimize")

    def numbers(self, line):
        return [int(word) for word in self.lines[line].split()]

    def take(self):
        self.at += 1
        return self.lines[self.at - 1]

    def tree(self):
        word = self.take()
        if word[0] == "n":
            return float(word[1:])
        if word[0] == "v":
            return ("v", int(word[1:]))
        if word == "o54":
            return ("o0", *(self.tree() for _ in range(int(self.take()))))
        return (word, self.tree(), self.tree())

    def built(self, tree):
        if isinstance(tree, float):
            return tree
        if tree[0] == "v":
            assert tree[1] < self.nonlinear, "variables of products come first"
            return self.x[tree[1]]
        parts = [self.built(part) for part in tree[1:]]
        if tree[0] == "o2":
            return parts[0] * parts[1]
        assert tree[0] == "o0"
        return pyscipopt.quicksum(parts)

#!/usr/bin/env python3
"""Exact least and greatest leader rewards over eps-equilibria of mean-field-free games.

For a game of class C0 (follower rewards and transitions do not mention the population) with a
finite leader, and for each decision u, the occupation measures d of eps-equilibria are the points of

    sum_a d_0(s,a) = mu0(s),   sum_a d_t(s,a) = sum P_{t-1}(s | s',a') d_{t-1}(s',a'),   d >= 0,   (flow)
    r'd >= V* - eps,           V* = max { r'd : (flow) },                                          (regret)

so the pessimistic and optimistic values of u are two linear programmes in d. Every programme here,
V* included, is solved as a linear programme over d; nothing is computed by backward induction.

Two methods:
  exact    two-phase tableau simplex with Bland's rule in rational arithmetic (small programmes);
  basis    HiGHS (package `highspy`) proposes a basis in floating point; its basic primal and dual
           solutions are then computed in rational arithmetic, and accepted only when the primal one is
           nonnegative and all reduced costs are. A few exact pivots repair a basis that is
           off by rounding. Nothing in floating point enters a value.
At eps = 0 with `basis`, the flat inequality r'd >= V* is replaced by the optimal face {d_i = 0 where
the exact reduced cost of max r'd is positive}, which is the same set.
Programmes small enough for both methods are solved by both and must agree.

    c0_values.py             recompute and compare with c0_values.json and free_values.json
    c0_values.py --write     recompute and write them
    c0_values.py --game FILE --epsilon 1/100 [--epsilon ...]      print the values of one game

Python 3.11, standard library; `highspy` only for the larger models.
"""

import argparse
import json
import re
import sys
import tomllib
from fractions import Fraction
from pathlib import Path

HERE = Path(__file__).resolve().parent
MODELS = HERE.parent.parent / "models"
ZERO, ONE = Fraction(0), Fraction(1)
TABLEAU_LIMIT = 12_000  # entries of the tableau up to which the exact simplex is used


class GameError(Exception):
    pass


class NoSolver(Exception):
    """A programme too large for the exact simplex, and `highspy` is not installed."""


# ---------------------------------------------------------------------------------------------------
# Population polynomials: only terms of degree 0 and 1 are needed, more is refused.


class Affine:
    """constant + sum of coefficient * d_t(s,a)."""

    __slots__ = ("constant", "terms")

    def __init__(self, constant=ZERO, terms=None):
        self.constant, self.terms = constant, terms or {}

    def __add__(self, other):
        other = as_affine(other)
        terms = dict(self.terms)
        for key, value in other.terms.items():
            terms[key] = terms.get(key, ZERO) + value
        return Affine(self.constant + other.constant, {k: v for k, v in terms.items() if v})

    __radd__ = __add__

    def __neg__(self):
        return Affine(-self.constant, {k: -v for k, v in self.terms.items()})

    def __sub__(self, other):
        return self + -as_affine(other)

    def __rsub__(self, other):
        return as_affine(other) - self

    def __mul__(self, other):
        other = as_affine(other)
        if self.terms and other.terms:
            raise GameError("product of two populations: not linear in the occupation measure")
        factor, form = (other.constant, self) if not other.terms else (self.constant, other)
        terms = {k: factor * v for k, v in form.terms.items()} if factor else {}
        return Affine(factor * form.constant, terms)

    __rmul__ = __mul__


def as_affine(value):
    return value if isinstance(value, Affine) else Affine(Fraction(value))


def as_number(value, where):
    if isinstance(value, Affine):
        if value.terms:
            raise GameError(f"{where}: depends on the population, the game is not of class C0")
        return value.constant
    return Fraction(value)


# ---------------------------------------------------------------------------------------------------
# Expressions

TOKEN = re.compile(r'\s*(?:(\d+\.?\d*(?:[eE][+-]?\d+)?|\.\d+)|([A-Za-z_][A-Za-z_0-9]*)|"([^"]*)"|([-+*/^()\[\],.@]))')


def tokenize(text):
    tokens, position = [], 0
    text = text.strip()
    while position < len(text):
        match = TOKEN.match(text, position)
        if not match:
            raise GameError(f"cannot read {text!r} at column {position + 1}")
        number, name, quoted, symbol = match.groups()
        if number:
            tokens.append(("number", Fraction(number)))
        elif name:
            tokens.append(("name", name))
        elif quoted is not None:
            tokens.append(("quoted", quoted))
        else:
            tokens.append(("symbol", symbol))
        position = match.end()
    return tokens


class Parser:
    """Recursive descent to nested tuples: ("+", a, b), ("number", x), ("name", n), ("attribute", s|a, key), ..."""

    def __init__(self, text):
        self.text, self.tokens, self.next = text, tokenize(text), 0

    def peek(self, symbol):
        return self.next < len(self.tokens) and self.tokens[self.next] == ("symbol", symbol)

    def accept(self, symbol):
        if self.peek(symbol):
            self.next += 1
            return True
        return False

    def expect(self, symbol):
        if not self.accept(symbol):
            raise GameError(f"expected {symbol!r} in {self.text!r}")

    def take(self, *kinds):
        if self.next == len(self.tokens) or self.tokens[self.next][0] not in kinds:
            raise GameError(f"expected {' or '.join(kinds)} in {self.text!r}")
        self.next += 1
        return self.tokens[self.next - 1]

    def parse(self):
        tree = self.sum()
        if self.next != len(self.tokens):
            raise GameError(f"unexpected {self.tokens[self.next][1]!r} in {self.text!r}")
        return tree

    def sum(self):
        tree = self.product()
        while self.peek("+") or self.peek("-"):
            operator = self.take("symbol")[1]
            tree = (operator, tree, self.product())
        return tree

    def product(self):
        tree = self.unary()
        while self.peek("*") or self.peek("/"):
            operator = self.take("symbol")[1]
            tree = (operator, tree, self.unary())
        return tree

    def unary(self):
        if self.accept("-"):
            return ("negate", self.unary())
        if self.accept("+"):
            return self.unary()
        return self.power()

    def power(self):
        base = self.atom()
        if self.accept("^"):
            return ("^", base, self.unary())
        return base

    def atom(self):
        if self.accept("("):
            tree = self.sum()
            self.expect(")")
            return tree
        kind, value = self.take("number", "name")
        if kind == "number":
            return ("number", value)
        if value == "mu" and self.accept("["):
            selectors = [self.selector()]
            if self.accept(","):
                selectors.append(self.selector())
            self.expect("]")
            return ("mu", tuple(selectors), self.at_stage())
        if value == "mean" and self.accept("("):
            tree = self.sum()
            self.expect(")")
            return ("mean", tree, self.at_stage())
        if value in ("s", "a") and self.accept("."):
            return ("attribute", value, self.take("name")[1])
        return ("name", value)

    def selector(self):
        if self.accept("*"):
            return "*"
        kind, value = self.take("name", "quoted", "number")
        return str(value)

    def at_stage(self):
        if not self.accept("@"):
            return None
        return int(self.take("number")[1])


class Context:
    """Where an expression is evaluated: decision, stage, own state and action."""

    def __init__(self, game, parameters, stage=None, state=None, action=None):
        self.game, self.parameters = game, parameters
        self.stage, self.state, self.action = stage, state, action


def evaluate(tree, context):
    kind = tree[0]
    game = context.game
    if kind == "number":
        return tree[1]
    if kind == "negate":
        return -evaluate(tree[1], context)
    if kind in "+-*":
        left, right = evaluate(tree[1], context), evaluate(tree[2], context)
        return left + right if kind == "+" else left - right if kind == "-" else left * right
    if kind == "/":
        divisor = as_number(evaluate(tree[2], context), "divisor")
        if divisor == 0:
            raise GameError("division by zero")
        return evaluate(tree[1], context) * (ONE / divisor)
    if kind == "^":
        exponent = as_number(evaluate(tree[2], context), "exponent")
        if exponent.denominator != 1 or exponent < 0:
            raise GameError("exponents are nonnegative integers")
        result = ONE
        for _ in range(int(exponent)):
            result = result * evaluate(tree[1], context)
        return result
    if kind == "name":
        name = tree[1]
        if name in context.parameters:
            return context.parameters[name]
        if name in game.define:
            return evaluate(game.define[name], context)
        if name == "t" and context.stage is not None:
            return Fraction(context.stage)
        raise GameError(f"unknown name {name!r}")
    if kind == "attribute":
        owner = context.state if tree[1] == "s" else context.action
        table = game.state_attributes if tree[1] == "s" else game.action_attributes
        if owner is None or tree[2] not in table[owner]:
            raise GameError(f"no attribute {tree[1]}.{tree[2]} here")
        return table[owner][tree[2]]
    stage = tree[2] if tree[2] is not None else context.stage
    if stage is None or not 0 <= stage < game.stages:
        raise GameError("a population needs a stage")
    if kind == "mu":
        state, action = (tree[1] + ("*",))[:2]
        if state != "*" and state not in game.states or action != "*" and action not in game.actions:
            raise GameError(f"unknown state or action in mu[{', '.join(tree[1])}]")
        return game.form({
            (stage, s, a): ONE
            for s in game.states for a in game.available[stage, s]
            if state in ("*", s) and action in ("*", a)
        })
    assert kind == "mean"
    terms = {}
    for s in game.states:
        for a in game.available[stage, s]:
            weight = as_number(evaluate(tree[1], Context(game, context.parameters, stage, s, a)), "mean(...)")
            if weight:
                terms[stage, s, a] = weight
    return game.form(terms)


def parse_expression(value):
    if isinstance(value, str):
        return Parser(value).parse()
    return ("number", Fraction(value))


def parse_number(value):
    return Fraction(value.replace(" ", "")) if isinstance(value, str) else Fraction(value)


# ---------------------------------------------------------------------------------------------------
# Game files


def listed(names, noun):
    table = {}
    for entry in names:
        entry = {"name": entry} if isinstance(entry, str) else dict(entry)
        name = entry.pop("name")
        if name in table:
            raise GameError(f"{noun} {name!r} is listed twice")
        table[name] = {key: parse_number(value) for key, value in entry.items()}
    return table


class Game:
    def __init__(self, path):
        path = Path(path)
        if path.suffix == ".json":
            data = json.loads(path.read_text(), parse_float=Fraction)
        else:
            data = tomllib.loads(path.read_text(), parse_float=Fraction)
        if data["format"] != "smfg-game/1":
            raise GameError("unknown format")
        known = {"format", "name", "description", "source", "stages", "states", "actions", "initial", "define",
                 "available", "reward", "transition", "leader"}
        if set(data) - known:
            raise GameError(f"keys not understood: {sorted(set(data) - known)}")
        self.name, self.stages = data["name"], data["stages"]
        self.state_attributes = listed(data["states"], "state")
        self.action_attributes = listed(data["actions"], "action")
        self.states, self.actions = list(self.state_attributes), list(self.action_attributes)
        initial = data["initial"]
        self.initial = {initial: ONE} if isinstance(initial, str) else {s: parse_number(v) for s, v in initial.items()}
        if sum(self.initial.values()) != 1 or min(self.initial.values()) < 0 or set(self.initial) - set(self.states):
            raise GameError("`initial` is not a law over the states")
        self.define = {name: parse_expression(value) for name, value in data.get("define", {}).items()}
        self.read_available(data.get("available", []))
        self.rewards = self.read_rules(data.get("reward", []), {"value"})
        self.transitions = self.read_rules(data.get("transition", []), {"to"})
        leader = data.get("leader", {})
        if set(leader) - {"decisions", "reward", "payoff"}:
            raise GameError("the leader is not a finite list of decisions")
        self.decisions = {}
        for entry in leader.get("decisions", [{"name": None}]):
            parameters = {k: parse_number(v) for k, v in entry.items() if k != "name"}
            self.decisions[entry["name"]] = parameters
        if len({frozenset(p) for p in self.decisions.values()}) != 1:
            raise GameError("decisions give different parameters")
        self.leader_rewards = self.read_rules(leader.get("reward", []), {"value"})
        self.leader_payoffs = self.read_rules(leader.get("payoff", []), {"value"})

    def form(self, terms):
        """A linear form of the population."""
        return Affine(ZERO, terms)

    def select_stages(self, selector):
        if selector is None:
            return range(self.stages)
        chosen = set()
        for item in selector if isinstance(selector, list) else [selector]:
            if isinstance(item, str) and ".." in item:
                first, last = map(int, item.split(".."))
                chosen.update(range(first, last + 1))
            else:
                chosen.add(int(item))
        if not chosen <= set(range(self.stages)):
            raise GameError(f"stage {selector!r} is out of range")
        return chosen

    @staticmethod
    def select_names(selector, names):
        if selector is None:
            return set(names)
        chosen = set(selector if isinstance(selector, list) else [selector])
        if not chosen <= set(names):
            raise GameError(f"unknown name in {selector!r}")
        return chosen

    def read_available(self, rules):
        self.available = {(t, s): self.actions for t in range(self.stages) for s in self.states}
        for rule in rules:
            actions = self.select_names(rule["actions"], self.actions)
            for t in self.select_stages(rule.get("stage")):
                for s in self.select_names(rule.get("state"), self.states):
                    self.available[t, s] = [a for a in self.available[t, s] if a in actions]

    def read_rules(self, rules, body):
        result = []
        for rule in rules:
            if set(rule) - {"stage", "state", "action"} != body:
                raise GameError(f"rule not understood: {rule}")
            if body == {"value"}:
                content = parse_expression(rule["value"])
            elif isinstance(rule["to"], str):
                content = {rule["to"]: ("number", ONE)}
            else:
                content = {s: v if v == "rest" else parse_expression(v) for s, v in rule["to"].items()}
            if body == {"to"} and set(content) - set(self.states):
                raise GameError(f"unknown state in {rule}")
            result.append((self.select_stages(rule.get("stage")), self.select_names(rule.get("state"), self.states),
                           self.select_names(rule.get("action"), self.actions), content,
                           rule.get("stage") is not None))
        return result

    def expand(self, parameters):
        """Numbers at one decision: follower reward, transitions, leader reward per triple, leader constant."""
        triples = [(t, s, a) for t in range(self.stages) for s in self.states for a in self.available[t, s]]
        if any(not self.available[t, s] for t in range(self.stages) for s in self.states):
            raise GameError("a state without actions")
        cache = {}

        def value(tree, context, where):
            return as_number(evaluate(tree, context), where)

        reward = dict.fromkeys(triples, ZERO)
        leader = dict.fromkeys(triples, ZERO)
        for rules, table, where in ((self.rewards, reward, "reward"), (self.leader_rewards, leader, "leader.reward")):
            for stages, states, actions, tree, _ in rules:
                for t, s, a in triples:
                    if t in stages and s in states and a in actions:
                        table[t, s, a] += value(tree, Context(self, parameters, t, s, a), where)
        transition = {}
        for t, s, a in triples:
            if t == self.stages - 1:
                continue
            for number in range(len(self.transitions) - 1, -1, -1):
                stages, states, actions, content, _ = self.transitions[number]
                if t in stages and s in states and a in actions:
                    break
            else:
                raise GameError(f"no transition at stage {t} from {s!r} under {a!r}")
            law = {x: value(tree, Context(self, parameters, t, s, a), "transition")
                   for x, tree in content.items() if tree != "rest"}
            rests = [x for x, tree in content.items() if tree == "rest"]
            if len(rests) > 1:
                raise GameError("two rests in one transition")
            for x in rests:
                law[x] = ONE - sum(law.values())
            if sum(law.values()) != 1 or min(law.values()) < 0:
                raise GameError(f"not a law at stage {t} from {s!r} under {a!r}: {law}")
            key = tuple(sorted(law.items()))
            transition[t, s, a] = cache.setdefault(key, {x: p for x, p in law.items() if p})
        constant = ZERO
        for stages, states, actions, tree, staged in self.leader_payoffs:
            for t in sorted(stages) if staged else [None]:
                form = as_affine(evaluate(tree, Context(self, parameters, t)))
                constant += form.constant
                for key, coefficient in form.terms.items():
                    leader[key] += coefficient
        return reward, transition, leader, constant


# ---------------------------------------------------------------------------------------------------
# Linear programmes: minimise c'x subject to A x = b, x >= 0; columns are sparse {row: coefficient}.


class Program:
    def __init__(self, columns, costs, right):
        self.columns, self.costs, self.right = columns, costs, right

    def size(self):
        return len(self.columns) * len(self.right)


def solve_tableau(program):
    """Two-phase simplex with Bland's rule; returns (optimal value, solution)."""
    m, n = len(program.right), len(program.columns)
    rows = [[ZERO] * (n + 1) for _ in range(m)]
    for j, column in enumerate(program.columns):
        for i, value in column.items():
            rows[i][j] = value
    for i in range(m):
        rows[i][n] = program.right[i]
        if rows[i][n] < 0:
            rows[i] = [-v for v in rows[i]]
    basis = [n + 1 + i for i in range(m)]  # artificial columns are implicit: they never re-enter

    def pivot(objective, r, j):
        scale = ONE / rows[r][j]
        rows[r] = pivot_row = [v * scale if v else v for v in rows[r]]
        support = [k for k, v in enumerate(pivot_row) if v]
        for other in [row for i, row in enumerate(rows) if i != r] + [objective]:
            factor = other[j]
            if factor:
                for k in support:
                    other[k] -= factor * pivot_row[k]
        basis[r] = j

    def run(objective):
        while True:
            entering = next((j for j in range(n) if objective[j] < 0), None)
            if entering is None:
                return
            best = None
            for i in range(m):
                if rows[i][entering] > 0:
                    key = (rows[i][n] / rows[i][entering], basis[i])
                    if best is None or key < best[0]:
                        best = (key, i)
            if best is None:
                raise GameError("unbounded linear programme")
            pivot(objective, best[1], entering)

    phase_one = [-sum(rows[i][j] for i in range(m)) for j in range(n + 1)]
    run(phase_one)
    if phase_one[n] != 0:
        raise GameError("infeasible linear programme")
    for i in range(m):
        if basis[i] > n:  # an artificial at zero: pivot it out, or the row is redundant and stays zero
            j = next((j for j in range(n) if rows[i][j]), None)
            if j is not None:
                pivot(phase_one, i, j)
    objective = list(program.costs) + [ZERO]
    for i in range(m):
        if basis[i] < n and objective[basis[i]]:
            factor = objective[basis[i]]
            objective = [o - factor * v if v else o for o, v in zip(objective, rows[i])]
    run(objective)
    solution = [ZERO] * n
    for i in range(m):
        if basis[i] < n:
            solution[basis[i]] = rows[i][n]
    return -objective[n], solution


def solve_square(rows, rights):
    """Solve rows * x = right for each of several right sides; rows are sparse {column: value}.

    Gaussian elimination in rational arithmetic, pivots of least Markowitz count. Returns None if singular."""
    n = len(rows)
    rows = [dict(row) for row in rows]
    rights = [list(right) for right in rights]
    where = {}
    for i, row in enumerate(rows):
        for j in row:
            where.setdefault(j, set()).add(i)
    if len(where) < n:
        return None
    active_rows, active_columns = set(range(n)), set(range(n))
    short_rows = [i for i in range(n) if len(rows[i]) == 1]
    short_columns = [j for j in range(n) if len(where[j]) == 1]
    order = []
    while active_rows:
        r = c = None
        while short_rows and r is None:
            i = short_rows.pop()
            if i in active_rows and len(rows[i]) == 1:
                r, c = i, next(iter(rows[i]))
        while short_columns and r is None:
            j = short_columns.pop()
            if j in active_columns and len(where[j]) == 1:
                r, c = next(iter(where[j])), j
        if r is None:
            c = min(active_columns, key=lambda j: (len(where[j]), j))
            if not where[c]:
                return None
            r = min(where[c], key=lambda i: (len(rows[i]), i))
        pivot_row = rows[r]
        if c not in pivot_row:
            return None
        scale = ONE / pivot_row[c]
        others = [(j, v) for j, v in pivot_row.items() if j != c]
        for i in list(where[c]):
            if i == r:
                continue
            factor = rows[i].pop(c) * scale
            for j, v in others:
                updated = rows[i].get(j, ZERO) - factor * v
                if updated:
                    rows[i][j] = updated
                    where[j].add(i)
                elif j in rows[i]:
                    del rows[i][j]
                    where[j].discard(i)
                    if len(where[j]) == 1:
                        short_columns.append(j)
            for right in rights:
                if right[r]:
                    right[i] -= factor * right[r]
            if len(rows[i]) == 1:
                short_rows.append(i)
            elif not rows[i]:
                return None
        for j, _ in others:
            where[j].discard(r)
            if len(where[j]) == 1:
                short_columns.append(j)
        active_rows.discard(r)
        active_columns.discard(c)
        where[c] = set()
        order.append((r, c, scale, others))
    answers = []
    for right in rights:
        x = [ZERO] * n
        for r, c, scale, others in reversed(order):
            total = right[r]
            for j, v in others:
                if x[j]:
                    total -= v * x[j]
            x[c] = total * scale
        answers.append(x)
    return answers


def propose_basis(program):
    """Indices of basic columns according to HiGHS; index n + i stands for the logical of row i."""
    try:
        import highspy
        import numpy as np
    except ImportError as error:
        raise NoSolver from error

    m, n = len(program.right), len(program.columns)
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = n, m
    lp.col_cost_ = np.array([float(c) for c in program.costs])
    lp.col_lower_, lp.col_upper_ = np.zeros(n), np.full(n, highspy.kHighsInf)
    right = np.array([float(b) for b in program.right])
    lp.row_lower_, lp.row_upper_ = right, right
    starts, index, value = [0], [], []
    for column in program.columns:
        for i, v in sorted(column.items()):
            index.append(i)
            value.append(float(v))
        starts.append(len(index))
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_, lp.a_matrix_.index_ = np.array(starts), np.array(index)
    lp.a_matrix_.value_ = np.array(value)
    highs = highspy.Highs()
    highs.silent()
    for option, setting in (("output_flag", False), ("solver", "simplex"), ("presolve", "off"),
                            ("primal_feasibility_tolerance", 1e-10), ("dual_feasibility_tolerance", 1e-10)):
        highs.setOptionValue(option, setting)
    highs.passModel(lp)
    highs.run()
    if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
        raise GameError(f"HiGHS: {highs.modelStatusToString(highs.getModelStatus())}")
    basis = highs.getBasis()
    basic = highspy.HighsBasisStatus.kBasic
    column_status, row_status = list(basis.col_status), list(basis.row_status)
    return ([j for j in range(n) if column_status[j] == basic]
            + [n + i for i in range(m) if row_status[i] == basic])


def solve_basis(program, pivots=500):
    """Optimal value, solution, reduced costs: a proposed basis, verified and if need be repaired exactly."""
    m, n = len(program.right), len(program.columns)
    basis = propose_basis(program)
    column = lambda j: program.columns[j] if j < n else {j - n: ONE}  # noqa: E731
    cost = lambda j: program.costs[j] if j < n else ZERO  # noqa: E731

    def by_rows(basis):
        rows = [{} for _ in range(m)]
        for position, j in enumerate(basis):
            for i, v in column(j).items():
                rows[i][position] = v
        return rows

    for _ in range(pivots):
        if len(basis) != m:
            raise GameError("HiGHS returned a basis of the wrong size")
        primal = solve_square(by_rows(basis), [program.right])
        dual = solve_square([dict(column(j)) for j in basis], [[cost(j) for j in basis]])
        if primal is None or dual is None:
            raise GameError("singular basis")
        x, y = primal[0], dual[0]
        if any(x[p] for p, j in enumerate(basis) if j >= n):
            raise GameError("a logical of an equality is not zero")
        inside = set(basis)
        reduced = [ZERO if j in inside else program.costs[j] - sum(y[i] * v for i, v in program.columns[j].items())
                   for j in range(n)]
        negative_x = [p for p in range(m) if x[p] < 0]
        negative_cost = [j for j in range(n) if reduced[j] < 0]
        if not negative_x and not negative_cost:
            solution = [ZERO] * n
            for p, j in enumerate(basis):
                if j < n:
                    solution[j] = x[p]
            value = sum(c * v for c, v in zip(program.costs, solution))
            assert value == sum(b * v for b, v in zip(program.right, y))
            return value, solution, reduced
        if not negative_x:  # primal simplex step, Bland
            entering = negative_cost[0]
            right = [ZERO] * m
            for i, v in program.columns[entering].items():
                right[i] = v
            direction = solve_square(by_rows(basis), [right])[0]
            ratios = [(x[p] / direction[p], basis[p], p) for p in range(m) if direction[p] > 0]
            # a logical is fixed at zero: it leaves whichever sign its entry has
            ratios += [(ZERO, -1, p) for p in range(m) if basis[p] >= n and direction[p] < 0]
            if not ratios:
                raise GameError("unbounded linear programme")
            basis[min(ratios)[2]] = entering
        elif not negative_cost:  # dual simplex step
            leaving = min(negative_x, key=lambda p: basis[p])
            unit = [ZERO] * m
            unit[leaving] = ONE
            rho = solve_square([dict(column(j)) for j in basis], [unit])[0]
            ratios = []
            for j in range(n):
                if j not in inside:
                    alpha = sum(rho[i] * v for i, v in program.columns[j].items())
                    if alpha < 0:
                        ratios.append((reduced[j] / -alpha, j))
            if not ratios:
                raise GameError("infeasible linear programme")
            basis[leaving] = min(ratios)[1]
        else:
            raise GameError("the proposed basis is neither primal nor dual feasible")
    raise GameError("pivot limit")


# ---------------------------------------------------------------------------------------------------
# Values


class Decision:
    """The linear programmes of one decision."""

    def __init__(self, game, parameters, method):
        self.method = method
        reward, transition, leader, self.constant = game.expand(parameters)
        reached = [dict.fromkeys(s for s, p in game.initial.items() if p)]
        for t in range(game.stages - 1):
            reached.append(dict.fromkeys(
                x for s in reached[t] for a in game.available[t, s] for x in transition[t, s, a]))
        row = {(t, s): i for i, (t, s) in enumerate((t, s) for t in range(game.stages) for s in reached[t])}
        self.triples = [(t, s, a) for t, s in row for a in game.available[t, s]]
        self.columns = []
        for t, s, a in self.triples:
            entries = {row[t, s]: ONE}
            if t < game.stages - 1:
                for x, p in transition[t, s, a].items():
                    entries[row[t + 1, x]] = -p
            self.columns.append(entries)
        self.right = [game.initial.get(s, ZERO) if t == 0 else ZERO for t, s in row]
        self.reward = [reward[key] for key in self.triples]
        self.leader = [leader[key] for key in self.triples]
        self.solutions = {}
        self.follower()

    def pick(self, program):
        if self.method != "both":
            return self.method
        return "tableau" if program.size() <= TABLEAU_LIMIT else "basis"

    def follower(self):
        program = Program(self.columns, [-r for r in self.reward], self.right)
        if self.pick(program) == "tableau":
            self.best, self.reduced = -solve_tableau(program)[0], None
        else:
            value, _, self.reduced = solve_basis(program)
            self.best = -value

    def extreme(self, epsilon, sign):
        """min (sign = 1) or max (sign = -1) of the leader's reward over eps-equilibria."""
        costs = [sign * c for c in self.leader]
        if epsilon == 0 and self.reduced is not None:
            keep = [j for j in range(len(costs)) if self.reduced[j] == 0]
            program = Program([self.columns[j] for j in keep], [costs[j] for j in keep], self.right)
        else:
            last = len(self.right)
            columns = [dict(c) | ({last: r} if r else {}) for c, r in zip(self.columns, self.reward)]
            program = Program(columns + [{last: -ONE}], costs + [ZERO], self.right + [self.best - epsilon])
        solve = solve_tableau if self.pick(program) == "tableau" else solve_basis
        value, solution = solve(program)[:2]
        if len(program.columns) == len(self.columns) + 1:
            regret = self.best - sum(r * v for r, v in zip(self.reward, solution))
            assert 0 <= regret <= epsilon
        return sign * value + self.constant


def values(game, epsilons, method="both"):
    """{(eps, selection): {decision: value}}"""
    result = {(e, s): {} for e in epsilons for s in ("pessimistic", "optimistic")}
    for name, parameters in game.decisions.items():
        decision = Decision(game, parameters, method)
        other = None
        if method == "both" and Program(decision.columns, [], decision.right).size() <= TABLEAU_LIMIT and has_highs():
            other = Decision(game, parameters, "basis")
            assert other.best == decision.best
        for e in epsilons:
            for selection, sign in (("pessimistic", 1), ("optimistic", -1)):
                value = decision.extreme(e, sign)
                if other is not None and other.extreme(e, sign) != value:
                    raise GameError("the two methods disagree")
                result[e, selection][name] = value
    return result


def has_highs():
    try:
        import highspy  # noqa: F401
    except ImportError:
        return False
    return True


def result_rows(model, found):
    rows = []
    for (e, selection), per_decision in found.items():
        best = max(per_decision.values())
        ties = [name for name, value in per_decision.items() if value == best]
        rows.append({
            "model": model, "epsilon": str(e), "selection": selection, "value": str(best), "exact": True,
            "decision": ties[0] if len(ties) == 1 else ties,
            "per_decision": {name: str(value) for name, value in per_decision.items()},
        })
    return rows


# ---------------------------------------------------------------------------------------------------
# Closed forms of the small models: pessimistic value of every decision, derived by hand.


def closed_moral_hazard(u, e):
    gain = u["wage"] - Fraction(1, 4)  # regret per unit mass of shirking; at a tie everybody may shirk
    return (Fraction(5, 4) - u["wage"]) * (1 - min(ONE, e / gain) if gain else ZERO)


def closed_inspection(u, e):
    gain = 2 * u["q"] - 1  # regret of violating; negative: regret of complying, and violating is then free
    return -u["q"] - (min(ONE, e / gain) if gain > 0 else ONE)


def closed_tie(u, e):
    return (1 - u["risk"]) / 2


def closed_audit(u, e):
    p = u["p1"]
    low, high = 4 * p - 1, ONE  # regrets of lying; low < 0 means lying is a strict best response there
    half = Fraction(1, 2)
    harm_low, harm_high = 4 - 3 * p, 3 - p  # leader's loss per unit mass of lying instead of telling the truth
    value = half * 2 + half * (2 - p)
    if low <= 0:
        return value - half * harm_low - harm_high * min(half, e / high)
    budget = e
    for harm, regret in sorted(((harm_low, low), (harm_high, high)), key=lambda x: -x[0] / x[1]):
        mass = min(half, budget / regret)
        value -= harm * mass
        budget -= regret * mass
    return value


CLOSED_FORMS = {"tie": closed_tie, "audit": closed_audit, "moral_hazard_grid": closed_moral_hazard,
                "inspection_grid": closed_inspection}

# Known values of whole games: model, eps, selection, value, decision (None: not named).
KNOWN = [
    ("tie", "0", "pessimistic", "1/2", "safe"),
    ("tie", "1/100", "pessimistic", "1/2", "safe"),
    ("tie", "1/4", "pessimistic", "1/2", "safe"),
    ("audit", "1/104", "pessimistic", "731/416", "p1=3/8"),
    ("audit", "1/26", "pessimistic", "43/26", "p1=1/2"),
    ("moral_hazard_grid", "1/100", "pessimistic", "81/100", "wage=7/20"),
    ("moral_hazard_grid", "1/25", "pessimistic", "64/100", "wage=9/20"),
    ("moral_hazard_grid", "9/100", "pessimistic", "49/100", "wage=11/20"),
    ("inspection_grid", "1/200", "pessimistic", "-6/10", "q=11/20"),
    ("inspection_grid", "1/50", "pessimistic", "-7/10", "q=3/5"),
    ("inspection_grid", "2/25", "pessimistic", "-9/10", "q=7/10"),
]

EPSILONS = {
    "tie": "0 1/100 1/4",
    "audit": "0 1/104 1/26",
    "moral_hazard_grid": "0 1/100 1/25 9/100",
    "inspection_grid": "0 1/200 1/50 2/25",
    "maintenance": "0 1/20 1/4 1",
    "queue_tolls": "0 1/20 1/4 2",
    "perishable_emissions": "0 1/10 1",
}


def check_known(rows):
    """Compare with the closed forms; rows of known games get the key `closed_form`."""
    index = {(row["model"], row["epsilon"], row["selection"]): row for row in rows}
    for model, e, selection, value, decision in KNOWN:
        row = index[model, str(Fraction(e)), selection]
        assert Fraction(row["value"]) == Fraction(value), (model, e, row["value"], value)
        assert row["decision"] == decision, (model, e, row["decision"], decision)
        row["closed_form"] = value
    for row in rows:
        closed = CLOSED_FORMS.get(row["model"])
        if closed and row["selection"] == "pessimistic":
            game = Game(MODELS / f"{row['model']}.toml")
            for name, parameters in game.decisions.items():
                expected = closed(parameters, Fraction(row["epsilon"]))
                assert Fraction(row["per_decision"][name]) == expected, (row["model"], row["epsilon"], name, expected)


# ---------------------------------------------------------------------------------------------------
# The random games with values from SCIP

SLIP = 1e-4  # documented slip of SCIP's points


def free_rows():
    """Exact values of the free games, and the largest distance to SCIP's bound and value."""
    rows, worst = [], 0.0
    for path in sorted((HERE / "free").glob("free-*.json")):
        if path.name.endswith(".values.json"):
            continue
        reported = json.loads(path.with_suffix(".values.json").read_text())
        game = Game(path)
        assert path.stem == game.name
        epsilons = sorted({ZERO} | {Fraction(x["epsilon"]) for x in reported})
        found = values(game, epsilons)
        rows += result_rows(game.name, found)
        for x in reported:
            selection = {"min": "pessimistic", "max": "optimistic"}[x["sense"]]
            exact = float(found[Fraction(x["epsilon"]), selection][x["decision"]])
            for key in ("bound", "value"):
                distance = abs(exact - x[key])
                worst = max(worst, distance)
                assert distance <= SLIP, (path.name, x, exact)
    return rows, worst


def model_rows():
    """Rows of all models, and the names of those that could not be solved without `highspy`."""
    rows, skipped = [], set()
    for model, epsilons in EPSILONS.items():
        game = Game(MODELS / f"{model}.toml")
        try:
            rows += result_rows(model, values(game, [Fraction(e) for e in epsilons.split()]))
        except NoSolver:
            skipped.add(model)
    return rows, skipped


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--write", action="store_true", help="write the JSON files instead of comparing with them")
    parser.add_argument("--game", help="print the values of one game file")
    parser.add_argument("--epsilon", action="append", default=[], help="with --game; may be repeated")
    parser.add_argument("--method", choices=["both", "tableau", "basis"], default="both", help="with --game")
    options = parser.parse_args()
    if options.game:
        game = Game(options.game)
        found = values(game, [Fraction(e) for e in options.epsilon or ["0"]], options.method)
        for (e, selection), per_decision in found.items():
            best = max(per_decision.values())
            print(f"eps {e}  {selection}")
            for name, value in per_decision.items():
                text = str(value) if len(str(value)) < 40 else "..."
                print(f"  {'*' if value == best else ' '} {name:24} {float(value):14.8f}  {text}")
        return
    models, skipped = model_rows()
    if skipped:
        print(f"skipped, since highspy is not installed: {', '.join(sorted(skipped))}")
        if options.write:
            sys.exit("nothing written")
    check_known(models)
    print(f"closed forms: {len(KNOWN)} known values and every decision of {', '.join(CLOSED_FORMS)} agree")
    free, worst = free_rows()
    print(f"free games: within {worst:.1e} of SCIP's bounds and values (allowed {SLIP:.0e})")
    same = True
    for name, rows in (("c0_values.json", models), ("free_values.json", free)):
        text = json.dumps(rows, indent=1, ensure_ascii=False) + "\n"
        if options.write:
            (HERE / name).write_text(text)
            print(f"{name}: {len(rows)} entries written")
        elif [row for row in json.loads((HERE / name).read_text()) if row["model"] not in skipped] != rows:
            same = False
            print(f"{name}: DIFFERS from the recomputed values")
        else:
            print(f"{name}: {len(rows)} entries agree")
    if not same:
        sys.exit(1)


if __name__ == "__main__":
    main()

"""Formulas of game files in exact fractions, as far as they are affine in the population.

A value is a dictionary from keys to fractions: the key None holds the constant, every other key is a linear form of the population's occupation
measure. Inside `define` and `aggregates` a key is a mass (stage, state, action); outside, it is an aggregate, and each definition that refers to the
population becomes one.
"""

import re
from fractions import Fraction

TOKEN = re.compile(r"\s*(?:(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)|([A-Za-z_]\w*)|(\"[^\"]*\"|'[^']*')|(.))")


class FormulaError(Exception):
    """A formula that is not affine, or beyond what this reader knows."""


def number(value):
    """The fraction that a number or a text such as "3/8" spells; JSON numbers must have been read as texts."""
    return Fraction(str(value).replace(" ", ""))


def add(one, other, factor=1):
    """one + factor * other."""
    result = dict(one)
    for key, value in other.items():
        total = result.get(key, 0) + factor * value
        if total == 0:
            result.pop(key, None)
        else:
            result[key] = total
    return result


def scale(value, factor):
    """factor * value."""
    return {key: factor * own for key, own in value.items()} if factor else {}


def constant(value):
    """The number that `value` is."""
    if any(key is not None for key in value):
        raise FormulaError("expected a number")
    return value.get(None, Fraction(0))


def tokens(text):
    """The words of a formula as (kind, text), with an end mark."""
    words, position = [], 0
    text = text.rstrip()
    while position < len(text):
        match = TOKEN.match(text, position)
        position = match.end()
        kind = ("number", "name", "quoted", "sign")[match.lastindex - 1]
        word = match.group(match.lastindex)
        words.append((kind, word[1:-1] if kind == "quoted" else word))
    words.append(("end", ""))
    return words


class Formula:
    """One evaluation of one formula; `scope` resolves names and masses."""

    def __init__(self, text, scope):
        self.text, self.words, self.position, self.scope = text, tokens(text), 0, scope

    def value(self):
        result = self.sum()
        if self.peek()[0] != "end":
            raise FormulaError(f"{self.text!r}: unexpected {self.peek()[1]!r}")
        return result

    def peek(self):
        return self.words[self.position]

    def accept(self, sign):
        if self.peek() == ("sign", sign):
            self.position += 1
            return True
        return False

    def expect(self, sign):
        if not self.accept(sign):
            raise FormulaError(f"{self.text!r}: expected {sign!r}, found {self.peek()[1]!r}")

    def sum(self):
        result = self.product()
        while self.peek() in (("sign", "+"), ("sign", "-")):
            minus = self.accept("-") or not self.accept("+")
            result = add(result, self.product(), -1 if minus else 1)
        return result

    def product(self):
        result = self.signed()
        while True:
            if self.accept("*"):
                other = self.signed()
                result = scale(result, constant(other)) if not is_form(other) else scale(other, constant(result))
            elif self.accept("/"):
                result = scale(result, 1 / constant(self.signed()))
            else:
                return result

    def signed(self):
        if self.accept("-"):
            return scale(self.signed(), -1)
        self.accept("+")
        return self.power()

    def power(self):
        base = self.atom()
        if not self.accept("^"):
            return base
        exponent = constant(self.signed())
        if exponent == 1:
            return base
        return clean({None: constant(base) ** int(exponent)})

    def atom(self):
        kind, word = self.peek()
        self.position += 1
        if kind == "number":
            return clean({None: Fraction(word)})
        if (kind, word) == ("sign", "("):
            result = self.sum()
            self.expect(")")
            return result
        if kind not in ("name", "quoted"):
            raise FormulaError(f"{self.text!r}: unexpected {word!r}")
        state = action = None
        if word == "mu" and self.accept("["):
            state = self.index()
            if self.accept(","):
                action = self.index()
            self.expect("]")
            return self.scope.mass(state, action, self.stage())
        return self.scope.name(word, self.stage())

    def index(self):
        kind, word = self.peek()
        self.position += 1
        if (kind, word) == ("sign", "*"):
            return None
        if kind not in ("name", "quoted"):
            raise FormulaError(f"{self.text!r}: expected a state, an action or *, found {word!r}")
        return word

    def stage(self):
        """The stage after `@`, None without."""
        if not self.accept("@"):
            return None
        if self.accept("("):
            result = constant(self.sum())
            self.expect(")")
            return int(result)
        return int(constant(self.atom()))


def is_form(value):
    """Whether `value` depends on the population."""
    return any(key is not None for key in value)


def clean(value):
    """`value` without zeros."""
    return {key: own for key, own in value.items() if own != 0}
